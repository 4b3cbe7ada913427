"""What a live panel of quotes at New York noon would be worth, and what the rates it is made of are worth as published: nothing.

The Federal Reserve's noon rates stand in for such quotes: FOREX_NOON_DATA names their folder. They are released once a week.
"""

from itertools import pairwise

import polars as pl
import pytest

from tests.support.nowcast_runs import NOON_PANEL, NOON_UNTIL, Fitted, judged_noon_panel, judged_sample

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NOON_PANEL is None, reason="FOREX_NOON_DATA names no folder")]

HORIZONS = ("1d", "7d", "15d", "30d", "90d")
AS_OF = {"as_of": NOON_UNTIL}


@pytest.fixture(scope="module")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    rows = judged_noon_panel(tmp_path_factory)
    return rows.beside(tmp_path_factory.mktemp("noon"), rows.drivers(), AS_OF)


@pytest.fixture(scope="module")
def frankfurt(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """The default store on the same days."""
    rows = judged_sample(tmp_path_factory)
    return rows.beside(tmp_path_factory.mktemp("frankfurt"), rows.drivers(), AS_OF)


def test_quotes_at_noon_would_say_a_third_of_the_next_move(noon: Fitted) -> None:
    """Measured: 37.7 % at 1d, 9.5 % at 7d, 4.5 % at 15d, 2.2 % at 30d, 0.4 % at 90d; CRPS at 1d -22.9 % against random_walk."""
    r2 = [noon.r2(horizon) for horizon in HORIZONS]
    assert r2[0] > 0.36 and r2[1] > 0.085 and r2[2] > 0.04
    assert all(longer < shorter for shorter, longer in pairwise(r2))
    assert r2[-1] > 0
    assert noon.crps("1d") < 0.78 * noon.crps("1d", "random_walk")


def test_quotes_at_noon_would_say_more_than_the_rates_of_the_same_day_from_frankfurt(
    noon: Fitted, frankfurt: Fitted
) -> None:
    """Measured at 1d: 37.7 against 34.2 % explained; at 7d 9.5 against 5.8 %."""
    for horizon in HORIZONS[:3]:
        assert noon.r2(horizon) > frankfurt.r2(horizon)
        assert noon.crps(horizon) < frankfurt.crps(horizon)


def test_as_published_the_noon_rates_say_nothing(noon: Fitted, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The week's rates come out on the Monday after it at 16:15 New York: no more is explained than without drivers.

    Measured, at 1d: 3.2 % both, CRPS 2.604 both; CRPS against random_walk -3.4, -1.8, -1.1, -0.6, -0.1 % from 1d to 90d.
    """
    release = (
        (pl.col("date").dt.truncate("1w") + pl.duration(days=7))
        .cast(pl.Datetime("us"))
        .dt.offset_by("16h15m")
        .dt.replace_time_zone("America/New_York")
        .dt.convert_time_zone("UTC")
    )
    weekly = {name: rows.with_columns(known_at=release, usable_at=release) for name, rows in noon.drivers().items()}
    released = noon.beside(tmp_path_factory.mktemp("weekly"), weekly, AS_OF)
    without = noon.beside(tmp_path_factory.mktemp("without"), {}, AS_OF)
    for horizon in HORIZONS:
        assert released.r2(horizon) == pytest.approx(without.r2(horizon), abs=0.01)
        assert released.crps(horizon) == pytest.approx(without.crps(horizon), rel=0.005)
