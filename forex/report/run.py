"""The reports of the last run: where they are, what the state is told from, and whether they are those of params.yaml."""

from pathlib import Path
from typing import Final

from forex.core.edges import yaml
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.errors import DataError, StaleError
from forex.core.reports import AnyReport, read_report
from forex.core.sentence import Sentence, sentence
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import PerformanceReport
from forex.params import Params, params_sha256
from forex.report.state import Reports

# DVC keeps it, so that a clone has none before its first run.
CALIBRATED: Final = Path("data/forecasts/calibrated.parquet")
FORECAST: Final = Path("reports/forecast.json")
VALIDATION: Final = Path("reports/validation.json")
PERFORMANCE: Final = Path("reports/performance.json")
ALERTS: Final = Path("reports/alerts.json")
EXPECTATIONS: Final = Path("reports/expectations.json")
LOCK: Final = Path("dvc.lock")
MEND: Final = "Run forex doctor."


def read_reports() -> Reports:
    """The reports of the last run.

    Raises StaleError where no run has finished, DataError naming the first report that is missing or damaged.
    """
    return Reports(
        forecast=of_run(FORECAST, Forecast),
        validation=of_run(VALIDATION, ValidationReport),
        performance=of_run(PERFORMANCE, PerformanceReport),
        alerts=of_run(ALERTS, AlertsReport),
    )


def of_run(path: Path, model: type[AnyReport]) -> AnyReport:
    """A report of the last run.  Raises StaleError where there was none, DataError where the report is missing or damaged."""
    if not path.exists() and not CALIBRATED.exists():
        raise no_run(path)
    return read_report(path, model)


def no_run(path: Path) -> StaleError:
    """The error to raise where the outputs of a run, of which `path` is one, are not there."""
    return StaleError(f"no run has finished here: {path} is not there. `dvc repro` makes it.")


def other_run(forecast: Forecast, monitored: str, params: Params) -> Sentence | None:
    """Why the reports are not of one run of params.yaml; None where they are.  monitored: the origin of the alerts."""
    if str(forecast.as_of) == params.as_of and str(forecast.origin_date) != monitored:
        return sentence(
            "{file:s} is of the origin {origin}, {other:s} of {monitored}: the last run has not finished. Run dvc repro.",
            file=str(FORECAST),
            origin=forecast.origin_date,
            other=str(ALERTS),
            monitored=monitored,
        )
    return other_params(forecast, params)


def other_params(forecast: Forecast, params: Params) -> Sentence | None:
    """Why the forecast is not of the day, the params and the store that params.yaml has now; None where it is."""
    if told := other_day(forecast, params.as_of):
        return told
    if forecast.inputs.params_sha256 != params_sha256(params):
        return sentence(
            "{file:s} was made with other params than params.yaml has now. Run dvc repro.", file=str(FORECAST)
        )
    made_from = _store_of_run()
    if made_from not in {None, params.ingest.store}:
        return sentence(
            "{file:s} was made from the store {made:s}, params.yaml names {wanted:s}. Run dvc repro.",
            file=str(FORECAST),
            made=made_from,
            wanted=params.ingest.store,
        )
    return None


def _store_of_run() -> str | None:
    """The store that the last finished run of `ingest` read, by dvc.lock; None where that does not say."""
    try:
        found = yaml.parsed(read_utf8(LOCK, YAML_BYTES, mend=MEND), LOCK, mend=MEND)
    except (FileNotFoundError, DataError):  # of a broken one `forex doctor` speaks
        return None
    for key in ("stages", "ingest", "params", "params.yaml", "ingest", "store"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def other_day(forecast: Forecast, as_of: str) -> Sentence | None:
    """Why the forecast is not of the day that params.yaml says; None where it is."""
    if str(forecast.as_of) == as_of:
        return None
    return sentence(
        "{file:s} is as of {made}, params.yaml says {wanted}: no run for that day has finished. Run dvc repro.",
        file=str(FORECAST),
        made=forecast.as_of,
        wanted=as_of,
    )
