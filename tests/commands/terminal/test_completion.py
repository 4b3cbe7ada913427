"""What completion offers, and that a shell gets it."""

import os
from pathlib import Path

import pytest

from forex.commands import completion
from tests.support.forex_command import forex_process


def test_models_are_those_that_a_file_declares() -> None:
    assert {"theta", "garch_t", "nowcast"} <= set(completion.models(""))
    assert completion.models("the") == ["theta"]


def test_days_end_with_the_last_forecast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completion.days("") == []
    Path("reports").mkdir()
    for text in ("{", "[]", '{"origin_date": 5}', "{}"):
        Path("reports/forecast.json").write_text(text, encoding="utf-8")
        assert completion.days("") == []
    Path("reports/forecast.json").write_text('{"origin_date": "2025-01-02"}', encoding="utf-8")
    assert completion.days("") == [
        "2025-01-02",
        "2025-01-01",
        "2024-12-31",
        "2024-12-30",
        "2024-12-27",
        "2024-12-26",
        "2024-12-25",
    ]
    assert completion.days("2025") == ["2025-01-02", "2025-01-01"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "offered"), [("forex readiness the", "theta"), ("forex fore", "forecast"), ("forex alerts --lang ", "es")]
)
def test_bash_is_offered_them(line: str, offered: str) -> None:
    words = line.split(" ")
    asked = {"_FOREX_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    assert offered in forex_process(env={**os.environ, **asked}).stdout.split("\n")
