"""`forex report weekly`: the validation report of the week, as a page, as PDF where WeasyPrint works, and as a row of its history.

Nothing is judged anew: verdicts and figures are those of reports/validation.json; the newest folds come from calibrated.parquet.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import aligned
from forex.core.errors import StaleError
from forex.core.files import read_parquet, write_atomically, write_text
from forex.core.reports import plain, read_report
from forex.evaluation.report import ValidationReport
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import PerformanceReport
from forex.operations import load_operations
from forex.params import Params, load_params, params_sha256
from forex.presentation.language import Language, language
from forex.report.charts import ON_WHITE
from forex.report.state import Reports, overall
from forex.weekly.folds import newest_folds
from forex.weekly.history import FILE, enter
from forex.weekly.page import figure, page
from forex.weekly.pdf import NoPdf, pdf
from forex.weekly.report import WeeklyReport, require_targets, weekly
from forex.weekly.standing import standing

REPORTS = Path("reports")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
PAGE = FILE.with_name("weekly.html")
PDF = FILE.with_name("weekly.pdf")
SHOWN = ("n", "coverage_95", "below_95", "above_95", "rmse", "mape_pct", "crps", "crps_skill_pct", "crps_skill_p")


def view() -> dict[str, Any]:
    """Write the report and its row; the content of the page, what was written, and what became of the row.

    Raises StaleError where the last run is not that of params.yaml, DataError where a report or the history is damaged; then
    nothing is written.
    """
    params = load_params()
    reports = Reports(
        forecast=read_report(REPORTS / "forecast.json", Forecast),
        validation=read_report(REPORTS / "validation.json", ValidationReport),
        performance=read_report(REPORTS / "performance.json", PerformanceReport),
        alerts=read_report(REPORTS / "alerts.json", AlertsReport),
    )
    forecast, validation = reports.forecast, reports.validation
    _require_run(forecast, params)
    require_targets(validation, params.evaluate)
    state = overall(reports, params.state)
    folds = newest_folds(
        read_parquet(CALIBRATED), horizons=params.horizons, levels=params.levels, settings=params.evaluate
    )
    now = standing(validation, as_of=forecast.as_of, state=state.state)
    history, entered = enter(now, lock_timeout=load_operations().ledger.lock_timeout)
    report = weekly(
        now,
        history,
        state=state,
        validation=validation,
        folds=folds,
        origin_date=forecast.origin_date,
        data_sha256=forecast.inputs.data_sha256,
        params_sha256=forecast.inputs.params_sha256,
    )
    said = language(params.report.language)
    write_text(PAGE, page(report, said))
    return {
        "report": plain(report),
        "history": {"file": str(FILE), "row": entered},
        "page": str(PAGE),
        **_written_pdf(report, said),
    }


def _require_run(forecast: Forecast, params: Params) -> None:
    if str(forecast.as_of) != params.as_of:
        raise StaleError(
            f"{REPORTS / 'forecast.json'} is as of {forecast.as_of}, params.yaml says {params.as_of}: no run for that day has "
            "finished. Run dvc repro."
        )
    if forecast.inputs.params_sha256 != params_sha256(params):
        raise StaleError(
            f"{REPORTS / 'forecast.json'} was made with other params than params.yaml has now. Run dvc repro."
        )


def _written_pdf(report: WeeklyReport, said: Language) -> dict[str, str | None]:
    """Where the PDF is, or why there is none; one of an earlier report does not stay beside this page."""
    try:
        content = pdf(page(report, said, colours=ON_WHITE))
    except NoPdf as missing:
        PDF.unlink(missing_ok=True)
        return {"pdf": None, "no_pdf": str(missing)}
    write_atomically(PDF, lambda aside: _write(aside, content))
    return {"pdf": str(PDF), "no_pdf": None}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


ROW = {
    "added": "{file}: a row for {as_of}.",
    "unchanged": "{file}: the row of {as_of} stands as it was.",
    "replaced": "{file}: the row of {as_of} said something else and was replaced; git has the old one if it was committed.",
}


def text(content: Mapping[str, Any]) -> str:
    """The state, the figures by horizon, how much changed, and where the report is."""
    report = WeeklyReport.model_validate_json(json.dumps(content["report"]))
    english = Language("en", plain=True)
    rows = [["", "verdict", *("n", "95 % holds", "below", "above", "RMSE", "MAPE", "CRPS", "skill", "p")]]
    rows += [
        [horizon, one.verdict, *(figure(getattr(one, name), name, english) for name in SHOWN)]
        for horizon, one in by_length(report.horizons).items()
    ]
    since = f"{len(report.changes)} changes since {report.before}" if report.before else "the first report"
    return "\n".join(
        [
            f"{report.as_of}: {report.state.state}, {report.held} of {len(report.rules)} acceptance rules hold; {since}.",
            "",
            aligned(rows),
            "",
            ROW[content["history"]["row"]].format(file=content["history"]["file"], as_of=report.as_of),
            content["page"],
            content["pdf"] or content["no_pdf"],
        ]
    )
