"""The pages that a browser opens: those of the committed pipeline's first run, and those of made-up projects."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.report.figures import Figures
from tests.support.finished_project import first_run
from tests.support.pages.browser import CHROMIUM, chromium
from tests.support.pages.dashboards import PROJECTS, page
from tests.support.pages.tables import drawn


@dataclass(frozen=True)
class Shown:
    """A page's file, and an hour after its forecast was made."""

    path: Path
    now: dt.datetime


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per test module: its event loop runs while it is open, and the process can start no other."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the path: the pages are not opened")
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the committed pipeline's first run."""
    return first_run(tmp_path_factory) / "reports"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def of_run(run: Path, name: str) -> Shown:
    made = json.loads((run / "forecast.json").read_text(encoding="utf-8"))["made_at"]
    return Shown(run / f"{name}.html", dt.datetime.fromisoformat(made) + dt.timedelta(hours=1))


@cache
def charts(code: Code, *, matured: bool) -> Figures:
    return drawn(language(code), matured=matured)


def made_up(folder: Path, project: str, code: Code = "es") -> Shown:
    """One of PROJECTS with its charts, written once."""
    path = folder / f"{project.replace(' ', '_')}_{code}.html"
    if not path.exists():
        parts = PROJECTS[project]()
        figures = charts(code, matured="figures" not in parts)  # a project without outcomes has fewer
        path.write_text(page(code, **parts | {"figures": figures}), encoding="utf-8")
    return Shown(path, dt.datetime(2024, 11, 27, 19, tzinfo=dt.UTC))
