"""Fixtures that many tests share.

The process runs in a time zone that is neither UTC nor Santiago nor New York: what depends on the machine's own fails. Its language
is English, whatever the machine's: a test about another one sets it.
"""

import forex  # noqa: F401, I001  (pins the arithmetic before anything else loads numpy)

import gc
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hypothesis import settings

from forex.timeline import calendar
from tests.support.made_up import ROOT, MadeUpStore, Project, params_text, with_holidays

if TYPE_CHECKING:
    from tests.support.live.project import Live
    from tests.support.live.services import Providers
    from tests.support.live.web import Web

# The same examples on every machine, slow or fast.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

os.environ["TZ"] = "Asia/Tokyo"
time.tzset()

for variable in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(variable, None)
os.environ["LANG"] = "C.UTF-8"

# While modules are imported, hardly anything is garbage, and the collector would search ever more objects.
gc.disable()

SLOW = tuple(f"{ROOT}/tests/{folder}/" for folder in ("browser", "guarantee", "pipeline", "studies"))
ALL_SLOW = re.compile(r"^pytestmark = .*\bpytest\.mark\.slow\b", re.MULTILINE)
INNER_LOOP = "not slow"  # what `make test-fast` asks for


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """In the inner loop a file whose every test is slow is not even imported."""
    if config.option.markexpr != INNER_LOOP:
        return None
    if f"{collection_path}/".startswith(SLOW):
        return True
    if collection_path.suffix == ".py" and ALL_SLOW.search(collection_path.read_text(encoding="utf-8")):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of whole pipelines, of fetches from a server, processes or simulations are `slow`; other modules say so themselves
    (`make test-fast`).

    The files of slow tests come first, so that the worker processes end at about the same time.
    """
    for item in items:
        if str(item.path).startswith(SLOW) or "live" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """From here on the collector searches what tests make; what is imported and collected stays to the end."""
    gc.collect()
    gc.freeze()
    gc.enable()


# A process reads the holidays once, from its working directory: here, before a test moves to another one.
calendar.is_business_day("2024-11-27")


@pytest.fixture
def store(tmp_path: Path) -> MadeUpStore:
    return MadeUpStore(tmp_path / "store")


@pytest.fixture
def project(tmp_path: Path, store: MadeUpStore, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "params.yaml").write_text(params_text(), encoding="utf-8")
    (tmp_path / "operations.yaml").write_bytes((ROOT / "operations.yaml").read_bytes())
    with_holidays(tmp_path)
    made = Project(tmp_path, store)
    made.set(ingest={"store": "store"})
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def challenged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, a project whose last run made simulated challengers' forecasts."""
    from tests.support.challengers import FRAME, write_project

    write_project(tmp_path, FRAME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator["Web"]:
    """A web server on the loopback interface."""
    from tests.support.live.web import web

    with web() as served:
        yield served


@pytest.fixture
def providers(server: "Web") -> "Providers":
    """What its answers come from; a test changes it."""
    from tests.support.live.services import Providers

    answering = Providers()
    server.route = answering.route
    server.requests.clear()
    return answering


@pytest.fixture
def live(server: "Web", providers: "Providers", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Live":
    """The working directory, a project in live use whose services are `providers`."""
    from tests.support.live.project import live_project
    from tests.support.live.services import SERIES

    monkeypatch.chdir(tmp_path)
    return live_project(tmp_path, server, SERIES)
