"""What passes through calibration and what comes out of it, and when a score counts."""

from dataclasses import replace

import numpy as np
import pytest

from forex.calibration.calibrate import calibrate
from forex.core.errors import TooLittleData
from forex.core.names import PUBLISHED, calibrated_name
from forex.core.quantiles import MEDIAN
from tests.support.calibrated_world import DEPENDENT, HORIZONS, PARAMS, changed, result, world

# --- what passes through and what comes out -------------------------------------------------------------------------


def test_a_calibrated_benchmark_has_a_name_of_its_own() -> None:
    assert [calibrated_name(name) for name in ("garch_t", "random_walk", "nowcast")] == [
        "garch_t_conformal", "random_walk_conformal", "nowcast",
    ]  # fmt: skip


def test_benchmarks_pass_through_unchanged() -> None:
    for horizon in HORIZONS:
        for name in ("random_walk", "random_walk_drift", "predecessor", "garch_t"):
            np.testing.assert_array_equal(result()[0][horizon].quantiles[name], world()[0][horizon][name].quantiles)


def test_benchmarks_with_the_nowcasts_centre_keep_their_widths() -> None:
    """In pesos their quantiles are the benchmark's times the published nowcast's median over the anchor."""
    for horizon in HORIZONS:
        quantiles = result()[0][horizon].quantiles
        for name in ("garch_t", "random_walk"):
            pesos = 900 * np.exp(quantiles[name]) * np.exp(quantiles["nowcast"][:, [MEDIAN]])
            np.testing.assert_allclose(900 * np.exp(quantiles[f"{name}_nowcast"]), pesos, rtol=1e-12)


@pytest.mark.parametrize("missing", ["nowcast", "garch_t"])
def test_without_a_nowcast_or_the_benchmark_there_is_none_between_them(missing: str) -> None:
    raw = {
        horizon: {name: forecast for name, forecast in models.items() if name != missing}
        for horizon, models in world()[0].items()
    }
    left = "garch_t" if missing == "nowcast" else "nowcast"
    rules = {"conformal": (left,), "ensemble": PARAMS.ensemble.model_dump() | {"members": (calibrated_name(left),)}}
    found = calibrate(raw, world()[1], changed(**rules, published={"model": calibrated_name(left)}))[0]
    centred = {name for calibrated in found.values() for name in calibrated.quantiles if name.endswith("_nowcast")}
    assert centred == (set() if missing == "nowcast" else {"random_walk_nowcast"})


def test_quantiles_are_complete_from_the_first_calibrated_origin_and_never_cross() -> None:
    calibrated, first = result()
    for horizon in HORIZONS:
        names = {"random_walk", "random_walk_drift", "predecessor", "garch_t", "garch_t_nowcast", "random_walk_nowcast"}
        assert set(calibrated[horizon].quantiles) == names | set(DEPENDENT)
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
    for calibrated in result()[0].values():
        np.testing.assert_allclose(calibrated.weights.sum(axis=1), 1.0)
        parts = [calibrated.weights[:, [i]] * calibrated.quantiles[name] for i, name in enumerate(calibrated.members)]
        np.testing.assert_allclose(calibrated.quantiles["ensemble"], sum(parts), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("model", ["nowcast", "garch_t_conformal", "garch_t_nowcast", "ensemble", "random_walk"])
def test_published_is_the_model_that_params_name(model: str) -> None:
    for horizon, calibrated in calibrate(*world(), changed(published={"model": model}))[0].items():
        np.testing.assert_array_equal(calibrated.quantiles[PUBLISHED], calibrated.quantiles[model])
        for name, usual in result()[0][horizon].quantiles.items():
            if name != PUBLISHED:
                np.testing.assert_array_equal(calibrated.quantiles[name], usual)


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
    late = {horizon: replace(outcome, matured=outcome.matured + 1) for horizon, outcome in outcomes.items()}
    delayed, first = calibrate(raw, late, PARAMS)
    assert first == result()[1] + 1
    for horizon in HORIZONS:
        usual, other = result()[0][horizon].quantiles["nowcast"][first:], delayed[horizon].quantiles["nowcast"][first:]
        assert (usual != other).any(axis=1).mean() > 0.9


def test_forecasts_without_a_scale_teach_nothing() -> None:
    """An observado that stood still has a scale of zero: over it, errors of zero or of any size say nothing."""
    raw, outcomes = world()
    still = np.arange(len(outcomes["1d"].steps)) < 50
    halted = {
        horizon: models
        | {
            "nowcast": replace(
                models["nowcast"],
                location=np.where(still, 0.0, models["nowcast"].location),
                scale=np.where(still, 0.0, models["nowcast"].scale),
            )
        }
        for horizon, models in raw.items()
    }
    settled = {
        horizon: replace(
            outcome, log_return=np.where(still & (np.arange(len(still)) % 2 == 0), 0.0, outcome.log_return)
        )
        for horizon, outcome in outcomes.items()
    }
    found, first = calibrate(halted, settled, PARAMS)
    unscored = {
        horizon: replace(outcome, log_return=np.where(still, np.nan, outcome.log_return))
        for horizon, outcome in outcomes.items()
    }
    expected, later = calibrate(halted, unscored, PARAMS)
    assert first == later
    for horizon in HORIZONS:
        np.testing.assert_array_equal(
            found[horizon].quantiles["nowcast"][first:], expected[horizon].quantiles["nowcast"][first:]
        )
