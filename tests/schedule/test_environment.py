"""Credentials are read, never run, kept from others, and in no message."""

from pathlib import Path

import pytest

from forex.core.errors import UsageError
from forex.schedule.environment import credentials


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "environment"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_values_are_as_written(tmp_path: Path) -> None:
    text = "# a note\n\nBCCH_TOKEN='a$b/c d'\nexport FRED_API_KEY=abc\nEMPTY=\nQUOTED=\"`id` $HOME\"\n"
    assert credentials(written(tmp_path, text)) == {
        "BCCH_TOKEN": "a$b/c d",
        "FRED_API_KEY": "abc",
        "EMPTY": "",
        "QUOTED": "`id` $HOME",
    }


def test_no_file_is_no_credentials(tmp_path: Path) -> None:
    assert credentials(tmp_path / "environment") == {}


@pytest.mark.parametrize("line", ["BCCH_TOKEN", "A B=secret", "TOKEN=secret more", "TOKEN='secret", "=secret"])
def test_a_line_that_is_none_is_named_without_what_it_holds(line: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="environment, line 2: expected a line like NAME='value'") as error:
        credentials(written(tmp_path, f"# first\n{line}\n"))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="may be read by others: chmod 600"):
        credentials(written(tmp_path, "A=b\n", mode))
