"""reports/expectations.html: what the checks found, as a page for whoever wonders whether the data can be relied on.

What needs attention comes first: a series that stops the run, is left out or flagged, then one with a check that does not hold.
Rows on holidays need none: there is no new observado on a holiday, and they are set aside as they should be.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forex.core.sentence import Sentence, sentence
from forex.core.status import CAUTION, FAULT, OK, State
from forex.observations.store import TARGET
from forex.presentation.language import Language
from forex.presentation.pages import environment
from forex.validation import wording
from forex.validation.report import CheckResult, Expectations, Fate, SeriesResult

FATES: tuple[Fate, ...] = ("stops_the_run", "left_out", "flagged", "used")  # from worst to best
STATES: dict[Fate, State] = {"stops_the_run": FAULT, "left_out": CAUTION, "flagged": CAUTION, "used": OK}
# How a check came out: it holds, the rows that it set aside are expected, or it does not hold, gravely or not.
HOLDS, EXPECTED, REPORTED, FAILS = "PASS", "EXPECTED", "WARNING", "FAIL"

OUTCOMES = {
    HOLDS: sentence("holds"),
    EXPECTED: sentence("as expected"),
    REPORTED: sentence("does not hold"),
    FAILS: sentence("does not hold"),
}


@dataclass(frozen=True)
class CheckRow:
    """A check: its result, what is accepted, what was found, and how it came out, a key of OUTCOMES."""

    result: CheckResult
    asked: Sentence
    found: Sentence
    outcome: str


@dataclass(frozen=True)
class SeriesRow:
    """A series with its checks, those that do not hold first.  state: whether it needs attention."""

    name: str
    result: SeriesResult
    checks: tuple[CheckRow, ...]
    state: State

    @property
    def held(self) -> int:
        """How many of the checks hold."""
        return sum(check.outcome == HOLDS for check in self.checks)


def page(report: Expectations, language: Language) -> str:
    """The page, which requests nothing and runs no script."""
    rows = series_rows(report, language)
    checks = [check for row in rows for check in row.checks]
    return (
        environment("forex.validation", language)
        .get_template("expectations.html.j2")
        .render(
            report=report,
            rows=rows,
            state=state(report, rows),
            held=sum(check.outcome == HOLDS for check in checks),
            checks=len(checks),
            expected=any(check.outcome == EXPECTED for check in checks),
            used=sum(row.result.in_use for row in rows),
            set_aside=list(_set_aside(rows)),
            outcomes=OUTCOMES,
        )
        + "\n"
    )


def state(report: Expectations, rows: list[SeriesRow]) -> State:
    """FAULT where the run stopped, CAUTION where anything needs attention."""
    if not report.success:
        return FAULT
    return CAUTION if report.warnings or any(row.state != OK for row in rows) else OK


def series_rows(report: Expectations, language: Language) -> list[SeriesRow]:
    """A row for every series: what needs attention first, and among equals the observado, then by name in `language`."""
    rows = [_series(name, result) for name, result in report.series.items()]

    def order(row: SeriesRow) -> tuple[int, bool, bool, str]:
        return FATES.index(row.result.fate), row.state == OK, row.name != TARGET, language.name(row.name).casefold()

    return sorted(rows, key=order)


def _series(name: str, result: SeriesResult) -> SeriesRow:
    checks = [
        CheckRow(
            check,
            wording.asked(check.check, check.kwargs),
            wording.found(check.check, check.observed, failing=check.failing_rows, rows=result.rows),
            _outcome(check),
        )
        for check in result.checks
    ]
    order = (FAILS, REPORTED, EXPECTED, HOLDS)
    checks.sort(key=lambda check: order.index(check.outcome))
    grave = result.fate == "used" and any(check.outcome in (FAILS, REPORTED) for check in checks)
    return SeriesRow(name, result, tuple(checks), CAUTION if grave else STATES[result.fate])


def _outcome(check: CheckResult) -> str:
    if check.success:
        return HOLDS
    if check.severity == "critical":
        return FAILS
    return EXPECTED if check.check == "business_day" else REPORTED


def _set_aside(rows: list[SeriesRow]) -> Iterator[tuple[str, str, int, int]]:
    """Series, reason, how many of how many rows."""
    for row in rows:
        for reason, count in sorted(row.result.set_aside.items()):
            yield row.name, reason, count, row.result.rows
