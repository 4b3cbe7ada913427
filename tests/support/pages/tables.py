"""The tables that the page's charts are drawn from, made up at level 900."""

import datetime as dt

import polars as pl

from forex.core.quantiles import COLUMNS, central_pair
from forex.forecast.fan import fan, past_intervals
from forex.forecast.report import Forecast
from forex.presentation.language import Language, language
from forex.report.backtest import score_rows
from forex.report.dashboard import episodes
from forex.report.figures import Figures, figures
from forex.timeline import calendar
from tests.support.forecasts_made_up import ANCHOR_DATE, forecast
from tests.support.reports_made_up import performance, validation

LEVEL = 0.95  # of the past forecasts
BEFORE = dt.date(2024, 11, 1)  # the first day with a past forecast
HALF_WIDTH = 8.0  # CLP, of their interval


def panel(first: str = "2024-06-03", last: str = ANCHOR_DATE, *, missing: tuple[str, ...] = ()) -> pl.DataFrame:
    days = calendar.business_days(first, last).astype(object).tolist()
    values = [None if str(day) in missing else 880.0 + i * 0.25 for i, day in enumerate(days)]
    return pl.DataFrame({"origin_date": days, "observado": values})


def calibrated(horizon: str = "30d", *, model: str = "published", off: float = 0.0) -> pl.DataFrame:
    """For each origin of autumn 2024 a forecast whose interval of LEVEL lies HALF_WIDTH around 905 + `off` + the origin's day."""
    days = calendar.business_days("2024-09-02", ANCHOR_DATE).astype(object).tolist()
    targets = calendar.target_dates([str(day) for day in days], [str(day) for day in days], horizon)
    low, high = (COLUMNS[end] for end in central_pair(LEVEL))
    centres = [905.0 + off + day.day for day in days]
    return pl.DataFrame(
        {
            "origin_date": days,
            "target_date": targets.astype("datetime64[D]").astype(object).tolist(),
            "horizon": horizon,
            "model": model,
            low: [centre - HALF_WIDTH for centre in centres],
            high: [centre + HALF_WIDTH for centre in centres],
        }
    )


def fan_table(made: Forecast | None = None) -> pl.DataFrame:
    """The fan of a forecast with the past forecasts of the month before it."""
    ahead = fan(panel(), made or forecast(), history_days=120)
    return pl.concat([past_intervals(calibrated(), "30d", LEVEL, BEFORE, dt.date.fromisoformat(ANCHOR_DATE)), ahead])


def reliability() -> pl.DataFrame:
    rows = [
        {
            "horizon": horizon,
            "model": model,
            "level": level,
            "coverage": level - off,
            "low": level - off - 0.02,
            "high": min(level - off + 0.02, 1.0),
        }
        for horizon in ("1d", "15d", "7d")
        for model, off in (("published", 0.005), ("random_walk", 0.03))
        for level in (0.5, 0.8, 0.95)
    ]
    return pl.DataFrame(rows)


def rolling() -> pl.DataFrame:
    days = pl.date_range(dt.date(2022, 1, 3), dt.date(2024, 11, 25), "4w", eager=True).to_list()
    rows = [
        {"origin_date": day, "horizon": horizon, "level": level, "coverage": level - 0.03 + 0.01 * (i % 5)}
        for horizon in ("1d", "7d")
        for level in (0.5, 0.95)
        for i, day in enumerate(days)
    ]
    return pl.DataFrame(rows)


def regimes(now: str = "NORMAL") -> pl.DataFrame:
    """Unknown, normal, a storm, normal again, and on the last twenty days `now`."""
    days = pl.date_range(dt.date(2023, 1, 2), dt.date(2024, 11, 27), eager=True)
    names = ["UNKNOWN"] * 50 + ["NORMAL"] * 200 + ["HIGH_VOL"] * 30
    return pl.DataFrame(
        {
            "origin_date": days,
            "regime": names + ["NORMAL"] * (len(days) - len(names) - 20) + [now] * 20,
            "volatility_ratio": [None] * 50 + [1 + 0.01 * (i % 60) for i in range(len(days) - 50)],
            "copper_move": [0.01] * len(days),
            "calendar_covered": [True] * len(days),
        }
    )


def drawn(said: Language | None = None, *, matured: bool = True, now: str = "NORMAL") -> Figures:
    """Every chart of the page.  matured: else those of a project whose first forecasts still wait."""
    return figures(
        fan=fan_table(),
        reliability=reliability() if matured else reliability().clear(),
        rolling=rolling() if matured else rolling().clear(),
        regimes=regimes(now),
        episodes=episodes(regimes(now)),
        scores=score_rows(validation()) if matured else [],
        performance=performance() if matured else performance(0, drift_days=30),
        language=said or language("en"),
    )
