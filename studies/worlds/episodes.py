"""What the early signal would have said in episodes of the shipped backtest: the days, and their table in reports/monitors.md."""

import numpy as np
import polars as pl

from forex.commands.tables import markdown
from forex.core.quantiles import COLUMNS, central_pair
from forex.monitoring.early import early, path_of
from forex.monitoring.measured import COMMON, EarlyRates
from forex.statistics.scores import covered
from studies.worlds.forecaster import HORIZONS
from studies.worlds.monitors import SETTINGS, early_horizons
from studies.worlds.results import percent

EPISODES = {
    "October 2008": ("2008-10-01", "2008-10-31"),
    "November 2019": ("2019-11-01", "2019-11-29"),
    "March 2020": ("2020-03-02", "2020-03-31"),
    "July 2022": ("2022-07-01", "2022-07-29"),
}


def episode_days(rates: EarlyRates, calibrated: pl.DataFrame) -> pl.DataFrame:
    """By day of the episodes and horizon: open forecasts, how many outside, distance, rate, and the share that held in the end.

    calibrated: data/forecasts/calibrated.parquet of the shipped store.
    """
    signal = early(calibrated, path_of(calibrated), horizons=HORIZONS, rates=rates)
    rows = []
    origins = signal.path.origin_date
    for episode, (first, last) in EPISODES.items():
        at = np.flatnonzero((origins >= np.datetime64(first)) & (origins <= np.datetime64(last)))
        seen, rate = signal.on_path(at)
        for look, position in enumerate(at.tolist()):
            for column, horizon in enumerate(signal.horizons):
                if horizon in rates.distances:
                    rows.append(
                        {
                            "episode": episode,
                            "origin": str(origins[position]),
                            "horizon": horizon,
                            "open": int(seen.count[look, column]),
                            "outside": int(seen.outside[look, column]),
                            "distance": float(seen.distance[look, column]),
                            "rate": float(rate[look, column]),
                            "held": _held(calibrated, horizon, origins[position]),
                        }
                    )
    return pl.DataFrame(rows)


def _whole_backtest(rates: EarlyRates, calibrated: pl.DataFrame) -> str:
    signal = early(calibrated, path_of(calibrated), horizons=HORIZONS, rates=rates)
    raised = signal.at(signal.path.origin_date)[1] <= SETTINGS.early_rate
    days = "/".join(str(int(raised[:, HORIZONS.index(horizon)].sum())) for horizon in early_horizons())
    return (
        f"Of the {len(raised):,} days of the shipped backtest, from {signal.path.origin_date[0]} on, it is raised on {days} at "
        f"{'/'.join(early_horizons())}."
    )


def _held(calibrated: pl.DataFrame, horizon: str, origin: np.datetime64) -> float:
    """The share of the forecasts open at an origin whose 95 % interval held in the end; NaN where none had an outcome."""
    day = pl.lit(str(origin)).str.to_date()
    own = calibrated.filter(
        (pl.col("model") == "published")
        & (pl.col("horizon") == horizon)
        & (pl.col("origin_date") < day)
        & (pl.col("target_date") > day)
        & pl.col("actual").is_not_null()
    )
    low, high = (own[COLUMNS[end]].to_numpy() for end in central_pair(0.95))
    return float(covered(own["actual"].to_numpy(), low, high).mean()) if own.height else float("nan")


def _as_far(rate: float, rates: EarlyRates) -> str:
    """A rate in words; beyond those that were measured only the side is known."""
    if rate <= min(rates.rates):
        return f"under {percent(min(rates.rates))}"
    return f"> {COMMON:.0%}".replace("%", " %") if rate > COMMON else percent(rate)


def early_episodes(rates: EarlyRates, calibrated: pl.DataFrame) -> str:
    """For each episode and horizon the day on which the rate was farthest from the open forecasts, as a table; then a sentence on
    the whole backtest.
    """
    days = episode_days(rates, calibrated)
    rows = []
    for (episode, horizon), own in days.group_by("episode", "horizon", maintain_order=True):
        top = own.sort("distance", descending=True).row(0, named=True)
        rare = own.filter(pl.col("rate") <= SETTINGS.early_rate)
        rows.append(
            [
                str(episode),
                str(horizon),
                top["origin"],
                f"{top['outside']} of {top['open']}",
                f"{top['distance']:.2f}",
                _as_far(top["rate"], rates),
                rare["origin"][0] if rare.height else "never",
                percent(top["held"]) if np.isfinite(top["held"]) else "–",
            ]
        )
    head = [
        "episode",
        "horizon",
        "farthest on",
        "outside",
        "distance",
        "as far in",
        f"raised at {percent(SETTINGS.early_rate)}",
    ]
    head += ["held in the end"]
    return f"{markdown([head, *rows])}\n\n{_whole_backtest(rates, calibrated)}"
