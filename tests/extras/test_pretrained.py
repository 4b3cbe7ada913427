"""What a small pretrained model is worth here: the one that the wheel of `fracast` ships, beside the random walk.

`fracast` (Apache-2.0, 85,001 parameters) is no Chronos, but is shown the same contexts and put on the same grid.
"""

import numpy as np
import polars as pl

from forex.models.chronos import contexts, on_grid
from forex.models.random_walk import RandomWalk
from forex.observations.history import Floats, History, Ints
from forex.observations.store import read_series, read_series_list
from forex.statistics.scores import crps
from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.simulated import committed, history_of

ORIGINS = 500
CONTEXT = 512
BATCH = 10
HORIZONS = ("1d", "7d", "15d", "30d", "90d")


def sample() -> History:
    store = ROOT / "data/sample"
    rows = read_series(store, "usdclp", read_series_list(store)["usdclp"]).with_columns(usable_at="known_at")
    on_business_days = pl.Series(calendar.is_business_day(rows["date"].to_numpy()))
    return history_of(rows.filter(on_business_days).sort("date", "known_at"), as_of=committed().as_of)


def newest_matured(history: History) -> Ints:
    """The last origins whose targets have all appeared."""
    there = np.all([np.isfinite(history.targets(horizon).log_return) for horizon in HORIZONS], axis=0)
    return np.flatnonzero(there)[-ORIGINS:]


def pretrained(history: History, origins: Ints) -> dict[str, Floats]:
    from fracast import FracastModel

    model = FracastModel.from_pretrained(weights="fp32")
    longest = max(int(history.targets(horizon).steps[origins].max()) for horizon in HORIZONS)
    past = np.array_split(contexts(history, origins, CONTEXT), len(origins) // BATCH)
    predicted = np.concatenate([model.forecast(part, horizon=longest) for part in past])
    rows = np.arange(len(origins))
    return {
        horizon: on_grid(predicted[rows, history.targets(horizon).steps[origins] - 1], model.quantiles)
        for horizon in HORIZONS
    }


def test_pretrained_model_against_the_random_walk() -> None:
    history = sample()
    origins = newest_matured(history)
    assert len(origins) == ORIGINS
    walk = RandomWalk().forecast(history, origins, HORIZONS)
    ours = pretrained(history, origins)
    first, last = history.days[origins[[0, -1]]]
    print(f"\nfracast 0.1.0 against random_walk, {ORIGINS} origins from {first} to {last}")
    print("horizon   CRPS, CLP   random_walk   difference   80 % covers")
    for horizon in HORIZONS:
        anchor = history.anchor[origins]
        actual = anchor * np.exp(history.targets(horizon).log_return[origins])
        quantiles, benchmark = (anchor[:, None] * np.exp(logs) for logs in (ours[horizon], walk[horizon].quantiles))
        score, base = crps(actual, quantiles).mean(), crps(actual, benchmark).mean()
        covered = np.mean((actual >= quantiles[:, 4]) & (actual <= quantiles[:, -5]))
        print(f"{horizon:>7}{score:>12.2f}{base:>14.2f}{100 * (score / base - 1):>+11.1f} %{100 * covered:>12.1f}")
        # Sane, not better: the figures are for reading.
        assert 0.5 < score / base < 2.0
        assert 0.4 < covered < 1.0
