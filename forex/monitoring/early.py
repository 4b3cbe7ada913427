"""The early signal: how far the rate has gone from what the forecasts that are still open said of it.

A forecast says what the observado should be on every business day up to its target: between two horizons, as the fan draws it
(forex.statistics.distribution.between_horizons). Long before the target comes, the rate can be seen leaving that fan. With a the
age of an open forecast in business days since its anchor,

    z = |log(rate/anchor) − centre(a)| / half-width(a)

is its distance in half-widths of its interval of `LEVEL`; above 1 the rate is outside. The signal of a horizon is the mean of z
over its open forecasts. They overlap and share one rate, so no test of independent values fits: how far a sound forecast gets in
a year of daily looks is simulated in worlds without a change, and stands in `rates/early.csv`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.monitoring.measured import EarlyRates
from forex.monitoring.report import EarlyReport
from forex.monitoring.windows import Floats, Ints
from forex.timeline.calendar import Dates, horizon_days, steps_between, usual_steps

LEVEL = 0.95  # whose half-widths are the unit
ENOUGH = 0.8  # of a horizon's usual number of open forecasts: the mean of fewer varies more than the simulated one
EPOCH = "2000-01-03"  # business days are counted from here


@dataclass(frozen=True)
class Path:
    """The observado as origins knew it, each once: (m,), in order.

    origin_date: of the first origin that had it as its anchor.  day: the anchor's business day, as a number.  value: its log.
    """

    origin_date: Dates
    day: Ints
    value: Floats


@dataclass(frozen=True)
class Fans:
    """Forecasts of every horizon at n origins, in order of anchor.

    day: (n,), the business day of the anchor, as a number.  value: (n,), its log.  steps: (n, h), from anchor to target, rising.
    centre, lower, upper: (n, h), log-distances of the median and of the ends of the interval.
    """

    day: Ints
    value: Floats
    steps: Floats
    centre: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Open:
    """The open forecasts by look and horizon; arrays of shape (looks, h).

    count: how many.  outside: for how many of them the rate is outside the interval.  distance: their mean; NaN where none is open.
    """

    count: Ints
    outside: Ints
    distance: Floats


def fans(day: Ints, anchor: Floats, steps: Floats | Ints, quantiles: Floats) -> Fans:
    """The fans of forecasts in order of origin.

    day, anchor: (n,), as in `Fans`, the anchor in CLP per USD.  steps: (n, h).  quantiles: (n, h, 25), log-distances.
    """
    low, high = central_pair(LEVEL)
    return Fans(
        day=day,
        value=np.log(anchor),
        steps=np.asarray(steps, dtype=np.float64),
        centre=quantiles[:, :, MEDIAN],
        lower=quantiles[:, :, low],
        upper=quantiles[:, :, high],
    )


def seen(given: Fans, day: Ints, value: Floats) -> Open:
    """What each look sees of the forecasts that are open on it.

    day, value: (looks,), the business day of the newest observado known, as a number, and its log.  A forecast is open from the
    first business day after its anchor to the last one before its target.
    """
    shape = (day.size, given.steps.shape[1])
    count, outside, total = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64), np.zeros(shape)
    drawn = _drawn(given)
    for age in range(1, int(given.steps.max(initial=0))):
        first, last = (np.searchsorted(given.day, day - age, side=side) for side in ("left", "right"))
        for number in range(int((last - first).max(initial=0))):  # origins that share an anchor
            look = np.flatnonzero(first + number < last)
            origin = first[look] + number
            distance = _distance(drawn, origin, float(age), value[look] - given.value[origin])[:, None]
            is_open = age < given.steps[origin]
            count[look] += is_open
            outside[look] += is_open & (distance > 1)
            total[look] += np.where(is_open, distance, 0.0)
    return Open(count, outside, np.divide(total, count, out=np.full(shape, np.nan), where=count > 0))


@dataclass(frozen=True)
class _Drawn:
    """What is linear in steps, from 0 at 0 steps on, (n, 1 + h): the median, and the square of each end's distance from it."""

    steps: Floats
    centre: Floats
    above: Floats
    below: Floats


def _drawn(given: Fans) -> _Drawn:
    above, below = (given.upper - given.centre) ** 2, (given.centre - given.lower) ** 2
    return _Drawn(*(np.pad(part, ((0, 0), (1, 0))) for part in (given.steps, given.centre, above, below)))


def _distance(drawn: _Drawn, origin: Ints, age: float, moved: Floats) -> Floats:
    """z of the forecasts of these origins at one age, moved: since their anchors; 0 where a fan without width has not been left."""
    steps = drawn.steps[origin]
    right = np.clip((steps < age).sum(axis=1), 1, steps.shape[1] - 1)
    left = right - 1
    start, end = drawn.steps[origin, left], drawn.steps[origin, right]
    share = np.divide(age - start, end - start, out=np.ones(origin.size), where=end > start).clip(0.0, 1.0)

    def between(values: Floats) -> Floats:
        return np.asarray(values[origin, left] + share * (values[origin, right] - values[origin, left]))

    move = moved - between(drawn.centre)
    half = np.sqrt(np.where(move >= 0, between(drawn.above), between(drawn.below)))
    return np.divide(np.abs(move), half, out=np.where(move == 0, 0.0, np.inf), where=half > 0)


# --- as the reports have it -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Early:
    """The forecasts of one source, the path that they are held against, and how rare each distance is."""

    horizons: tuple[str, ...]
    fans: Fans
    path: Path
    rates: EarlyRates

    def at(self, known: Dates) -> tuple[Open, Floats]:
        """What is seen with the observados up to each date, and how rare that is in a year of daily looks, (looks, h).

        known: (looks,), NaT where nothing was. The rate is NaN where too few are open, and where a horizon was not simulated.
        """
        day = np.full(known.shape, -1)
        there = ~np.isnat(known)
        day[there] = steps_between(EPOCH, known[there])
        return self.on_path(np.searchsorted(self.path.day, day, side="right") - 1)

    def on_path(self, newest: Ints) -> tuple[Open, Floats]:
        """As `at`, for the path up to the positions `newest`, (looks,); −1 stands for none of it."""
        found, rate = self._whole
        there, count = newest >= 0, np.zeros((newest.size, len(self.horizons)), dtype=np.int64)
        taken = Open(count, count.copy(), np.full(count.shape, np.nan))
        rare = taken.distance.copy()
        for into, whole in (
            (taken.count, found.count),
            (taken.outside, found.outside),
            (taken.distance, found.distance),
            (rare, rate),
        ):
            into[there] = whole[newest[there]]
        return taken, rare

    @cached_property
    def _whole(self) -> tuple[Open, Floats]:
        """As `on_path`, at every position: a look sees nothing behind its own, so that each is walked once, whoever looks."""
        found = seen(self.fans, self.path.day, self.path.value)
        rate = np.full(found.distance.shape, np.nan)
        for column, horizon in enumerate(self.horizons):
            if horizon in self.rates.distances:
                enough = found.count[:, column] >= ENOUGH * (usual_steps(horizon) - 1)
                rate[:, column] = np.where(enough, self.rates.rate(horizon, found.distance[:, column]), np.nan)
        return found, rate

    def newest(self, *, raised_at: float) -> dict[str, EarlyReport]:
        """What is seen at the end of the path, by horizon that was simulated.

        raised_at: the signal is raised while its rate is at most this.
        """
        looks = self.path.day.size
        found, rate = self._whole
        reports = {}
        for column, horizon in enumerate(self.horizons):
            if horizon not in self.rates.distances:
                continue
            if not looks:
                reports[horizon] = EarlyReport(open=0, outside=0, raised=False)
                continue
            quiet = np.flatnonzero(~(rate[:, column] <= raised_at))
            first = int(quiet[-1]) + 1 if quiet.size else 0
            raised = first < looks
            reports[horizon] = EarlyReport(
                open=int(found.count[-1, column]),
                outside=int(found.outside[-1, column]),
                distance=_finite(found.distance[-1, column]),
                rate=_finite(rate[-1, column]),
                raised=raised,
                since=str(self.path.origin_date[first]) if raised else None,
            )
        return reports


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def path_of(calibrated: pl.DataFrame) -> Path:
    """The path that the origins in the frame of calibrated.parquet knew."""
    rows = calibrated.unique("origin_date", keep="first", maintain_order=True).sort("origin_date")
    day = _anchor_day(rows)
    first = np.append(True, np.diff(day) > 0) if day.size else np.zeros(0, dtype=np.bool_)
    return Path(
        rows["origin_date"].to_numpy().astype("datetime64[D]")[first],
        day[first],
        np.log(rows["anchor"].to_numpy()[first]),
    )


def early(forecasts: pl.DataFrame, path: Path, *, horizons: Sequence[str], rates: EarlyRates) -> Early:
    """The forecasts of `published` in the frame of calibrated.parquet, or those of the ledger, held against `path`.

    Origins that lack one of `horizons` are left out.
    """
    own = forecasts.filter(pl.col("model") == PUBLISHED) if "model" in forecasts.columns else forecasts
    ordered = tuple(sorted(horizons, key=horizon_days))
    whole = own.filter(pl.col("horizon").is_in(ordered)).filter(pl.len().over("origin_date") == len(ordered))
    parts = [whole.filter(pl.col("horizon") == horizon).sort("origin_date") for horizon in ordered]
    anchor = parts[0]["anchor"].to_numpy()
    quantiles = np.stack([np.log(part.select(COLUMNS).to_numpy() / anchor[:, None]) for part in parts], axis=1)
    steps = np.stack([part["steps"].to_numpy() for part in parts], axis=1)
    return Early(ordered, fans(_anchor_day(parts[0]), anchor, steps, quantiles), path, rates)


def _anchor_day(rows: pl.DataFrame) -> Ints:
    """The business day of each row's anchor, as a number: its target's less its steps.

    By the holidays that its origin knew of, as its steps are: a day that only became a holiday later still counts as a step.
    """
    if not rows.height:
        return np.zeros(0, dtype=np.int64)
    target = steps_between(EPOCH, rows["target_date"].to_numpy(), known_at=rows["origin_date"].to_numpy())
    return target - rows["steps"].to_numpy().astype(np.int64)
