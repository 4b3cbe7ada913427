"""What is usual for USD/CLP, estimated from the panel: volatilities, months, tails, copper, thresholds, each with its interval.

Every estimate uses what was known at the newest origin's cut-off. Intervals come from resampled blocks
(`forex.estimates.resamples`), those of the calendar months from the years, which are their natural blocks, and hold for all twelve
at once.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from forex.core.errors import TooLittleData
from forex.estimates.resamples import Estimate, Resamples, correlation, moments, quantile
from forex.observations.history import Floats
from forex.observations.moves import daily_moves, moves_over
from forex.params import Estimation, Regimes
from forex.regimes.copper import rolling_correlation
from forex.regimes.regimes import volatility_ratio
from forex.timeline import calendar
from forex.timeline.calendar import Dates

MONTHS = 12


def estimate_all(
    panel: pl.DataFrame, regimes: Regimes, settings: Estimation, horizons: Sequence[str]
) -> dict[str, Estimate]:
    """Every estimate by the key that it has within the block, and `distribution.*`, which no key holds.

    Raises TooLittleData where fewer than `settings.min_returns` returns of the observado are known.
    """
    known = known_values(panel)
    dates, daily = daily_returns(known)
    if daily.size < settings.min_returns:
        raise TooLittleData(
            f"usdclp: {daily.size} returns are known, {settings.min_returns} are needed "
            "(usdclp.estimation.min_returns). Use a later as_of or a longer history."
        )
    return {
        **of_returns(dates, daily, settings),
        **of_horizons(known["origin_date"].to_numpy(), known["observado"].to_numpy(), settings, horizons),
        **of_months(dates, daily, settings),
        **of_ratio(panel, regimes, settings),
        **of_copper(panel, regimes, settings),
    }


def known_values(panel: pl.DataFrame) -> pl.DataFrame:
    """The rows of the panel whose observado was usable at the newest origin's cut-off, by date."""
    return panel.filter(pl.col("observado_usable_at") <= pl.col("cut_off_at").max())


def daily_returns(known: pl.DataFrame) -> tuple[Dates, Floats]:
    """Dates in force and log-returns per business day, r/√k."""
    chain = known.filter(pl.col("log_return").is_not_null())
    daily = chain["log_return"].to_numpy() / np.sqrt(chain["return_steps"].to_numpy())
    return chain["origin_date"].to_numpy(), daily


def of_returns(dates: Dates, daily: Floats, settings: Estimation) -> dict[str, Estimate]:
    """Standard deviation, skewness, excess kurtosis of the daily returns, and quantiles of their size."""
    resamples, size = Resamples(daily.size, settings, steps=1), np.abs(daily)

    def of(statistic: Callable[[Floats], Floats], *, logs: bool = True) -> Estimate:
        return resamples.estimate(statistic, dates, logs=logs)

    return {
        "volatility.daily": of(lambda w: moments(daily, w)[1]),
        "distribution.skewness": of(lambda w: moments(daily, w)[2], logs=False),
        "distribution.excess_kurtosis": of(lambda w: moments(daily, w)[3], logs=False),
        "thresholds.large_move": of(lambda w: quantile(size, w, settings.large_level)),
        "thresholds.extreme_move": of(lambda w: quantile(size, w, settings.extreme_level)),
    }


def of_horizons(dates: Dates, values: Floats, settings: Estimation, horizons: Sequence[str]) -> dict[str, Estimate]:
    """Standard deviation of the log-moves over each horizon, from the moves themselves: no rule of √h stands in."""
    found = {}
    for horizon in horizons:
        key = f"volatility.by_horizon.{horizon}"
        moves = horizon_moves(dates, values, horizon)
        there = ~np.isnan(moves)
        if there.sum() < settings.min_returns:
            found[key] = Estimate(
                None, n=int(there.sum()), why=f"fewer than {settings.min_returns} moves over {horizon}"
            )
        else:
            found[key] = _deviation(moves[there], dates[there], settings, horizon)
    return found


def _deviation(moves: Floats, dates: Dates, settings: Estimation, horizon: str) -> Estimate:
    steps = max(round(calendar.horizon_days(horizon) * calendar.WEEK_SHARE), 1)
    return Resamples(moves.size, settings, steps=steps).estimate(lambda w: moments(moves, w)[1], dates)


def horizon_moves(dates: Dates, values: Floats, horizon: str) -> Floats:
    """log(value on the target / value) from each date; NaN where the target has no value.

    >>> days = calendar.as_dates(["2024-09-13", "2024-09-16", "2024-09-17", "2024-09-23"])
    >>> horizon_moves(days, np.array([900.0, 900.0, 900.0, 909.0]), "7d").round(5).tolist()
    [0.00995, 0.00995, nan, nan]
    """
    targets = calendar.target_dates(dates, dates, horizon)
    at = np.minimum(np.searchsorted(dates, targets), len(dates) - 1)
    return np.where(dates[at] == targets, np.log(values[at] / values), np.nan)


def of_months(dates: Dates, daily: Floats, settings: Estimation) -> dict[str, Estimate]:
    """Volatility of each calendar month relative to the year around it, with intervals that hold for all twelve at once.

    In each year with twelve full months, x_m = log(root mean square of the month's returns) less its mean over the year;
    the factor is exp(mean of x_m over the years). Years are independent enough that the mean has Student's t with
    (years − 1) degrees of freedom, and each month's band has probability 1 − significance/12 (Bonferroni): in series where
    no month differs, one of them lies outside in at most `significance` of all cases.
    """
    from scipy.special import stdtrit

    keys = [f"volatility.month_factors.{month}" for month in range(1, MONTHS + 1)]
    cells = monthly_log_volatility(dates, daily, settings.min_month)
    years = cells.shape[0]
    if years < settings.min_years:
        why = f"{years} full years, {settings.min_years} needed"
        return {key: Estimate(None, n=years, why=why) for key in keys}
    centred = cells - cells.mean(axis=1, keepdims=True)
    mean, se = centred.mean(axis=0), centred.std(axis=0, ddof=1) / np.sqrt(years)
    reach = float(stdtrit(years - 1, 1 - settings.significance / MONTHS / 2)) * se
    low, value, high = (np.exp(x).tolist() for x in (mean - reach, mean, mean + reach))
    span = str(dates[0]), str(dates[-1])
    return {key: Estimate(value[i], low[i], high[i], years, *span) for i, key in enumerate(keys)}


def monthly_log_volatility(dates: Dates, daily: Floats, min_month: int) -> Floats:
    """log root mean square of each month's returns, shape (years, 12), of the years whose months all have `min_month`."""
    month = dates.astype("datetime64[M]").astype(np.int64)  # since January 1970
    start = month.min() // MONTHS * MONTHS
    size = (month.max() // MONTHS + 1) * MONTHS - start
    count = np.bincount(month - start, minlength=size).reshape(-1, MONTHS)
    square = np.bincount(month - start, daily**2, minlength=size).reshape(-1, MONTHS)
    full = np.all((count >= min_month) & (square > 0), axis=1)
    return np.asarray(0.5 * np.log(square[full] / count[full]))


def differing_months(estimates: Mapping[str, Estimate]) -> list[int]:
    """The months whose interval does not hold 1: none where no month can be told from the others."""
    months = {month: estimates[f"volatility.month_factors.{month}"] for month in range(1, MONTHS + 1)}
    return [
        month
        for month, factor in months.items()
        if factor.low is not None and factor.high is not None and not factor.low <= 1 <= factor.high
    ]


def of_ratio(panel: pl.DataFrame, regimes: Regimes, settings: Estimation) -> dict[str, Estimate]:
    """The volatility ratio of `forex.regimes.regimes` that is exceeded on a share 1 − large_level of the origins."""
    origins, values, value_dates = _origin_values(panel, "anchor")
    ratio = volatility_ratio(daily_moves(values, value_dates), regimes)
    there = ~np.isnan(ratio)
    key = "thresholds.high_ratio"
    if there.sum() < settings.min_returns:
        return {key: Estimate(None, n=int(there.sum()), why=f"fewer than {settings.min_returns} volatility ratios")}
    resamples = Resamples(int(there.sum()), settings, steps=regimes.fast_window)
    return {key: resamples.estimate(lambda w: quantile(ratio[there], w, settings.large_level), origins[there])}


def of_copper(panel: pl.DataFrame, regimes: Regimes, settings: Estimation) -> dict[str, Estimate]:
    """Copper's usual move, and its correlation with USD/CLP: over all years, and how far its rolling value strays.

    Moves and windows are those of the signals in `forex.regimes.regimes`, so that the values are in the unit of what they judge.
    break_threshold: |rolling − expected| that is exceeded on a share 1 − large_level of the origins.
    """
    keys = (
        "thresholds.copper_move",
        "copper_correlation.expected",
        "copper_correlation.sd",
        "copper_correlation.break_threshold",
    )
    name = copper_series(panel, regimes)
    if name is None:
        wanted = " nor ".join(regimes.copper_series)
        return {key: Estimate(None, why=f"the store has neither {wanted}") for key in keys}
    origins, values, value_dates = _origin_values(panel, "anchor")
    usdclp, _ = moves_over(values, value_dates, regimes.copper_window)
    _, values, value_dates = _origin_values(panel, name)
    copper, _ = moves_over(values, value_dates, regimes.copper_window)
    rolling = rolling_correlation(usdclp, copper, regimes.copper_correlation_window)

    both, rolled = ~np.isnan(usdclp + copper), ~np.isnan(rolling)
    if rolled.sum() < settings.min_returns:
        why = f"fewer than {settings.min_returns} origins with a correlation"
        return {key: Estimate(None, n=int(rolled.sum()), why=why) for key in keys}
    there = np.flatnonzero(both)
    kept = slice(int(there[0]), int(there[-1]) + 1)  # the blocks are drawn where copper is
    both, rolled, origins = both[kept], rolled[kept], origins[kept]
    x, y, rolling = (np.nan_to_num(series[kept]) for series in (usdclp, copper, rolling))
    moved = ~np.isnan(copper[kept])
    resamples = Resamples(origins.size, settings, steps=regimes.copper_correlation_window)

    def straying(w: Floats) -> Floats:
        expected = correlation(x[both], y[both], w[:, both])
        distances = (np.abs(rolling[rolled] - centre) for centre in expected)
        rows = (row[None, rolled] for row in w)
        return np.array([quantile(d, row, settings.large_level)[0] for d, row in zip(distances, rows, strict=True)])

    move, expected, sd, threshold = keys
    return {
        move: resamples.estimate(
            lambda w: quantile(np.abs(y[moved]), w[:, moved], settings.large_level), origins[moved]
        ),
        expected: resamples.estimate(lambda w: correlation(x[both], y[both], w[:, both]), origins[both], logs=False),
        sd: resamples.estimate(lambda w: moments(rolling[rolled], w[:, rolled])[1], origins[rolled]),
        threshold: resamples.estimate(straying, origins[rolled]),
    }


def copper_series(panel: pl.DataFrame, regimes: Regimes) -> str | None:
    """The copper series that the regimes use: the first listed one that the panel has."""
    return next((name for name in regimes.copper_series if name in panel.columns), None)


def _origin_values(panel: pl.DataFrame, name: str) -> tuple[Dates, Floats, Dates]:
    rows = panel.filter(pl.col("cut_off_at").is_not_null())
    values = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    origins = calendar.as_dates(rows["origin_date"].to_numpy())
    return origins, values, calendar.as_dates(rows[f"{name}_date"].to_numpy())
