"""What a mail is made of: the reports of the last run, checked to be of one run, and the observado published since."""

import datetime as dt
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import polars as pl

from forex.commands.live.on_time import in_time
from forex.core.edges.limits import MAIL_BYTES, MB
from forex.core.edges.reading import read_bytes
from forex.core.errors import DataError, StaleError
from forex.core.files import read_csv_text, read_parquet
from forex.forecast.fan import OBSERVADO, SCHEMA
from forex.forecast.report import Forecast
from forex.health.age import age
from forex.ledger import ledger
from forex.mail.material import SHOWN_LEVELS, WEEK, Material
from forex.mail.message import Attachment
from forex.mail.outcome import Outcome, outcome, week
from forex.mail.rules import Kind
from forex.mail.snapshot import snapshot
from forex.observations.ingest import known_rows
from forex.observations.store import TARGET, read_series, read_series_list
from forex.operations import Mail
from forex.params import Params
from forex.regimes.advice import recommendation
from forex.report.backtest import shown_levels
from forex.report.dashboard import episodes
from forex.report.regime_words import meaning
from forex.report.run import ALERTS, FORECAST, other_params, read_reports
from forex.report.sheet.history import needed
from forex.report.state import overall
from forex.statistics.contributions import moves

REPORTS = Path("reports")
FAN = REPORTS / "plots/fan.csv"
SHEET = REPORTS / "forecast.xlsx"
WEEKLY = REPORTS / "weekly/weekly.pdf"
PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_TYPE = "application/pdf"
PDF_START = b"%PDF-"


@dataclass(frozen=True)
class Gathered:
    """What a mail is made of, and the files that go with it.

    said: why something is not attached, in English, for whoever runs the command.
    """

    material: Material
    attached: Sequence[Attachment]
    said: Sequence[str]


def gathered(kind: Kind, params: Params, settings: Mail, at: dt.datetime) -> Gathered:
    """What the last run says, seen at an instant (UTC).

    params: with as_of, cut_off, ingest and state.  Raises StaleError where no run has finished, or its files are of different runs
    or of another day, other params or another store than params.yaml has; DataError where one is damaged or missing.
    """
    reports = read_reports()
    forecast = reports.forecast
    if told := other_params(forecast, params):
        raise StaleError(told.says)
    panel, regimes, parts = (read_parquet(path) for path in (PANEL, REGIMES, CONTRIBUTIONS))
    calibrated = read_parquet(CALIBRATED, columns=[*needed(forecast), "actual"])
    fan = _fan()
    regimes = regimes.sort("origin_date")
    _one_run(
        forecast,
        {
            str(ALERTS): reports.alerts.at,
            str(REGIMES): regimes["origin_date"][-1],
            str(CALIBRATED): calibrated["origin_date"].max(),
        },
    )
    _one_run(forecast, {str(FAN): fan.filter(part=OBSERVADO)["date"].max()}, day=forecast.anchor_date)
    sheet, (weekly, said) = _sheet(forecast), _weekly() if kind == "weekly" else ([], [])
    shown = shown_levels(forecast)[-SHOWN_LEVELS:]
    newest = _newest_observado(params, at)
    material = Material(
        reports=reports,
        state=overall(reports, params.state, run_age=age(forecast.origin_date, at, params.cut_off)),
        moved=None if parts.is_empty() else moves(parts, panel, forecast.origin_date),
        since=episodes(regimes)["start"][-1],
        means=meaning(forecast.regime, regimes.row(-1, named=True)),
        advice=recommendation(regimes.row(-1, named=True)),
        outcome=_outcome(newest, calibrated, in_time(ledger.read(ledger.LEDGER), params), forecast, shown)
        if newest
        else None,
        week=week(calibrated, until=forecast.origin_date, days=WEEK, levels=shown),
        snapshot=snapshot(panel, forecast.origin_date, settings.snapshot),
        fan=fan,
    )
    return Gathered(material, [sheet, *weekly], said)


def _outcome(
    newest: tuple[dt.date, float],
    calibrated: pl.DataFrame,
    issued: pl.DataFrame,
    forecast: Forecast,
    levels: Sequence[float],
) -> Outcome:
    return outcome(
        *newest,
        calibrated=calibrated,
        issued=issued,
        horizons=list(forecast.horizons),
        levels=levels,
    )


def _newest_observado(params: Params, at: dt.datetime) -> tuple[dt.date, float] | None:
    """Date and value (CLP per USD) of the newest observado that is public at an instant, by the store; None where none is."""
    store = Path(params.ingest.store)
    rule = read_series_list(store, params.ingest.limits)[TARGET]
    rows = known_rows(read_series(store, TARGET, rule, params.ingest.limits), at)
    if rows.is_empty():
        return None
    date, value = rows.sort("date", "known_at").select("date", "value").row(-1)
    return date, value


def _one_run(forecast: Forecast, days: Mapping[str, object], *, day: dt.date | None = None) -> None:
    expected = day or forecast.origin_date
    for path, found in days.items():
        if str(found) != str(expected):
            raise StaleError(
                f"{path} is of {found}, {FORECAST} expects {expected}: the last run has not finished. Run dvc repro."
            )


def _fan() -> pl.DataFrame:
    try:
        return pl.read_csv(read_csv_text(FAN), schema=SCHEMA)
    except (FileNotFoundError, pl.exceptions.PolarsError) as error:
        raise DataError(
            f"{FAN}: not readable as a table ({error}). `dvc repro --force report` makes it anew."
        ) from error


def _sheet(forecast: Forecast) -> Attachment:
    """The last run's workbook, attached; it names the data and the params that it was made from."""
    try:
        content = read_bytes(SHEET, MAIL_BYTES)
        with ZipFile(io.BytesIO(content)) as book, book.open("docProps/core.xml") as part:
            notes = part.read(MB).decode("utf-8", "replace")
    except (
        FileNotFoundError,
        BadZipFile,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        zlib.error,
    ) as error:
        raise DataError(
            f"{SHEET}: no readable workbook ({error}). `dvc repro --force report` makes it anew."
        ) from error
    made = (forecast.inputs.data_sha256, forecast.inputs.params_sha256, f"{forecast.as_of}T")
    if not all(mark in notes for mark in made):
        raise StaleError(f"{SHEET} is of another run than {FORECAST}. Run dvc repro.")
    return Attachment(f"forecast-{forecast.origin_date}.xlsx", SHEET_TYPE, content)


def _weekly() -> tuple[list[Attachment], list[str]]:
    """The weekly report's PDF where it was made after this run, else why it is not attached."""
    if not WEEKLY.is_file():
        return [], [f"{WEEKLY} was not made: the mail goes without it."]
    content = read_bytes(WEEKLY, MAIL_BYTES)
    if not content.startswith(PDF_START):
        return [], [f"{WEEKLY} is no PDF: the mail goes without it. Make it anew."]
    if WEEKLY.stat().st_mtime < FORECAST.stat().st_mtime:
        return [], [f"{WEEKLY} is older than the forecast: the mail goes without it. Make it anew."]
    return [Attachment("weekly.pdf", PDF_TYPE, content)], []
