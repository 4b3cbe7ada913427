"""A report that does not fit: the command that reads it ends with 3 and names the file, the key and what makes it anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from forex.core.reports import plain, write_report
from tests.support.challengers import BETTER, FRAME, write_project
from tests.support.forex_command import forex
from tests.support.monitored import QUIET
from tests.support.reports_made_up import performance, validation

pytestmark = pytest.mark.slow

ALERTS, PERFORMANCE, VALIDATION = (Path(f"reports/{name}.json") for name in ("alerts", "performance", "validation"))
REPORTS = {ALERTS: QUIET, PERFORMANCE: performance(), VALIDATION: validation()}
READERS = [
    (("alerts",), ALERTS),
    (("check",), ALERTS),
    (("check",), PERFORMANCE),
    (("readiness", BETTER), PERFORMANCE),
    (("scoreboard",), VALIDATION),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write_project(folder, FRAME)
    return folder


def refused(run: Path, words: tuple[str, ...], path: Path, text: str) -> str:
    for name, report in REPORTS.items():
        write_report(run / name, report)
    (run / path).write_text(text, encoding="utf-8")
    done = forex(*words, cwd=run)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert done.stderr.startswith(f"forex: {path}: not what this version writes (") and done.stderr.count("\n") == 1
    assert "`dvc repro` makes it anew." in done.stderr
    return done.stderr


@pytest.mark.parametrize(("words", "path"), READERS)
@pytest.mark.parametrize(("text", "says"), [("{}", ": missing"), ("[]", "the whole: "), ("5", "the whole: ")])
def test_another_file(run: Path, words: tuple[str, ...], path: Path, text: str, says: str) -> None:
    assert says in refused(run, words, path, text)


def put(content: dict[str, Any], *place: str, value: Any) -> None:
    *way, last = place
    for step in way:
        content = content[step]
    content[last] = value


WINDOW = ("horizons", "1d", "models", "published", "windows", "60")
OVERALL = ("horizons", "1d", "models", "published", "overall")


@pytest.mark.parametrize(
    ("words", "path", "place", "value", "says"),
    [
        (("alerts",), ALERTS, ("send", "send"), "no", "send.send: "),
        (("alerts",), ALERTS, ("types", "VIX_SPIKE", "mood"), 1, "types.VIX_SPIKE.mood: not a key"),
        (("check",), PERFORMANCE, (*WINDOW, "changes", "crps", "p"), "0.5", "windows.60.changes.crps.p: "),
        (("check",), PERFORMANCE, (*WINDOW, "recent", "coverage_95"), None, "windows.60.recent.coverage_95: "),
        (("check",), PERFORMANCE, ("status",), "FINE", "status: "),
        (("readiness", BETTER), PERFORMANCE, ("horizons", "1d", "status"), 3, "horizons.1d.status: "),
        (("scoreboard",), VALIDATION, (*OVERALL, "coverage_95_se"), [0.1], "published.overall.coverage_95_se: "),
        (("scoreboard",), VALIDATION, (*OVERALL, "coverage_95_sd"), 0.1, "published.overall.coverage_95_sd: not a key"),
    ],
)
def test_a_fault_deep_inside(
    run: Path, words: tuple[str, ...], path: Path, place: tuple[str, ...], value: Any, says: str
) -> None:
    content = plain(REPORTS[path])
    put(content, *place, value=value)
    assert says in refused(run, words, path, json.dumps(content))
