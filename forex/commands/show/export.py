"""`forex export`: the forecast, the backtest or a series as a file that a spreadsheet opens, as its owner's locale writes it."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from forex.core.disk import write_bytes
from forex.core.errors import UsageError
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS
from forex.core.reports import read_report
from forex.forecast.forecast import forecast_table
from forex.forecast.report import Forecast
from forex.observations.store import read_series, read_series_list
from forex.params import Ingest, load_params
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.presentation.one_line import as_text
from forex.report.headline import first_said
from forex.report.run import CALIBRATED, FORECAST, read_reports
from forex.report.sheet.book import Book, Column, Kind
from forex.report.sheet.history import history, needed
from forex.report.sheet.workbook import workbook
from forex.report.state import overall

Locale = Literal["en", "es-CL"]
Cell = str | dt.date | dt.datetime | float | int | None

PANEL: Final = Path("data/panel.parquet")
OURS: Final = (Path("data"), Path("reports"))  # the folders of what a run reads and writes
STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
FORMULA: Final = ("=", "+", "-", "@")  # a spreadsheet takes a text that begins with one of them for a formula
KINDS: Final[Mapping[type[Any], Kind]] = {dt.date: "date", int: "count", float: "number"}
EXACT: Final = "0.0###########"  # a number as a sheet shows it, with the decimals that it has


@dataclass(frozen=True)
class Style:
    """How a locale writes: language, separator of columns, decimal mark, days, and how a file begins and a line ends."""

    language: Code
    separator: str
    decimal: str
    day: str
    begins: bytes
    end: str


STYLES: Final[Mapping[Locale, Style]] = {
    "en": Style("en", ",", ".", "%Y-%m-%d", b"", "\n"),
    # Without the byte order mark Excel takes it for another encoding.
    "es-CL": Style("es", ";", ",", "%d-%m-%Y", b"\xef\xbb\xbf", "\r\n"),
}


@dataclass(frozen=True)
class Table:
    """What is exported: the names of the columns, and the rows with a cell for each."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def view(file: Path, *, of: str, locale: Locale, force: bool = False) -> dict[str, Any]:
    """Write the file; returns its name, what it holds, how many rows it has, and the locale.

    of: forecast, backtest, or the id of a series of the store.

    Raises UsageError for a name that ends in neither .csv nor .xlsx, for any other `of`, for a file that exists unless `force`, and
    for a place where a run reads or writes its own files; and what reading raises.
    """
    kind = file.suffix.lower()
    if kind not in {".csv", ".xlsx"}:
        raise UsageError(f"{file}: expected a name that ends in .csv or .xlsx.")
    ingest = load_params().ingest
    if any(file.resolve().is_relative_to(folder.resolve()) for folder in (*OURS, Path(ingest.store))):
        raise UsageError(f"{file}: lies where a run reads and writes its own files. Choose another folder.")
    if file.exists() and not force:
        raise UsageError(f"{file}: exists. Choose another name, or --force.")
    style = STYLES[locale]
    if of == "forecast" and kind == ".xlsx":
        content, rows = _sheet(style), len(read_report(FORECAST, Forecast).horizons)
    else:
        table = _table(of, ingest)
        rows = len(table.rows)
        content = delimited(table, style) if kind == ".csv" else _book(table, of, style)
    write_bytes(file, content)
    return {"file": str(file), "of": of, "rows": rows, "locale": locale}


def text(content: Mapping[str, Any]) -> str:
    """One line: the file, what it holds, how many rows it has, and the locale."""
    return f"{content['file']}: {content['of']}, {content['rows']:,} rows, as {content['locale']} writes."


def delimited(table: Table, style: Style) -> bytes:
    """The table as CSV, in UTF-8; a text that a spreadsheet would take for a formula has an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=style.separator, lineterminator=style.end)
    writer.writerow(table.heads)
    writer.writerows([_written(cell, style) for cell in row] for row in table.rows)
    return style.begins + out.getvalue().encode("utf-8")


def _written(cell: Cell, style: Style) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return format(cell, STAMP)
    if isinstance(cell, dt.date):
        return format(cell, style.day)
    if isinstance(cell, float):
        return (
            repr(cell).removesuffix(".0").replace(".", style.decimal)
        )  # the fewest digits that are read as the same number
    if isinstance(cell, int):
        return str(cell)
    shown = as_text(cell)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def _table(of: str, ingest: Ingest) -> Table:
    if of == "forecast":
        return _of_frame(forecast_table(read_report(FORECAST, Forecast)))
    if of == "backtest":
        return backtest_table(read_parquet(CALIBRATED))
    store = Path(ingest.store)
    listed = read_series_list(store, ingest.limits)
    if of not in listed:
        raise UsageError(f"--of {of}: expected forecast, backtest or a series of {store}: {', '.join(listed)}.")
    rows = read_series(store, of, listed[of], ingest.limits)
    return _of_frame(rows.sort("date", "known_at", "line").select("date", "value", "known_at", "source"))


def _of_frame(frame: pl.DataFrame) -> Table:
    return Table(tuple(frame.columns), tuple(frame.iter_rows()))


def backtest_table(calibrated: pl.DataFrame) -> Table:
    """What was or would have been published at every origin, with all quantiles and the outcome."""
    columns = ["origin_date", "target_date", "horizon", "regime", "steps", "anchor", "actual", *COLUMNS]
    return _of_frame(calibrated.filter(pl.col("model") == PUBLISHED).select(columns))


def _sheet(style: Style) -> bytes:
    """The workbook of reports/forecast.xlsx, in the locale's language."""
    params, reports, said = load_params(), read_reports(), language(style.language)
    forecast = reports.forecast
    state = overall(reports, params.state)
    calibrated = read_parquet(CALIBRATED, columns=needed(forecast))
    past = history(read_parquet(PANEL), calibrated, forecast, history_days=params.report.history_days)
    return workbook(forecast, past, reports.validation, language=said, state=first_said(state, forecast, said))


def _book(table: Table, of: str, style: Style) -> bytes:
    """One page with the table; numbers and days are native, and no text is taken for anything else."""
    made = dt.date.fromisoformat(load_params("as_of").as_of)
    book = Book(language(style.language), title=of, made=made, notes=of)
    page = book.page(of[:31], of)
    columns = [_column(head, [row[i] for row in table.rows]) for i, head in enumerate(table.heads)]
    page.heads(columns)
    page.sheet.freeze_panes(page.row, 0)
    page.body(
        columns,
        [[format(cell, STAMP) if isinstance(cell, dt.datetime) else cell for cell in row] for row in table.rows],
    )
    return book.content()


def _column(head: str, cells: Sequence[Cell]) -> Column:
    first = next((cell for cell in cells if cell is not None), "")
    kind = KINDS.get(type(first), "text")
    return Column(head, kind, form=EXACT if kind == "number" else None)
