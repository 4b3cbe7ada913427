"""Multipliers equal a readable loop, know only what has matured, stay in bounds, and apply where a regime is proven to be wider."""

import math
from statistics import NormalDist
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.calibration import multipliers
from forex.calibration.multipliers import (
    LEAST_INDEPENDENT,
    Newest,
    Scored,
    estimates,
    evidence,
    newest,
    scored,
    shrunk,
)
from forex.core.quantiles import GRID, MEDIAN, central_pair
from forex.observations.history import Floats
from forex.params import Multipliers
from forex.regimes.regimes import REGIMES, STRESSED
from forex.statistics import conformal
from tests.support.simulated import committed

PARAMS = committed().calibrate.multipliers
LEVELS = (0.8, 0.95)
N = 400


def changed(**values: Any) -> Multipliers:
    return Multipliers.model_validate(PARAMS.model_dump() | values)


def made_up(seed: int, *, n: int = N, width: float = 1.6) -> tuple[np.ndarray, Scored]:
    """Regimes of some weeks each; in the stressed ones errors are `width` times what the half-widths allow for."""
    rng = np.random.default_rng(seed)
    regimes = np.repeat(rng.choice(REGIMES, n // 20 + 1), 20)[:n]
    scores = np.abs(rng.standard_normal(n)) * np.where(np.isin(regimes, STRESSED), width, 1.0)
    scores[rng.random(n) < 0.05] = np.nan
    half_widths = np.sort(np.abs(rng.standard_normal((n, 12))), axis=1) / 10 + np.linspace(0.2, 2.8, 12)
    half_widths[:15] = np.nan
    steps = rng.integers(1, 4, n)
    return regimes, scored(scores, half_widths, np.arange(n) + rng.integers(1, 30, n), steps, LEVELS)


def described_newest(regimes: np.ndarray, forecasts: Scored, params: Multipliers) -> dict[str, Newest]:
    """At the last origin, where every estimate made so far would have lowered CRPS from 1 to 0.9."""
    without = np.where(np.isfinite(forecasts.ratios).all(axis=1), 1.0, np.nan)
    return newest(regimes, forecasts, -0.1 * without, without, params)


# --- the estimate ---------------------------------------------------------------------------------------------------


def by_hand(
    regime: str, regimes: np.ndarray, forecasts: Scored, origin: int, params: Multipliers
) -> tuple[float, int, float, float]:
    """Ratio, count, independent number and multiplier of one regime at one origin, from scratch."""
    known = [
        i
        for i in range(len(regimes))
        if regimes[i] == regime
        and not any(math.isnan(ratio) for ratio in forecasts.ratios[i])
        and forecasts.matured[i] <= origin
    ]
    if not known:
        return math.nan, 0, 0.0, 1.0
    weight = {i: 0.5 ** ((origin - i) / params.half_life) for i in known}
    total = math.fsum(weight.values())
    logs = []
    for j, level in enumerate(params.levels):
        reached = 0.0
        for i in sorted(known, key=lambda i: forecasts.ratios[i, j]):
            reached += weight[i]
            if reached >= level * total * (1 - 1e-12):
                logs.append(math.log(forecasts.ratios[i, j]) if forecasts.ratios[i, j] > 0 else -math.inf)
                break
    ratio = math.exp(sum(logs) / len(logs))
    independent = total**2 / math.fsum(w**2 for w in weight.values()) / max(forecasts.steps[origin], 1)
    multiplier = ratio ** (independent / (independent + params.shrink_weight))
    return ratio, len(known), independent, min(max(multiplier, 1.0), params.maximum)


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([3, 60, 2000]), st.sampled_from([1, 7, 128]), st.sampled_from([0.5, 50]))
def test_readable_loop_agrees(seed: int, half_life: int, block: int, weight: float) -> None:
    regimes, forecasts = made_up(seed, n=120)
    params = changed(half_life=half_life, shrink_weight=weight)
    with mock.patch.object(multipliers, "BLOCK", block):
        ours = estimates(regimes, forecasts, params)
        for regime in STRESSED:
            at = np.arange(0, 120, 7)
            found = evidence(regime, regimes, forecasts, at, params)
            for k, origin in enumerate(at):
                ratio, count, independent, _ = by_hand(regime, regimes, forecasts, int(origin), params)
                assert found.count[k] == count
                np.testing.assert_allclose(found.independent[k], independent, rtol=1e-9)
                np.testing.assert_allclose(found.ratio[k], ratio, rtol=1e-9)
    for origin, regime in enumerate(regimes):
        expected = by_hand(regime, regimes, forecasts, origin, params)[3] if regime in STRESSED else 1.0
        np.testing.assert_allclose(ours[origin], expected, rtol=1e-9)


def test_the_ratio_is_what_makes_coverage_nominal() -> None:
    """Widened by a level's ratio, the intervals cover ceil(level * n) of the n = 101 scores of one regime."""
    rng, n = np.random.default_rng(1), 101
    scores = np.abs(rng.standard_normal(n + 1)) * 1.4
    half_widths = np.tile(np.linspace(0.2, 2.8, 12), (n + 1, 1))
    regimes = np.full(n + 1, "HIGH_VOL")
    for level in LEVELS:
        params = changed(levels=(level,), half_life=10**9)
        forecasts = scored(scores, half_widths, np.append(np.full(n, n), n + 1), np.ones(n + 1, int), (level,))
        ratio = evidence("HIGH_VOL", regimes, forecasts, np.array([n]), params).ratio[0]
        inside = scores[:n] <= ratio * half_widths[0, GRID.index(0.5 + level / 2) - MEDIAN - 1] * (1 + 1e-12)
        assert inside.sum() == math.ceil(level * n)


def test_the_ratio_is_read_at_the_half_width_of_its_level() -> None:
    half_widths = np.arange(1.0, 13.0)[None, :]
    levels = conformal.COVERAGE.round(2).tolist()
    forecasts = scored(np.array([6.0]), half_widths, np.array([1]), np.array([1]), levels)
    np.testing.assert_allclose(forecasts.ratios[0], 6.0 / np.arange(1.0, 13.0))


# --- bounds and shrinkage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [0.3, 1.0, 1.6, 50.0])
def test_multipliers_are_within_bounds_and_exactly_one_outside_the_stressed_regimes(width: float) -> None:
    regimes, forecasts = made_up(2, n=2000, width=width)
    ours = estimates(regimes, forecasts, changed(shrink_weight=5))
    assert ((ours >= 1.0) & (ours <= PARAMS.maximum)).all()
    assert (ours[~np.isin(regimes, STRESSED)] == 1.0).all()
    late = ours[np.isin(regimes, STRESSED)][-100:]
    if width == 0.3:
        assert (ours == 1.0).all()  # intervals that are too wide are for the volatility to mend
    elif width == 50.0:
        assert (late == PARAMS.maximum).all()


def test_without_evidence_it_is_exactly_one() -> None:
    regimes, forecasts = made_up(3)
    never = Scored(forecasts.ratios, np.full(N, N), forecasts.steps)
    uncalibrated = Scored(np.full_like(forecasts.ratios, np.nan), forecasts.matured, forecasts.steps)
    for unknown in (never, uncalibrated):
        assert (estimates(regimes, unknown, PARAMS) == 1.0).all()
        for figures in described_newest(regimes, unknown, PARAMS).values():
            assert (figures.multiplier, figures.estimate, figures.count, figures.independent) == (1.0, 1.0, 0, 0.0)
            assert math.isnan(figures.crps_change)
            assert math.isnan(figures.ratio) and all(math.isnan(bound) for bound in figures.ratio_band)


def test_the_first_stressed_origin_of_all_has_no_multiplier() -> None:
    regimes, forecasts = made_up(4, width=9.0)
    ours = estimates(regimes, forecasts, changed(shrink_weight=0.1))
    for regime in STRESSED:
        at = np.flatnonzero(regimes == regime)
        made = at[np.isfinite(forecasts.ratios[at]).all(axis=1)]
        first = forecasts.matured[made].min()
        assert (ours[at[at < first]] == 1.0).all() and (ours[at[at >= first]] > 1.0).any()


def test_shrinkage_goes_from_one_to_the_ratio_with_the_evidence() -> None:
    independent = np.array([0.0, 1.0, 10.0, 100.0, 1000.0, 1e9])
    ours = shrunk(np.full(6, 1.6), independent, weight=100.0, maximum=2.5)
    assert ours[0] == 1.0 and (np.diff(ours) > 0).all()
    assert ours[3] == pytest.approx(math.sqrt(1.6)) and ours[-1] == pytest.approx(1.6)


def test_overlapping_scores_count_for_less() -> None:
    regimes, forecasts = made_up(5)
    at = np.array([N - 1])
    usual = evidence("HIGH_VOL", regimes, forecasts, at, PARAMS)
    longer = evidence("HIGH_VOL", regimes, Scored(forecasts.ratios, forecasts.matured, np.full(N, 60)), at, PARAMS)
    assert longer.count == usual.count and longer.ratio == usual.ratio
    np.testing.assert_allclose(longer.independent, usual.independent * forecasts.steps[-1] / 60)


def test_outcomes_right_on_the_median_ask_for_nothing() -> None:
    """A currency that does not move: every score is 0."""
    forecasts = scored(np.zeros(50), np.ones((50, 12)), np.arange(50) + 1, np.ones(50, int), LEVELS)
    regimes = np.full(50, "HIGH_VOL")
    assert (estimates(regimes, forecasts, PARAMS) == 1.0).all()
    figures = described_newest(regimes, forecasts, PARAMS)["HIGH_VOL"]
    assert (figures.ratio, figures.multiplier, figures.ratio_band) == (0.0, 1.0, (0.0, 0.0))


def test_only_listed_regimes_have_multipliers() -> None:
    regimes, forecasts = made_up(6, n=1500)
    ours = estimates(regimes, forecasts, changed(regimes=("COPPER_SHOCK",)))
    assert (ours[regimes != "COPPER_SHOCK"] == 1.0).all() and (ours > 1.0).any()
    assert list(described_newest(regimes, forecasts, changed(regimes=("COPPER_SHOCK",)))) == ["COPPER_SHOCK"]
    assert (estimates(regimes, forecasts, changed(regimes=())) == 1.0).all()


def test_the_committed_regimes_are_the_stressed_ones() -> None:
    assert PARAMS.regimes == STRESSED


# --- delayed feedback -----------------------------------------------------------------------------------------------


def test_a_score_counts_from_the_first_origin_that_knows_it_not_one_earlier() -> None:
    regimes, forecasts = made_up(7)
    regimes[100:] = "HIGH_VOL"
    settled = np.flatnonzero(np.isfinite(forecasts.ratios).all(axis=1))
    for made in settled[settled > 150][[0, 1, 80]]:
        known = int(forecasts.matured[made])
        ratios = forecasts.ratios.copy()
        ratios[made] = 99.0
        at = np.arange(N)
        usual, other = (
            evidence(
                "HIGH_VOL", regimes, Scored(scores, forecasts.matured, forecasts.steps), at, changed(levels=(0.95,))
            )
            for scores in (forecasts.ratios[:, 1:], ratios[:, 1:])
        )
        np.testing.assert_array_equal(other.ratio[:known], usual.ratio[:known])
        assert (other.ratio[known:] >= usual.ratio[known:]).all() and (other.ratio[known:] != usual.ratio[known:]).any()

        absent = forecasts.ratios.copy()
        absent[made] = np.nan
        without = evidence("HIGH_VOL", regimes, Scored(absent, forecasts.matured, forecasts.steps), at, PARAMS)
        np.testing.assert_array_equal(usual.count - without.count, (at >= known).astype(int))


def test_only_forecasts_made_in_the_regime_count() -> None:
    regimes, forecasts = made_up(8)
    elsewhere = np.where((regimes != "HIGH_VOL")[:, None], 99.0, forecasts.ratios)
    at = np.arange(N)
    usual = evidence("HIGH_VOL", regimes, forecasts, at, PARAMS)
    other = evidence("HIGH_VOL", regimes, Scored(elsewhere, forecasts.matured, forecasts.steps), at, PARAMS)
    np.testing.assert_array_equal(other.ratio, usual.ratio)
    np.testing.assert_array_equal(other.count, usual.count)


def test_delaying_the_actuals_by_a_day_changes_the_result() -> None:
    regimes, forecasts = made_up(9)
    late = Scored(forecasts.ratios, forecasts.matured + 1, forecasts.steps)
    ours, delayed = (estimates(regimes, record, changed(shrink_weight=5)) for record in (forecasts, late))
    assert (ours != delayed).mean() > 0.1


@pytest.mark.parametrize("cut", [40, 127, 128, 200, 311])
def test_multipliers_do_not_depend_on_what_is_known_later(cut: int) -> None:
    """To the last bit: other outcomes and regimes after the cut, and a history that ends there."""
    regimes, forecasts = made_up(10)
    params, rng = changed(half_life=37, shrink_weight=5), np.random.default_rng(11)
    later, unknown = np.arange(N) > cut, forecasts.matured > cut
    other_regimes = np.where(later, rng.choice(REGIMES, N), regimes)
    noisy = np.where(unknown[:, None], 3 * rng.random(forecasts.ratios.shape), forecasts.ratios)
    other = Scored(noisy, forecasts.matured, np.where(later, 9, forecasts.steps))
    upto = slice(cut + 1)
    short = Scored(
        np.where(unknown[:, None], np.nan, forecasts.ratios)[upto],
        np.minimum(forecasts.matured, cut + 1)[upto],
        forecasts.steps[upto],
    )
    usual, changed_later = estimates(regimes, forecasts, params), estimates(other_regimes, other, params)
    np.testing.assert_array_equal(changed_later[upto], usual[upto])
    np.testing.assert_array_equal(estimates(regimes[upto], short, params), usual[upto])
    assert (changed_later[cut + 1 :] != usual[cut + 1 :]).any()
    there = {regime: described_newest(regimes[upto], short, params)[regime].estimate for regime in STRESSED}
    if regimes[cut] in STRESSED:
        assert there[regimes[cut]] == usual[cut]


# --- what the newest origin's report rests on -----------------------------------------------------------------------


def test_newest_is_the_evidence_at_the_last_origin_with_a_band_around_its_ratio() -> None:
    regimes, forecasts = made_up(12, n=1200)
    described = described_newest(regimes, forecasts, PARAMS)
    assert described == described_newest(regimes, forecasts, PARAMS)
    for regime, figures in described.items():
        ratio, count, independent, multiplier = by_hand(regime, regimes, forecasts, 1199, PARAMS)
        np.testing.assert_allclose(
            [figures.ratio, figures.independent, figures.estimate], [ratio, independent, multiplier]
        )
        assert figures.multiplier == (
            figures.estimate if figures.ratio_band[0] > 1 and independent >= LEAST_INDEPENDENT else 1.0
        )
        assert figures.crps_change == pytest.approx(-0.1)
        assert figures.count == count
        assert figures.ratio_band[0] < figures.ratio < figures.ratio_band[1]
    wider = described_newest(regimes, forecasts, changed(band=0.99))["HIGH_VOL"].ratio_band
    assert wider[0] < described["HIGH_VOL"].ratio_band[0] and wider[1] > described["HIGH_VOL"].ratio_band[1]


def test_the_band_forgets_as_the_ratio_does() -> None:
    """Errors three times as wide until a while ago."""
    n = 1000
    scores = np.abs(np.random.default_rng(15).standard_normal(n)) * np.where(np.arange(n) < 600, 3.0, 1.0)
    forecasts = scored(scores, np.ones((n, 12)), np.arange(n) + 1, np.ones(n, int), LEVELS)
    recent, everything = (
        described_newest(np.full(n, "HIGH_VOL"), forecasts, changed(half_life=days))["HIGH_VOL"] for days in (40, 10**6)
    )
    assert recent.ratio_band[0] < recent.ratio < recent.ratio_band[1] < everything.ratio_band[0] < everything.ratio


def test_the_band_holds_the_truth_about_as_often_as_it_says() -> None:
    """Ninety per cent of the time, within what 120 worlds can tell."""
    params, held = changed(levels=(0.8,), half_life=10**9, draws=100), 0
    half_widths = np.linspace(0.2, 2.8, 12)
    truth = NormalDist().inv_cdf(0.9) / half_widths[GRID.index(0.9) - MEDIAN - 1]
    for seed in range(120):
        scores = np.abs(np.random.default_rng(seed).standard_normal(500))
        forecasts = scored(scores, np.tile(half_widths, (500, 1)), np.arange(500) + 1, np.ones(500, int), (0.8,))
        low, high = described_newest(np.full(500, "HIGH_VOL"), forecasts, params)["HIGH_VOL"].ratio_band
        held += low <= truth <= high
    assert 0.80 < held / 120 <= 0.98


# --- power ----------------------------------------------------------------------------------------------------------


def coverage(actual: Floats, scale: Floats, half_widths: Floats, level: float) -> Floats:
    """Whether each outcome is inside its central interval, at level 900."""
    quantiles = 900 * np.exp(conformal.quantiles(np.zeros(len(actual)), scale, half_widths))
    lower, upper = central_pair(level)
    settled = 900 * np.exp(actual)
    return (settled >= quantiles[:, lower]) & (settled <= quantiles[:, upper])


@pytest.mark.slow
def test_with_the_calm_regime_calibrated_alone_the_multiplier_approaches_the_truth() -> None:
    """Half-widths that fit calm days, errors 1.6 times wider in the regime: with the evidence the factor nears 1.6."""
    rng, n = np.random.default_rng(14), 12_000
    regimes = np.repeat(rng.choice(["NORMAL", "BCCH_INTERVENTION"], n // 20), 20)
    stressed = regimes != "NORMAL"
    scores = np.abs(rng.standard_normal(n)) * np.where(stressed, 1.6, 1.0)
    half_widths = np.tile([NormalDist().inv_cdf((1 + level) / 2) for level in conformal.COVERAGE], (n, 1))
    forecasts = scored(scores, half_widths, np.arange(n) + 1, np.ones(n, int), LEVELS)
    ours = estimates(regimes, forecasts, changed(half_life=10**9))
    early, late = (ours[stressed & part].mean() for part in (np.arange(n) < 400, np.arange(n) > n - 400))
    assert 1.0 < early < late
    assert late == pytest.approx(1.6, rel=0.04)
    judged, scale = stressed & (np.arange(n) > n // 2), np.full(n, 0.006)
    for level in LEVELS:
        plain = coverage(scores * scale, scale, half_widths, level)[judged].mean()
        mended = coverage(scores * scale, scale, half_widths * ours[:, None], level)[judged].mean()
        assert plain < level - 0.10
        assert mended == pytest.approx(level, abs=0.02)


def test_where_the_regime_is_part_of_what_was_calibrated_the_rest_is_made_up_for() -> None:
    """One calibration of calm and stressed errors together is too wide for the one, too narrow for the other."""
    rng, n = np.random.default_rng(13), 12_000
    regimes = np.repeat(rng.choice(["NORMAL", "HIGH_VOL"], n // 20, p=[0.85, 0.15]), 20)
    stressed, scale = regimes == "HIGH_VOL", np.full(n, 0.006)
    actual = scale * np.where(stressed, 1.6, 1.0) * rng.standard_normal(n)
    own = conformal.standardised_quantiles(np.abs(actual) / scale, np.arange(n) + 1, 400.0)
    forecasts = scored(np.abs(actual) / scale, own.half_widths, np.arange(n) + 1, np.ones(n, int), LEVELS)
    ours = estimates(regimes, forecasts, PARAMS)
    assert (ours[~stressed] == 1.0).all()
    judged = stressed & (np.arange(n) > n // 2)
    for level in LEVELS:
        plain = level - coverage(actual, scale, own.half_widths, level)[judged].mean()
        mended = level - coverage(actual, scale, own.half_widths * ours[:, None], level)[judged].mean()
        assert plain > 0.05
        assert abs(mended) < plain / 2
