"""The sheet, read back by a library other than its writer: the reports' numbers to the last digit, texts that are nothing else."""

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, get_args
from zipfile import ZIP_STORED, ZipFile

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from forex.commands.keep.catalogue import catalogue, renewed, untranslated
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS
from forex.evaluation.report import ValidationReport
from forex.forecast.fan import by_length
from forex.forecast.ladder import ladder
from forex.forecast.report import Forecast
from forex.params.reports import Report as Params
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.presentation.one_line import LONGEST, as_text
from forex.report.backtest import coverage_rows, score_rows
from forex.report.sheet.book import Book, lines
from forex.report.sheet.history import history, needed
from forex.report.sheet.workbook import workbook
from forex.timeline import calendar
from tests.forecast.test_fan import panel
from tests.support.forecasts_made_up import entry, forecast
from tests.support.made_up import ROOT
from tests.support.reports_made_up import nothing_matured, validation

CODES = get_args(Code)
PAGES = {
    "es": ["Pronóstico", "Probabilidades", "Historia", "Evaluación"],
    "en": ["Forecast", "Ladder", "History", "Scores"],
}
DAYS = 40  # calendar days of history
HOSTILE = [
    "=1+1",
    '=HYPERLINK("https://example.org","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "https://example.org",
    "mailto:a@example.org",
    "1234.5",
    "2024-11-27",
    "{=1+1}",
    "<b>&amp;</b>",
    "_x0041_",
    "\x1b[31mred\x1b[0m\x00\x07\u202e\ufffe",
    "two\r\nlines",
    "x" * 40_000,
]


def calibrated(first: str = "2024-10-01", *, horizons: Sequence[str] = ("1d", "7d", "30d")) -> pl.DataFrame:
    """Forecasts of every origin by two models, no two of their quantiles alike."""
    origins = calendar.business_days(first, "2024-11-27").astype(object).tolist()
    rows = []
    for number, origin in enumerate(origins):
        for horizon in horizons:
            target = dt.date.fromisoformat(
                str(calendar.on_or_after(str(origin + dt.timedelta(days=int(horizon[:-1])))))
            )
            for model in (PUBLISHED, "random_walk"):
                base = 880 + number + (0.0 if model == PUBLISHED else 300.0) + len(horizon) / 8
                quantiles = {name: base + 0.0625 * i for i, name in enumerate(COLUMNS)}
                rows.append(
                    {"origin_date": origin, "target_date": target, "horizon": horizon, "model": model, **quantiles}
                )
    return pl.DataFrame(rows)


def past(said: Forecast, **more: Any) -> pl.DataFrame:
    return history(panel(), calibrated(**more), said, history_days=DAYS)


def made(
    code: Code = "es",
    *,
    said: Forecast | None = None,
    scores: ValidationReport | None = None,
    state: Sequence[tuple[str, str]] = (),
) -> bytes:
    shown = said or forecast()
    return workbook(shown, past(shown), scores or validation(), language=language(code), state=state)


def read(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def cells(book: Workbook, page: int) -> list[list[Any]]:
    """The values of a page, dates without their midnight."""
    rows = book.worksheets[page].iter_rows(values_only=True)
    return [[value.date() if isinstance(value, dt.datetime) else value for value in row] for row in rows]


def below(rows: Sequence[Sequence[Any]], head: str, count: int) -> list[list[Any]]:
    """`count` rows under the one whose first cell is `head`."""
    [at] = [number for number, row in enumerate(rows) if row[0] == head]
    return [list(row) for row in rows[at + 1 : at + 1 + count]]


# --- the numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_the_first_page_has_the_forecast_to_the_last_digit(code: Code) -> None:
    said = forecast()
    rows = cells(read(made(code)), 0)
    table = below(rows, {"es": "Plazo", "en": "Horizon"}[code], len(said.horizons))
    for row, (horizon, ahead) in zip(table, by_length(said.horizons).items(), strict=True):
        ends = [*ahead.intervals["0.5"], *ahead.intervals["0.95"]]
        assert row == [
            horizon,
            ahead.target_date,
            ahead.steps,
            ahead.median,
            *ends,
            ahead.probability_of_rise,
            language(code).name(ahead.model),
        ]
    facts = {row[0]: row[1] for row in rows if row[0]}
    made_on, anchor, day = {
        "es": ("Hecho el", "Último observado", "Vigente el"),
        "en": ("Made on", "Last observado", "In force on"),
    }[code]
    assert (facts[made_on], facts[anchor], facts[day]) == (said.origin_date, said.anchor, said.anchor_date)


def test_the_ladder_is_that_of_the_forecast() -> None:
    said = forecast()
    rows = cells(read(made("en")), 1)
    horizons = by_length(said.ladder.above)
    assert rows[2] == ["Above, CLP per USD", *horizons]
    assert rows[3][1:] == [said.horizons[name].target_date for name in horizons]
    assert rows[4:] == [
        [level, *(shares[rung] for shares in horizons.values())] for rung, level in enumerate(said.ladder.levels)
    ]


@pytest.mark.parametrize(("anchor", "form"), [(5.0, "#,##0.00"), (900.0, "#,##0"), (150_000.0, "#,##0")])
def test_levels_of_any_currency_show_the_digits_they_have(anchor: float, form: str) -> None:
    horizons = {"30d": entry("2024-12-27", anchor=anchor)}
    said = forecast(anchor=anchor, horizons=horizons, ladder=ladder(horizons))
    page = read(made(said=said)).worksheets[1]
    assert {row[0].number_format for row in page.iter_rows(min_row=5)} == {form}
    assert [row[0].value for row in page.iter_rows(min_row=5)] == list(said.ladder.levels)


def test_history_stands_beside_what_was_published_for_its_days() -> None:
    said = forecast()
    frame, rows = calibrated(), cells(read(made("en")), 2)
    assert rows[2][2:13:5] == [f"Forecast {ahead} ahead" for ahead in ("1 business day", "7 days", "30 days")]
    assert rows[3][:7] == [
        "Date",
        "Observado",
        "Median",
        *(f"{x}\u202f% {y}" for x in (50, 95) for y in ("from", "to")),
    ]
    days = rows[4:]
    observed = dict(panel().iter_rows()) | {said.anchor_date: said.anchor}
    first = said.anchor_date - dt.timedelta(days=DAYS)
    assert [row[0] for row in days] == sorted((day for day in observed if day >= first), reverse=True)
    found = 0
    for row in days:
        assert row[1] == observed[row[0]]
        for number, horizon in enumerate(("1d", "7d", "30d")):
            shown = row[2 + 5 * number : 7 + 5 * number]
            published = frame.filter(target_date=row[0], horizon=horizon, model=PUBLISHED).sort("origin_date")
            if published.is_empty():
                assert shown == [None] * 5
            else:
                assert shown == list(published.select("q0.5", "q0.25", "q0.75", "q0.025", "q0.975").row(-1))
                found += 1
    assert found > 2 * len(days)


def test_history_needs_no_other_columns() -> None:
    said = forecast()
    assert history(panel(), calibrated().select(needed(said)), said, history_days=DAYS).equals(past(said))


def test_of_two_forecasts_for_one_day_the_last_is_shown() -> None:
    """Several origins look ahead to the first business day after the holidays of September."""
    frame = calibrated("2024-09-02", horizons=["7d"]).filter(pl.col("model") == PUBLISHED)
    shared = frame.group_by("target_date").len().filter(pl.col("len") > 1)["target_date"].to_list()
    assert shared
    shown = history(panel(), frame, forecast(), history_days=100).filter(pl.col("date").is_in(shared))
    newest = frame.filter(pl.col("target_date").is_in(shared)).sort("origin_date").unique("target_date", keep="last")
    assert shown.sort("date")["7d q0.5"].to_list() == newest.sort("target_date")["q0.5"].to_list()


@pytest.mark.parametrize("code", CODES)
def test_scores_are_those_of_the_validation_report(code: Code) -> None:
    report, tongue = validation(), language(code)
    rows = cells(read(made(code)), 3)
    horizon = tongue.say("Horizon")
    coverage, accuracy = [number for number, row in enumerate(rows) if row[0] == horizon]
    expected = [
        [row.horizon, row.level, row.n, row.n_independent, row.coverage, row.low, row.high, row.at_least, row.at_most]
        + [tongue.name(row.verdict)]
        for row in coverage_rows(report)
    ]
    assert rows[coverage + 1 : coverage + 1 + len(expected)] == expected
    [only] = score_rows(report)
    skill = report.horizons["1d"].models[PUBLISHED].overall.crps_skill_pct
    figures = [only.own_crps, skill, only.model_crps, only.crps.difference_pct, only.crps.p]
    row = [only.horizon, tongue.name("random_walk"), *figures, tongue.name(only.crps.evidence), None, None]
    assert rows[accuracy + 1 :] == [row]
    verdicts = {row[-1] for row in expected}
    assert verdicts == {tongue.name(verdict) for verdict in ("PASS", "FAIL", "NOT_EVALUATED", "INSUFFICIENT_DATA")}


def test_numbers_and_dates_are_native() -> None:
    book = read(made())
    numbers = [
        cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.data_type in ("n", "d")
    ]
    texts = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.data_type == "s"]
    assert len([cell for cell in numbers if cell.value is not None]) > 300
    assert not [cell.value for cell in texts if re.fullmatch(r"[\d.,:−-]+", cell.value)]
    assert {cell.number_format for cell in numbers if cell.data_type == "d"} == {"dd-mm-yyyy"}


# --- what is missing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("es", "Aún no vence ningún pronóstico hecho desde el 1 ene 2010."),
        ("en", "No forecast made from 1 Jan 2010 on has matured yet."),
    ],
)
def test_without_a_matured_forecast_the_page_says_so(code: Code, words: str) -> None:
    rows = cells(read(made(code, scores=nothing_matured())), 3)
    assert [row[0] for row in rows].count(words) == 2


def test_without_history_there_is_the_anchor_alone() -> None:
    said = forecast()
    nothing = calibrated().clear()
    rows = history(panel("2024-11-27"), nothing, said, history_days=1)
    assert rows["date"].to_list() == [said.anchor_date]
    page = cells(read(workbook(said, rows, validation(), language=language("es"))), 2)
    assert page[4:] == [[said.anchor_date, said.anchor, *[None] * 15]]


def test_with_one_level_and_one_horizon() -> None:
    wide = entry("2024-12-04")
    narrow = wide.model_copy(update={"intervals": {"0.5": wide.intervals["0.5"]}})
    said = forecast(horizons={"7d": narrow}, ladder=ladder({"7d": narrow}))
    rows = cells(read(made(said=said)), 0)
    assert below(rows, "Plazo", 1)[0][:6] == [
        "7d",
        wide.target_date,
        wide.steps,
        wide.median,
        *narrow.intervals["0.5"],
    ]


# --- texts ------------------------------------------------------------------------------------------------------------


def test_what_others_wrote_arrives_as_text() -> None:
    model = {name: ahead.model_copy(update={"model": HOSTILE[0]}) for name, ahead in forecast().horizons.items()}
    content = made(said=forecast(horizons=model), state=[(text, text) for text in HOSTILE])
    book = read(content)
    for page in book.worksheets:
        assert not [
            cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
        ]
    rows = cells(book, 0)
    for text, row in zip(HOSTILE, rows[2:], strict=False):
        shown = as_text(text)
        assert row[0].replace("_x005F", "") == row[1].replace("_x005F", "") == shown
        assert shown.isprintable() and 0 < len(shown) <= LONGEST
    assert rows[2][:2] == ["=1+1", "=1+1"]
    with ZipFile(BytesIO(content)) as file:
        assert not [name for name in file.namelist() if "externalLink" in name or "vba" in name.lower()]
        whole = b"".join(file.read(name) for name in file.namelist())
    assert b"<f>" not in whole and b"<hyperlink" not in whole
    targets = re.findall(rb'Target="([^"]*)"', whole)
    assert targets and not [target for target in targets if b":" in target]


def test_a_text_is_as_long_as_people_read() -> None:
    assert as_text("x" * 40_000) == "x" * (LONGEST - 1) + "…"
    assert [lines(text, 10) for text in ("", "one line", "two lines of text", "x" * 25)] == [1, 1, 2, 3]
    assert lines(943.5, 10) == 1


def test_the_state_stands_first() -> None:
    state = [("Estado", "en orden"), ("Motivo", "una razón " * 30)]
    rows = cells(read(made(state=state)), 0)
    assert [tuple(row[:2]) for row in rows[2:4]] == [(label, text) for label, text in state]


@pytest.mark.parametrize("code", CODES)
def test_pages_are_named_and_told_in_the_language(code: Code) -> None:
    book = read(made(code))
    assert book.sheetnames == PAGES[code]
    said = {cell.value for page in book.worksheets for row in page.iter_rows() for cell in row if cell.data_type == "s"}
    other = "en" if code == "es" else "es"
    words = {language(other).say(text) for text in ("Horizon", "Median", "Date", "Verdict", "Made on", "Evidence")}
    assert not said & words
    assert language(code).say("Median") in said


def test_every_text_is_translated() -> None:
    assert untranslated(renewed("report", "es")) == []
    assert catalogue("report", "es").exists()


def test_params_know_the_languages_that_there_are() -> None:
    assert get_args(Params.model_fields["language"].annotation) == CODES


# --- the file ---------------------------------------------------------------------------------------------------------


def test_it_is_to_be_read_and_printed() -> None:
    book = read(made())
    for page in book.worksheets:
        assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 1
        assert page.freeze_panes is not None
        assert all(dimension.width >= 9 for dimension in page.column_dimensions.values())
    assert [page.sheet_properties.pageSetUpPr.fitToPage for page in book.worksheets] == [True, True, None, True]
    history_page = book.worksheets[2]
    assert (history_page.print_title_rows, history_page.print_title_cols) == ("$3:$4", "$A:$B")
    assert [mark.id for mark in history_page.col_breaks.brk] == [12]
    assert book.worksheets[1].print_title_rows == "$3:$4"


def test_medians_have_names_that_other_workbooks_can_use() -> None:
    said = forecast()
    named = {"anchor": said.anchor, **{f"median_{name}": ahead.median for name, ahead in said.horizons.items()}}
    for code in CODES:
        book = read(made(code))
        assert set(named) <= set(book.defined_names)
        for name, value in named.items():
            [(page, cell)] = book.defined_names[name].destinations
            assert book[page][cell.replace("$", "")].value == value


def test_the_chart_draws_the_pages_cells_and_is_described() -> None:
    with ZipFile(BytesIO(made("en"))) as file:
        drawn, drawing = (file.read(f"xl/{name}1.xml").decode() for name in ("charts/chart", "drawings/drawing"))
    said = forecast()
    cached = {float(value) for value in re.findall(r"<c:v>([\d.]+)</c:v>", drawn)}
    for ahead in said.horizons.values():
        assert {ahead.median, *(end for ends in ahead.intervals.values() for end in ends)} <= cached
    assert {row[1] for row in past(said).iter_rows()} <= cached
    low, high = (float(re.findall(rf'<c:{side} val="([\d.]+)"', drawn)[-1]) for side in ("min", "max"))
    assert low <= min(ahead.intervals["0.95"][0] for ahead in said.horizons.values())
    assert high >= max(ahead.intervals["0.95"][1] for ahead in said.horizons.values())
    assert 'descr="Lines: the observado up to 27 Nov 2024, then' in drawing


def test_the_files_only_day_is_that_of_the_run() -> None:
    said = forecast()
    content = made()
    properties = read(content).properties
    assert properties.created == properties.modified == dt.datetime.combine(said.as_of, dt.time())
    assert properties.title == "Dólar observado: pronóstico del 27 nov 2024"
    assert said.inputs.data_sha256 in properties.description and said.inputs.params_sha256 in properties.description
    with ZipFile(BytesIO(content)) as file:
        assert file.testzip() is None
        assert {part.compress_type for part in file.infolist()} == {ZIP_STORED}
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


WRITE = """
import forex, sys
from pathlib import Path
from forex.core.disk import write_bytes
from tests.report.test_sheet import made
write_bytes(Path(sys.argv[1]), made())
"""


@pytest.mark.slow
def test_the_same_bytes_whatever_the_zone_the_locale_the_account(tmp_path: Path) -> None:
    around = [
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "HOME": "/proc/nothing", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Santiago", "LC_ALL": "C", "HOME": str(tmp_path), "PYTHONHASHSEED": "2"},
    ]
    for number, (variables, mask) in enumerate(zip(around, ("077", "002"), strict=True)):
        path = tmp_path / f"{number}.xlsx"
        words = ["sh", "-c", f'umask {mask}; exec "$@"', "sh", sys.executable, "-c", WRITE, str(path)]
        variables |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        subprocess.run(words, env=variables, cwd=ROOT, check=True)
        assert path.stat().st_mode & 0o777 == 0o666 & ~int(mask, 8)
    first, second = ((tmp_path / f"{number}.xlsx").read_bytes() for number in (0, 1))
    assert first == second == made()


def test_a_format_is_made_once() -> None:
    book = Book(language("es"), title="", made=dt.date(2024, 11, 27), notes="")
    assert book.format("rate", bold=True) is book.format("rate", bold=True) is not book.format("rate")
