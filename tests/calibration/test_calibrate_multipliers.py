"""What regime multipliers touch, what they are estimated from, and what the report says of them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forex.calibration import multipliers
from forex.calibration.calibrate import Calibrated, Outcome, calibrate
from forex.calibration.described import Settled, calibration_report, metrics
from forex.calibration.report import Calibration, Multiplier
from forex.core.names import PUBLISHED
from forex.core.quantiles import MEDIAN, central_pair
from forex.core.reports import read_report, write_report
from forex.observations.history import Floats
from forex.statistics.predictive import Predictive
from forex.statistics.scores import crps
from tests.support.calibrated_world import DEPENDENT, HORIZONS, PARAMS, QUICK, result, stress, stressed, world

# --- what they touch ------------------------------------------------------------------------------------------------


def widths(quantiles: Floats) -> Floats:
    """Distances of the upper quantiles from the median."""
    return np.asarray(quantiles[:, MEDIAN + 1 :] - quantiles[:, [MEDIAN]])


def test_without_regimes_nothing_is_multiplied() -> None:
    normal = np.full(len(world()[1]["1d"].steps), "NORMAL")
    for calibrated in (result()[0], calibrate(*world(), PARAMS, normal)[0]):
        for horizon in HORIZONS:
            assert set(calibrated[horizon].without) == set(DEPENDENT)
            for name in DEPENDENT:
                np.testing.assert_array_equal(calibrated[horizon].quantiles[name], calibrated[horizon].without[name])


def test_multipliers_touch_calibrated_models_in_stressed_regimes_only() -> None:
    raw, outcomes, regimes = stress()
    plain = calibrate(raw, outcomes, QUICK)[0]
    first = stressed()[1]
    elsewhere = regimes != "HIGH_VOL"
    for horizon in HORIZONS:
        calibrated = stressed()[0][horizon]
        for name in ("random_walk", "random_walk_drift", "predecessor", "garch_t"):
            np.testing.assert_array_equal(calibrated.quantiles[name], raw[horizon][name].quantiles)
        for name in DEPENDENT:
            np.testing.assert_array_equal(calibrated.without[name], plain[horizon].quantiles[name])
        for name in ("nowcast", "garch_t_conformal"):
            ours, without = calibrated.quantiles[name], calibrated.without[name]
            np.testing.assert_array_equal(ours[elsewhere], without[elsewhere])
            np.testing.assert_array_equal(ours[:, MEDIAN], without[:, MEDIAN])
            factor = widths(ours)[first:] / widths(without)[first:]
            np.testing.assert_allclose(factor, factor[:, [0]] * np.ones(12), rtol=1e-9)  # one factor for all quantiles
            assert (factor >= 1 - 1e-12).all() and (factor <= 2.5 + 1e-12).all()
    grown = (
        widths(stressed()[0]["1d"].quantiles[PUBLISHED])[~elsewhere]
        / widths(plain["1d"].quantiles[PUBLISHED])[~elsewhere]
    )
    assert grown[-20:].min() > 1.1


def test_multipliers_are_estimated_from_the_forecasts_as_they_are_without_them() -> None:
    _, outcomes, regimes = stress()
    rules = QUICK.multipliers
    for horizon in HORIZONS:
        calibrated, outcome = stressed()[0][horizon], outcomes[horizon]
        without = calibrated.without["nowcast"]
        distance = np.abs(outcome.log_return - without[:, MEDIAN])
        counts = calibrated.standardised["nowcast"].count >= QUICK.min_scores
        lower, upper = zip(*(central_pair(level) for level in rules.levels), strict=True)
        ratios = distance[:, None] / ((without[:, upper] - without[:, lower]) / 2)  # whichever way the tails lean
        judged = multipliers.Scored(np.where(counts[:, None], ratios, np.nan), outcome.matured, outcome.steps)
        estimated = multipliers.estimates(regimes, judged, rules)
        wider = np.where(np.arange(25) == MEDIAN, 0.0, without - without[:, [MEDIAN]]) * estimated[:, None]
        change = crps(outcome.log_return, without[:, [MEDIAN]] + wider) - crps(outcome.log_return, without)
        change = np.where(np.isfinite(judged.ratios).all(axis=1), change, np.nan)
        expected = multipliers.factors(regimes, judged, estimated, change, rules)
        first = stressed()[1]
        factor = widths(calibrated.quantiles["nowcast"])[first:, 7] / widths(without)[first:, 7]
        np.testing.assert_allclose(factor, expected[first:], rtol=1e-9)


@pytest.mark.parametrize("model", ["nowcast", "ensemble", "random_walk"])
def test_the_factor_in_what_is_published(model: str) -> None:
    raw, outcomes, regimes = stress()
    rules = QUICK.model_copy(update={"published": QUICK.published.model_copy(update={"model": model})})
    calibrated, first = calibrate(raw, outcomes, rules, regimes)
    for at_horizon in calibrated.values():
        own = {
            name: widths(at_horizon.quantiles[name])[first:, 7] / widths(at_horizon.without[name])[first:, 7]
            for name in ("nowcast", "garch_t_conformal")
        }
        own["random_walk"] = np.ones(len(own["nowcast"]))
        own["ensemble"] = sum(
            own[name] * at_horizon.weights[first:, j] for j, name in enumerate(rules.ensemble.members)
        )
        np.testing.assert_allclose(at_horizon.factors[first:], own[model], rtol=1e-9)
    assert (calibrated["1d"].factors[first:].max() > 1.1) == (model != "random_walk")


@pytest.mark.parametrize("cut", [300, 451])
def test_multiplied_forecasts_do_not_depend_on_what_is_known_later(cut: int) -> None:
    raw, outcomes, regimes = stress()
    rng, later = np.random.default_rng(9), np.arange(len(regimes)) > cut
    unsettled = {
        horizon: replace(
            outcome,
            log_return=np.where(outcome.matured > cut, 0.02 * rng.standard_normal(len(later)), outcome.log_return),
        )
        for horizon, outcome in outcomes.items()
    }
    other = calibrate(raw, unsettled, QUICK, np.where(later, "COPPER_SHOCK", regimes))[0]
    upto = slice(cut + 1)
    short_raw = {
        horizon: {
            name: Predictive(forecast.location[upto], forecast.scale[upto], forecast.quantiles[upto])
            for name, forecast in models.items()
        }
        for horizon, models in raw.items()
    }
    short_outcomes = {
        horizon: Outcome(
            np.where(outcome.matured > cut, np.nan, outcome.log_return)[upto],
            np.minimum(outcome.matured, cut + 1)[upto],
            outcome.steps[upto],
        )
        for horizon, outcome in outcomes.items()
    }
    short = calibrate(short_raw, short_outcomes, QUICK, regimes[upto])[0]
    for horizon in HORIZONS:
        for name, quantiles in stressed()[0][horizon].quantiles.items():
            np.testing.assert_array_equal(other[horizon].quantiles[name][upto], quantiles[upto])
            np.testing.assert_array_equal(short[horizon].quantiles[name], quantiles[upto])


# --- the report -----------------------------------------------------------------------------------------------------


def described(calibrated: dict[str, Calibrated], settled: dict[str, Settled], first: int) -> Calibration:
    return calibration_report(
        calibrated, settled, first, published="nowcast", stressed=PARAMS.multipliers.regimes, params_sha256={}
    )


def test_the_report_compares_with_and_without_over_the_matured_origins() -> None:
    _, outcomes, regimes = stress()
    calibrated, first = stressed()
    anchor = np.full(len(regimes) - first, 900.0)
    settled = {
        horizon: Settled(anchor, anchor * np.exp(outcome.log_return[first:]), regimes[first:])
        for horizon, outcome in outcomes.items()
    }
    report = described(calibrated, settled, first)
    for horizon in HORIZONS:
        at_horizon, there = calibrated[horizon], settled[horizon]
        for model in PARAMS.conformal:
            by_regime = report.horizons[horizon].models[model].multipliers
            assert list(by_regime) == list(PARAMS.multipliers.regimes)
            assert by_regime["COPPER_SHOCK"] == Multiplier(
                multiplier=1.0, estimate=1.0, crps_change=None, ratio=None, ratio_band=None, count=0, independent=0.0
            )
            found = by_regime["HIGH_VOL"]
            assert found.count > found.independent > 0 and found.multiplier in (1.0, found.estimate)
            assert found.ratio_band is not None and found.ratio is not None
            assert found.ratio_band[0] <= found.ratio <= found.ratio_band[1]
        compared = report.horizons[horizon].multipliers_compared
        assert set(compared) == set(DEPENDENT)
        rows = (there.regimes == "HIGH_VOL") & np.isfinite(there.actual)
        for name, groups in compared.items():
            assert set(groups) == {"HIGH_VOL", "stressed", "all"} and groups["HIGH_VOL"] == groups["stressed"]
            assert groups["HIGH_VOL"].origins == rows.sum()
            assert groups["all"].origins == np.isfinite(there.actual).sum()
            for scores, source in (
                (groups["HIGH_VOL"].multiplied, at_horizon.quantiles),
                (groups["HIGH_VOL"].plain, at_horizon.without),
            ):
                quantiles = 900 * np.exp(source[name][first:][rows])
                lower, upper = quantiles[:, central_pair(0.8)[0]], quantiles[:, central_pair(0.8)[1]]
                inside = (there.actual[rows] >= lower) & (there.actual[rows] <= upper)
                assert scores.coverage["0.8"] == pytest.approx(inside.mean())
                assert scores.crps == pytest.approx(crps(there.actual[rows], quantiles).mean())
    published = report.horizons["1d"].multipliers_compared[PUBLISHED]["stressed"]
    assert published.plain.coverage["0.8"] < published.multiplied.coverage["0.8"]

    def leaves(node: object) -> list[object]:
        return [leaf for child in node.values() for leaf in leaves(child)] if isinstance(node, dict) else [node]

    assert all(isinstance(leaf, int | float) and math.isfinite(leaf) for leaf in leaves(metrics(report)))
    of_1d = metrics(report)["calibration"]["1d"]
    of_nowcast = report.horizons["1d"].models["nowcast"]
    assert of_1d["nowcast"]["multiplier_HIGH_VOL"] == of_nowcast.multipliers["HIGH_VOL"].multiplier
    assert of_1d[PUBLISHED]["stressed_crps_without"] == published.plain.crps
    assert of_1d[PUBLISHED]["widening_HIGH_VOL"] == report.horizons["1d"].widening["HIGH_VOL"].median


def test_a_report_without_stressed_origins_says_nothing_about_them() -> None:
    calibrated, first = result()
    settled = {
        horizon: Settled(np.full(n, 900.0), 900 * np.exp(outcome.log_return[first:]), np.full(n, "NORMAL"))
        for horizon, outcome in world()[1].items()
        for n in [len(outcome.steps) - first]
    }
    report = described(calibrated, settled, first)
    groups = report.horizons["1d"].multipliers_compared[PUBLISHED]
    assert list(groups) == ["all"] and groups["all"].multiplied == groups["all"].plain
    assert list(report.horizons["1d"].widening) == ["NORMAL"]
    assert not [name for name in metrics(report)["calibration"]["1d"][PUBLISHED] if name.startswith("stressed")]


def test_the_report_comes_back_as_it_was(tmp_path: Path) -> None:
    _, outcomes, regimes = stress()
    calibrated, first = stressed()
    anchor = np.full(len(regimes) - first, 900.0)
    settled = {
        horizon: Settled(anchor, anchor * np.exp(outcome.log_return[first:]), regimes[first:])
        for horizon, outcome in outcomes.items()
    }
    path = tmp_path / "calibration.json"
    write_report(path, described(calibrated, settled, first))
    written = path.read_bytes()
    write_report(path, read_report(path, Calibration))
    assert path.read_bytes() == written
