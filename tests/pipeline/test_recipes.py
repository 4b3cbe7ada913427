"""What README and docs tell people to type, in a project in daily use: rows of ledger and store that no commit has survive it.

When a value became known cannot be found out again, nor can what was said. Two days are replayed: the first is committed, and of
the second the store and the ledger have rows that neither git nor DVC knows.
"""

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.challenge.revisions import commit_of
from forex.ledger.ledger import LEDGER, append
from tests.support.committed_runs import git
from tests.support.forex_command import forex
from tests.support.issued_rows import issued
from tests.support.live.replay import FIRST_DAY, Replay, after_first_day, cut_off, days
from tests.support.live.web import web
from tests.support.made_up import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_, SECOND = days(FIRST_DAY, 2)
# What takes back, replaces or mends files.
TOUCHING = (
    *("git restore", "git checkout", "dvc checkout", "dvc exp", "dvc pull", "forex promote", "forex doctor"),
    # Of an experiment, while it is there.
    *("dvc params diff HEAD", "dvc metrics diff HEAD", "forex gate HEAD shorter-memory"),
)
# What other tests run, since it needs a server, a crontab, another interpreter or somebody's file.
ELSEWHERE = {
    "make run": "tests/ci/test_report.py",
    "make test": "tests/ci/test_targets.py",
    "make bench": "tests/studies/test_speed.py",
    "make plots": "tests/report/test_plots.py",
    "make calendar": "tests/commands/test_calendar_source.py",
    "docker ": "tests/ci/test_dockerfile.py",
    "dvc artifacts get": "tests/pipeline/test_remotes.py",
    "dvc remote": "tests/pipeline/test_remotes.py",
    "gto ": "tests/pipeline/test_remotes.py",
    "git push": "tests/ci/test_day.py",
    "git pull": "tests/pipeline/test_remotes.py",
    "forex schedule": "tests/schedule/test_cron.py",
    "forex mail send": "tests/mail/test_delivery.py",
    "forex import": "tests/importing/test_files.py",
    "forex init": "tests/pipeline/test_init.py",
    "pip install": "tests/pipeline/test_init.py",
    "apt-get": "tests/weekly/test_command.py",
}
WHERE = ("export ", ". ", "set ", "cd ")  # the shell's own state, which no other command here needs
# What exits with a code other than 0 when it has something to say.
SAYING = {
    "forex check": (0, 1, 4), "forex health": (0, 1, 4), "forex readiness": (0, 1), "forex calendar check": (0, 1),
    "forex gate": (0, 1), "git diff": (0, 1), "git commit": (0, 1),
}  # fmt: skip
# What would lose rows of ledger or store.
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
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    parts = [part for words in lines for part in re.split(r" (?:&&|;) ", " ".join(_quoted(word) for word in words))]
    return [part for part in parts if part]


def _quoted(word: str) -> str:
    """Quoted as a shell needs it, except for what joins and redirects commands."""
    return word if word in ("&&", ";", ">", "|") or word.startswith("~/") else shlex.quote(word)


def test_no_recipe_takes_rows_with_it() -> None:
    assert len(commands()) > 50
    assert [command for command in commands() for pattern in LOSING if re.search(pattern, command)] == []


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
        shutil.copytree(ROOT / "data/sample", root / "data/sample", dirs_exist_ok=True)
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
    for recipe in dict.fromkeys(command for command in commands() if command.startswith(TOUCHING)):
        done = shell(recipe, root)
        assert kept(root) == before, recipe
        refuses = recipe.startswith(("forex promote", "forex gate"))  # a model not ready, a change for the worse
        assert done.returncode in ((0, 1) if refuses else (0,)), f"{recipe}: {done.stdout}{done.stderr}"
        if recipe.startswith("dvc metrics diff HEAD"):
            shown = done.stdout.splitlines()
            assert 20 < len(shown) <= 60 and all("headline.json" in line for line in shown[1:] if line)
        if recipe.startswith("dvc exp run"):
            [name] = re.findall(r"--name (\S+)", recipe)
            assert f"{commit_of(name)}\trefs/exps/" in shell("git ls-remote . 'refs/exps/*'", root).stdout
        ran.append(recipe)
    of_an_experiment = ("dvc exp run", "dvc metrics diff HEAD", "dvc exp remove")
    for start in ("git restore", "dvc checkout", *of_an_experiment, "forex gate", "forex promote"):
        assert any(recipe.startswith(start) for recipe in ran), start


def rows(root: Path) -> dict[str, set[bytes]]:
    """The lines of every table of ledger and store: they may grow, and none may go."""
    return {name: set(content.splitlines()) for name, content in kept(root).items() if name.endswith(".csv")}


@pytest.mark.parametrize("start", ELSEWHERE)
def test_what_other_tests_run_is_still_told_and_the_test_is_there(start: str) -> None:
    assert any(f"{command} ".startswith(start) for command in commands()) and (ROOT / ELSEWHERE[start]).is_file()


def test_every_other_command_runs_in_order_and_no_row_is_lost(live: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the day that is replayed: a date in a command stands for it, and the network is the tests' server."""
    from forex.commands.live import advance, fetch

    root, now = live.root, cut_off(SECOND)
    git(root, "branch", "--force", "origin/main")
    account = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"}
    for module in (advance, fetch):
        at_that_time = functools.partial(
            module.view, clock=lambda: now, environ=account, client=lambda: live.site.client(attempts=1)
        )
        monkeypatch.setattr(module, "view", at_that_time)
    before = rows(root)
    ran = 0
    for written in dict.fromkeys(commands()):
        if written.startswith((*TOUCHING, *WHERE)) or f"{written} ".startswith(tuple(ELSEWHERE)):
            continue
        command = re.sub(r"20[12]\d-\d\d-\d\d", FIRST_DAY, written)
        if "--date" in command:
            command = command.replace(FIRST_DAY, "2023-08-04")
        words = shlex.split(command)
        done = forex(*words[1:], cwd=root) if words[0] == "forex" and ">" not in words else shell(command, root)
        allowed = next((codes for start, codes in SAYING.items() if command.startswith(start)), (0,))
        assert done.returncode in allowed, f"{command}: {done.stdout}{done.stderr}"
        after = rows(root)
        assert {name: lost for name, lines in before.items() if (lost := lines - after.get(name, set()))} == {}, command
        before = after
        ran += 1
    assert ran > 35


def test_doctor_mends_the_lock_and_touches_neither(live: Replay) -> None:
    before = kept(live.root)
    (live.root / "dvc.lock").write_bytes(b"")
    (live.root / ".dvc/tmp/rwlock").write_bytes(b"")
    done = shell("forex doctor", live.root)
    assert done.returncode == 0 and done.stdout.count("\n") == 2, done.stderr
    assert kept(live.root) == before
