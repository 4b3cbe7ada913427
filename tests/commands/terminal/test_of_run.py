"""Every command that shows the last run says so where that is not of params.yaml as it is now."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.commands.show.of_run import KEY
from forex.report import run
from tests.support.finished_project import Made, copied
from tests.support.forex_command import forex

pytestmark = pytest.mark.slow

COMMANDS = ("forecast", "forecast --ladder", "explain", "nowcast", "regime", "scoreboard", "alerts")
OTHERS = {"another store": {"ingest.store": "other"}, "other params": {"fit.nowcast.half_life": 777}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The working directory, a finished project whose dvc.lock names its store."""
    with copied(tmp_path_factory) as made:
        Path("dvc.yaml").touch()
        store = made.params["ingest"]["store"]
        lock = {"stages": {"ingest": {"params": {"params.yaml": {"ingest": {"store": store}}}}}}
        run.LOCK.write_text(json.dumps(lock), encoding="utf-8")
        yield made


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_of_params_yaml_is_shown_as_it_is(command: str, project: Made) -> None:
    project.write({})
    assert "dvc repro" not in forex(*command.split(), cwd=Path.cwd()).stdout
    assert KEY not in json.loads(forex(*command.split(), "--json", cwd=Path.cwd()).stdout)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("command", COMMANDS)
def test_any_other_is_said_to_be_another(command: str, other: str, project: Made) -> None:
    project.write(OTHERS[other])
    done = forex(*command.split(), "--lang", "en", cwd=Path.cwd())
    assert done.returncode == 0 and "Run dvc repro." in done.stdout
    assert KEY in json.loads(forex(*command.split(), "--json", cwd=Path.cwd()).stdout)
