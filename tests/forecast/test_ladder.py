"""The ladder: round levels around the forecast, and the same probabilities as anyone gets who asks for one level."""

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from forex.commands.cli import app
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, GRID
from forex.core.reports import write_report
from forex.forecast.ladder import ladder, round_levels
from forex.forecast.report import Ladder
from forex.params import load_params, params_sha256
from forex.report import run
from tests.support.forecasts_made_up import DAY, entry, forecast
from tests.support.made_up import ROOT

ENTRIES = {"30d": entry("2024-12-27"), "7d": entry("2024-12-04"), "1d": entry("2024-11-28")}
RATES = st.floats(1e-3, 1e7)
WIDTHS = st.floats(1e-4, 0.5)  # of the interval, relative to its middle


@given(RATES, WIDTHS)
def test_levels_are_round_and_span_the_interval_whatever_the_currency(rate: float, width: float) -> None:
    lower, upper = rate * (1 - width / 2), rate * (1 + width / 2)
    levels = round_levels(lower, upper)
    assert 6 <= len(levels) <= 13
    steps = np.diff(levels)
    step = steps[0]
    assert np.allclose(steps, step, rtol=1e-6)
    mantissa = step / 10 ** math.floor(math.log10(step * (1 + 1e-9)))
    assert min(abs(mantissa - digit) for digit in (1, 2, 5)) < 1e-5
    assert all(float(f"{level:.8g}") == level for level in levels)  # as JSON writes it
    slack = 1e-9 * rate
    assert lower - step - slack < levels[0] <= lower + slack and upper - slack <= levels[-1] < upper + step + slack


@pytest.mark.parametrize(
    ("lower", "upper", "levels"),
    [
        (4.92, 5.18, (4.9, 4.95, 5.0, 5.05, 5.1, 5.15, 5.2)),
        (850.0, 955.0, (850, 860, 870, 880, 890, 900, 910, 920, 930, 940, 950, 960)),
        (143000, 158000, (142000, 144000, 146000, 148000, 150000, 152000, 154000, 156000, 158000)),
        (0.2, 9.0, (1, 2, 3, 4, 5, 6, 7, 8, 9)),  # never 0
        (900.0, 900.0, (900.0,)),  # a rate that does not move
    ],
)
def test_of_some_currencies(lower: float, upper: float, levels: tuple[float, ...]) -> None:
    assert round_levels(lower, upper) == levels


@given(RATES, st.floats(1e-4, 0.05))
def test_probabilities_fall_with_the_level(anchor: float, sigma: float) -> None:
    found = ladder({"30d": entry("2024-12-27", anchor=round(anchor, 4) or 1e-3, sigma=sigma)})
    [shares] = found.above.values()
    assert all(0 < share < 1 for share in shares)
    assert list(shares) == sorted(shares, reverse=True)


def test_every_horizon_has_the_levels_of_the_furthest() -> None:
    found = ladder(ENTRIES)
    assert found.levels == ladder({"30d": ENTRIES["30d"]}).levels and set(found.above) == set(ENTRIES)
    low, high = ENTRIES["30d"].quantiles["0.1"], ENTRIES["30d"].quantiles["0.9"]
    assert found.levels[0] <= low and high <= found.levels[-1]


def test_a_ladder_that_cannot_be_is_refused() -> None:
    sound = {"levels": (900.0, 920.0), "above": {"7d": (0.6, 0.4)}}
    assert Ladder(**sound).levels == (900.0, 920.0)
    for wrong, why in (
        ({"levels": (920.0, 900.0)}, "expected ascending ones"),
        ({"above": {"7d": (0.6,)}}, "expected 2 probabilities, got 1"),
        ({"above": {"7d": (0.4, 0.6)}}, "a higher level cannot be more probable"),
        ({"above": {"7d": (1.1, 0.6)}}, "less than or equal to 1"),
    ):
        with pytest.raises(ValidationError, match=why):
            Ladder(**sound | wrong)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def forecasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, a project whose one origin has the published forecasts of ENTRIES."""
    rows = [
        {
            "origin_date": DAY,
            "horizon": name,
            "model": PUBLISHED,
            "target_date": made.target_date,
            "steps": made.steps,
        }
        | {"anchor": 900.0, "regime": "NORMAL", "actual": None}
        | dict(zip(COLUMNS, made.quantiles.values(), strict=True))
        for name, made in ENTRIES.items()
    ]
    table = pl.DataFrame(rows, schema_overrides={"actual": pl.Float64, "steps": pl.Int32})
    (tmp_path / "data/forecasts").mkdir(parents=True)
    table.write_parquet(tmp_path / "data/forecasts/calibrated.parquet")
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert "\nhorizons: [1d, 7d, 15d, 30d, 90d]" in text
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*words: str) -> str:
    done = CliRunner().invoke(app, ["forecast", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_it_says_what_the_forecast_says_of_each_level(forecasts: Path) -> None:
    shown = json.loads(said("--ladder", "--json"))["ladder"]
    assert shown == json.loads(ladder(ENTRIES).model_dump_json())
    for rung, level in enumerate(shown["levels"]):
        asked = json.loads(said("--above", str(level), "--json"))["horizons"]
        for horizon, shares in shown["above"].items():
            assert list(asked[horizon]["probability_above"].values()) == [shares[rung]]


def test_it_fits_a_terminal_and_shows_every_level(forecasts: Path) -> None:
    lines = said("--ladder").splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[3].split() == ["above", "1d", "7d", "30d"]
    assert lines[4].split() == ["2024-11-28", "2024-12-04", "2024-12-27"]
    assert [float(line.split()[0]) for line in lines[5:]] == list(ladder(ENTRIES).levels)


@pytest.mark.parametrize("words", [(), ("--ladder",), ("--date", "2024-12-10"), ("--at", DAY)])
def test_a_run_that_is_not_of_params_yaml_is_shown_as_such(words: tuple[str, ...], forecasts: Path) -> None:
    path = forecasts / "params.yaml"
    as_committed = path.read_text(encoding="utf-8")
    path.write_text(as_committed.replace('as_of: "2025-01-02"', f'as_of: "{DAY}"'), encoding="utf-8")
    inputs = forecast().inputs.model_copy(update={"params_sha256": params_sha256(load_params())})
    write_report(run.FORECAST, forecast(inputs=inputs))
    assert "Run dvc repro" not in said(*words)
    path.write_text(as_committed, encoding="utf-8")
    told = (
        f"{run.FORECAST} is as of {DAY}, params.yaml says 2025-01-02: no run for that day has finished. Run dvc repro."
    )
    assert told in " ".join(said(*words).split())


def test_a_settlement_day_has_its_own_levels(forecasts: Path) -> None:
    shown = json.loads(said("--ladder", "--date", "2024-12-10", "--json"))
    assert list(shown["ladder"]["above"]) == ["2024-12-10"]
    assert shown["ladder"]["levels"] != list(ladder(ENTRIES).levels)


def test_levels_beside_the_ladder_are_refused(forecasts: Path) -> None:
    for option in ("--above", "--below"):
        done = CliRunner().invoke(app, ["forecast", "--ladder", option, "900"])
        assert done.exit_code != 0
        assert "--ladder has levels of its own" in str(done.exception)


def test_the_grid_has_the_ends_of_the_interval() -> None:
    assert {0.1, 0.9} <= set(GRID)
