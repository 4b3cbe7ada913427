"""The forecast's report: what it may hold, and that it comes back as it was."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from forex.core.reports import plain, read_report, write_report
from forex.forecast.report import QUANTILES, Forecast, Regime
from forex.regimes.regimes import REGIMES
from tests.support.forecasts_made_up import entry, forecast


def test_it_knows_every_regime() -> None:
    for regime in REGIMES:
        assert TypeAdapter(Regime).validate_python(regime) == regime
    with pytest.raises(ValidationError, match="expected a regime, one of NORMAL, "):
        TypeAdapter(Regime).validate_python("CALM")


def test_there_and_back(tmp_path: Path) -> None:
    write_report(tmp_path / "forecast.json", forecast())
    assert read_report(tmp_path / "forecast.json", Forecast) == forecast()


def test_a_forecast_has_all_quantiles_and_no_other() -> None:
    whole = plain(entry("2024-12-04"))
    assert set(whole["quantiles"]) == set(QUANTILES)
    without = {level: value for level, value in whole["quantiles"].items() if level != "0.5"}
    for wrong in (without, without | {"0.51": 900.0}):
        with pytest.raises(ValidationError, match="7d.quantiles"):
            forecast(horizons={"7d": whole | {"quantiles": wrong}})


@pytest.mark.parametrize(
    ("key", "value"),
    [("anchor", 0.0), ("anchor", float("nan")), ("anchor_age", -2), ("horizons", {}), ("regime_confidence", 1.1)],
)
def test_what_cannot_be_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        forecast(**{key: value})
