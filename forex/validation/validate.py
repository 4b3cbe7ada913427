"""Which rows of a series may be used, and whether the series may be used at all.

A row that fails a check is set aside with its reason; a check that is critical leaves the whole series out when it
fails, or stops the run where the series is one that no forecast can do without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from forex.core.errors import DataError, ForexError, ParamsError, StaleError, TooLittleData
from forex.core.files import CLP_DECIMALS
from forex.core.sentence import Sentence, sentence, together, verbatim
from forex.observations.store import PERCENT, TARGET, Publication
from forex.params import Tier, Validate
from forex.validation import wording
from forex.validation.expectations import ROW, SHOWN, Outcome, run
from forex.validation.report import FailingRow, Fate
from forex.validation.suites import move_check, row_checks, table_checks, table_facts, type_checks, with_helpers
from forex.validation.suspension import GOOD, USABLE, settle

if TYPE_CHECKING:
    import pandas as pd

# What a row is set aside as when it fails a check. The fates of a move that is too large are reasons of their own.
REASONS = {
    "type": "wrong_type",
    "business_day": "not_a_business_day",
    "unique": "duplicate",
    "too_early": "known_too_early",
    "increasing": "out_of_order",
    "range": "out_of_range",
    "positive": "not_positive",
}

QUARANTINE: dict[str, Any] = {
    "series": pl.String,
    "line": pl.Int64,
    "date": pl.Date,
    "value": pl.Float64,
    "known_at": pl.Datetime("us", "UTC"),
    "reason": pl.String,
    "expectation": pl.String,
}

# Of the target: the last decimal that files hold is a tenth of a per cent of it, a fifth of a day's usual move.
SMALLEST = 0.1

USED: Final = "used"
FLAGGED: Final = "flagged"
LEFT_OUT: Final = "left_out"
STOPS_THE_RUN: Final = "stops_the_run"


@dataclass(frozen=True, eq=False)
class Checked:
    """A series after its checks: its `rows`, the `usable` ones in order of (date, known_at), the others, and every outcome.

    quarantine: the others, with the columns of QUARANTINE.
    """

    name: str
    tier: Tier
    rows: pl.DataFrame
    usable: pl.DataFrame
    quarantine: pl.DataFrame
    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> list[Outcome]:
        """The critical checks that failed."""
        return [outcome for outcome in self.outcomes if outcome.critical]

    @property
    def fate(self) -> Fate:
        """What becomes of the series: used, flagged, left out, or it stops the run.

        A driver whose table fails stays in use, flagged: the table is judged at `as_of`, and leaving the series out would change
        forecasts of origins that knew nothing of it. A stale one has no moves, so the newest forecast does without it anyway.
        """
        if not self.failures and self.usable.height:
            return USED
        if self.tier == "critical" or self.name == TARGET:
            return STOPS_THE_RUN
        unreadable = any(outcome.check.name == "type" for outcome in self.failures)
        return LEFT_OUT if unreadable or not self.usable.height else FLAGGED

    @property
    def why(self) -> Sentence | None:
        """What failed, on which rows or with which value, the bound's key and what to do; None for a series in use."""
        if self.fate == USED:
            return None
        failed = [self._describe(outcome) for outcome in self.failures] or [sentence("no row is usable")]
        causes = [
            outcome
            for outcome in self.outcomes
            if outcome.rows and not outcome.critical and outcome.check.name != "business_day"
        ]
        behind = [self._describe(outcome) for outcome in causes]
        return together(
            sentence("{series}: {failed}.", series=self.name, failed=failed),
            sentence("Behind it: {causes}.", causes=behind) if behind else None,
            self._advice(causes),
        )

    def first_failing(self, outcome: Outcome, count: int = SHOWN) -> list[FailingRow]:
        """The first `count` rows that failed the outcome's check; none for a check of the whole table."""
        rows = self.rows[list((outcome.rows or ())[:count])]
        return [
            FailingRow(line=line, date=date, value=value)
            for line, date, value in rows.select("line", "date", "value").rows()
        ]

    def _describe(self, outcome: Outcome) -> Sentence:
        check, failing = outcome.check, None if outcome.rows is None else len(outcome.rows)
        told = {
            "check": check.name,
            "found": wording.found(check.name, outcome.observed, failing=failing, rows=self.rows.height),
            "asked": wording.asked(check.name, check.kwargs),
        }
        if outcome.rows is None:
            return sentence("{check}: {found}, where {asked} is accepted", **told)
        [first] = self.first_failing(outcome, 1)
        return sentence(
            "{check}: {found}, where {asked} is accepted (first on line {line:s}: {date}, value {value})",
            **told,
            line=str(first.line),
            date=first.date,
            value=verbatim(first.value) if isinstance(first.value, str) else first.value,
        )

    def _advice(self, causes: list[Outcome]) -> Sentence:
        keys = sorted({outcome.check.bound for outcome in [*self.failures, *causes] if outcome.check.bound})
        change = sentence(", or change {keys:or:s} in params.yaml", keys=keys) if keys else ""
        if {outcome.check.name for outcome in self.failures} == {"staleness"}:
            return sentence("Add newer values to the store, set an earlier as_of{change}.", change=change)
        if any(outcome.check.name == "increasing" for outcome in [*self.failures, *causes]):
            return sentence(
                "Sort the rows of the file by date (reports/expectations.html lists what failed){change}.",
                change=change,
            )
        return sentence(
            "Correct or complete the rows in the store (reports/expectations.html lists what failed){change}.",
            change=change,
        )


def check_series(
    name: str,
    unit: str,
    tier: Tier,
    publication: Publication,
    rows: pl.DataFrame,
    params: Validate,
    *,
    as_of: str,
) -> Checked:
    """Run every check on one series' `rows` (line, date, value, known_at, source; in the order of the file).

    The usable rows have the same columns and usable_at after known_at.  Raises ParamsError where a series in per cent
    has a bound on its relative move, RuntimeError where an expectation was not evaluated.
    """
    bounds = params.bounds.get(name)
    max_move = bounds.max_move if bounds else None
    if max_move is not None and unit == PERCENT:
        raise ParamsError(
            f"params.yaml: validate.bounds.{name}.max_move: a series in per cent has none. Remove the key."
        )

    rows = rows.with_row_index(ROW)
    outcomes = run(_pandas(rows.select(ROW, "date", "value")), type_checks(params))
    if all(outcome.success for outcome in outcomes):
        outcomes += run(_pandas(with_helpers(rows, name, publication)), row_checks(name, unit, params))
    aside = _set_aside(rows, outcomes)
    good = rows.join(aside, on=ROW, how="anti").with_columns(usable_at=pl.col("known_at"))
    if max_move is not None and good.height:
        settled = settle(good, max_move)
        [moves] = run(_pandas(settled.select(ROW, "move")), [move_check(name, max_move, params)])
        _require_agreement(name, moves, settled)
        outcomes.append(moves)
        good = settled.filter(pl.col("fate").is_in(USABLE))
        suspect = settled.filter(~pl.col("fate").is_in(USABLE))
        aside = pl.concat([aside, suspect.select(ROW, reason="fate", expectation=pl.lit(moves.expectation))])

    usable = good.select("line", "date", "value", "known_at", "usable_at", "source").sort("date", "known_at", "line")
    holidays = aside.filter(pl.col("reason") == REASONS["business_day"]).height
    facts = table_facts(usable, rows=rows.height, set_aside=aside.height, on_holidays=holidays, as_of=as_of)
    outcomes += run(_pandas(pl.DataFrame([facts])), table_checks(tier, facts, params))
    return Checked(name, tier, rows, usable, _quarantine(name, rows, aside), tuple(outcomes))


def stop_on_failure(checked: Mapping[str, Checked]) -> None:
    """Raise where a series that no forecast can do without has failed.

    StaleError where nothing but staleness failed, TooLittleData where nothing but the number of rows did, else
    DataError; this, too, where the target is too small for the decimals of forecasts, or never moves.
    """
    stopping = [series for series in checked.values() if series.fate == STOPS_THE_RUN]
    if not stopping:
        _refuse_unfit(checked)
        return
    failed = frozenset(outcome.check.name for series in stopping for outcome in series.failures)
    kinds: dict[frozenset[str], type[ForexError]] = {
        frozenset({"staleness"}): StaleError,
        frozenset({"rows"}): TooLittleData,
    }
    raise kinds.get(failed, DataError)("\n".join(str(series.why) for series in stopping))


def _refuse_unfit(checked: Mapping[str, Checked]) -> None:
    """Raise DataError where the target is too small for the decimals that forecasts are kept to, or never moves."""
    if TARGET not in checked:
        return
    values = checked[TARGET].usable["value"]
    middle = float(np.median(values.to_numpy()))
    if middle < SMALLEST:
        raise DataError(
            f"{TARGET}: its values are around {middle:g}, and forecasts are kept to {10.0**-CLP_DECIMALS:g}, too coarse for them. "
            f"Give the price of more units, such as 100 or 1,000, so that it is {SMALLEST:g} or more."
        )
    if values.n_unique() == 1:
        raise DataError(
            f"{TARGET}: all {values.len():,} usable values are {middle:g}: a rate that never moves cannot be forecast."
        )


def _require_agreement(name: str, moves: Outcome, settled: pl.DataFrame) -> None:
    """Great Expectations decides which moves are beyond the bound; what became of a row must follow from that."""
    judged = settled.filter(pl.col("fate") != GOOD)[ROW].sort().to_list()
    if list(moves.rows or ()) != judged:
        raise RuntimeError(
            f"{name}: {moves.expectation} found the moves of rows {moves.rows} too large, settled {judged}"
        )


def _set_aside(rows: pl.DataFrame, outcomes: list[Outcome]) -> pl.DataFrame:
    """row, reason, expectation of the rows that failed a check: each once, by the first check that it failed."""
    found: dict[int, tuple[str, str]] = {}
    for outcome in outcomes:
        failing = list(outcome.rows or ())
        if outcome.rows is None and not outcome.success:
            failing = list(range(rows.height))
        if outcome.check.name == "unique" and failing:
            repeated = ~rows.select(pl.struct("date", "known_at").is_first_distinct()).to_series()
            failing = [row for row in failing if repeated[row]]
        for row in failing:
            found.setdefault(row, (REASONS[outcome.check.name], outcome.expectation))
    schema: dict[str, Any] = {ROW: rows.schema[ROW], "reason": pl.String, "expectation": pl.String}
    return pl.DataFrame([(row, *why) for row, why in found.items()], schema=schema, orient="row")


def _quarantine(name: str, rows: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    frame = rows.join(aside, on=ROW).with_columns(series=pl.lit(name))
    columns = [pl.col(column).cast(kind, strict=False) for column, kind in QUARANTINE.items()]
    return frame.select(columns).sort("series", "date", "known_at", "line")


def _pandas(frame: pl.DataFrame) -> "pd.DataFrame":
    """Great Expectations reads pandas: dates become date objects, instants Timestamps in UTC."""
    import pandas as pd

    return pd.DataFrame({column.name: _column(column) for column in frame})


def _column(column: pl.Series) -> Any:
    if column.dtype == pl.Datetime:
        return column.dt.replace_time_zone(None).to_numpy()
    if column.dtype == pl.Date:
        return np.array(column.to_list(), dtype=object)
    return column.to_numpy()
