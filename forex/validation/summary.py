"""What the checks found, as reports/expectations.json holds it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from forex.core.sentence import sentence
from forex.validation.expectations import Outcome
from forex.validation.report import CheckResult, Expectations, InputWarning, SeriesResult
from forex.validation.validate import LEFT_OUT, STOPS_THE_RUN, Checked


def summary(
    checked: Mapping[str, Checked],
    left_out: Mapping[str, str],
    as_of: str,
    *,
    warnings: Sequence[InputWarning] = (),
    params_sha256: Mapping[str, str],
    store: Mapping[str, str],
) -> Expectations:
    """The fate of each series and the outcome of each check.

    left_out: by series that ingest left out before any check, why.  warnings: from `forex.validation.warnings.input_warnings`.
    params_sha256: by block that the checks were made with.  store: from `forex.observations.ingest.store_hashes`.
    """
    series = {name: _series(found) for name, found in checked.items()}
    absent = {
        name: SeriesResult(
            fate=LEFT_OUT, why=sentence("{unread:s}", unread=why), rows=0, usable=0, set_aside={}, checks=()
        )
        for name, why in left_out.items()
    }
    return Expectations(
        as_of=dt.date.fromisoformat(as_of),
        params_sha256=dict(params_sha256),
        store=dict(store),
        success=all(found.fate != STOPS_THE_RUN for found in checked.values()),
        series=series | absent,
        warnings=tuple(warnings),
    )


def _series(checked: Checked) -> SeriesResult:
    return SeriesResult(
        fate=checked.fate,
        why=checked.why,
        rows=checked.rows.height,
        usable=checked.usable.height,
        set_aside=dict(checked.quarantine["reason"].value_counts().iter_rows()),
        checks=tuple(_check(checked, outcome) for outcome in checked.outcomes),
    )


def _check(checked: Checked, outcome: Outcome) -> CheckResult:
    return CheckResult(
        check=outcome.check.name,
        expectation=outcome.expectation,
        kwargs=outcome.check.kwargs,
        bound=outcome.check.bound,
        severity=outcome.check.severity,
        success=outcome.success,
        observed=outcome.observed,
        failing_rows=None if outcome.rows is None else len(outcome.rows),
        first_failing=tuple(checked.first_failing(outcome)),
    )
