"""Where the estimates of the block `usdclp` came from, and the warnings about newer inputs that follow from them.

Provenance names the rows: those of a series that were usable at the instant `known_until`. In a store that is only ever appended to
they can be found again at any later day, and compared.
"""

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.sentence import Sentence, sentence
from forex.observations.ingest import age_business_days
from forex.observations.moves import daily_moves
from forex.observations.store import TARGET
from forex.params import UsdClp
from forex.timeline import calendar
from forex.validation.report import InputWarning, WarningKind

EXTREME_MOVE: Final = "extreme_move"
UNCHANGED: Final = "unchanged"
UNUSUAL_DRIVER: Final = "unusual_driver"
OLD: Final = "estimates_old"
LATER: Final = "estimates_later"
OTHER_DATA: Final = "estimates_of_other_data"

EQUAL = 3  # values of the target in a row: no more than two have been equal since 2004
UNUSUAL = 12.0  # times its usual move: 29 moves of nineteen currencies since 2003 were as large
USUAL, LEAST = 250, 100  # moves before one whose mean size is the usual one, and how many it takes
MILLIONFOLD = math.log(1e6)
STILL = 1e-4  # of the value; the least size of a usual move

# By series: date, value, known_at, usable_at, ..., as `forex.validation.validate` leaves them.
Usable = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Basis:
    """The rows that estimates are made from, as the block's `provenance` records them; `values` and dates are the target's."""

    known_until: str  # UTC
    first: str
    last: str
    values: int
    sha256: dict[str, str]  # by series


def cut_off_instant(as_of: str, cut_off: str) -> dt.datetime:
    """The cut-off of the newest origin, the last business day on or before `as_of`, in UTC."""
    instants = calendar.cut_offs(np.atleast_1d(calendar.on_or_before(as_of)), cut_off)
    return pl.Series(instants).dt.replace_time_zone("UTC").item()


def provenance(usable: Usable, series: Sequence[str], until: dt.datetime) -> Basis:
    """The basis of estimates made from `series` at `until`, UTC."""
    dates = _known(usable[TARGET], until)["date"].unique().sort()
    return Basis(
        known_until=f"{until:%Y-%m-%dT%H:%M:%SZ}",
        first=str(dates.min()),
        last=str(dates.max()),
        values=dates.len(),
        sha256={name: _hash(_known(usable[name], until)) for name in series if name in usable},
    )


def _known(rows: pl.DataFrame, until: dt.datetime) -> pl.DataFrame:
    return rows.filter(pl.col("usable_at") <= until)


def _hash(rows: pl.DataFrame) -> str:
    """sha256 of the rows as CSV text, whatever their order in the file."""
    columns = rows.select("date", "value", "known_at", "usable_at").sort("date", "known_at")
    return sha256(columns.write_csv(line_terminator="\n").encode()).hexdigest()


def input_warnings(
    usable: Usable, block: UsdClp, *, as_of: str, known_until: dt.datetime, in_per_cent: Collection[str] = ()
) -> list[InputWarning]:
    """What is unusual about the newest moves, or about the estimates that say what is usual: `kind`, and a sentence.

    extreme_move             a return per business day beyond thresholds.extreme_move in the last warnings.recent_days
    unchanged                the newest EQUAL values of the target, or more, are the same
    unusual_driver           a return per business day of another series in those days, UNUSUAL times the mean of the USUAL before
                             it, or more; not of those `in_per_cent`
    estimates_old            made more than warnings.max_age business days before as_of
    estimates_later          made from what was not known yet at `known_until`, UTC: nothing else can be said of them
    estimates_of_other_data  the rows of that day are not those that they were made from
    """
    # What the newest origin knew: on a day without business that is less than what is known at its cut-off.
    at = cut_off_instant(as_of, f"{known_until.astimezone(ZoneInfo(calendar.SANTIAGO)):%H:%M}")
    known = {name: _known(rows, min(at, known_until)) for name, rows in usable.items()}
    found = _extreme_moves(known[TARGET], block, as_of) + _unchanged(known[TARGET]) if TARGET in known else []
    for name in sorted(set(known) - {TARGET, *in_per_cent}):
        found += _unusual(name, known[name], block, as_of)
    made = dt.datetime.fromisoformat(block.provenance.known_until)
    day = str(made.astimezone(ZoneInfo(calendar.SANTIAGO)).date())
    if made > known_until:
        says = sentence(
            "params.yaml: usdclp was estimated at {day}, after {as_of}. forex calibrate --write renews it.",
            day=day,
            as_of=as_of,
        )
        return [*found, _warning(LATER, says)]
    age = age_business_days(day, as_of)
    if age > block.warnings.max_age:
        says = sentence(
            "params.yaml: usdclp was estimated at {day}, {age:business_days} before {as_of}. forex calibrate --write renews it.",
            day=day,
            age=age,
            as_of=as_of,
        )
        found.append(_warning(OLD, says))
    differs = _differences(usable, block, made)
    if differs:
        says = sentence(
            "params.yaml: usdclp was estimated from other data: {keys:comma:s} differ. forex calibrate --write renews it.",
            keys=differs,
        )
        found.append(_warning(OTHER_DATA, says))
    return found


def _warning(kind: WarningKind, says: Sentence) -> InputWarning:
    return InputWarning(kind=kind, **dict(says))


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    """The newest vintage of each date, in order of date."""
    return rows.sort("date", "known_at").unique("date", keep="last", maintain_order=True)


def _unchanged(rows: pl.DataFrame) -> list[InputWarning]:
    latest = _latest(rows).select("date", "value", run=pl.col("value").rle_id())
    equal = latest.filter(pl.col("run") == pl.col("run").last())
    if equal.height < EQUAL:
        return []
    says = sentence(
        "{series}: the newest {count:d} values are all {value:.10g}, from {first} to {last}. Check that its source still "
        "publishes: forecasts take them as they are.",
        series=TARGET,
        count=equal.height,
        value=equal["value"][0],
        first=equal["date"][0],
        last=equal["date"][-1],
    )
    return [_warning(UNCHANGED, says)]


def _unusual(name: str, rows: pl.DataFrame, block: UsdClp, as_of: str) -> list[InputWarning]:
    """The largest recent move of a series, where it is unusual."""
    latest = _latest(rows)
    dates, values = calendar.as_dates(latest["date"].to_numpy()), latest["value"].to_numpy()
    moves = daily_moves(values, dates)
    since = calendar.shift(calendar.on_or_before(as_of), -block.warnings.recent_days)
    found = [
        (_times(np.abs(moves[: row + 1])), row) for row in np.flatnonzero((dates > since) & np.isfinite(moves)).tolist()
    ]
    times, row = max(found, default=(0.0, 0))
    if times < UNUSUAL:
        return []
    says = sentence(
        "{series}: {date} moved {move:+.1%} per business day, {times:.0f} times its usual move. Check the value: forecasts "
        "take it as it is.",
        series=name,
        date=dates[row].item(),
        move=_share(moves[row]),
        times=times,
    )
    return [_warning(UNUSUAL_DRIVER, says)]


def _share(move: float) -> float:
    """A log-move as a share of the value before; of a rise of more than a millionfold, that much."""
    return math.expm1(min(move, MILLIONFOLD))


def _times(sizes: NDArray[np.float64]) -> float:
    """The last size over the mean of the USUAL before it; 0 with fewer than LEAST. What stood still counts as moving by STILL."""
    before = sizes[:-1][np.isfinite(sizes[:-1])][-USUAL:]
    return float(sizes[-1] / max(before.mean(), STILL)) if before.size >= LEAST else 0.0


def _extreme_moves(rows: pl.DataFrame, block: UsdClp, as_of: str) -> list[InputWarning]:
    latest = _latest(rows)
    dates, values = calendar.as_dates(latest["date"].to_numpy()), latest["value"].to_numpy()
    moves = daily_moves(values, dates)
    since = calendar.shift(calendar.on_or_before(as_of), -block.warnings.recent_days)
    beyond = (dates > since) & (np.abs(moves) > block.thresholds.extreme_move)
    return [
        _warning(
            EXTREME_MOVE,
            sentence(
                "{series}: {date} moved {move:+.2%} per business day, more than the {extreme:.2%} that is exceeded on {share:.0%} "
                "of days.",
                series=TARGET,
                date=date,
                move=_share(move),
                extreme=abs(_share(math.copysign(block.thresholds.extreme_move, move))),
                share=1 - block.estimation.extreme_level,
            ),
        )
        for date, move in zip(dates[beyond], moves[beyond].tolist(), strict=True)
    ]


def _differences(usable: Usable, block: UsdClp, made: dt.datetime) -> list[str]:
    """The keys of the provenance that do not hold for the rows of today; none where the target itself has no rows."""
    if TARGET not in usable:
        return []
    held = block.provenance
    found = provenance(usable, list(held.sha256), made)
    differs = [key for key in ("first", "last", "values") if getattr(found, key) != getattr(held, key)]
    return differs + [f"sha256.{name}" for name, text in sorted(held.sha256.items()) if found.sha256.get(name) != text]
