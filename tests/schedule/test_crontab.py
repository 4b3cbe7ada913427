"""The block in the crontab: there once, as it should be now, and the rest of the crontab byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.errors import UsageError
from forex.schedule.crontab import NoCron, block, installed, read, with_block, without_block, write

FOLDER, PYTHON = Path("/srv/forex"), Path("/srv/forex/.venv/bin/python")
OTHERS = [
    b"",
    b"\n",
    b"MAILTO=a@example.com\n0 5 * * 1 tar -zcf /var/backups/home.tgz /home/\n",
    b"5 * * * * no end of its line",
    b"# one\r\n5 * * * * two\r\n",
    b"# latin-1: caf\xe9\n@daily x\n\n\n",
    b"# BEGIN forex /srv/forex2\n5 * * * * another project\n# END forex /srv/forex2\n",
    b"\t # BEGIN forex /srv/forex\n",  # somebody's note, not a mark
]


@pytest.mark.parametrize("crontab", OTHERS)
def test_install_and_remove_leave_the_rest(crontab: bytes) -> None:
    entered = with_block(crontab, FOLDER, PYTHON)
    assert entered.endswith(crontab)
    assert installed(entered, FOLDER) == block(FOLDER, PYTHON)
    assert with_block(entered, FOLDER, PYTHON) == entered
    assert without_block(entered, FOLDER) == crontab


@given(st.lists(st.one_of(st.sampled_from(OTHERS), st.binary(max_size=20))), st.lists(st.sampled_from(OTHERS)))
def test_whatever_stands_before_and_after_stays(before: list[bytes], after: list[bytes]) -> None:
    old = block(FOLDER, Path("/usr/bin/old-python"))
    top, rest = b"".join(before), b"".join(after)
    if top and not top.endswith(b"\n"):
        top += b"\n"
    changed = with_block(top + old + rest, FOLDER, PYTHON)
    assert changed == top + block(FOLDER, PYTHON) + rest
    assert without_block(changed, FOLDER) == top + rest


def test_a_block_that_an_editor_gave_other_ends_of_lines_is_found() -> None:
    crontab = b"a\r\n" + block(FOLDER, PYTHON).replace(b"\n", b"\r\n") + b"b\r\n"
    assert without_block(crontab, FOLDER) == b"a\r\nb\r\n"
    assert with_block(crontab, FOLDER, PYTHON) == b"a\r\n" + block(FOLDER, PYTHON) + b"b\r\n"


def test_a_block_that_stands_twice_is_there_once_afterwards() -> None:
    twice = b"a\n" + block(FOLDER, PYTHON) + b"b\n" + block(FOLDER, PYTHON) + b"c"
    assert with_block(twice, FOLDER, PYTHON) == b"a\n" + block(FOLDER, PYTHON) + b"b\nc"
    assert without_block(twice, FOLDER) == b"a\nb\nc"


def test_each_project_has_a_block_of_its_own() -> None:
    other = Path("/srv/forex2")
    both = with_block(with_block(b"", other, PYTHON), FOLDER, PYTHON)
    assert without_block(both, FOLDER) == block(other, PYTHON)
    assert installed(without_block(both, FOLDER), other) == block(other, PYTHON)


@pytest.mark.parametrize("mark", [b"# BEGIN forex /srv/forex", b"# END forex /srv/forex"])
def test_half_a_block_is_left_alone(mark: bytes) -> None:
    crontab = b"a\n" + mark + b"\nb\n"
    for change in (lambda: with_block(crontab, FOLDER, PYTHON), lambda: without_block(crontab, FOLDER)):
        with pytest.raises(UsageError, match="without the other. Mend it with crontab -e"):
            change()


def test_no_line_has_a_day_of_the_month_or_of_the_week() -> None:
    [line] = [line for line in block(FOLDER, PYTHON).decode().splitlines() if not line.startswith("#")]
    assert line.split()[:5] == ["*/5", "*", "*", "*", "*"]


@pytest.mark.parametrize(
    "name", ["two words", "dólar 100 %", 'it\'s "so"', "a\\b", "a\\%b", "%%", "$HOME `x` *", "-n", "ñ\udcff"]
)
def test_a_path_means_itself_to_cron_and_the_shell(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    python = folder / "python"
    python.write_text("#!/bin/sh\npwd\n")
    python.chmod(0o755)
    [line] = [line for line in block(folder, python).splitlines() if not line.startswith(b"#")]
    command = as_cron_reads(line.split(b" ", 5)[5])
    said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    assert said.stdout == os.fsencode(folder) + b"\n"


def as_cron_reads(command: bytes) -> bytes:
    """Up to the first % that has no backslash before it; those that have one lose it (crontab(5), do_command.c)."""
    read_, escaped = b"", False
    for byte in (bytes([code]) for code in command):
        if escaped:
            read_ = read_[:-1] + byte if byte == b"%" else read_ + byte
            escaped = False
            continue
        if byte == b"%":
            break
        escaped = byte == b"\\"
        read_ += byte
    return read_


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(UsageError, match="no crontab can hold a path with a line break"):
        block(Path("/srv/for\nex"), PYTHON)


# Keeps the crontab in a file, and takes none whose last line has no end, as Debian's.
CRONTAB = """\
#!{python}
import os, pathlib, subprocess, sys
kept = pathlib.Path({kept!r})
match sys.argv[1]:
    case "-l" if kept.exists():
        sys.stdout.buffer.write(kept.read_bytes().replace(b"\\r", b"\\\\r"))
    case "-e":
        subprocess.run(["/bin/sh", "-c", f"{{os.environ['VISUAL']}} {{kept}}"], check=True)
    case "-l":
        sys.exit("no crontab for somebody")
    case "-r":
        kept.unlink()
    case "-":
        given = sys.stdin.buffer.read()
        if not given.endswith(b"\\n"):
            sys.exit("new crontab file is missing newline before EOF, can't install.")
        kept.write_bytes(given)
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The crontab of a made-up cron."""
    program = tmp_path / "bin/crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB.format(python=sys.executable, kept=str(tmp_path / "kept")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return tmp_path / "kept"


def test_a_crontab_is_read_and_written_as_bytes(kept: Path) -> None:
    assert read() == b""
    write(b"# caf\xe9\r\n")
    assert kept.read_bytes() == read() == b"# caf\xe9\r\n"
    write(b"# a backslash \\r is no end of a line\n")
    assert read() == b"# a backslash \\r is no end of a line\n"
    write(b"")
    assert not kept.exists()


def test_a_last_line_without_an_end_gets_the_one_that_cron_wants(kept: Path) -> None:
    write(b"5 * * * * x")
    assert kept.read_bytes() == b"5 * * * * x\n"


def test_without_cron_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCron, match="install cron, or use forex schedule install --systemd"):
        read()


@pytest.mark.parametrize("change", [read, lambda: write(b"x\n")])
def test_what_crontab_refuses_is_passed_on(change: object, kept: Path) -> None:
    program = kept.parent / "bin/crontab"
    program.write_text("#!/bin/sh\necho 'You (ann) are not allowed to use this program' >&2\nexit 1\n")
    with pytest.raises(UsageError, match="You .ann. are not allowed"):
        change()  # type: ignore[operator]
