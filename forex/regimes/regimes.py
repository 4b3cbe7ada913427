"""The market regime of each origin, from what was known at its cut-off and nothing later.

volatility_ratio     current volatility, the root mean square of the returns in the last `fast_window` business days,
                     over the reference: the median of that volatility at the `reference_window` origins before the
                     window. The two are disjoint, and a median of years does not follow a crisis while it lasts

UNKNOWN where that cannot be computed: too few returns, now or in the reference. Else, of the regimes that the files of `rules`
declare and that are on, the one with the largest precedence; NORMAL where none is on. The narrower cause goes first: a storm often
contains a copper shock or a policy decision, whose names say more than its own. The confidence is the probability that the call
still stands `confidence_days` business days later.
"""

import numpy as np
import polars as pl

from forex.core.errors import DataError
from forex.observations.moves import Floats, daily_moves
from forex.params import Regimes
from forex.regimes.interventions import Interventions
from forex.regimes.meetings import Meetings
from forex.regimes.rules.protocol import Evidence
from forex.regimes.rules.registry import rules, states
from forex.statistics import confidence
from forex.statistics.rolling import reference_volatility, rolling_volatility
from forex.timeline import calendar
from forex.timeline.calendar import Dates

STRESSED = tuple(rules())  # in ascending precedence
REGIMES = ("NORMAL", *STRESSED, "UNKNOWN")
NORMAL, UNKNOWN = 0, len(REGIMES) - 1


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
    evidence = Evidence(panel, origins, anchor, metal, ratio, meetings, announced, params, copper_move)
    found = list(states(evidence).values())
    on = [np.isnan(ratio), *(state.on for state in reversed(found))]
    call = np.select(on, [UNKNOWN, *reversed(range(NORMAL + 1, UNKNOWN))], default=NORMAL)

    # Alike are calls equally far from their threshold, for which what is known to come will be equally near when decided.
    calm = [state.calm_margin for state in found if state.calm_margin is not None]
    unknown = np.full(ratio.size, np.nan)
    margins = [np.max(calm, axis=0) if calm else unknown, *(state.margin for state in found), unknown]
    distance = np.searchsorted(params.confidence_cuts, np.nan_to_num(np.choose(call, margins)))
    due = np.any([state.due for state in found if state.due is not None], axis=0)
    standing = confidence.probability_of_standing(
        call, 2 * distance + due, call != UNKNOWN, days=params.confidence_days, prior_weight=params.confidence_prior
    )
    covered = np.all([state.covered for state in found if state.covered is not None], axis=0)
    columns = {"origin_date": panel["origin_date"], "regime": np.array(REGIMES)[call]}
    columns["confidence"] = standing * np.where(covered, 1.0, 1.0 - params.uncovered_discount)
    for state in found:
        columns |= state.columns
    frame = pl.DataFrame(columns | {"calendar_covered": covered.astype(np.int32)})
    counts = [name for state in found for name in state.counts]
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
