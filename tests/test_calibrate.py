"""What passes through calibration, when a score counts, what multipliers touch, how simulated worlds are covered."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from simulated import WORLDS, committed, fit_params, garch_returns, history_of, outcomes_of, target_of

from forex import multipliers
from forex.calibrate import Calibrated, Outcome, calibrate
from forex.calibration_report import Settled, calibration_report, metrics
from forex.errors import TooLittleData
from forex.history import Floats
from forex.models.registry import build
from forex.names import PUBLISHED, calibrated_name
from forex.params import Calibrate
from forex.predictive import Predictive
from forex.quantiles import MEDIAN, central_pair
from forex.scores import crps

LEVELS = (0.5, 0.8, 0.95)
FIRST = 400  # the first origin with a raw forecast
PARAMS = committed().calibrate

Raw = Mapping[str, Mapping[str, Predictive]]


def changed(**values: object) -> Calibrate:
    return Calibrate.model_validate(PARAMS.model_dump() | values)


def inputs(log_returns: Floats, horizons: tuple[str, ...], models: tuple[str, ...]) -> tuple[Raw, dict[str, Outcome]]:
    """Raw forecasts and outcomes of one simulated series, from its origin FIRST on."""
    history = history_of(target_of(log_returns))
    origins = np.arange(FIRST, len(history.days))
    by_model = {name: one.forecast(history, origins, horizons) for name, one in build(fit_params(*models)).items()}
    raw = {horizon: {name: by_model[name][horizon] for name in models} for horizon in horizons}
    return raw, outcomes_of(history, origins, horizons)


HORIZONS = ("1d", "7d", "30d")


@pytest.fixture(scope="module")
def world() -> tuple[Raw, dict[str, Outcome]]:
    return inputs(garch_returns(np.random.default_rng(1), 1200), HORIZONS, fit_params().models)


@pytest.fixture(scope="module")
def result(world: tuple[Raw, dict[str, Outcome]]) -> tuple[dict[str, Calibrated], int]:
    return calibrate(*world, PARAMS)


# --- what passes through and what comes out -------------------------------------------------------------------------


def test_a_calibrated_benchmark_has_a_name_of_its_own() -> None:
    assert [calibrated_name(name) for name in ("garch_t", "random_walk", "nowcast")] == [
        "garch_t_conformal", "random_walk_conformal", "nowcast",
    ]  # fmt: skip


def test_benchmarks_pass_through_unchanged(world: tuple[Raw, dict[str, Outcome]], result: tuple) -> None:
    for horizon in HORIZONS:
        for name in ("random_walk", "random_walk_drift", "predecessor", "garch_t"):
            np.testing.assert_array_equal(result[0][horizon].quantiles[name], world[0][horizon][name].quantiles)


def test_quantiles_are_complete_from_the_first_calibrated_origin_and_never_cross(result: tuple) -> None:
    calibrated, first = result
    for horizon in HORIZONS:
        names = {"random_walk", "random_walk_drift", "predecessor", "garch_t", "garch_t_conformal", "nowcast"}
        assert set(calibrated[horizon].quantiles) == names | {"ensemble", PUBLISHED}
        for quantiles in calibrated[horizon].quantiles.values():
            assert np.isfinite(quantiles[first:]).all()
            assert (np.diff(quantiles[first:], axis=1) >= 0).all()


def test_the_first_calibrated_origin_has_enough_matured_scores_at_every_horizon_and_no_later_one_does(
    world: tuple[Raw, dict[str, Outcome]], result: tuple
) -> None:
    counts = []
    for outcome in world[1].values():
        matured = outcome.matured[np.isfinite(outcome.log_return)]
        counts.append([np.count_nonzero(matured <= origin) for origin in range(len(outcome.log_return))])
    enough = (np.array(counts) >= PARAMS.min_scores).all(axis=0)
    assert result[1] == np.flatnonzero(enough)[0]


def test_too_few_matured_scores_are_counted_in_the_message(world: tuple[Raw, dict[str, Outcome]]) -> None:
    most = np.count_nonzero(world[1]["30d"].matured < len(world[1]["30d"].matured))
    message = rf"{most} matured forecasts at 30d, 790 needed \(calibrate.min_scores\)"
    with pytest.raises(TooLittleData, match=message):
        calibrate({"30d": world[0]["30d"]}, world[1], changed(min_scores=790))


def test_ensemble_is_the_weighted_quantile_average_of_its_members(result: tuple) -> None:
    for one in result[0].values():
        np.testing.assert_allclose(one.weights.sum(axis=1), 1.0)
        parts = [one.weights[:, [i]] * one.quantiles[name] for i, name in enumerate(one.members)]
        np.testing.assert_allclose(one.quantiles["ensemble"], sum(parts), rtol=1e-12, atol=1e-15)


def test_published_is_the_chosen_candidate_by_forecasts_matured_then(world: tuple[Raw, dict[str, Outcome]]) -> None:
    """Candidates of which one is spoilt for a while: each origin's choice by hand from what had matured there."""
    params = changed(published=PARAMS.published.model_copy(update={"half_life": 60, "min_scores": 40}).model_dump())
    raw = {"7d": dict(world[0]["7d"])}
    spoilt = replace(
        raw["7d"]["nowcast"],
        location=raw["7d"]["nowcast"].location
        + np.where(np.arange(800) < 500, 0.01, 0.0)[: len(raw["7d"]["nowcast"].location)],
    )
    raw["7d"]["nowcast"] = spoilt
    outcome = world[1]["7d"]
    one = calibrate(raw, world[1], params)[0]["7d"]
    rule = params.published
    scores = np.stack([crps(outcome.log_return, one.quantiles[name]) for name in rule.candidates], axis=1)
    for origin in range(0, len(scores), 3):
        known = [i for i in range(origin) if outcome.matured[i] <= origin and np.isfinite(scores[i]).all()]
        weights = np.array([0.5 ** ((origin - i) / rule.half_life) for i in known])
        chosen = 0
        if len(known) >= rule.min_scores:
            mean = weights @ scores[known] / weights.sum()
            chosen = int(mean.argmin()) if mean.min() < mean[0] * (1 - rule.margin) else 0
        assert one.chosen[origin] == chosen
        np.testing.assert_array_equal(one.quantiles[PUBLISHED][origin], one.quantiles[rule.candidates[chosen]][origin])
    assert len(set(one.chosen.tolist())) == 2


# --- delayed feedback -----------------------------------------------------------------------------------------------


def test_an_outcome_counts_from_the_first_origin_that_knows_it_not_one_earlier(
    world: tuple[Raw, dict[str, Outcome]], result: tuple
) -> None:
    raw, outcomes = world
    made = 500
    known = int(outcomes["1d"].matured[made])
    log_return = outcomes["1d"].log_return.copy()
    log_return[made] += 0.2
    moved = outcomes | {"1d": replace(outcomes["1d"], log_return=log_return)}
    other = calibrate(raw, moved, PARAMS)[0]["1d"]
    usual = result[0]["1d"]
    for name in ("nowcast", "garch_t_conformal", "ensemble", PUBLISHED):
        np.testing.assert_array_equal(other.quantiles[name][:known], usual.quantiles[name][:known])
        assert (other.quantiles[name][known] != usual.quantiles[name][known]).any()


def test_delaying_the_actuals_by_a_day_changes_the_result(world: tuple[Raw, dict[str, Outcome]], result: tuple) -> None:
    raw, outcomes = world
    late = {horizon: replace(one, matured=one.matured + 1) for horizon, one in outcomes.items()}
    delayed, first = calibrate(raw, late, PARAMS)
    assert first == result[1] + 1
    for horizon in HORIZONS:
        usual, other = result[0][horizon].quantiles["nowcast"][first:], delayed[horizon].quantiles["nowcast"][first:]
        assert (usual != other).any(axis=1).mean() > 0.9


# --- regime multipliers ---------------------------------------------------------------------------------------------

DEPENDENT = ("nowcast", "garch_t_conformal", "ensemble", PUBLISHED)


@pytest.fixture(scope="module")
def stress(world: tuple[Raw, dict[str, Outcome]]) -> tuple[Raw, dict[str, Outcome], NDArray[np.str_]]:
    """The same world with months of a regime in which every move is 1.6 times as large."""
    regimes = np.tile(np.repeat(["NORMAL", "HIGH_VOL", "UNKNOWN"], 30), 20)[: len(world[1]["1d"].steps)]
    wider = np.where(regimes == "HIGH_VOL", 1.6, 1.0)
    outcomes = {horizon: replace(one, log_return=one.log_return * wider) for horizon, one in world[1].items()}
    return world[0], outcomes, regimes


# Evidence is thin in so short a series: it shall count, and soon.
QUICK = changed(min_scores=60, multipliers=PARAMS.multipliers.model_dump() | {"shrink_weight": 10})


@pytest.fixture(scope="module")
def stressed(stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]]) -> tuple[dict[str, Calibrated], int]:
    raw, outcomes, regimes = stress
    return calibrate(raw, outcomes, QUICK, regimes)


def widths(quantiles: Floats) -> Floats:
    """Distances of the upper quantiles from the median."""
    return np.asarray(quantiles[:, MEDIAN + 1 :] - quantiles[:, [MEDIAN]])


def test_without_regimes_nothing_is_multiplied(result: tuple, world: tuple[Raw, dict[str, Outcome]]) -> None:
    normal = np.full(len(world[1]["1d"].steps), "NORMAL")
    for one in (result[0], calibrate(*world, PARAMS, normal)[0]):
        for horizon in HORIZONS:
            assert set(one[horizon].without) == set(DEPENDENT)
            for name in DEPENDENT:
                np.testing.assert_array_equal(one[horizon].quantiles[name], one[horizon].without[name])


def test_multipliers_touch_calibrated_models_in_stressed_regimes_only(
    stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]], stressed: tuple[dict[str, Calibrated], int]
) -> None:
    raw, outcomes, regimes = stress
    plain = calibrate(raw, outcomes, QUICK)[0]
    first = stressed[1]
    elsewhere = regimes != "HIGH_VOL"
    for horizon in HORIZONS:
        one = stressed[0][horizon]
        for name in ("random_walk", "random_walk_drift", "predecessor", "garch_t"):
            np.testing.assert_array_equal(one.quantiles[name], raw[horizon][name].quantiles)
        for name in DEPENDENT:
            np.testing.assert_array_equal(one.without[name], plain[horizon].quantiles[name])
        for name in ("nowcast", "garch_t_conformal"):
            ours, without = one.quantiles[name], one.without[name]
            np.testing.assert_array_equal(ours[elsewhere], without[elsewhere])
            np.testing.assert_array_equal(ours[:, MEDIAN], without[:, MEDIAN])
            factor = widths(ours)[first:] / widths(without)[first:]
            np.testing.assert_allclose(factor, factor[:, [0]] * np.ones(12), rtol=1e-9)  # one factor for all quantiles
            assert (factor >= 1 - 1e-12).all() and (factor <= 2.5 + 1e-12).all()
    grown = (
        widths(stressed[0]["1d"].quantiles[PUBLISHED])[~elsewhere]
        / widths(plain["1d"].quantiles[PUBLISHED])[~elsewhere]
    )
    assert grown[-20:].min() > 1.1


def test_multipliers_are_estimated_from_the_forecasts_as_they_are_without_them(
    stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]], stressed: tuple[dict[str, Calibrated], int]
) -> None:
    _, outcomes, regimes = stress
    rules = QUICK.multipliers
    for horizon in HORIZONS:
        one, outcome = stressed[0][horizon], outcomes[horizon]
        without = one.without["nowcast"]
        distance = np.abs(outcome.log_return - without[:, MEDIAN])
        counts = one.standardised["nowcast"].count >= QUICK.min_scores
        ratios = distance[:, None] / (
            without[:, [central_pair(level)[1] for level in rules.levels]] - without[:, [MEDIAN]]
        )
        judged = multipliers.Scored(np.where(counts[:, None], ratios, np.nan), outcome.matured, outcome.steps)
        expected = multipliers.factors(regimes, judged, rules)
        first = stressed[1]
        factor = widths(one.quantiles["nowcast"])[first:, 7] / widths(without)[first:, 7]
        np.testing.assert_allclose(factor, expected[first:], rtol=1e-9)


@pytest.mark.parametrize("candidate", ["nowcast", "ensemble", "random_walk"])
def test_the_factor_in_what_is_published(
    candidate: str, stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]]
) -> None:
    raw, outcomes, regimes = stress
    rules = QUICK.model_copy(update={"published": QUICK.published.model_copy(update={"candidates": (candidate,)})})
    calibrated, first = calibrate(raw, outcomes, rules, regimes)
    for one in calibrated.values():
        own = {
            name: widths(one.quantiles[name])[first:, 7] / widths(one.without[name])[first:, 7]
            for name in ("nowcast", "garch_t_conformal")
        }
        own["random_walk"] = np.ones(len(own["nowcast"]))
        own["ensemble"] = sum(own[name] * one.weights[first:, j] for j, name in enumerate(rules.ensemble.members))
        np.testing.assert_allclose(one.factors[first:], own[candidate], rtol=1e-9)
    assert (calibrated["1d"].factors[first:].max() > 1.1) == (candidate != "random_walk")


@pytest.mark.parametrize("cut", [300, 451])
def test_multiplied_forecasts_do_not_depend_on_what_is_known_later(
    cut: int, stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]], stressed: tuple[dict[str, Calibrated], int]
) -> None:
    raw, outcomes, regimes = stress
    rng, later = np.random.default_rng(9), np.arange(len(regimes)) > cut
    unsettled = {
        horizon: replace(
            one, log_return=np.where(one.matured > cut, 0.02 * rng.standard_normal(len(later)), one.log_return)
        )
        for horizon, one in outcomes.items()
    }
    other = calibrate(raw, unsettled, QUICK, np.where(later, "COPPER_SHOCK", regimes))[0]
    upto = slice(cut + 1)
    short_raw = {
        horizon: {
            name: Predictive(one.location[upto], one.scale[upto], one.quantiles[upto]) for name, one in models.items()
        }
        for horizon, models in raw.items()
    }
    short_outcomes = {
        horizon: Outcome(
            np.where(one.matured > cut, np.nan, one.log_return)[upto],
            np.minimum(one.matured, cut + 1)[upto],
            one.steps[upto],
        )
        for horizon, one in outcomes.items()
    }
    short = calibrate(short_raw, short_outcomes, QUICK, regimes[upto])[0]
    for horizon in HORIZONS:
        for name, quantiles in stressed[0][horizon].quantiles.items():
            np.testing.assert_array_equal(other[horizon].quantiles[name][upto], quantiles[upto])
            np.testing.assert_array_equal(short[horizon].quantiles[name], quantiles[upto])


# --- the report -----------------------------------------------------------------------------------------------------


def test_the_report_compares_with_and_without_over_the_matured_origins(
    stress: tuple[Raw, dict[str, Outcome], NDArray[np.str_]], stressed: tuple[dict[str, Calibrated], int]
) -> None:
    _, outcomes, regimes = stress
    calibrated, first = stressed
    anchor = np.full(len(regimes) - first, 900.0)
    settled = {
        horizon: Settled(anchor, anchor * np.exp(one.log_return[first:]), regimes[first:])
        for horizon, one in outcomes.items()
    }
    report = calibration_report(calibrated, settled, first, PARAMS.multipliers.regimes)
    for horizon in HORIZONS:
        one, there = calibrated[horizon], settled[horizon]
        for model in PARAMS.conformal:
            described = report[horizon]["models"][model]["multipliers"]
            assert list(described) == list(PARAMS.multipliers.regimes)
            assert described["COPPER_SHOCK"] == {
                "multiplier": 1.0, "ratio": None, "ratio_band": None, "count": 0, "independent": 0.0,
            }  # fmt: skip
            found = described["HIGH_VOL"]
            assert found["count"] > found["independent"] > 0 and 1 <= found["multiplier"] <= 2.5
            assert found["ratio_band"][0] <= found["ratio"] <= found["ratio_band"][1]
        compared = report[horizon]["with_and_without_multipliers"]
        assert set(compared) == set(DEPENDENT)
        rows = (there.regimes == "HIGH_VOL") & np.isfinite(there.actual)
        for name, groups in compared.items():
            assert set(groups) == {"HIGH_VOL", "stressed", "all"} and groups["HIGH_VOL"] == groups["stressed"]
            assert groups["HIGH_VOL"]["origins"] == rows.sum()
            assert groups["all"]["origins"] == np.isfinite(there.actual).sum()
            for which, source in (("with", one.quantiles), ("without", one.without)):
                quantiles = 900 * np.exp(source[name][first:][rows])
                lower, upper = quantiles[:, central_pair(0.8)[0]], quantiles[:, central_pair(0.8)[1]]
                inside = (there.actual[rows] >= lower) & (there.actual[rows] <= upper)
                assert groups["HIGH_VOL"][which]["coverage_0.8"] == pytest.approx(inside.mean())
                assert groups["HIGH_VOL"][which]["crps"] == pytest.approx(crps(there.actual[rows], quantiles).mean())
    published = report["1d"]["with_and_without_multipliers"][PUBLISHED]["stressed"]
    assert published["without"]["coverage_0.8"] < published["with"]["coverage_0.8"]

    def leaves(node: object) -> list[object]:
        return [leaf for one in node.values() for leaf in leaves(one)] if isinstance(node, dict) else [node]

    assert all(isinstance(leaf, int | float) and math.isfinite(leaf) for leaf in leaves(metrics(report)))
    of_1d = metrics(report)["calibration"]["1d"]
    assert (
        of_1d["nowcast"]["multiplier_HIGH_VOL"]
        == report["1d"]["models"]["nowcast"]["multipliers"]["HIGH_VOL"]["multiplier"]
    )
    assert of_1d[PUBLISHED]["stressed_crps_without"] == published["without"]["crps"]


def test_a_report_without_stressed_origins_says_nothing_about_them(
    result: tuple, world: tuple[Raw, dict[str, Outcome]]
) -> None:
    calibrated, first = result
    settled = {
        horizon: Settled(np.full(n, 900.0), 900 * np.exp(one.log_return[first:]), np.full(n, "NORMAL"))
        for horizon, one in world[1].items()
        for n in [len(one.steps) - first]
    }
    report = calibration_report(calibrated, settled, first, PARAMS.multipliers.regimes)
    groups = report["1d"]["with_and_without_multipliers"][PUBLISHED]
    assert list(groups) == ["all"] and groups["all"]["with"] == groups["all"]["without"]
    assert not [name for name in metrics(report)["calibration"]["1d"][PUBLISHED] if name.startswith("stressed")]


# --- simulated worlds -----------------------------------------------------------------------------------------------

CALIBRATED = ("nowcast", "garch_t_conformal", "ensemble", PUBLISHED)


def coverage(world: str, series: int, days: int, seed: int) -> tuple[dict[str, dict[float, float]], int]:
    """Model -> level -> share of one-step targets inside the central interval, over all series; how many targets."""
    inside: dict[str, dict[float, int]] = {name: dict.fromkeys(LEVELS, 0) for name in CALIBRATED}
    total = 0
    for number in range(series):
        log_returns = WORLDS[world](np.random.default_rng([seed, number]), days)
        raw, outcomes = inputs(log_returns, ("1d",), ("garch_t", "nowcast"))
        calibrated, first = calibrate(raw, outcomes, PARAMS)
        actual = outcomes["1d"].log_return
        scored = np.flatnonzero(np.isfinite(actual) & (np.arange(len(actual)) >= first))
        total += len(scored)
        for name in CALIBRATED:
            quantiles = calibrated["1d"].quantiles[name][scored]
            for level in LEVELS:
                lower, upper = central_pair(level)
                hit = (actual[scored] >= quantiles[:, lower]) & (actual[scored] <= quantiles[:, upper])
                inside[name][level] += int(hit.sum())
    return {name: {level: hits / total for level, hits in by.items()} for name, by in inside.items()}, total


TOLERANCE = {"iid_normal": 0.005, "garch_t": 0.02, "regime_switch": 0.02, "jumps": 0.02}


@pytest.mark.parametrize("world", WORLDS)
def test_one_step_coverage_is_nominal_in_simulated_worlds(world: str) -> None:
    """A handful of series: the tolerance, and three standard errors of a share on top."""
    measured, total = coverage(world, series=4, days=3000, seed=20)
    for name, by_level in measured.items():
        for level, share in by_level.items():
            bound = TOLERANCE[world] + 3 * math.sqrt(level * (1 - level) / total)
            assert abs(share - level) < bound, f"{name} covers {share:.4f} at {level:g} in {total} forecasts"


@pytest.mark.study
@pytest.mark.parametrize("world", WORLDS)
def test_one_step_coverage_is_nominal_over_two_hundred_series(world: str) -> None:
    measured, total = coverage(world, series=200, days=3000, seed=21)
    for name, by_level in measured.items():
        for level, share in by_level.items():
            assert abs(share - level) < TOLERANCE[world], f"{name} covers {share:.4f} at {level:g} in {total} forecasts"
