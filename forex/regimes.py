"""The market regime of each origin, from what was known at its cut-off and nothing later.

volatility_ratio     current volatility, the root mean square of the returns in the last `fast_window` business days,
                     over the reference: the median of that volatility at the `reference_window` origins before the
                     window. The two are disjoint, and a median of years does not follow a crisis while it lasts
copper_move          log-move of copper over `copper_window` business days
copper_sigmas        the same in standard deviations of copper's own reference volatility
copper_correlation   of that move with USD/CLP's, over the last `copper_correlation_window` business days
meeting_days         signed business days to the effect of the nearest policy meeting known (negative after it)

Of several states that are on, the first of these is the call:

UNKNOWN              the volatility ratio cannot be computed: too few returns, now or in the reference
BCCH_INTERVENTION    a meeting's effect is near and volatility is unusual
COPPER_SHOCK         copper moved beyond both thresholds, today or within the last `copper_hold` business days
HIGH_VOL             the ratio rose above `enter_ratio` and has not fallen below `exit_ratio` since
NORMAL               nothing of this

The narrower cause goes first: a storm often contains a copper shock or a policy decision, whose names say more than its
own. The confidence is the probability that the call still stands `confidence_days` business days later.
"""

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forex import calendar
from forex.calendar import Dates
from forex.errors import DataError
from forex.meetings import Meetings, days_to_effects, is_covered, nearest
from forex.params import Regimes

REGIMES = ("NORMAL", "HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION", "UNKNOWN")
NORMAL, HIGH_VOL, COPPER_SHOCK, BCCH_INTERVENTION, UNKNOWN = range(len(REGIMES))
STRESSED = ("HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION")

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def classify(panel: pl.DataFrame, meetings: Meetings, params: Regimes) -> pl.DataFrame:
    """One row per origin of `panel`, which are consecutive business days: regime, confidence, and the signals.

    Reads origin_date, cut_off_at (null where a row is no origin), anchor, anchor_date and, where the panel has one of
    `params.copper_series`, value and date of the first. A row depends on itself and the rows above it only. Returns are
    taken between the anchors of successive origins: each was known at its own cut-off, whatever the cut-off is and
    however late an observado came.

    Raises DataError where a column is missing, origins do not increase, or a value is not positive.
    """
    panel, origins = _origins(panel)
    anchor = _values_and_dates(panel, "anchor")
    copper = _values_and_dates(panel, next((name for name in params.copper_series if name in panel.columns), None))
    ratio = volatility_ratio(daily_moves(*anchor), params)
    copper_move, copper_sigmas = copper_signals(*copper, params)
    usdclp_move, _ = moves_over(*anchor, params.copper_window)

    covered = is_covered(origins, meetings)
    days = np.where(covered[:, None], days_to_effects(origins, meetings, effect=params.meeting_effect), np.nan)
    shocked = (np.abs(copper_move) > params.copper_move) & (np.abs(copper_sigmas) > params.copper_sigmas)
    states = {
        UNKNOWN: np.isnan(ratio),
        BCCH_INTERVENTION: near_meeting(days, params) & (ratio > params.meeting_ratio),
        COPPER_SHOCK: held(shocked, params.copper_hold),
        HIGH_VOL: switched(ratio, enter=params.enter_ratio, leave=params.exit_ratio),
    }
    call = np.select(list(states.values()), list(states), default=NORMAL)

    # Calls are alike whose signal is as far from its threshold, and a meeting as near when they are decided.
    threshold = np.choose(call, [params.enter_ratio, params.exit_ratio, np.nan, params.meeting_ratio, np.nan])
    margin = np.where(call == COPPER_SHOCK, np.abs(copper_sigmas) / params.copper_sigmas, ratio / threshold)
    distance = np.searchsorted(params.confidence_cuts, np.nan_to_num(margin))
    meeting_due = near_meeting(days - params.confidence_days, params)
    confidence = probability_of_standing(
        call, 2 * distance + meeting_due, days=params.confidence_days, prior_weight=params.confidence_prior
    )

    frame = pl.DataFrame(
        {
            "origin_date": panel["origin_date"],
            "regime": np.array(REGIMES)[call],
            "confidence": confidence * np.where(covered, 1.0, 1.0 - params.uncovered_discount),
            "volatility_ratio": ratio,
            "copper_move": copper_move,
            "copper_sigmas": copper_sigmas,
            "copper_correlation": rolling_correlation(usdclp_move, copper_move, params.copper_correlation_window),
            "meeting_days": nearest(days),
            "calendar_covered": covered.astype(np.int32),
        }
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(pl.col("meeting_days").cast(pl.Int32))


def _origins(panel: pl.DataFrame) -> tuple[pl.DataFrame, Dates]:
    needed = ("origin_date", "cut_off_at", "anchor", "anchor_date")
    missing = [name for name in needed if name not in panel.columns]
    if missing:
        raise DataError(f"panel: no column {' and '.join(missing)}. `dvc repro align` makes it anew.")
    panel = panel.filter(pl.col("cut_off_at").is_not_null())
    origins = calendar.as_dates(panel["origin_date"].to_numpy())
    backward = np.flatnonzero(np.diff(origins) <= np.timedelta64(0, "D")) + 1
    if backward.size:
        raise DataError(f"panel, row {backward[0] + 1}: {origins[backward[0]]} does not come after the row before it.")
    return panel, origins


def _values_and_dates(panel: pl.DataFrame, name: str | None) -> tuple[Floats, Dates]:
    if name is None:
        return np.full(panel.height, np.nan), np.full(panel.height, "NaT", "datetime64[D]")
    values = panel[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    wrong = np.flatnonzero((values <= 0) | np.isinf(values))
    if wrong.size:
        where = f"panel, origin {panel['origin_date'][int(wrong[0])]}"
        raise DataError(f"{where}: {name} is {values[wrong[0]]:g}; logs need a positive number. Correct the store.")
    return values, calendar.as_dates(panel[f"{name}_date"].to_numpy())


def moves_over(values: Floats, dates: Dates, window: int) -> tuple[Floats, Floats]:
    """The log-move from the value `window` rows before to each row's, and the business days between their dates.

    values, dates: shape (n,), what each origin knew last and the day it is about; NaN and NaT where it knew nothing.
    Both returns have shape (n,); NaN where either value is unknown or the date did not advance: no news is no move.
    """
    moves, steps = np.full((2, values.size), np.nan)
    known = np.flatnonzero(~np.isnan(values[window:]) & ~np.isnan(values[:-window])) + window
    between = calendar.steps_between(dates[known - window], dates[known])
    new = known[between > 0]
    moves[new], steps[new] = np.log(values[new] / values[new - window]), between[between > 0]
    return moves, steps


def daily_moves(values: Floats, dates: Dates) -> Floats:
    """The log-moves r/√k into each new value, k business days after the one before it; NaN where there is none.

    >>> dates = calendar.as_dates(["2024-09-16", "2024-09-16", "2024-09-17", "2024-09-24"])
    >>> daily_moves(np.array([900.0, 900.0, 909.0, 891.0]), dates).round(4).tolist()
    [nan, nan, 0.01, -0.0141]
    """
    moves, steps = moves_over(values, dates, 1)
    return np.asarray(moves / np.sqrt(steps))


def volatility_ratio(moves: Floats, params: Regimes) -> Floats:
    """Current over reference volatility; NaN where there are too few moves for either, or the reference never moved."""
    current = rolling_volatility(moves, params.fast_window, params.min_fast)
    reference = reference_volatility(current, params, params.min_reference)
    return np.asarray(np.divide(current, reference, out=np.full(moves.size, np.nan), where=reference > 0))


def copper_signals(values: Floats, dates: Dates, params: Regimes) -> tuple[Floats, Floats]:
    """Copper's log-move over `copper_window`, and the same over its own reference volatility × √(business days)."""
    current = rolling_volatility(daily_moves(values, dates), params.fast_window, params.min_fast)
    reference = reference_volatility(current, params, params.copper_min_reference)
    move, steps = moves_over(values, dates, params.copper_window)
    scale = reference * np.sqrt(steps)
    return move, np.divide(move, scale, out=np.full(move.size, np.nan), where=scale > 0)


def rolling_volatility(moves: Floats, window: int, at_least: int) -> Floats:
    """Root mean square of the moves in the last `window` rows; NaN where fewer than `at_least` of them are there.

    >>> rolling_volatility(np.array([0.01, np.nan, -0.02, 0.04]), 2, 1).round(4).tolist()
    [0.01, 0.01, 0.02, 0.0316]
    """
    rows = sliding_window_view(np.concatenate([np.full(window - 1, np.nan), moves]), window)
    known = np.count_nonzero(~np.isnan(rows), axis=1)
    squares = np.nansum(rows * rows, axis=1)
    return np.asarray(np.sqrt(np.divide(squares, known, out=np.full(moves.size, np.nan), where=known >= at_least)))


def reference_volatility(volatility: Floats, params: Regimes, at_least: int) -> Floats:
    """Median of the volatilities on the `reference_window` rows that end `fast_window` rows before each row."""
    earlier = pl.Series(volatility).fill_nan(None).shift(params.fast_window)
    medians = earlier.rolling_median(params.reference_window, min_samples=at_least)
    return medians.fill_null(np.nan).to_numpy()


def rolling_correlation(left: Floats, right: Floats, window: int) -> Floats:
    """Correlation over the last `window` rows; NaN where one of them is unknown or either side does not move."""
    out = np.full(left.size, np.nan)
    if left.size < window:
        return out
    a, b = (sliding_window_view(side, window) for side in (left, right))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    np.divide((a * b).sum(axis=1), scale, out=out[window - 1 :], where=scale > 0)
    return out


def near_meeting(days: Floats, params: Regimes) -> Flags:
    """Whether an effect is at most `meeting_before` business days ahead or `meeting_after` back; days: shape (n, m)."""
    return np.asarray(np.any((days <= params.meeting_before) & (days >= -params.meeting_after), axis=1))


def switched(signal: Floats, *, enter: float, leave: float) -> Flags:
    """On from a row above `enter` until a row below `leave`; the band between them, and NaN, keep the state.

    >>> switched(np.array([1.4, 1.6, 1.3, np.nan, 1.2, 1.4]), enter=1.5, leave=1.25).tolist()
    [False, True, True, True, False, False]
    """
    turns = np.where(signal > enter, 1.0, np.where(signal < leave, 0.0, np.nan))
    return pl.Series(turns).fill_nan(None).forward_fill().fill_null(0.0).to_numpy() > 0


def held(trigger: Flags, days: int) -> Flags:
    """On at a trigger and for `days` rows after it.

    >>> held(np.array([False, True, False, False, False]), 2).tolist()
    [False, True, True, True, False]
    """
    rows = np.arange(trigger.size)
    last = np.maximum.accumulate(np.where(trigger, rows, -days - 1))
    return rows - last <= days


def probability_of_standing(
    call: NDArray[np.int64], likeness: NDArray[np.int64], *, days: int, prior_weight: float
) -> Floats:
    """How often past calls alike still stood `days` rows later; a call counts from the row at which it is decided.

    call, likeness: shape (n,), integers ≥ 0 in order of time; calls are alike where both are equal. The frequency among
    calls alike is shrunk towards that among equal calls, and this towards that among all calls, as if `prior_weight`
    calls had shown the wider one; the widest starts from one of two (Laplace's rule). UNKNOWN is no call: its
    probability is 0 and it never counts, but a call that it follows did not stand.

    Returns shape (n,), in [0, 1].

    >>> call = np.array([NORMAL, NORMAL, NORMAL, HIGH_VOL])
    >>> probability_of_standing(call, np.zeros(4, int), days=1, prior_weight=0).round(4).tolist()
    [0.5, 1.0, 1.0, 0.6]
    """
    made = call != UNKNOWN
    stood = np.zeros(call.size, dtype=bool)
    stood[:-days] = call[days:] == call[:-days]
    everything = np.zeros(call.size, dtype=np.int64)
    probability = (_decided(everything, made & stood, days) + 1) / (_decided(everything, made, days) + 2)
    for group in (call, call * (likeness.max(initial=0) + 1) + likeness):
        evidence = _decided(group, made, days) + prior_weight
        successes = _decided(group, made & stood, days) + prior_weight * probability
        probability = np.divide(successes, evidence, out=probability, where=evidence > 0)
    return np.where(made, probability, 0.0)


def _decided(group: NDArray[np.int64], event: Flags, days: int) -> Floats:
    """At each row, how many events its own group had at least `days` rows before."""
    _, column = np.unique(group, return_inverse=True)
    rows = np.arange(group.size)
    counts = np.zeros((group.size + days, column.max(initial=0) + 1))
    counts[rows + days, column] = event
    return np.cumsum(counts, axis=0)[rows, column]


def summary(regimes: pl.DataFrame) -> dict[str, float | dict[str, float]]:
    """The metrics: share of origins per regime and under the calendar, episodes, their mean length, switches per year.

    An episode is a run of stressed origins, whatever their states are called.
    """
    calls = regimes["regime"].to_numpy()
    stressed = np.isin(calls, STRESSED)
    episodes = int(np.count_nonzero(np.diff(stressed, prepend=False) & stressed))
    dates = calendar.as_dates(regimes["origin_date"].to_numpy())
    years = max(float((dates[-1] - dates[0]) / np.timedelta64(1, "D")), 1.0) / 365.25
    return {
        "share": {name: float(np.mean(calls == name)) for name in REGIMES},
        "episodes": episodes,
        "mean_episode_length": float(stressed.sum() / episodes) if episodes else 0.0,
        "calendar_covered": float(regimes["calendar_covered"].to_numpy().mean()),
        "switches_per_year": float(np.count_nonzero(calls[1:] != calls[:-1]) / years),
    }
