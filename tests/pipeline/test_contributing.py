"""CONTRIBUTING.md keeps its word: what its text adds, taken from the text, works in a copy of this repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from forex.core.files import read_parquet
from tests.support.finished_project import Made, copied
from tests.support.live.project import Live
from tests.support.live.services import DAYS, NOW, REAIS, Providers
from tests.support.live.web import Answer, Query
from tests.support.made_up import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    [found] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def code(title: str, language: str) -> str:
    """The first block of code of a section."""
    return str(re.findall(rf"^```{language}\n(.*?)^```", section(title), re.MULTILINE | re.DOTALL)[0])


def file_of(title: str) -> Path:
    return Path(re.findall(r"`(forex/\w+/\w+\.py)`:", section(title))[0])


@pytest.mark.parametrize("title", ["A model", "A provider"])
@pytest.mark.parametrize("asked", [["check"], ["format", "--check"]])
def test_the_linter_finds_nothing_in_the_code_of_the_text(title: str, asked: list[str]) -> None:
    ruff = [sys.executable, "-m", "ruff", *asked, "--no-cache", "--stdin-filename", str(ROOT / file_of(title)), "-"]
    done = subprocess.run(ruff, input=code(title, "python"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def called(*command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(Path("site").absolute())}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def reproduced(stage: str) -> list[str]:
    """The stages that `dvc repro` ran to bring `stage` up to date."""
    done = called("dvc", "repro", stage)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Running stage '(\w+)'", done.stdout)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A copy of the repository, on a small store, after all ten stages; it is the working directory."""
    with copied(tmp_path_factory) as project:
        for name in ("forex", "stages"):
            shutil.copytree(ROOT / name, name)
        for name in ("dvc.yaml", "operations.yaml", ".dvc/config", ".dvcignore", "data/ledger"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, name)
        subprocess.run(["git", "init", "-q"], check=True)
        assert called("dvc", "commit", "--force").returncode == 0
        assert reproduced("report") == []
        yield project


def test_a_model_added_by_the_text_runs_is_scored_reruns_when_edited_and_is_no_ready_challenger(
    repository: Made,
) -> None:
    file = file_of("A model")
    name = file.stem
    file.write_text(code("A model", "python"), encoding="utf-8")
    lists = re.findall(r"`((?:fit|calibrate)\.\w+)` \(", section("A model"))
    assert lists == ["fit.models", "calibrate.conformal"]
    params = repository.params
    for block, key in (path.split(".") for path in lists):
        params[block][key] = [*params[block][key], name]
    params["fit"] |= YAML(typ="safe").load(code("A model", "yaml"))
    repository.write({})

    assert called(sys.executable, "-m", "forex", "params", "check").returncode == 0
    assert reproduced("evaluate") == ["fit", "calibrate", "evaluate"]
    scored = json.loads(Path("reports/validation.json").read_text(encoding="utf-8"))["horizons"]
    assert all(name in horizon["models"] for horizon in scored.values())

    refused = called(sys.executable, "-m", "forex", "readiness", name)
    assert refused.returncode == 1, refused.stderr
    assert f"{name} against published (ensemble): NOT_READY" in refused.stdout

    file.write_text(file.read_text(encoding="utf-8").replace('"""A random', '"""Still a random'), encoding="utf-8")
    assert reproduced("evaluate") == ["fit"]

    repository.write({f"fit.{name}.half_life": "long"})
    wrong = called("dvc", "repro", "fit")
    assert wrong.returncode != 0
    assert f"params.yaml: fit.{name}.half_life = 'long': " in wrong.stderr
    checked = called(sys.executable, "-m", "forex", "params", "check")
    assert checked.returncode == 2 and f"params.yaml: fit.{name}.half_life = 'long': " in checked.stderr


def test_a_provider_added_by_the_text_is_asked_and_its_values_are_stored(live: Live, providers: Providers) -> None:
    shutil.copytree(ROOT / "forex", "forex")
    file = file_of("A provider")
    file.write_text(code("A provider", "python"), encoding="utf-8")
    block = YAML(typ="safe").load(code("A provider", "yaml"))
    assert list(block["providers"]) == [file.stem]
    assert f"`{block['providers'][file.stem].split('/')[2]}`, to `fetch.network.hosts`" in section("A provider")
    live.set(
        fetch__providers=live.operations["fetch"]["providers"] | {file.stem: f"{live.site.url}/{file.stem}"},
        fetch__series=live.operations["fetch"]["series"] | block["series"],
    )

    def answer(path: str, query: Query) -> Answer:
        if path.split("/")[1] != file.stem:
            return providers.route(path, query)
        first, last = path.split("/")[2].split("..")
        rates = {str(day): {"BRL": value} for day, value in REAIS.items() if first <= str(day) <= last}
        return Answer({"rates": rates} if query == {"base": "USD", "symbols": "BRL"} else {})

    live.site.route = answer
    certificate = live.root / "certificate.pem"
    certificate.write_bytes(live.site.certificate)
    words = [sys.executable, "-m", "tests.support.live.fetch_process", live.site.url, str(certificate), NOW.isoformat()]
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = read_parquet(Path("data/store/brl.parquet"))
    assert rows["date"].to_list() == DAYS and rows["value"].to_list() == list(REAIS.values())
    assert set(rows["source"]) == {f"{file.stem}:BRL"}
