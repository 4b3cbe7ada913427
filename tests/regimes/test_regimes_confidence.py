"""The confidence of a call: right on average, better than the base rate, lower where no calendar reaches."""

import numpy as np
import polars as pl
import pytest

from forex.regimes import regimes
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.regimes.regimes import classify
from tests.support.regimes.panels import (
    INTERVENTIONS,
    MEETINGS,
    MOVE,
    PARAMS,
    REAL,
    classified_sample,
    classified_with_copper,
    one_series,
)


@pytest.fixture(scope="module")
def on_sample() -> pl.DataFrame:
    return classified_sample()


@pytest.fixture(scope="module", params=["sample", "real"])
def on_real(request: pytest.FixtureRequest) -> pl.DataFrame:
    """With copper, on both targets."""
    return classified_with_copper(request.param)


def test_confidence_is_right_and_better_than_the_base_rate(on_sample: pl.DataFrame) -> None:
    _check_confidence(on_sample)


@pytest.mark.slow
@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_confidence_on_the_real_store(on_real: pl.DataFrame) -> None:
    _check_confidence(on_real)


def _check_confidence(frame: pl.DataFrame) -> None:
    """The bound of the metrics, from definitions: every call whose day has come, ten bins, the causal base rate."""
    days = PARAMS.confidence_days
    calls, said = frame["regime"].to_list(), frame["confidence"].to_list()
    bins: dict[int, list[float]] = {}
    ours, base, outcomes = 0.0, 0.0, []
    for row in range(len(calls) - days):
        if calls[row] == "UNKNOWN":
            continue
        stood = float(calls[row + days] == calls[row])
        known = [outcome for at, outcome in outcomes if at + days <= row]
        rate = (sum(known) + 1) / (len(known) + 2)
        outcomes.append((row, stood))
        ours, base = ours + (said[row] - stood) ** 2, base + (rate - stood) ** 2
        bins.setdefault(min(int(10 * said[row]), 9), []).append(said[row] - stood)
    count = len(outcomes)
    error = sum(abs(sum(gaps)) for gaps in bins.values()) / count
    assert error <= 0.1
    assert ours < 0.8 * base
    metrics = regimes.summary(frame, PARAMS)["confidence"]
    expected = {"calls": count, "brier": ours / count, "brier_base_rate": base / count, "reliability_error": error}
    assert {name: metrics[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def test_confidence_is_lower_where_no_calendar_covers_the_origin() -> None:
    panel = one_series(0.006 * np.random.default_rng(2).standard_normal(900))
    around = parse_meetings("date,kind\n1985-01-08,scheduled\n2005-01-11,scheduled\n", "meetings.csv")
    listed = parse_interventions("announced,start,end,kind\n,1985-01-08,,none\n,2005-01-11,,none\n", "list.csv")
    covered = classify(panel, around, listed, PARAMS, copper_move=MOVE)
    not_covered = classify(panel, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)
    assert classify(panel, around, INTERVENTIONS, PARAMS, copper_move=MOVE).equals(
        not_covered.with_columns(covered["meeting_days"])
    )
    assert covered["regime"].equals(not_covered["regime"])
    np.testing.assert_allclose(
        not_covered["confidence"], (1 - PARAMS.uncovered_discount) * covered["confidence"], rtol=1e-12
    )
