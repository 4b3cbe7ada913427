"""`forex report weekly`: the validation report of the week, as a page, as PDF where WeasyPrint works, and as a row of its history.

Nothing is judged anew: verdicts and figures are those of reports/validation.json; the newest folds come from calibrated.parquet.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import aligned
from forex.commands.words import ENGLISH, Words
from forex.core.disk import write_bytes, write_text
from forex.core.errors import StaleError
from forex.core.files import read_parquet
from forex.core.names import percent
from forex.core.reports import plain
from forex.forecast.fan import by_length
from forex.operations import load_operations
from forex.params import load_params
from forex.presentation.language import Language, language, plain_language
from forex.report.drawing import ON_WHITE
from forex.report.run import other_run, read_reports
from forex.report.state import overall
from forex.weekly.folds import newest_folds
from forex.weekly.history import FILE, enter
from forex.weekly.page import figure, page
from forex.weekly.pdf import NoPdf, pdf
from forex.weekly.report import WeeklyReport, require_targets, weekly
from forex.weekly.standing import LEVEL, Figures, standing

CALIBRATED = Path("data/forecasts/calibrated.parquet")
PAGE = FILE.with_name("weekly.html")
PDF = FILE.with_name("weekly.pdf")
SHOWN = ("n", "coverage_95", "below_95", "above_95", "rmse", "mape_pct", "crps", "crps_skill_pct", "crps_skill_p")


def view() -> dict[str, Any]:
    """Write the report and its row of the history; returns what the page holds, the files, and what became of the row.

    Raises StaleError where the last run is not that of params.yaml, DataError where a report or the history is damaged; then
    nothing is written.
    """
    params = load_params()
    reports = read_reports()
    forecast, validation = reports.forecast, reports.validation
    if told := other_run(forecast, reports.alerts.at, params):
        raise StaleError(told.says)
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


def _written_pdf(report: WeeklyReport, said: Language) -> dict[str, str | None]:
    """Where the PDF is, or why there is none, and then that of an earlier report is removed."""
    try:
        content = pdf(page(report, said, colours=ON_WHITE))
    except NoPdf as missing:
        PDF.unlink(missing_ok=True)
        return {"pdf": None, "no_pdf": str(missing)}
    write_bytes(PDF, content)
    return {"pdf": str(PDF), "no_pdf": None}


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The state, the figures by horizon, how much changed, and where the report is."""
    report, history = content["report"], content["history"]
    told = words.say(
        "{date}: {state:s}, {held:d} of {of:d} acceptance rules hold.",
        date=report["as_of"],
        state=words.status(report["state"]["state"]),
        held=report["held"],
        of=len(report["rules"]),
    )
    lines = [*words.wrapped(f"{told} {_since(report, words)}"), "", _table(report["horizons"], words), ""]
    row = {
        "added": words.say("{file:s}: a row for {date}.", file=history["file"], date=report["as_of"]),
        "unchanged": words.say(
            "{file:s}: the row of {date} stands as it was.", file=history["file"], date=report["as_of"]
        ),
        "replaced": words.say(
            "{file:s}: the row of {date} said something else and was replaced.",
            file=history["file"],
            date=report["as_of"],
        ),
    }
    lines += [*words.wrapped(row[history["row"]]), content["page"]]
    return "\n".join([*lines, *([content["pdf"]] if content["pdf"] else words.wrapped(content["no_pdf"]))])


def _since(report: Mapping[str, Any], words: Words) -> str:
    if report["before"] is None:
        return words.say("This is the first report.")
    return words.say("Changes since {before}: {count:d}.", before=report["before"], count=len(report["changes"]))


def _table(horizons: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    said = plain_language(words.lang)
    covered = words.say("{level:s} % covers", level=percent(LEVEL))
    head = [words.say("horizon"), words.say("verdict"), words.say("forecasts"), covered, words.say("below")]
    rows = [[*head, words.say("above"), "RMSE", "MAPE", "CRPS", words.say("skill"), "p"]]
    for horizon, found in by_length(horizons).items():
        figures = Figures.model_validate(found)
        cells = [figure(getattr(figures, name), name, said) for name in SHOWN]
        rows.append([horizon, words.status(figures.verdict), *cells])
    return aligned(rows, width=words.width)
