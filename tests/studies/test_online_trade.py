"""The trade's figures from their definitions, its verdict, its keys, and the page as it is committed."""

import numpy as np
import pytest

from forex.core.quantiles import GRID
from studies.online_correction import trade
from studies.online_correction.trade import Figures, figures, worth
from tests.support.made_up import ROOT
from tests.support.simulated import committed


def made_up() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Three years of outcomes at level 900, the last a short one; the middle one is far out half of the time."""
    quantiles = np.tile(900 + 100 * (np.array(GRID) - 0.5), (250, 1))
    years = np.repeat([2010, 2011, 2012], [100, 100, 50])
    actual = np.full(250, 901.0)
    actual[100:150] = 1000.0
    return actual, quantiles, years, np.arange(250) % 2 == 0


def test_figures_are_what_they_say() -> None:
    found = figures(*made_up(), 100)
    assert found.coverage == {0.8: pytest.approx(80.0), 0.95: pytest.approx(80.0)}
    assert found.worst == {0.8: pytest.approx(50.0), 0.95: pytest.approx(50.0)}
    assert found.by_year == {0.8: pytest.approx((20 + 30) / 2), 0.95: pytest.approx((5 + 45) / 2)}
    assert found.off_by_year == pytest.approx(25.0)
    assert (found.stressed, found.others, found.gap) == (pytest.approx(80.0), pytest.approx(80.0), pytest.approx(0.0))
    width, miss = 95.0, 40 * (1000 - 947.5)
    assert found.interval_score == pytest.approx(width + 50 / 250 * miss)


def test_a_year_counts_with_enough_origins() -> None:
    assert figures(*made_up(), 50).by_year[0.8] == pytest.approx((20 + 30 + 20) / 3)


def test_a_rate_is_worth_it_if_it_helps_by_year_and_regime_and_raises_neither_score() -> None:
    def made(**values: float) -> Figures:
        of = {"off": 3.0, "stressed": 84.0, "others": 80.0, "crps": 5.0, "interval_score": 60.0} | values
        return Figures({}, {0.8: of.pop("off")}, {}, **of)

    by_rate = {
        0.0: made(),
        0.01: made(off=2.0, stressed=82.0),
        0.02: made(off=2.0, stressed=82.0, crps=5.1),
        0.03: made(off=2.0, stressed=85.0),
        0.04: made(off=3.5, stressed=82.0),
        0.05: made(off=2.0, stressed=82.0, interval_score=60.1),
    }
    assert worth(by_rate) == [0.01]


def test_the_committed_page_holds_the_rates_and_finds_none_worth_it() -> None:
    """Why the pipeline has no online correction; a rate that is worth it here would be a reason to give it one."""
    page = (ROOT / trade.REPORT).read_text(encoding="utf-8")
    params = committed()
    assert params.evaluate.from_ in page
    for horizon, part in zip(params.horizons, page.split("\n## ")[1:], strict=True):
        name, table, verdict = part.strip().split("\n\n")
        assert name == horizon
        assert [line.split("|")[1].strip() for line in table.splitlines()[2:]] == [
            f"{rate:g}" for rate in (0, *trade.RATES)
        ]
        assert verdict.endswith("no rate.")
