"""The storms that everybody remembers are called in time, and the calm between them is not."""

import numpy as np
import polars as pl
import pytest

from forex.regimes.regimes import classify
from tests.support.regimes.panels import (
    EPISODES,
    INTERVENTIONS,
    MEETINGS,
    MOVE,
    PARAMS,
    REAL,
    classified_sample,
    classified_with_copper,
    sample,
    sample_panel,
    stressed,
)


@pytest.mark.parametrize(("first", "last"), EPISODES)
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_an_episode_is_called_in_time_and_without_a_break(first: str, last: str, cut_off: str) -> None:
    frame = classify(
        sample_panel(sample("usdclp"), as_of=last, cut_off=cut_off), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE
    )
    on = stressed(frame, first, last)
    assert on.argmax() <= 10 and on[on.argmax() :].all()


@pytest.fixture(scope="module")
def on_sample() -> pl.DataFrame:
    return classified_sample()


def test_states_on_the_sample(on_sample: pl.DataFrame) -> None:
    assert {"NORMAL", "HIGH_VOL", "BCCH_INTERVENTION", "UNKNOWN"} == set(on_sample["regime"])
    assert stressed(on_sample, "2008-10-06", "2009-01-30").mean() >= 0.6
    assert stressed(on_sample, "2020-03-20", "2020-05-08").mean() >= 0.6
    assert stressed(on_sample, "2013-01-01", "2013-12-31").mean() <= 0.1
    in_2013 = on_sample.filter(pl.col("origin_date").dt.year() == 2013)["regime"]
    assert np.mean(in_2013.to_numpy() == "NORMAL") >= 0.9


@pytest.fixture(scope="module", params=["sample", "real"])
def on_real(request: pytest.FixtureRequest) -> pl.DataFrame:
    """With copper, on both targets."""
    return classified_with_copper(request.param)


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_copper_shocks_in_the_years_that_had_them(on_real: pl.DataFrame) -> None:
    shocks = on_real.filter(pl.col("regime") == "COPPER_SHOCK")
    assert {2008, 2020, 2022} <= set(shocks["origin_date"].dt.year())
    assert shocks.height <= 0.1 * on_real.height
    assert np.nanmean(on_real["copper_correlation"].to_numpy()) < -0.2  # a dearer pound of copper is a dearer peso
    assert (
        0.0 < on_real["copper_correlation_broken"].mean() < 2 * (1 - PARAMS.copper_correlation_band)
    )  # a clustered tail


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_episodes_on_the_real_store(on_real: pl.DataFrame) -> None:
    for first, last in EPISODES:
        on = stressed(on_real, first, last)
        assert on.argmax() <= 10 and on[on.argmax() :].all()
    in_2013 = on_real.filter(pl.col("origin_date").dt.year() == 2013)["regime"]
    assert np.mean(in_2013.to_numpy() == "NORMAL") >= 0.9
