"""How the newest origin compares with what is usual for USD/CLP: its volatility, the forecast's width, copper's part.

The report's side of the block `usdclp`. What cannot be computed is None, and its state NOT_EVALUATED.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from forex.core.quantiles import GRID
from forex.core.sentence import Sentence, sentence
from forex.core.status import BROKEN, HIGH, LOW, NOT_EVALUATED, USUAL
from forex.forecast.report import (
    Conditions,
    CopperCorrelation,
    CopperState,
    LargeMoves,
    Month,
    MonthFactor,
    Months,
    MonthState,
    RatioState,
    Scale,
    Volatility,
    VolatilityRatio,
)
from forex.observations.moves import daily_moves
from forex.params import Regimes, UsdClp
from forex.statistics.rolling import rolling_volatility
from forex.timeline import calendar


def conditions(
    panel: pl.DataFrame,
    regime_row: Mapping[str, Any],
    forecasts: Mapping[str, tuple[float, Sequence[float]]],
    block: UsdClp,
    regimes: Regimes,
) -> Conditions:
    """`conditions` of reports/forecast.json.

    panel: up to the newest origin and beyond it.  regime_row: that origin's row of data/regimes.parquet.  forecasts: by
    horizon, the anchor and the 25 quantiles of what is published, CLP per USD.
    """
    rows = panel.filter(pl.col("cut_off_at").is_not_null())
    anchor = rows["anchor"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    moves = daily_moves(anchor, calendar.as_dates(rows["anchor_date"].to_numpy()))
    current = _known(rolling_volatility(moves, regimes.fast_window, regimes.min_fast)[-1])
    month = rows["origin_date"][-1].month
    usual = block.volatility.by_horizon
    widths = {horizon: log_scale(anchor, quantiles) for horizon, (anchor, quantiles) in forecasts.items()}
    return Conditions(
        volatility=Volatility(
            daily=current,
            business_days=regimes.fast_window,
            usual=block.volatility.daily,
            ratio=_over(current, block.volatility.daily),
        ),
        month=month_conditions(month, current, block),
        months=months(block),
        volatility_ratio=ratio_conditions(regime_row["volatility_ratio"], block),
        large_moves=large_moves(moves, block),
        forecast_scale={
            horizon: Scale(scale=width, usual=usual.get(horizon), ratio=_over(width, usual.get(horizon)))
            for horizon, width in widths.items()
        },
        copper_correlation=copper_conditions(regime_row["copper_correlation"], block),
    )


def months(block: UsdClp) -> Months:
    """Every month's factor with its interval, and whether it differs."""
    volatility = block.volatility
    rows = zip(volatility.month_factors, volatility.month_low, volatility.month_high, strict=True)
    return Months(
        band=1 - block.estimation.significance,
        first=dt.date.fromisoformat(block.provenance.first),
        last=dt.date.fromisoformat(block.provenance.last),
        factors=tuple(
            MonthFactor(factor=factor, low=low, high=high, state=_month_state(number, factor, block))
            for number, (factor, low, high) in enumerate(rows, start=1)
        ),
    )


def _month_state(month: int, factor: float, block: UsdClp) -> MonthState:
    if month not in block.volatility.differing_months:
        return USUAL
    return HIGH if factor > 1 else LOW


def month_conditions(month: int, current: float | None, block: UsdClp) -> Month:
    """The usual volatility of a calendar month: the overall one, unless the month is one of those that differ."""
    volatility = block.volatility
    factor = volatility.month_factors[month - 1]
    state = _month_state(month, factor, block)
    usual = volatility.daily * (1.0 if state == USUAL else factor)
    return Month(month=month, state=state, usual=usual, ratio=_over(current, usual))


def ratio_conditions(ratio: float | None, block: UsdClp) -> VolatilityRatio:
    """The ratio of current to reference volatility: HIGH above `thresholds.high_ratio`, NOT_EVALUATED where it is None."""
    high = block.thresholds.high_ratio
    state: RatioState = NOT_EVALUATED if ratio is None else HIGH if ratio > high else USUAL
    return VolatilityRatio(ratio=ratio, high_ratio=high, state=state)


def large_moves(moves: ArrayLike, block: UsdClp) -> LargeMoves:
    """How many of the moves in the last `recent_days` rows are large, and how many would be usual; NaN is no move."""
    recent = np.asarray(moves, dtype=np.float64)[-block.warnings.recent_days :]
    there = int(np.count_nonzero(~np.isnan(recent)))
    return LargeMoves(
        count=int(np.count_nonzero(np.abs(recent) > block.thresholds.large_move)),
        of=there,
        usual=there * (1 - block.estimation.large_level),
    )


def log_scale(anchor: float, quantiles: Sequence[float]) -> float:
    """Standard deviation of the log-return that 25 quantiles describe: linear between them, flat beyond the outermost.

    >>> from scipy.special import ndtri
    >>> round(log_scale(900.0, (900 * np.exp(0.02 * ndtri(np.array(GRID)))).tolist()), 5)
    0.02003
    """
    levels = np.concatenate([[0.0], GRID, [1.0]])
    values = np.log(np.asarray(quantiles) / anchor)
    values = np.concatenate([values[:1], values, values[-1:]])
    mean = np.trapezoid(values, levels)
    return float(np.sqrt(np.trapezoid((values - mean) ** 2, levels)))


def copper_conditions(current: float | None, block: UsdClp) -> CopperCorrelation:
    """The correlation with copper: BROKEN further than `break_threshold` from the expected one, NOT_EVALUATED where unknown."""
    expected, sd, most = (
        None if value == NOT_EVALUATED else float(value)
        for value in (
            block.copper_correlation.expected,
            block.copper_correlation.sd,
            block.copper_correlation.break_threshold,
        )
    )
    distance = None if current is None or expected is None else current - expected
    state: CopperState = USUAL
    if distance is None or most is None:
        state = NOT_EVALUATED
    elif abs(distance) > most:
        state = BROKEN
    return CopperCorrelation(
        current=current, expected=expected, deviations=_over(distance, sd), break_threshold=most, state=state
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _over(value: float | None, usual: float | None) -> float | None:
    return value / usual if value is not None and usual else None


def sentences(content: Conditions) -> list[Sentence]:
    """`conditions` in words, a sentence for each thing that was judged; every number in them is from there."""
    ratio, moves = content.volatility_ratio, content.large_moves
    said = _volatility(content.volatility, content.month)
    if ratio.state == HIGH:
        said.append(
            sentence(
                "The ratio to the years before is {ratio:.2f}; above {high:.2f} is rare.",
                ratio=ratio.ratio,
                high=ratio.high_ratio,
            )
        )
    said.append(
        sentence(
            "Of the last {of} moves {count} are large; {usual:.1f} are usual.",
            of=moves.of,
            count=moves.count,
            usual=moves.usual,
        )
    )
    return [*said, _copper(content.copper_correlation)]


def _volatility(volatility: Volatility, month: Month) -> list[Sentence]:
    if volatility.ratio is None:
        return [sentence("Current volatility is not evaluated: too few returns.")]
    said = [
        sentence(
            "Volatility over {days:business_days} is {daily:.2%} per day, {ratio:.2f} times the usual {usual:.2%}.",
            days=volatility.business_days,
            daily=volatility.daily,
            ratio=volatility.ratio,
            usual=volatility.usual,
        )
    ]
    of_month = {"usual": month.usual, "ratio": month.ratio}
    if month.state == HIGH:
        said.append(
            sentence(
                "The calendar month is one of high volatility, usually {usual:.2%}: {ratio:.2f} times that.", **of_month
            )
        )
    if month.state == LOW:
        said.append(
            sentence(
                "The calendar month is one of low volatility, usually {usual:.2%}: {ratio:.2f} times that.", **of_month
            )
        )
    return said


def _copper(copper: CopperCorrelation) -> Sentence:
    if copper.state == NOT_EVALUATED:
        if copper.current is not None and copper.expected is None:
            return sentence(
                "The correlation with copper is {current:+.2f}; no usual one is known.", current=copper.current
            )
        return sentence("The correlation with copper is not evaluated.")
    far: Sentence | str = ""
    if copper.deviations is not None:
        far = sentence(" ({deviations:+.1f} standard deviations)", deviations=copper.deviations)
    values = {"current": copper.current, "expected": copper.expected, "distance": far}
    if copper.state == BROKEN:
        return sentence(
            "The correlation with copper is {current:+.2f}, far from the usual {expected:+.2f}{distance}.", **values
        )
    return sentence(
        "The correlation with copper is {current:+.2f}, near the usual {expected:+.2f}{distance}.", **values
    )
