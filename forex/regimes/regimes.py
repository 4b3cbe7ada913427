"""The market regime of each origin, from what was known at its cut-off and nothing later.

volatility_ratio     current volatility, the root mean square of the returns in the last `fast_window` business days,
                     over the reference: the median of that volatility at the `reference_window` origins before the
                     window. The two are disjoint, and a median of years does not follow a crisis while it lasts
copper_move          log-move of copper over `copper_window` business days
copper_sigmas        the same in standard deviations of copper's own reference volatility
copper_correlation   of that move with USD/CLP's, over the last `copper_correlation_window` business days, with the band
                     of what it was before (`_low`, `_high`) and whether it is weaker than that (`_broken`)
meeting_days         signed business days to the effect of the nearest policy meeting known (negative after it)
intervention_days    business days since the newest intervention was first known; none after its end

Of several states that are on, the first of these is the call:

UNKNOWN              the volatility ratio cannot be computed: too few returns, now or in the reference
BCCH_INTERVENTION    a meeting's effect is near, or an intervention was announced at most `intervention_hold` business
                     days ago, and volatility is unusual
COPPER_SHOCK         copper moved beyond both its thresholds, today or within the last `copper_hold` business days
HIGH_VOL             the ratio rose above `enter_ratio` and has not fallen below `exit_ratio` since
NORMAL               nothing of this

The narrower cause goes first: a storm often contains a copper shock or a policy decision, whose names say more than its
own. An intervention counts while it is news, not while it lasts: over the six of 2008 to 2023 the observado moved more
in the first ten business days than in the four weeks before, and less in the ten after those, though programmes go on
for months or years. The confidence is the probability that the call still stands `confidence_days` business days later.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.errors import DataError
from forex.observations.moves import Floats, daily_moves, moves_over
from forex.params import Regimes
from forex.regimes import copper, interventions
from forex.regimes.interventions import Interventions
from forex.regimes.meetings import Meetings, days_to_effects, is_covered, nearest
from forex.statistics import confidence
from forex.statistics.rolling import reference_volatility, rolling_volatility
from forex.timeline import calendar
from forex.timeline.calendar import Dates

REGIMES = ("NORMAL", "HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION", "UNKNOWN")
NORMAL, HIGH_VOL, COPPER_SHOCK, BCCH_INTERVENTION, UNKNOWN = range(len(REGIMES))
STRESSED = ("HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION")

Flags = NDArray[np.bool_]


def classify(
    panel: pl.DataFrame, meetings: Meetings, announced: Interventions, params: Regimes, *, copper_move: float
) -> pl.DataFrame:
    """One row per origin of `panel`, which are consecutive business days: regime, confidence, and the signals.

    Reads origin_date, cut_off_at (null where a row is no origin), anchor, anchor_date and, where the panel has one of
    `params.copper_series`, value and date of the first. A row depends on itself and the rows above it only. Returns are
    taken between the anchors of successive origins: each was known at its own cut-off, whatever the cut-off is and
    however late an observado came.

    Raises DataError where a column is missing, origins do not increase, or a value is not positive.
    """
    panel, origins = _origins(panel)
    anchor = _values_and_dates(panel, "anchor")
    metal = _values_and_dates(panel, next((name for name in params.copper_series if name in panel.columns), None))
    ratio = volatility_ratio(daily_moves(*anchor), params)
    move, copper_sigmas = copper.copper_signals(*metal, params)
    usdclp_move, _ = moves_over(*anchor, params.copper_window)
    together = copper.correlation(usdclp_move, move, params)

    listed = is_covered(origins, meetings)
    covered = listed & interventions.is_complete(origins, announced)
    days = np.where(listed[:, None], days_to_effects(origins, meetings, effect=params.meeting_effect), np.nan)
    since = interventions.days_since(origins, announced)
    shocked = (np.abs(move) > copper_move) & (np.abs(copper_sigmas) > params.copper_sigmas)
    states = {
        UNKNOWN: np.isnan(ratio),
        BCCH_INTERVENTION: bank_acts(days, since, params) & (ratio > params.meeting_ratio),
        COPPER_SHOCK: held(shocked, params.copper_hold),
        HIGH_VOL: switched(ratio, enter=params.enter_ratio, leave=params.exit_ratio),
    }
    call = np.select(list(states.values()), list(states), default=NORMAL)

    # Calls are alike whose signal is as far from its threshold, and the bank's acts as near when they are decided.
    threshold = np.choose(call, [params.enter_ratio, params.exit_ratio, np.nan, params.meeting_ratio, np.nan])
    margin = np.where(call == COPPER_SHOCK, np.abs(copper_sigmas) / params.copper_sigmas, ratio / threshold)
    distance = np.searchsorted(params.confidence_cuts, np.nan_to_num(margin))
    due = bank_acts(days - params.confidence_days, since + params.confidence_days, params)
    standing = confidence.probability_of_standing(
        call, 2 * distance + due, call != UNKNOWN, days=params.confidence_days, prior_weight=params.confidence_prior
    )

    frame = pl.DataFrame(
        {
            "origin_date": panel["origin_date"],
            "regime": np.array(REGIMES)[call],
            "confidence": standing * np.where(covered, 1.0, 1.0 - params.uncovered_discount),
            "volatility_ratio": ratio,
            "copper_move": move,
            "copper_sigmas": copper_sigmas,
            "copper_correlation": together.current,
            "copper_correlation_low": together.low,
            "copper_correlation_high": together.high,
            "copper_correlation_broken": together.broken,
            "meeting_days": nearest(days),
            "intervention_days": since,
            "calendar_covered": covered.astype(np.int32),
        }
    )
    counts = ("copper_correlation_broken", "meeting_days", "intervention_days")
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(pl.col(counts).cast(pl.Int32))


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


def volatility_ratio(moves: Floats, params: Regimes) -> Floats:
    """Current over reference volatility; NaN where there are too few moves for either, or the reference never moved."""
    current = rolling_volatility(moves, params.fast_window, params.min_fast)
    reference = reference_volatility(current, params, params.min_reference)
    return np.asarray(np.divide(current, reference, out=np.full(moves.size, np.nan), where=reference > 0))


def bank_acts(days: Floats, since: Floats, params: Regimes) -> Flags:
    """Whether the central bank may be moving the rate.

    days: shape (n, m), to the effects of decisions: one is at most `meeting_before` ahead or `meeting_after` back.
    since: shape (n,), since an intervention was first known: at most `intervention_hold`.
    """
    near = np.any((days <= params.meeting_before) & (days >= -params.meeting_after), axis=1)
    return np.asarray(near | (since <= params.intervention_hold))


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


def summary(regimes: pl.DataFrame, params: Regimes) -> dict[str, float | dict[str, float]]:
    """The metrics: share of origins per regime and under the calendars, episodes, their mean length, switches per year,
    and what became of the confidence (`confidence.record`).

    An episode is a run of stressed origins, whatever their states are called.
    """
    calls = regimes["regime"].to_numpy()
    codes = np.array([REGIMES.index(call) for call in calls])
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
        "confidence": confidence.record(
            codes, regimes["confidence"].to_numpy(), codes != UNKNOWN, days=params.confidence_days
        ),
    }
