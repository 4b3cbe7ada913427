"""The tables of forex/monitoring/rates: the worst world counts, and what does not fit is refused with file, line and value."""

from pathlib import Path

import numpy as np
import pytest

from forex.core.errors import DataError
from forex.monitoring.measured import (
    COMMON,
    EARLY,
    FALSE_ALARMS,
    SETTINGS,
    MeasuredWith,
    false_alarms,
    parse_early,
    parse_false_alarms,
    settings_of,
)
from studies.worlds.study import write_settings
from tests.support.simulated import committed

HEAD = "world,forecaster,monitor,share,error,series\n"


def test_the_worst_world_of_the_pipelines_own_forecaster_counts() -> None:
    rows = "iid,adapts,either_year,0.01,0.005,400\nfitted,adapts,either_year,0.04,0.01,400\nfitted,fixed,either_year,0.2,0.02,400\n"
    found = parse_false_alarms(HEAD + rows + "iid,adapts,early_year,0.02,0.007,400\n", "x.csv")
    assert (found["either_year"].share, found["either_year"].world) == (0.04, "fitted")
    assert found["early_year"].error == 0.007


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("iid,adapts,either_year,many,0.1,400", "'many'"),
        ("iid,adapts,either_year,nan,0.1,400", "'nan'"),
        ("iid,adapts,either_year,-0.1,0.1,400", "'-0.1'"),
        ("iid,adapts,either_year,0.1", "''"),
    ],
)
def test_a_share_that_is_none_is_named(row: str, named: str) -> None:
    with pytest.raises(DataError, match=rf"x.csv, line 2: (share|error) {named}"):
        parse_false_alarms(HEAD + row + "\n", "x.csv")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_another_header_is_named(text: str) -> None:
    with pytest.raises(DataError, match="x.csv, line 1: expected the columns"):
        parse_false_alarms(text, "x.csv")
    with pytest.raises(DataError, match="x.csv, line 1: expected the columns"):
        parse_early(text, "x.csv")


@pytest.mark.parametrize(
    "rows",
    [
        "0.1,30d,2\n0.2,30d,3\n",
        "0.2,30d,2\n0.1,30d,1.5\n",
        "0.2,30d,2\n0.2,30d,3\n",
        "0.2,30d,2\n0.1,30d,3\n0.2,90d,2\n",
    ],
)
def test_rates_fall_and_distances_grow_alike_at_every_horizon(rows: str) -> None:
    with pytest.raises(DataError, match="x.csv"):
        parse_early("rate,horizon,distance\n" + rows, "x.csv")


def test_what_is_committed_can_be_read_and_covers_what_is_watched() -> None:
    found = parse_false_alarms(FALSE_ALARMS.read_text(encoding="utf-8"), str(FALSE_ALARMS))
    assert {"windows_year", "alarm_five_years", "either_year", "early_year", "drift_look", "drift_year"} <= set(found)
    rates = parse_early(EARLY.read_text(encoding="utf-8"), str(EARLY))
    assert set(rates.distances) == {"15d", "30d", "90d"} and rates.rates[:2].tolist() == [1.0, COMMON]
    assert all(np.all(np.diff(distances) > 0) for distances in rates.distances.values())


# --- with which settings ------------------------------------------------------------------------------------------------


def settings(**changes: object) -> MeasuredWith:
    params = committed()
    drift = params.drift.model_copy(update=changes.pop("drift", {}))
    performance = params.performance.model_copy(update=changes.pop("performance", {}))
    given = {"horizons": params.horizons, "levels": params.levels} | changes
    return settings_of(given["horizons"], given["levels"], performance, drift)  # type: ignore[arg-type]


def test_the_committed_settings_are_those_that_the_study_runs_with(tmp_path: Path) -> None:
    write_settings(tmp_path / "settings.json")
    assert (tmp_path / "settings.json").read_bytes() == SETTINGS.read_bytes()
    assert false_alarms(settings()) == parse_false_alarms(FALSE_ALARMS.read_text(encoding="utf-8"), "x.csv")


@pytest.mark.parametrize(
    "changes",
    [
        {"horizons": ("2d", "14d", "60d")},
        {"levels": (0.8, 0.9)},
        {"performance": {"significance": 0.2}},
        {"performance": {"windows": (60,)}},
        {"performance": {"early_rate": 0.1}},
    ],
)
def test_with_other_settings_no_rate_of_the_monitor_is_known(changes: dict[str, object]) -> None:
    assert set(false_alarms(settings(**changes))) == {"drift_look", "drift_year"}


def test_with_other_settings_of_the_drift_no_rate_of_it_is_known() -> None:
    assert "either_year" in (found := false_alarms(settings(drift={"significance": 0.2}))) and "drift_look" not in found


def test_what_is_looked_back_on_changes_no_rate() -> None:
    assert false_alarms(settings(performance={"episodes": {}, "episode_tolerance": 0.1})) == false_alarms(settings())
