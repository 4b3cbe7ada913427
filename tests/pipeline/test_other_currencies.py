"""The forecast on sixteen other currencies, which its constants were not chosen on: the method is none of the peso alone.

Each of the sample's currencies that floats is made a target as the observado is: its rate of a day is in force on the next business day
and published at 18:00 that evening. The others are its drivers. Their rates are of the same minute, so that the nowcast says more of the
next rate than it does of the peso's; what is asked of the intervals is the same.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import polars as pl
import pytest

from forex.observations.store import TARGET, published, read_series_list
from forex.timeline import calendar
from tests.support import scorer
from tests.support.nowcast_runs import SAMPLE, UNTIL, Fitted, fitted

pytestmark = pytest.mark.slow

CURRENCIES = "aud brl cad chf eur gbp inr jpy krw mxn nok nzd sek sgd thb zar".split()
HORIZONS = ("1d", "7d", "15d", "30d", "90d")
TOLERANCE = {80: 3.0, 95: 2.0}  # points
WITH_GARCH = {"fit.models": ["random_walk", "garch_t", "nowcast"]}
# What misses its tolerance, with the coverage measured.
MISSES = {
}


def as_target(rows: pl.DataFrame) -> pl.DataFrame:
    """A driver's rows as an observado of the next business day; of those before a holiday the last."""
    dates = pl.Series("date", calendar.shift(rows["date"].to_numpy(), 1)).cast(pl.Date)
    public = published(dates, read_series_list(SAMPLE)[TARGET].publication)
    shifted = rows.with_columns(dates, public, public.alias("usable_at"))
    return shifted.unique("date", keep="last", maintain_order=True).filter(pl.col("date") <= pl.lit(UNTIL).str.to_date())


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, pd.DataFrame]:
    """The calibrated forecasts by currency."""
    sample = fitted(tmp_path_factory.mktemp("sample"), {"ingest.store": str(SAMPLE)})
    rows, found = sample.drivers(), {}
    for name in CURRENCIES:
        others = {other: one for other, one in rows.items() if other != name}
        folder = tmp_path_factory.mktemp(name)
        run: Fitted = sample.beside(folder, others, WITH_GARCH, as_target(rows[name]))
        found[name] = run.calibrated()
    return found


@pytest.mark.parametrize("percent", TOLERANCE)
@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("name", CURRENCIES)
def test_intervals_cover_as_they_say(
    name: str, horizon: str, percent: int, tables: Mapping[str, pd.DataFrame], request: pytest.FixtureRequest
) -> None:
    covered = scorer.coverage(scorer.matured(tables[name], horizon, "published"), percent)
    if (name, horizon, percent) in MISSES:
        assert covered == pytest.approx(MISSES[name, horizon, percent], abs=0.3)
        request.applymarker(pytest.mark.xfail(reason=f"{covered:.1f} %; at 90d there are 60 forecasts without overlap"))
    assert abs(covered - percent) <= TOLERANCE[percent]


@pytest.mark.parametrize("percent", TOLERANCE)
@pytest.mark.parametrize("horizon", HORIZONS)
def test_on_average_over_them_intervals_cover_as_they_say(
    horizon: str, percent: int, tables: Mapping[str, pd.DataFrame]
) -> None:
    covered = [scorer.coverage(scorer.matured(table, horizon, "published"), percent) for table in tables.values()]
    print("MEAN", horizon, percent, np.mean(covered))
    assert abs(np.mean(covered) - percent) <= TOLERANCE[percent]


@pytest.mark.parametrize("horizon", HORIZONS)
def test_on_average_over_them_it_is_no_blunter_than_garch(horizon: str, tables: Mapping[str, pd.DataFrame]) -> None:
    """Measured from 1d to 90d: %."""
    excess = []
    for table in tables.values():
        own, rival = (scorer.matured(table, horizon, model) for model in ("published", "garch_t"))
        excess.append(100 * (scorer.crps(own) / scorer.crps(rival) - 1))
    print("EXCESS", horizon, np.mean(excess))
    assert np.mean(excess) <= 0.2
