"""The promises of the performance monitor and the sequential alarm, by simulation: a few runs here, many in `make study`."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.stats import binom

from forex.commands.tables import markdown
from studies.worlds.monitors import CHANGES, HORIZONS, Delays, Steady, delays, steady
from studies.worlds.table import percent, write_block
from studies.worlds.worlds import STEPS, WORLDS, predecessor_p, simulate, standardised

A_YEAR, FIVE_YEARS = 0.05, 0.05  # bounds on false alarms
NO_SLOWER = ("error x 1.5", "volatility x 2", "coverage 95 -> 90")
FOUND_WITHIN_60 = ("error x 2", "volatility x 3, fixed scale")


def test_the_predecessors_rule_is_the_one_its_audit_measured() -> None:
    """Section 27.1: a look at errors without a change calls them worse with 4.6, 16.5 and 19.4 % at 1, 5 and 7 steps."""
    returns = 0.006 * np.random.default_rng(5).standard_normal((100, 20_000))
    total = np.cumsum(returns, axis=0)
    for steps, expected in ((1, 0.046), (5, 0.165), (7, 0.194)):
        errors = total[steps:] - total[:-steps]
        measured = float(np.mean(predecessor_p(errors, np.array([errors.shape[0] - 1])) < 0.05))
        assert measured == pytest.approx(expected, abs=0.012), steps


@pytest.mark.parametrize("world", WORLDS)
def test_the_simulated_forecasts_are_calibrated(world: str) -> None:
    made = simulate(world, HORIZONS, days=1500, runs=40, rng=np.random.default_rng(8))
    for horizon, one in made.items():
        for level, missed in one.watched.missed.items():
            assert missed.mean() == pytest.approx(1 - level, abs=0.02 if STEPS[horizon] < 20 else 0.03), horizon


def test_errors_are_told_by_target_day() -> None:
    returns = np.random.default_rng(9).standard_normal((200, 2))
    z, scale = standardised(returns, 5)
    error = z * scale
    assert error[150] == pytest.approx(returns[146:151].sum(axis=0))
    assert standardised(returns[:146], 5)[1][-1] == pytest.approx(scale[145])  # nothing later moves a scale
    assert np.isnan(error[:4]).all()


@pytest.mark.parametrize("world", WORLDS)
def test_false_alarms_of_a_few_years(world: str) -> None:
    """At 5 % a count above this bound has a chance of one in a thousand."""
    runs = 60
    found = steady(world, runs, seed=11)
    assert runs * found.either <= binom.isf(0.001, runs, A_YEAR)
    assert runs * found.alarm_five_years <= binom.isf(0.001, runs, FIVE_YEARS)


@pytest.mark.parametrize("world", ["iid", "GARCH-t"])
def test_what_changed_is_found_in_a_few_runs(world: str) -> None:
    runs = 30
    found = {change: delays(world, change, runs, seed=12, predecessor_p_value=0.001) for change in CHANGES[:4:3]}
    narrowed, errors = found["misses x 2 at 80 %"].ours["1d"], found["error x 2"].ours["1d"]
    assert runs * Delays.within(narrowed, 252) >= binom.ppf(0.001, runs, 0.95)
    assert runs * Delays.within(errors, 60) >= binom.ppf(0.001, runs, 0.90)


# --- the study ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study() -> tuple[Mapping[str, Steady], Mapping[tuple[str, str], Delays]]:
    """Everything measured once, and its tables written to reports/monitors.md."""
    calm = {world: steady(world, 1000, seed=1) for world in WORLDS}
    shifted = {
        (change, world): delays(world, change, 200, seed=1, predecessor_p_value=calm[world].predecessor_p)
        for change in CHANGES
        for world in WORLDS
    }
    write_block("steady", _steady_table(calm))
    write_block("delays", _delays_table(shifted))
    write_block("other_horizons", _other_horizons_table(shifted))
    return calm, shifted


@pytest.mark.study
def test_false_alarms(study: tuple[Mapping[str, Steady], Mapping[tuple[str, str], Delays]]) -> None:
    for world, found in study[0].items():
        assert found.either <= A_YEAR, world
        assert found.alarm_five_years <= FIVE_YEARS, world


@pytest.mark.study
def test_delays(study: tuple[Mapping[str, Steady], Mapping[tuple[str, str], Delays]]) -> None:
    for world in WORLDS:
        narrowed = study[1]["misses x 2 at 80 %", world].ours["1d"]
        assert Delays.within(narrowed, 252) >= 0.95, world
        assert np.median(narrowed) <= 60, world
        for change in FOUND_WITHIN_60:
            assert Delays.within(study[1][change, world].ours["1d"], 60) >= 0.90, (change, world)
    for world in ("iid", "AR(1)"):  # in GARCH-t worlds a market three times as volatile is no rare sight
        assert Delays.within(study[1]["volatility x 3", world].ours["1d"], 60) >= 0.90, world


@pytest.mark.study
@pytest.mark.parametrize("change", NO_SLOWER)
def test_no_slower_than_the_predecessor(
    change: str, study: tuple[Mapping[str, Steady], Mapping[tuple[str, str], Delays]]
) -> None:
    for world in WORLDS:
        found = study[1][change, world]
        ours, old = found.ours["1d"], found.predecessor
        for targets in (60, 252):
            assert Delays.within(ours, targets) >= Delays.within(old, targets), (world, targets)
        assert np.median(ours) <= np.median(old), world


def _steady_table(calm: Mapping[str, Steady]) -> str:
    head = ["no change", "windows, a year", "alarm, a year", "either, a year", "alarm, five years"]
    head += ["predecessor's rule, a look", "predecessor's rule, a year"]
    rows = [
        [
            world,
            *map(percent, (found.windows, found.alarm, found.either, found.alarm_five_years)),
            *map(percent, (found.predecessor_look, found.predecessor_year)),
        ]
        for world, found in calm.items()
    ]
    return markdown([head, *rows])


def _delays_table(shifted: Mapping[tuple[str, str], Delays]) -> str:
    head = ["change at 1d", "world", "within 60", "within a year", "median"]
    head += [f"predecessor {name}" for name in head[2:]]
    rows = [
        [change, world, *_figures(found.ours["1d"]), *_figures(found.predecessor)]
        for (change, world), found in shifted.items()
    ]
    return markdown([head, *rows])


def _other_horizons_table(shifted: Mapping[tuple[str, str], Delays]) -> str:
    rows = []
    for (change, world), found in shifted.items():
        cells = [", ".join(_figures(found.ours[horizon])[1:]) for horizon in HORIZONS[1:]]
        rows.append([change, world, *cells])
    return markdown([["change", "world", *HORIZONS[1:]], *rows])


def _figures(delay: np.ndarray) -> tuple[str, str, str]:
    middle = float(np.median(delay))
    within = (percent(Delays.within(delay, targets)) for targets in (60, 252))
    return (*within, f"{middle:.0f}" if np.isfinite(middle) else "none")
