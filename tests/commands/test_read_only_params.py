"""A params.yaml that its owner made read-only is changed by no command, and each says so in one line."""

from pathlib import Path

import pytest

from forex.commands.judge import promote
from forex.commands.keep.params import write
from forex.commands.live import advance
from forex.core.errors import UsageError
from forex.params import PARAMS_FILE
from tests.support.challengers import BETTER
from tests.support.forex_command import forex
from tests.support.made_up import Project


@pytest.fixture
def read_only(project: Project) -> Path:
    path = project.root / "params.yaml"
    path.write_bytes(b'# ours\r\nas_of: "2024-11-26"\r\n')
    path.chmod(0o444)
    return path


SAYS = r"params.yaml is read-only, and nothing was changed. `chmod u\+w .*params.yaml` lets it be written."


def test_a_read_only_file_is_left_as_it_is(read_only: Path) -> None:
    """Even for root, whom the system refuses nothing; no file is left beside it."""
    before, beside = read_only.read_bytes(), set(read_only.parent.iterdir())
    with pytest.raises(UsageError, match=SAYS):
        write("as_of: other\n", read_only)
    assert (read_only.read_bytes(), read_only.stat().st_mode & 0o777) == (before, 0o444)
    assert set(read_only.parent.iterdir()) == beside


def test_a_link_to_it_is_judged_by_what_it_leads_to(read_only: Path) -> None:
    link = read_only.with_name("linked.yaml")
    link.symlink_to(read_only)
    with pytest.raises(UsageError, match="read-only"):
        write("as_of: other\n", link)
    read_only.chmod(0o644)
    write("as_of: other\n", link)
    assert link.is_symlink() and read_only.read_text(encoding="utf-8") == "as_of: other\n"


def test_advance_says_so_before_any_stage_runs(read_only: Path) -> None:
    before = read_only.read_bytes()
    said: list[str] = []
    with pytest.raises(UsageError, match=SAYS):
        advance._run("2024-11-27", said.append)
    assert said == [] and read_only.read_bytes() == before


def test_promote_says_so(challenged: Path) -> None:
    before = PARAMS_FILE.read_bytes()
    PARAMS_FILE.chmod(0o444)
    try:
        with pytest.raises(UsageError, match=SAYS):
            promote.view(BETTER)
        refused = forex("promote", BETTER, cwd=challenged)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("forex: params.yaml is read-only") and refused.stderr.count("\n") == 1
        assert forex("promote", BETTER, "--dry-run", cwd=challenged).returncode == 0  # which writes nothing
    finally:
        PARAMS_FILE.chmod(0o644)
    assert PARAMS_FILE.read_bytes() == before
