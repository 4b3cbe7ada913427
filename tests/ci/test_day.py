"""The scheduled job: `make ci-advance`, `ci-keep` and `ci-check`, against recorded providers and by the clock of a past day."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.ci.making import dvc, environment, make
from tests.support.committed_runs import git
from tests.support.live.replay import FIRST_DAY, Replay, after_first_day, cut_off, days
from tests.support.live.web import Web, web
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

_, SECOND = days(FIRST_DAY, 2)
# `forex` on that day: its clock, and its connections, which trust the server's certificate.
AT = """#!{python}
import datetime as dt, functools, ssl, sys
sys.path.insert(0, {root!r})
from forex.commands.live import advance
from tests.support.live.web import Web

site = Web({url!r}, ssl.create_default_context(cafile={certificate!r}))
advance.view = functools.partial(
    advance.view, clock=lambda: dt.datetime.fromisoformat({now!r}), client=lambda: site.client(attempts=1),
    environ={{"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"}},
)
from forex.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture(scope="module")
def replay(site: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """A project one day into live use, its store in DVC with a remote, its commits in a git remote."""
    replay = after_first_day(tmp_path_factory, site)
    root, outside = replay.root, tmp_path_factory.mktemp("outside")
    environment(root)
    git(outside, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(root, "checkout", "-q", "-B", "main")
    for words in (["add", "-q", "data/store"], ["remote", "add", "-q", "--default", "shared", str(outside / "remote")]):
        dvc(*words, cwd=root)
    git(root, "add", "--all")
    git(root, "commit", "-qm", "live")
    git(root, "remote", "add", "origin", str(outside / "origin.git"))
    yield replay


def at(replay: Replay, now: dt.datetime) -> None:
    """From now on the `forex` of the project's environment runs at that instant."""
    own = replay.root / ".venv/bin"
    if own.is_symlink():
        everything = list(own.resolve().iterdir())
        own.unlink()
        own.mkdir()
        for file in everything:
            (own / file.name).symlink_to(file)
    certificate = replay.root / ".dvc/tmp/certificate.pem"
    certificate.write_bytes(replay.site.certificate)
    command = own / "forex"
    command.unlink()
    script = AT.format(
        python=own / "python", root=str(ROOT), url=replay.site.url, certificate=str(certificate), now=now.isoformat()
    )
    command.write_text(script)
    command.chmod(0o755)
    replay.providers.now = now


def test_make_ci_advance_issues_the_day_and_make_ci_keep_pushes_it(replay: Replay) -> None:
    root = replay.root
    at(replay, cut_off(SECOND, -10))
    early = make("ci-advance", root)
    assert early.returncode == 0 and "No forecast is due" in early.stdout, early.stderr
    at(replay, cut_off(SECOND))
    done = make("ci-advance", root)
    assert done.returncode == 0, done.stderr
    assert [line.split(",")[1] for line in replay.ledger()] == [FIRST_DAY] * 5 + [SECOND] * 5
    kept = make("ci-keep", root)
    assert kept.returncode == 0, kept.stderr
    changed = git(root, "show", "--name-only", "--format=", "origin/main").split()
    assert {"data/ledger/2023.csv", "data/store.dvc", "dvc.lock", "params.yaml", "reports/forecast.json"} <= set(
        changed
    )
    assert git(root, "status", "--porcelain") == "" and git(root, "rev-parse", "HEAD") == git(
        root, "rev-parse", "origin/main"
    )
    again = make("ci-advance", root)
    assert again.returncode == 0 and make("ci-keep", root).stdout == "Nothing new to keep.\n"


def test_make_ci_check_says_the_state_and_ends_with_its_code(replay: Replay) -> None:
    at(replay, cut_off(SECOND, 20))
    done = make("ci-check", replay.root)
    assert "as of 2023-07-" in done.stdout and "forex check" in done.stdout
    assert (done.returncode == 0) == (json.loads(checked(replay))["exit_code"] == 0)


def checked(replay: Replay) -> str:
    words = [str(replay.root / ".venv/bin/forex"), "check", "--json"]
    return subprocess.run(words, cwd=replay.root, capture_output=True, text=True, check=False).stdout
