"""`forex status` says what is there, and says so where nothing has matured yet."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forex.commands.show import status
from forex.core.files import write_json, write_parquet
from forex.ledger.ledger import LEDGER, append
from forex.validation.validate import QUARANTINE
from tests.forecast.test_conditions import UNKNOWN_CONDITIONS
from tests.support.issued_rows import issued

FORECAST: dict[str, Any] = {
    "as_of": "2007-06-01",
    "origin_date": "2007-06-01",
    "made_at": "2007-06-01T19:00:00Z",
    "anchor": 527.52,
    "anchor_date": "2007-05-31",
    "anchor_age": 1,
    "regime": "UNKNOWN",
    "regime_confidence": 0.0,
    "missing": [{"series": "copper_lme", "tier": "important", "why": "not found"}],
    "flagged": [],
    "stale": [{"series": "usdclp", "tier": "critical", "business_days": 1}],
    "warnings": [{"kind": "extreme_move", "says": "usdclp: 2007-05-30 moved a lot."}],
    "conditions": UNKNOWN_CONDITIONS,
}


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace('as_of: "2024-11-27"', 'as_of: "2007-06-01"'), encoding="utf-8")
    write_json(status.FORECAST, FORECAST)
    write_json(status.MANIFEST, {"unlisted_files": ["notes.csv"]})
    instant = dt.datetime(2005, 10, 7, 22, tzinfo=dt.UTC)
    row = (
        "usdclp",
        619,
        dt.date(2005, 10, 10),
        584.03,
        instant,
        "not_a_business_day",
        "expect_column_values_to_be_in_set",
    )
    write_parquet(status.QUARANTINE, pl.DataFrame([row], schema=QUARANTINE, orient="row"))


def performance(models: dict[str, Any]) -> None:
    horizons = {
        "90d": {"models": {}, "n": 0, "status": "INSUFFICIENT_DATA"},
        "7d": {"models": models, "n": 60, "status": "GOOD"},
    }
    write_json(status.PERFORMANCE, {"horizons": horizons})


def test_it_shows_the_longest_window_and_what_has_not_matured() -> None:
    windows = {
        "14": {"status": "DEGRADED", "n": 14, "recent": {"coverage_80": 0.5}},
        "60": {"status": "GOOD", "n": 60, "recent": {"coverage_80": 0.75, "crps": 6.0}},
    }
    performance({"published": {"status": "GOOD", "windows": windows}})
    assert status.text(status.view()).splitlines() == [
        "as of       2007-06-01, newest origin 2007-06-01, made at 2007-06-01T19:00:00Z",
        "anchor      527.52 of 2007-05-31, 1 business days old",
        "regime      UNKNOWN, confidence 0%",
        "conditions  Current volatility is not evaluated: too few returns.",
        "            Of the last 5 moves 0 are large; 0.2 are usual.",
        "            The correlation with copper is not evaluated.",
        "warning     usdclp: 2007-05-30 moved a lot.",
        "missing     copper_lme (not found)",
        "flagged     none",
        "no move     usdclp (1 business days old)",
        "not listed  notes.csv",
        "quarantine  1 usdclp not_a_business_day",
        "ledger      nothing issued yet",
        "7d          GOOD: 75% at 80 % of the last 60 matured",
        "90d         INSUFFICIENT_DATA: no coverage of the last 0 matured",
    ]


def test_a_day_whose_run_has_not_finished_is_said_first() -> None:
    performance({})
    params = Path("params.yaml")
    params.write_text(params.read_text(encoding="utf-8").replace("2007-06-01", "2026-01-01"), encoding="utf-8")
    first = status.text(status.view()).splitlines()[0]
    assert first == "params.yaml says as_of 2026-01-01: no run for that day has finished. The last one:"


def test_the_ledger_is_counted_and_an_unissued_forecast_said() -> None:
    def ledger() -> str:
        [line] = [line for line in status.text(status.view()).splitlines() if line.startswith("ledger")]
        return line

    performance({})
    append(LEDGER, [issued("2007-05-31", name) for name in ("1d", "7d")], lock_timeout=10)
    assert ledger() == "ledger      2 rows, last issued origin 2007-05-31; the newest origin's forecast is not issued"
    append(LEDGER, [issued("2007-06-01", "1d")], lock_timeout=10)
    assert ledger() == "ledger      3 rows, last issued origin 2007-06-01"
