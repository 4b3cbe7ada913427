"""What the checks found: as reports/expectations.json says it, and as a self-contained page shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from forex.core.templates import environment
from forex.validation.expectations import Outcome
from forex.validation.validate import LEFT_OUT, STOPS_THE_RUN, Checked


def page(report: Mapping[str, Any]) -> str:
    """The HTML page of a report made by `summary`."""
    return environment("forex.validation").get_template("expectations.html.j2").render(report=report) + "\n"


def summary(
    checked: Mapping[str, Checked],
    left_out: Mapping[str, str],
    as_of: str,
    *,
    warnings: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The fate of each series and the outcome of each check; `left_out`: why ingest left a series out before any.

    warnings: from `forex.validation.warnings.input_warnings`.
    """
    unread = {"rows": 0, "usable": 0, "set_aside": {}, "checks": []}
    series = {name: _series(one) for name, one in checked.items()}
    absent = {name: {"fate": LEFT_OUT, "why": why, **unread} for name, why in left_out.items()}
    success = all(one.fate != STOPS_THE_RUN for one in checked.values())
    return {"as_of": as_of, "success": success, "series": series | absent, "warnings": list(warnings)}


def _series(one: Checked) -> dict[str, Any]:
    return {
        "fate": one.fate,
        "why": one.why,
        "rows": one.rows.height,
        "usable": one.usable.height,
        "set_aside": dict(one.quarantine["reason"].value_counts().iter_rows()),
        "checks": [_check(one, outcome) for outcome in one.outcomes],
    }


def _check(one: Checked, outcome: Outcome) -> dict[str, Any]:
    return {
        "check": outcome.check.name,
        "expectation": outcome.expectation,
        "kwargs": outcome.check.kwargs,
        "bound": outcome.check.bound,
        "severity": outcome.check.severity,
        "success": outcome.success,
        "observed": outcome.observed,
        "failing_rows": None if outcome.rows is None else len(outcome.rows),
        "first_failing": one.first_failing(outcome),
    }
