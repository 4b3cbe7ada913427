"""How an origin compares with what is usual: every number by hand, and NOT_EVALUATED where there is none."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.quantiles import GRID
from forex.core.reports import plain
from forex.forecast.conditions import conditions, log_scale, month_conditions, sentences
from forex.params import Regimes, UsdClp, load_params
from forex.timeline import calendar
from tests.support.forecasts_made_up import UNKNOWN_CONDITIONS
from tests.support.made_up import ROOT

PARAMS = load_params("regimes", "usdclp", path=ROOT / "params.yaml")
REGIMES: Regimes = PARAMS.regimes
COMMITTED: UsdClp = PARAMS.usdclp


def block(**values: Any) -> UsdClp:
    """The committed block with dotted keys (written with __) changed."""
    content = COMMITTED.model_dump()
    for key, value in values.items():
        outer, name = key.split("__")
        content[outer][name] = value
    return UsdClp.model_validate(content)


def panel(moves: list[float], last: str = "2024-11-27") -> pl.DataFrame:
    """Anchors at level 900 with these daily moves, the newest at `last`; and a row beyond it, which is no origin."""
    origins = calendar.business_days(np.datetime64(last) - 3 * len(moves) - 10, last)[-len(moves) - 1 :]
    days = np.append(origins, calendar.shift(origins[-1], 1))
    anchor = 900 * np.exp(np.concatenate([[0.0], np.cumsum(moves)]))
    return pl.DataFrame(
        {
            "origin_date": days,
            "cut_off_at": [*calendar.cut_offs(origins, "15:00").tolist(), None],
            "anchor": [*anchor.tolist(), None],
            "anchor_date": [*origins.tolist(), None],
        }
    )


ROW = {"volatility_ratio": 1.4, "copper_correlation": -0.1}


def normal(scale: float) -> list[float]:
    from scipy.special import ndtri

    return (900 * np.exp(scale * ndtri(np.array(GRID)))).tolist()


def test_every_figure_by_hand() -> None:
    moves = [0.02, -0.02] * 10 + [0.01, -0.03] + [0.01, -0.01] * 9
    usual = block(
        volatility__daily=0.005, volatility__by_horizon={"7d": 0.01}, thresholds__large_move=0.02,
        thresholds__high_ratio=1.2, copper_correlation__expected=-0.4, copper_correlation__sd=0.2,
        copper_correlation__break_threshold=0.25,
    )  # fmt: skip
    wide = normal(0.02)
    found = conditions(panel(moves), ROW, {"7d": (900.0, wide), "30d": (900.0, wide)}, usual, REGIMES)
    figures = plain(found)
    daily = float(np.sqrt((19 * 0.01**2 + 0.03**2) / 20))
    assert figures["volatility"] == {
        "daily": pytest.approx(daily), "business_days": 20, "usual": 0.005, "ratio": pytest.approx(daily / 0.005),
    }  # fmt: skip
    assert figures["month"] == {"month": 11, "state": "USUAL", "usual": 0.005, "ratio": pytest.approx(daily / 0.005)}
    assert figures["volatility_ratio"] == {"ratio": 1.4, "high_ratio": 1.2, "state": "HIGH"}
    assert figures["large_moves"] == {"count": 1, "of": 20, "usual": pytest.approx(1.0)}
    scale = log_scale(900.0, wide)
    assert figures["forecast_scale"] == {
        "7d": {"scale": scale, "usual": 0.01, "ratio": pytest.approx(scale / 0.01)},
        "30d": {"scale": scale, "usual": None, "ratio": None},
    }
    assert figures["copper_correlation"] == {
        "current": -0.1, "expected": -0.4, "deviations": pytest.approx(1.5), "break_threshold": 0.25, "state": "BROKEN",
    }  # fmt: skip
    assert [sentence.says for sentence in sentences(found)] == [
        "Volatility over 20 business days is 1.18% per day, 2.37 times the usual 0.50%.",
        "The ratio to the years before is 1.40; above 1.20 is rare.",
        "Of the last 20 moves 1 are large; 1.0 are usual.",
        "The correlation with copper is -0.10, far from the usual -0.40 (+1.5 standard deviations).",
    ]


def test_without_copper_or_returns_nothing_is_made_up() -> None:
    nothing = {"volatility_ratio": None, "copper_correlation": None}
    found = conditions(panel([0.01] * 4), nothing, {}, COMMITTED, REGIMES)
    assert found.volatility.daily is None and found.volatility.ratio is None
    assert found.volatility_ratio.state == found.copper_correlation.state == "NOT_EVALUATED"
    assert sentences(UNKNOWN_CONDITIONS)[0].says == "Current volatility is not evaluated: too few returns."


def test_copper_is_not_judged_until_it_was_estimated() -> None:
    found = conditions(panel([0.01] * 30), ROW, {}, COMMITTED, REGIMES)
    held = COMMITTED.copper_correlation
    if held.expected == "NOT_EVALUATED":
        unknown = UNKNOWN_CONDITIONS.copper_correlation
        assert found.copper_correlation == unknown.model_copy(update={"current": -0.1})
        assert sentences(found)[-1].says == "The correlation with copper is -0.10; no usual one is known."
        usual = found.copper_correlation.model_copy(update={"expected": -0.2})
        other = sentences(found.model_copy(update={"copper_correlation": usual}))[-1]
        assert other.says == "The correlation with copper is not evaluated."  # one is known, and not how far is far
    near = block(copper_correlation__expected=-0.2, copper_correlation__break_threshold=0.3)
    assert conditions(panel([0.01] * 30), ROW, {}, near, REGIMES).copper_correlation.state == "USUAL"


def test_a_month_counts_only_where_it_differs() -> None:
    factors = (1.5, *(1.0,) * 10, 0.5)
    usual = block(volatility__daily=0.01, volatility__month_factors=factors, volatility__month_low=(1.2, *(0.4,) * 11))
    assert plain(month_conditions(1, 0.03, usual)) == {
        "month": 1, "state": "HIGH", "usual": pytest.approx(0.015), "ratio": pytest.approx(2.0)
    }  # fmt: skip
    assert month_conditions(12, 0.03, usual).usual == 0.01
    assert month_conditions(12, None, usual).ratio is None
    low = block(volatility__daily=0.01, volatility__month_factors=factors, volatility__month_high=(*(1.6,) * 11, 0.9))
    assert month_conditions(12, 0.01, low).state == "LOW"
    assert month_conditions(12, 0.01, low).ratio == pytest.approx(2.0)


@pytest.mark.parametrize("scale", [0.002, 0.03])
def test_the_scale_is_the_standard_deviation_of_what_the_quantiles_describe(scale: float) -> None:
    """Against draws of the same distribution: the inverse of its piecewise linear quantile function."""
    quantiles = normal(scale)
    u = np.random.default_rng(0).random(400_000)
    drawn = np.interp(u, GRID, np.log(np.array(quantiles) / 900.0))
    assert log_scale(900.0, quantiles) == pytest.approx(drawn.std(), rel=0.005)
    assert log_scale(900.0, quantiles) == pytest.approx(scale, rel=0.03)
