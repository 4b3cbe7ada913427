"""What passes through calibration and what comes out of it, and when a score counts."""

from dataclasses import replace

import numpy as np
import pytest

from forex.calibration.calibrate import calibrate
from forex.core.errors import TooLittleData
from forex.core.names import PUBLISHED, calibrated_name
from forex.statistics.scores import crps
from tests.support.calibrated_world import HORIZONS, PARAMS, changed, result, world

# --- what passes through and what comes out -------------------------------------------------------------------------


def test_a_calibrated_benchmark_has_a_name_of_its_own() -> None:
    assert [calibrated_name(name) for name in ("garch_t", "random_walk", "nowcast")] == [
        "garch_t_conformal", "random_walk_conformal", "nowcast",
    ]  # fmt: skip


def test_benchmarks_pass_through_unchanged() -> None:
    for horizon in HORIZONS:
        for name in ("random_walk", "random_walk_drift", "predecessor", "garch_t"):
            np.testing.assert_array_equal(result()[0][horizon].quantiles[name], world()[0][horizon][name].quantiles)


def test_quantiles_are_complete_from_the_first_calibrated_origin_and_never_cross() -> None:
    calibrated, first = result()
    for horizon in HORIZONS:
        names = {"random_walk", "random_walk_drift", "predecessor", "garch_t", "garch_t_conformal", "nowcast"}
        assert set(calibrated[horizon].quantiles) == names | {"ensemble", PUBLISHED}
        for quantiles in calibrated[horizon].quantiles.values():
            assert np.isfinite(quantiles[first:]).all()
            assert (np.diff(quantiles[first:], axis=1) >= 0).all()


def test_the_first_calibrated_origin_has_enough_matured_scores_at_every_horizon_and_no_later_one_does() -> None:
    counts = []
    for outcome in world()[1].values():
        matured = outcome.matured[np.isfinite(outcome.log_return)]
        counts.append([np.count_nonzero(matured <= origin) for origin in range(len(outcome.log_return))])
    enough = (np.array(counts) >= PARAMS.min_scores).all(axis=0)
    assert result()[1] == np.flatnonzero(enough)[0]


def test_too_few_matured_scores_are_counted_in_the_message() -> None:
    most = np.count_nonzero(world()[1]["30d"].matured < len(world()[1]["30d"].matured))
    message = rf"{most} matured forecasts at 30d, 790 needed \(calibrate.min_scores\)"
    with pytest.raises(TooLittleData, match=message):
        calibrate({"30d": world()[0]["30d"]}, world()[1], changed(min_scores=790))


def test_ensemble_is_the_weighted_quantile_average_of_its_members() -> None:
    for one in result()[0].values():
        np.testing.assert_allclose(one.weights.sum(axis=1), 1.0)
        parts = [one.weights[:, [i]] * one.quantiles[name] for i, name in enumerate(one.members)]
        np.testing.assert_allclose(one.quantiles["ensemble"], sum(parts), rtol=1e-12, atol=1e-15)


def test_published_is_the_chosen_candidate_by_forecasts_matured_then() -> None:
    """Candidates of which one is spoilt for a while: each origin's choice by hand from what had matured there."""
    params = changed(published=PARAMS.published.model_copy(update={"half_life": 60, "min_scores": 40}).model_dump())
    raw = {"7d": dict(world()[0]["7d"])}
    spoilt = replace(
        raw["7d"]["nowcast"],
        location=raw["7d"]["nowcast"].location
        + np.where(np.arange(800) < 500, 0.01, 0.0)[: len(raw["7d"]["nowcast"].location)],
    )
    raw["7d"]["nowcast"] = spoilt
    outcome = world()[1]["7d"]
    one = calibrate(raw, world()[1], params)[0]["7d"]
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


def test_an_outcome_counts_from_the_first_origin_that_knows_it_not_one_earlier() -> None:
    raw, outcomes = world()
    made = 500
    known = int(outcomes["1d"].matured[made])
    log_return = outcomes["1d"].log_return.copy()
    log_return[made] += 0.2
    moved = outcomes | {"1d": replace(outcomes["1d"], log_return=log_return)}
    other = calibrate(raw, moved, PARAMS)[0]["1d"]
    usual = result()[0]["1d"]
    for name in ("nowcast", "garch_t_conformal", "ensemble", PUBLISHED):
        np.testing.assert_array_equal(other.quantiles[name][:known], usual.quantiles[name][:known])
        assert (other.quantiles[name][known] != usual.quantiles[name][known]).any()


def test_delaying_the_actuals_by_a_day_changes_the_result() -> None:
    raw, outcomes = world()
    late = {horizon: replace(one, matured=one.matured + 1) for horizon, one in outcomes.items()}
    delayed, first = calibrate(raw, late, PARAMS)
    assert first == result()[1] + 1
    for horizon in HORIZONS:
        usual, other = result()[0][horizon].quantiles["nowcast"][first:], delayed[horizon].quantiles["nowcast"][first:]
        assert (usual != other).any(axis=1).mean() > 0.9
