"""A multiplier applies where the past proves it, equals a readable loop, and is exactly 1 in a regime that is no wider."""

import math
from statistics import NormalDist
from typing import Any
from unittest import mock

import numpy as np
import pytest

from forex.calibration import multipliers
from forex.calibration.multipliers import JUDGED_EVERY, LEAST_INDEPENDENT, Scored, estimates, factors, newest, scored
from forex.observations.history import Floats
from forex.params import Multipliers
from forex.statistics import conformal
from forex.statistics.inference import block_length, block_weights
from forex.statistics.scores import crps
from tests.support.simulated import committed

pytestmark = pytest.mark.slow

PARAMS = committed().calibrate.multipliers
NORMAL_WIDTHS = np.array([NormalDist().inv_cdf((1 + level) / 2) for level in conformal.COVERAGE])
ONE_SIDED = (1 - PARAMS.band) / 2  # how often a lower end of the band may lie above the truth


def changed(**values: Any) -> Multipliers:
    return Multipliers.model_validate(PARAMS.model_dump() | values)


def world(seed: int, *, n: int, width: float, steps: int = 1) -> tuple[np.ndarray, Scored, Floats, Floats]:
    """Regimes, forecasts and CRPS with and without the estimates: sums of `steps` normal moves, `width` times as large in a regime.

    A fifth of the time is HIGH_VOL, in runs of twenty days; half-widths are those of a normal distribution.
    """
    rng = np.random.default_rng(seed)
    regimes = np.repeat(rng.choice(["NORMAL", "HIGH_VOL"], n // 20 + 1, p=[0.8, 0.2]), 20)[:n]
    path = np.append(0.0, np.cumsum(rng.standard_normal(n + steps - 1)))
    moves = (path[steps:] - path[:-steps]) / math.sqrt(steps)
    scores = np.abs(np.append(moves, 0.0)[:n]) * np.where(regimes == "HIGH_VOL", width, 1.0)
    half_widths, matured = np.tile(NORMAL_WIDTHS, (n, 1)), np.arange(n) + steps
    forecasts = scored(scores, half_widths, matured, np.full(n, steps), PARAMS.levels)
    estimated = estimates(regimes, forecasts, PARAMS)
    with_, without = (
        crps(scores, conformal.quantiles(np.zeros(n), np.ones(n), half_widths * factor[:, None]))
        for factor in (estimated, np.ones(n))
    )
    return regimes, forecasts, np.where(matured < n, with_ - without, np.nan), without


def judged(drawn: tuple[np.ndarray, Scored, Floats, Floats], params: Multipliers = PARAMS) -> Floats:
    regimes, forecasts, change, _ = drawn
    return factors(regimes, forecasts, estimates(regimes, forecasts, params), change, params)


# --- the rule -------------------------------------------------------------------------------------------------------


def lower_end(regimes: np.ndarray, forecasts: Scored, origin: int, params: Multipliers) -> tuple[float, float]:
    """The lower end of the band around HIGH_VOL's ratio, resample by resample; and the independent forecasts behind it."""
    known = [i for i in range(len(regimes)) if forecasts.matured[i] <= origin]
    length = block_length(len(known), steps=int(forecasts.steps[origin]), block_steps=params.block_steps)
    rng = np.random.default_rng(params.seed)
    weight = {i: 0.5 ** ((origin - i) / params.half_life) for i in known if regimes[i] == "HIGH_VOL"}
    ratios = []
    for resample in block_weights(len(known), length=length, draws=params.draws, rng=rng):
        drawn = {i: float(times) * weight[i] for i, times in zip(known, resample, strict=True) if i in weight}
        total, logs = math.fsum(drawn.values()), 0.0
        if total == 0:
            continue
        for j, level in enumerate(params.levels):
            reached = 0.0
            for i in sorted(drawn, key=lambda i: forecasts.ratios[i, j]):
                reached += drawn[i]
                if reached >= level * total * (1 - 1e-12):
                    logs += math.log(forecasts.ratios[i, j]) / len(params.levels)
                    break
        ratios.append(math.exp(logs))
    independent = sum(weight.values()) ** 2 / sum(w**2 for w in weight.values()) if weight else 0.0
    low = float(np.quantile(ratios, (1 - params.band) / 2)) if ratios else math.nan
    return low, independent / forecasts.steps[origin]


@pytest.mark.parametrize(("seed", "width", "every"), [(1, 1.6, 21), (2, 0.9, 21), (3, 1.6, 5), (4, 2.0, 40)])
def test_readable_loop_agrees(seed: int, width: float, every: int) -> None:
    drawn = world(seed, n=400, width=width)
    regimes, forecasts, change, _ = drawn
    params = changed(draws=100, half_life=400)
    estimated = estimates(regimes, forecasts, params)
    with mock.patch.object(multipliers, "JUDGED_EVERY", every):
        ours = judged(drawn, params)
    verdicts: dict[int, bool] = {}
    for origin in range(len(regimes)):
        expected = 1.0
        gained = sum(
            change[i] * 0.5 ** ((origin - i) / params.half_life)
            for i in range(origin)
            if regimes[i] == "HIGH_VOL" and forecasts.matured[i] <= origin
        )
        if regimes[origin] == "HIGH_VOL" and estimated[origin] > 1 and gained < 0:
            if origin // every not in verdicts:
                low, independent = lower_end(regimes, forecasts, origin, params)
                verdicts[origin // every] = independent >= LEAST_INDEPENDENT and low > 1
            if verdicts[origin // every]:
                expected = estimated[origin]
        assert ours[origin] == expected, f"at origin {origin}"
    assert (ours > 1).any() == (width > 1)


def test_an_estimate_that_raised_crps_or_has_no_record_does_not_apply() -> None:
    regimes, forecasts, change, _ = world(5, n=1500, width=1.6)
    estimated = estimates(regimes, forecasts, PARAMS)
    assert (factors(regimes, forecasts, estimated, change, PARAMS) > 1).any()
    for other in (np.abs(change), np.zeros_like(change), np.full_like(change, np.nan)):
        assert (factors(regimes, forecasts, estimated, other, PARAMS) == 1.0).all()


def test_too_few_forecasts_without_overlap_prove_nothing() -> None:
    """A few huge errors: every resample asks for more than 1."""
    n = LEAST_INDEPENDENT
    forecasts = Scored(np.full((n + 2, 2), 3.0), np.arange(n + 2) + 1, np.ones(n + 2, int))
    regimes, better = np.full(n + 2, "HIGH_VOL"), np.full(n + 2, -1.0)
    params = changed(half_life=10**9)
    ours = factors(regimes, forecasts, estimates(regimes, forecasts, params), better, params)
    assert (ours[:n] == 1.0).all()
    with mock.patch.object(multipliers, "JUDGED_EVERY", 1):
        ours = factors(regimes, forecasts, estimates(regimes, forecasts, params), better, params)
    assert (ours[:n] == 1.0).all() and ours[-1] > 1.0


@pytest.mark.parametrize("cut", [400, 421, 588, 777])
def test_what_applies_does_not_depend_on_what_is_known_later(cut: int) -> None:
    """To the last bit: other outcomes and regimes after the cut, and a history that ends there."""
    regimes, forecasts, change, _ = world(6, n=900, width=1.5, steps=3)
    rng, later = np.random.default_rng(7), np.arange(900) > cut
    unknown, upto = forecasts.matured > cut, slice(cut + 1)
    other = Scored(
        np.where(unknown[:, None], 9 * rng.random(forecasts.ratios.shape), forecasts.ratios),
        forecasts.matured,
        forecasts.steps,
    )
    other_change = np.where(unknown, rng.standard_normal(900), change)
    short = Scored(
        np.where(unknown[:, None], np.nan, forecasts.ratios)[upto],
        np.minimum(forecasts.matured, cut + 1)[upto],
        forecasts.steps[upto],
    )
    usual = judged((regimes, forecasts, change, change))
    changed_later = judged((np.where(later, "HIGH_VOL", regimes), other, other_change, change))
    ended = judged((regimes[upto], short, np.where(unknown, np.nan, change)[upto], change[upto]))
    np.testing.assert_array_equal(changed_later[upto], usual[upto])
    np.testing.assert_array_equal(ended, usual[upto])
    assert (usual[upto] > 1).any() and (changed_later != usual).any()


def test_the_newest_multiplier_is_that_of_the_last_origin() -> None:
    regimes, forecasts, change, without = world(8, n=1500, width=1.6)
    regimes[-1] = "HIGH_VOL"
    with mock.patch.object(multipliers, "JUDGED_EVERY", 1):
        applied = judged((regimes, forecasts, change, without))[-1]
    found = newest(regimes, forecasts, change, without, PARAMS)["HIGH_VOL"]
    assert found.multiplier == applied == found.estimate > 1
    assert found.crps_change < 0 and 1 < found.ratio_band[0] < found.ratio < found.ratio_band[1]
    worse = newest(regimes, forecasts, -change, without, PARAMS)["HIGH_VOL"]
    assert (worse.multiplier, worse.estimate) == (1.0, found.estimate) and worse.crps_change > 0


# --- the two worlds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 5])
def test_in_a_regime_that_is_wider_the_factor_is_found_and_mends_the_coverage(steps: int) -> None:
    for seed in range(3):
        drawn = world(seed, n=4000, width=1.5, steps=steps)
        regimes, forecasts, _, _ = drawn
        ours, stressed = judged(drawn), regimes == "HIGH_VOL"
        late = stressed & (np.arange(4000) > 3000)
        assert (ours[~stressed] == 1.0).all()
        assert (ours[late] > 1.0).all() and ours[late].mean() > (1.2 if steps == 1 else 1.1)
        for j, level in enumerate(PARAMS.levels):
            plain, mended = (np.mean(forecasts.ratios[late, j] <= factor) for factor in (1.0, ours[late]))
            assert plain < level - 0.06 and abs(mended - level) < abs(plain - level)


def false_share(steps: int, worlds: int, n: int) -> float:
    """The share of stressed origins at which a factor applies although no regime is wider."""
    shares = []
    for seed in range(worlds):
        drawn = world(100 + seed, n=n, width=1.0, steps=steps)
        ours, stressed = judged(drawn), drawn[0] == "HIGH_VOL"
        assert (ours[~stressed] == 1.0).all()
        shares.append(float(np.mean(ours[stressed] != 1.0)))
    return float(np.mean(shares))


@pytest.mark.parametrize("steps", [1, 5])
def test_in_a_regime_that_is_not_wider_it_is_one_and_false_factors_are_rarer_than_the_band_promises(steps: int) -> None:
    assert false_share(steps, worlds=12, n=2000) <= ONE_SIDED


@pytest.mark.study
@pytest.mark.parametrize("steps", [1, 5, 22, 62])
def test_false_factors_are_rarer_than_the_band_promises_at_every_horizon(steps: int) -> None:
    assert false_share(steps, worlds=200, n=4000) <= ONE_SIDED


def test_one_band_stands_for_a_month() -> None:
    assert JUDGED_EVERY == 21
