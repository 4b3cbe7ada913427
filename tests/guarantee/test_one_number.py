"""Page, sheet, terminal, weekly report and forecast.json say the same numbers, in Spanish and English: read back from each."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from forex.core.files import read_json
from forex.presentation.catalogue import Code
from forex.presentation.language import Language
from tests.support.changed_params import run
from tests.support.finished_project import copied
from tests.support.forex_command import forex
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

LEVELS = ("0.5", "0.8", "0.95")


@dataclass(frozen=True)
class Said:
    """What one run said, and in which language."""

    language: Language
    forecast: dict[str, Any]
    validation: dict[str, Any]

    @property
    def horizons(self) -> list[tuple[str, dict[str, Any]]]:
        return sorted(self.forecast["horizons"].items(), key=lambda item: int(item[0].removesuffix("d")))


@pytest.fixture(scope="module", params=["es", "en"])
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    code: Code = request.param
    with copied(tmp_path_factory) as project:
        project.write({"report.language": code})
        for stage in ("validate", "report"):
            run(stage)
        Path("dvc.yaml").touch()
        shutil.copy(ROOT / "operations.yaml", "operations.yaml")
        yield Said(Language(code), read_json(Path("reports/forecast.json")), read_json(Path("reports/validation.json")))


class Tables(HTMLParser):
    """Every table of a page as rows of cells, by the id or label of the section or region around it; and all text."""

    def __init__(self, path: Path):
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.words: list[str] = []
        self.inside = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.inside:
            self.tables[-1][-1][-1] += data

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))


def cells(rows: list[list[str]]) -> list[list[str]]:
    """With one space where HTML has several; a narrow one stays."""
    return [[re.sub(r"[ \n]+", " ", cell).strip() for cell in row] for row in rows]


def test_the_page_says_the_forecast(said: Said) -> None:
    page, words = Tables(Path("reports/dashboard.html")), said.language
    first = cells(page.tables[0])[1:]
    assert len(first) == len(said.horizons)
    for row, (horizon, entry) in zip(first, said.horizons, strict=True):
        low, high = entry["intervals"]["0.8"]
        assert row == [
            f"{words.day(entry['target_date'])} {words.horizon(horizon)}",
            words.rate(entry["median"]),
            f"{words.rate(low)} – {words.rate(high)}",
            words.chance(entry["probability_of_rise"]),
        ]
    every = cells(page.tables[1])[1:]
    for row, (_, entry) in zip(every, said.horizons, strict=True):
        ends = [entry["intervals"][level] for level in LEVELS]
        assert row[2:6] == [
            words.rate(entry["median"]),
            *(f"{words.rate(low)} – {words.rate(high)}" for low, high in ends),
        ]
    ladder = cells(page.tables[2])[1:]
    levels, above = said.forecast["ladder"]["levels"], said.forecast["ladder"]["above"]
    assert ladder == [
        [words.value(level), *(words.chance(above[name][k]) for name, _ in said.horizons)]
        for k, level in reversed(list(enumerate(levels)))
    ]
    assert f"{words.rate(said.forecast['anchor'])}" in page.text


def test_the_answer_rounds_the_intervals_of_the_report(said: Said) -> None:
    words, page = said.language, Tables(Path("reports/dashboard.html"))
    for horizon in ("7d", "30d"):
        entry = said.forecast["horizons"][horizon]
        low, high = (words.pesos(end) for end in entry["intervals"]["0.8"])
        joined = f"entre {low} y {high} el" if words.code == "es" else f"between {low} and {high} on"
        assert f"{joined} {words.day_and_month(entry['target_date'])}" in page.text


def test_the_sheet_holds_the_numbers_themselves(said: Said) -> None:
    book = openpyxl.load_workbook("reports/forecast.xlsx")
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    by_horizon = {row[0]: row for row in rows if isinstance(row[0], str) and re.fullmatch(r"\d+d", row[0])}
    assert set(by_horizon) == set(said.forecast["horizons"])
    for name, entry in said.horizons:
        ends = [end for level in LEVELS for end in entry["intervals"][level]]
        assert by_horizon[name][2:11] == [entry["steps"], entry["median"], *ends, entry["probability_of_rise"]]
        assert str(by_horizon[name][1].date()) == entry["target_date"]
    numbers = {
        cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row if isinstance(cell, float)
    }
    above = said.forecast["ladder"]["above"]
    assert {p for shares in above.values() for p in shares} <= numbers


def test_the_terminal_says_the_forecast(said: Said) -> None:
    done = forex("forecast", "--lang", said.language.code, cwd=Path.cwd())
    lines = [line.split() for line in done.stdout.splitlines()[3 : 3 + len(list(said.horizons))]]
    for cut, (name, entry) in zip(lines, said.horizons, strict=True):
        assert cut[:3] == [name, entry["target_date"], said.language.number(entry["median"], 2, grouped=False)]
        found = [float(cell.replace(",", ".")) for cell in cut[3:-1] if re.fullmatch(r"[\d.,]+", cell)][:6]
        assert found == [pytest.approx(end, abs=0.00501) for level in LEVELS for end in entry["intervals"][level]]
    content = json.loads(forex("forecast", "--json", cwd=Path.cwd()).stdout)
    assert {name: entry["median"] for name, entry in content["horizons"].items()} == {
        name: entry["median"] for name, entry in said.horizons
    }


def test_the_weekly_report_says_the_scores_of_the_page_and_the_sheet(said: Said) -> None:
    done = forex("report", "weekly", "--json", cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    weekly = Tables(Path("reports/weekly/weekly.html")).text
    page = Tables(Path("reports/dashboard.html")).text
    scores = [
        cell.value
        for sheet in openpyxl.load_workbook("reports/forecast.xlsx").worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    ]
    words, judged = said.language, 0
    for figures in said.validation["horizons"].values():
        overall = figures["models"]["published"]["overall"]
        coverage = overall["coverage_95"]
        for shown in (words.share(coverage), words.rate(overall["crps"])):
            assert shown in weekly and shown in page
        assert any(abs(value - coverage) < 1e-12 for value in scores)
        assert any(abs(value - overall["crps"]) < 1e-12 for value in scores)
        judged += 1
    assert judged == len(said.horizons)


def test_the_state_is_one_on_page_sheet_terminal_and_weekly_report(said: Said) -> None:
    content = json.loads(forex("check", "--json", cwd=Path.cwd()).stdout)
    name = said.language.name(content["state"])
    shown = name[:1].upper() + name[1:]
    page, expected = (
        Tables(Path("reports/dashboard.html")).text,
        [finding for finding in content["found"] if finding["state"] != "OK"],
    )
    assert f"{shown}." in page
    assert f"{shown}." in Tables(Path("reports/weekly/weekly.html")).text
    first = list(openpyxl.load_workbook("reports/forecast.xlsx").worksheets[0].iter_rows(values_only=True))
    assert name in {cell for row in first for cell in row}
    if expected and said.language.code == "en":
        assert len(expected) == sum(1 for row in first[2:] if row[0] in ("with reservations", "not in order"))
