"""Widths by regime equal a loop, include what multipliers add, and leave out a regime that was not seen."""

import numpy as np
import pytest

from forex.calibration.widening import ASSUMED_BEFORE, widening
from forex.core.quantiles import GRID
from forex.regimes.regimes import REGIMES
from tests.support.calibrated_world import HORIZONS, stress, stressed


def test_widths_equal_a_loop() -> None:
    rng = np.random.default_rng(1)
    regimes = rng.choice(["NORMAL", "HIGH_VOL", "UNKNOWN"], 300, p=[0.7, 0.2, 0.1])
    quantiles = np.sort(0.01 * rng.standard_normal((300, 25)), axis=1)
    found = widening(quantiles, regimes)
    widths = [row[GRID.index(0.975)] - row[GRID.index(0.025)] for row in quantiles]
    calm = sorted(width for width, regime in zip(widths, regimes, strict=True) if regime == "NORMAL")
    middle = (calm[(len(calm) - 1) // 2] + calm[len(calm) // 2]) / 2
    assert set(found) == {"NORMAL", "HIGH_VOL", "UNKNOWN"}
    for regime, figures in found.items():
        ratios = [width / middle for width, call in zip(widths, regimes, strict=True) if call == regime]
        assert figures.origins == len(ratios)
        assert figures.median == pytest.approx(np.median(ratios))
        assert figures.range == pytest.approx((np.percentile(ratios, 5), np.percentile(ratios, 95)))
    assert found["NORMAL"].median == pytest.approx(1.0)


def test_a_factor_on_the_intervals_of_a_regime_is_part_of_its_width() -> None:
    regimes, first = stress()[2], stressed()[1]
    for horizon in HORIZONS:
        calibrated = stressed()[0][horizon]
        wide, plain = (
            widening(made["nowcast"][first:], regimes[first:])["HIGH_VOL"].median
            for made in (calibrated.quantiles, calibrated.without)
        )
        assert wide >= plain and (wide > plain) == (calibrated.factors[first:] > 1).any()


def test_without_calm_origins_nothing_is_compared() -> None:
    quantiles = np.tile(np.linspace(-0.02, 0.02, 25), (40, 1))
    assert widening(quantiles, np.full(40, "HIGH_VOL")) == {}
    assert widening(0 * quantiles, np.full(40, "NORMAL")) == {}


def test_what_was_assumed_before_is_known_for_every_regime() -> None:
    assert set(ASSUMED_BEFORE) == set(REGIMES)
    assert {end for ends in ASSUMED_BEFORE.values() for end in ends} == {1.0, 1.5, 2.0, 2.5}
