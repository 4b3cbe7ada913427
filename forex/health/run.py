"""Whether the reports are there, fit together and are those of params.yaml, and what the suites of expectations said."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from forex.core.errors import DataError
from forex.core.reports import Report, read_report
from forex.core.sentence import sentence, verbatim
from forex.core.status import FAULT, NOT_EVALUATED, OK
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.health.report import Check
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import PerformanceReport
from forex.params import Params
from forex.report.run import ALERTS, EXPECTATIONS, FORECAST, PERFORMANCE, VALIDATION, other_run
from forex.validation.report import Expectations

AnyReport = TypeVar("AnyReport", bound=Report)


@dataclass(frozen=True)
class Run:
    """The last run's reports, None where they cannot be read; `faults`: why, of these and of the other reports."""

    forecast: Forecast | None
    alerts: AlertsReport | None
    expectations: Expectations | None
    faults: tuple[str, ...]


def read_run() -> Run:
    """The reports in the working directory, as far as they can be read."""
    faults: list[str] = []

    def read(path: Path, model: type[AnyReport]) -> AnyReport | None:
        try:
            return read_report(path, model)
        except DataError as error:
            faults.append(str(error))
            return None

    forecast, alerts, expectations = (
        read(FORECAST, Forecast),
        read(ALERTS, AlertsReport),
        read(EXPECTATIONS, Expectations),
    )
    read(VALIDATION, ValidationReport)
    read(PERFORMANCE, PerformanceReport)
    return Run(forecast, alerts, expectations, tuple(faults))


def check_reports(run: Run, params: Params) -> Check:
    """The check of whether every report can be read and all are of one run, made with the params that params.yaml has now."""
    if run.faults:
        return Check(name="reports", state=FAULT, says=verbatim(" ".join(run.faults)), figures={})
    assert run.forecast is not None and run.alerts is not None  # else there is a fault
    if other := other_run(run.forecast, run.alerts.at, params):
        return Check(name="reports", state=FAULT, says=other, figures={})
    says = sentence("The reports are those of {date} and of params.yaml.", date=run.forecast.origin_date)
    return Check(name="reports", state=OK, says=says, figures={})


def check_suites(run: Run) -> Check:
    """The check of whether every series that no forecast can do without has passed its checks of the data."""
    found = run.expectations
    if found is None:
        says = sentence("What the checks of the data said cannot be read.")
        return Check(name="suites", state=NOT_EVALUATED, says=says, figures={})
    results = [check.success for series in found.series.values() for check in series.checks]
    figures = {"suites_checks": float(len(results)), "suites_checks_held": float(sum(results))}
    said = sentence("{held:d} of {checks:d} checks of the data hold.", held=sum(results), checks=len(results))
    if found.success:
        return Check(name="suites", state=OK, says=said, figures=figures)
    failed = [name for name, series in found.series.items() if series.fate == "stops_the_run"]
    says = sentence(
        "{series:and} failed the checks without which there is no forecast. {said}", series=failed, said=said
    )
    return Check(name="suites", state=FAULT, says=says, figures=figures)
