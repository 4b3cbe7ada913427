"""What README and docs tell people to type, in a project in daily use: rows of ledger and store that no commit has survive it.

When a value was known cannot be had again, nor can what was said. Two days are replayed: the first is committed, of the second the
store and the ledger have rows that neither git nor DVC knows.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.challenge.revisions import commit_of
from forex.ledger.ledger import LEDGER, append
from tests.support.committed_runs import git
from tests.support.issued_rows import issued
from tests.support.live.replay import FIRST_DAY, Replay, after_first_day, cut_off, days
from tests.support.live.web import web
from tests.support.made_up import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_, SECOND = days(FIRST_DAY, 2)
# What takes back, replaces or mends files.
TOUCHING = ("git restore", "git checkout", "dvc checkout", "dvc exp", "dvc pull", "forex promote", "forex doctor")
# What would take rows of ledger and store with it.
LOSING = [
    r"git (restore|checkout)( --\S*)* (\.|data|:/)(\s|/|$)",
    r"git (reset|clean|stash|rm)\b",
    r"dvc (checkout|pull) *($|.*data)",  # all that DVC keeps, or the store
    r"dvc (checkout|pull) .*(-f|--force)\b",
    r"dvc exp run(?!.*--temp)",
    r"dvc exp (apply|branch)",
    r"dvc gc",
    r"\brm\b",
]


def commands() -> list[str]:
    """Every command in a shell block, the parts of a chain one by one, without their comments."""
    blocks = [block for page in PAGES for block in SHELL.findall(page.read_text(encoding="utf-8"))]
    parts = [part for block in blocks for line in block.splitlines() for part in re.split(r"&&|;", line)]
    return [shlex.join(words) for part in parts if (words := shlex.split(part, comments=True))]


def test_no_recipe_takes_rows_with_it() -> None:
    assert len(commands()) > 50
    assert [one for one in commands() for pattern in LOSING if re.search(pattern, one)] == []


@pytest.mark.parametrize(
    "recipe", ["git restore .", "git checkout -- data", "dvc checkout", "dvc pull", "dvc exp run -S a=1", "git stash"]
)
def test_what_takes_rows_is_recognised(recipe: str) -> None:
    assert any(re.search(pattern, recipe) for pattern in LOSING)


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return os.environ | who | {"PATH": path, "DVC_NO_ANALYTICS": "1", "PYTHONPATH": str(ROOT)}


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    with web() as site, pytest.MonkeyPatch.context() as patch:
        replay = after_first_day(tmp_path_factory, site)
        root = replay.root
        patch.chdir(root)
        for command in (
            "dvc add -q data/store",
            "git add --all",
            "git commit -qm day",
            f"dvc remote add -q --local --default shared {root.parent}/remote",
            "dvc push -q",
        ):
            done = shell(command, root)
            assert done.returncode == 0, f"{command}: {done.stderr}"
        fetch_second_day(replay)
        append(LEDGER, [issued(SECOND, "1d")], lock_timeout=5)
        yield replay


def fetch_second_day(replay: Replay) -> None:
    from forex.commands.live import fetch

    now = replay.providers.now = cut_off(SECOND)
    account = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"}
    fetch.view(lambda line: None, clock=lambda: now, environ=account, client=lambda: replay.site.client(attempts=1))


def kept(root: Path) -> dict[str, bytes]:
    """Ledger, its record of instants, and store, byte for byte."""
    files = [*root.glob("data/ledger/*.csv"), root / "data/issued_at.csv", *root.glob("data/store/**/*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.is_file() and path.name != "lock"}


def test_every_recipe_leaves_ledger_and_store_as_they_are(live: Replay) -> None:
    root = live.root
    before = kept(root)
    assert git(root, "status", "--porcelain", "data/ledger").strip()  # rows that no commit has
    assert "data/store" in shell("dvc status data/store.dvc", root).stdout
    ran = []
    for recipe in dict.fromkeys(one for one in commands() if one.startswith(TOUCHING)):
        done = shell(recipe, root)
        assert kept(root) == before, recipe
        refuses = recipe.startswith("forex promote")  # a model that is not ready
        assert done.returncode in ((0, 1) if refuses else (0,)), f"{recipe}: {done.stdout}{done.stderr}"
        if recipe.startswith("dvc exp run"):
            [name] = re.findall(r"--name (\S+)", recipe)
            assert f"{commit_of(name)}\trefs/exps/" in shell("git ls-remote . 'refs/exps/*'", root).stdout
            judged = shell(f"forex gate HEAD {name}", root)
            assert judged.returncode in (0, 1), judged.stderr
        ran.append(recipe)
    for start in ("git restore", "dvc checkout", "dvc exp run", "dvc exp remove", "forex promote"):
        assert any(recipe.startswith(start) for recipe in ran), start


def test_doctor_mends_the_lock_and_touches_neither(live: Replay) -> None:
    before = kept(live.root)
    (live.root / "dvc.lock").write_bytes(b"")
    (live.root / ".dvc/tmp/rwlock").write_bytes(b"")
    done = shell("forex doctor", live.root)
    assert done.returncode == 0 and done.stdout.count("\n") == 2, done.stderr
    assert kept(live.root) == before
