"""Worlds with and without a change, a forecaster in them, and the predecessor's rule: what monitors are studied on.

Arrays have target days along their first axis and independent runs along the second; one business day is one step. A
`Forecasts` holds what a monitor of one horizon sees. Everything is in log-returns, shares of the anchor.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtr
from scipy.stats import rankdata

from forex.models.nowcast import Settings
from forex.monitoring.watched import Watched
from forex.statistics.scores import LEVELS, crps
from forex.timeline.calendar import usual_steps
from tests.support.simulated import DAILY, committed

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEPS: Mapping[str, int] = {horizon: usual_steps(horizon) for horizon in ("1d", "7d", "15d", "30d", "90d")}
BURN_IN = 500  # days of the forecaster's own memory before anything is looked at
YEAR = 252

# --- worlds without a change ----------------------------------------------------------------------------------------


def iid(rng: np.random.Generator, days: int, runs: int) -> Floats:
    return DAILY * rng.standard_normal((days, runs))


def ar1(rng: np.random.Generator, days: int, runs: int, *, coefficient: float = 0.3) -> Floats:
    """Returns with a first autocorrelation of `coefficient`: what the averaging in the observado leaves."""
    shocks = DAILY * math.sqrt(1 - coefficient**2) * rng.standard_normal((days, runs))
    return np.asarray(lfilter([1.0], [1.0, -coefficient], shocks, axis=0))


def garch_t(rng: np.random.Generator, days: int, runs: int) -> Floats:
    """GARCH(1,1) with α = 0.07, β = 0.91 and t errors with six degrees of freedom: `simulated.garch_returns`, many at once."""
    shocks = rng.standard_t(6, (days, runs)) * math.sqrt(4 / 6)
    variance, returns = np.full(runs, DAILY**2), np.empty((days, runs))
    for day in range(days):
        returns[day] = np.sqrt(variance) * shocks[day]
        variance = 0.02 * DAILY**2 + 0.07 * returns[day] ** 2 + 0.91 * variance
    return returns


WORLDS: Mapping[str, Callable[[np.random.Generator, int, int], Floats]] = {"iid": iid, "AR(1)": ar1, "GARCH-t": garch_t}

# --- the forecaster -------------------------------------------------------------------------------------------------


def sizes(returns: Floats, steps: int) -> Floats:
    """The scale of the next `steps` days after each day: the pipeline's own rule (forex.statistics.volatility), for many runs."""
    rule = committed().fit.own("nowcast", Settings)
    absolute = np.abs(returns)

    def smooth(half_life: float) -> Floats:
        decay = 0.5 ** (1 / half_life)
        start = decay * absolute[:60].mean(axis=0, keepdims=True)
        return np.asarray(lfilter([1 - decay], [1.0, -decay], absolute, axis=0, zi=start)[0])

    level = smooth(rule.long_run_half_life) ** 2
    excess = [
        (smooth(half_life) ** 2 - level) / (1 + steps / (rule.persistence * half_life)) for half_life in rule.half_lives
    ]
    return np.asarray(np.sqrt(np.maximum(level + np.mean(excess, axis=0), 0) * steps))


def standardised(returns: Floats, steps: int) -> tuple[Floats, Floats]:
    """Errors of the last value as forecast, in units of the scale, and that scale, by target day; NaN where there is none."""
    total = np.concatenate([np.zeros((1, returns.shape[1])), np.cumsum(returns, axis=0)])
    scale = np.full(returns.shape, np.nan)
    scale[steps:] = sizes(returns, steps)[:-steps]
    error = np.full(returns.shape, np.nan)
    error[steps - 1 :] = total[steps:] - total[:-steps]
    return error / scale, scale


@cache
def shape(world: str, horizon: str) -> Floats:
    """Quantiles of the standardised errors on the grid, symmetric, from runs of their own: the forecasts are calibrated."""
    rng = np.random.default_rng([7, list(WORLDS).index(world)])
    z, _ = standardised(WORLDS[world](rng, 3000, 200), STEPS[horizon])
    upper = np.quantile(np.abs(z[BURN_IN:]), np.abs(2 * LEVELS - 1))
    return np.asarray(np.sign(LEVELS - 0.5) * upper)


# --- changes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shift:
    """What changes at a target day, for good.

    error: factor on the errors of targets from that day on, while the intervals stay what they were. Before overlaps
      matter, at one step, that is also a market whose volatility jumps under a forecaster with a fixed scale.
    volatility: factor on the returns from that day on; the forecaster adapts to it as it does.
    narrow: factor on the intervals of targets from that day on, the errors staying what they were.
    """

    error: float = 1.0
    volatility: float = 1.0
    narrow: float = 1.0


STEADY = Shift()


@dataclass(frozen=True)
class Simulated:
    """What a monitor sees of one horizon, and the errors of the median as log-returns; arrays of shape (days, runs)."""

    watched: Watched
    log_error: Floats


def narrowing(world: str, *, level: float, share: float) -> float:
    """The factor on 1d intervals that makes those of `level` miss the `share` of outcomes."""
    grid, absolute = LEVELS[LEVELS > 0.5], shape(world, "1d")[LEVELS > 0.5]
    wanted, nominal = np.interp([1 - share / 2, (1 + level) / 2], grid, absolute)
    return float(wanted / nominal)


def simulate(
    world: str,
    horizons: tuple[str, ...],
    *,
    days: int,
    runs: int,
    rng: np.random.Generator,
    shift: Shift = STEADY,
    at: int = 0,
    levels: tuple[float, ...] = (0.5, 0.8, 0.95),
) -> dict[str, Simulated]:
    """`days` target days of every horizon as a monitor sees them; the `shift` happens at the target day `at` of them.

    Half-widths are the forecaster's scale times the `shape`; CRPS is exact, as it is piecewise linear in the outcome.
    """
    lead = BURN_IN + max(STEPS.values())
    returns = WORLDS[world](rng, lead + days, runs)
    returns[lead + at :] *= shift.volatility
    changed = (np.arange(days) >= at)[:, None]
    narrow, error = (np.where(changed, factor, 1.0) for factor in (shift.narrow, shift.error))
    made = {}
    for horizon in horizons:
        z, scale = (part[lead:] for part in standardised(returns, STEPS[horizon]))
        log_error, z, grid = error * z * scale, error * z / narrow, shape(world, horizon)
        nodes = np.concatenate([[-1e3], grid, [1e3]])
        unit = crps(nodes, np.broadcast_to(grid, (nodes.size, grid.size)))
        half = {level: float(np.interp((1 + level) / 2, LEVELS, grid)) for level in levels}
        watched = Watched(
            horizon=horizon,
            crps=scale * narrow * np.interp(z, nodes, unit),
            error=z / half[max(levels)],
            missed={level: np.abs(z) > half[level] for level in levels},
        )
        made[horizon] = Simulated(watched, log_error)
    return made


# --- the yardstick --------------------------------------------------------------------------------------------------


def predecessor_p(errors: Floats, newest: NDArray[np.int64], *, recent: int = 14, baseline: int = 60) -> Floats:
    """p-value of the predecessor's monitor at each look, 1 where no change exceeds its 15 %; shape (looks, runs).

    It compares the last 14 errors with the 60 before them: RMSE, MAE and MAPE each by its change in per cent and a
    one-sided Mann–Whitney test, on |error| for the first two and on |error|/|actual| for MAPE. It calls a horizon
    DEGRADED or worse where any of them changes by more than 15 % with p < 0.05 (its section 9). `errors`: log-returns.
    """
    size = recent + baseline
    picked = np.stack(
        [errors[position - size + 1 : position + 1] for position in newest.tolist()]
    )  # (looks, size, runs)
    absolute = np.abs(picked)
    relative = np.abs(np.expm1(-picked))  # |error| / |actual|
    found = np.ones((newest.size, errors.shape[1]))
    for values, change in (
        (absolute, np.sqrt(_ratio(absolute**2, recent))),
        (absolute, _ratio(absolute, recent)),
        (relative, _ratio(relative, recent)),
    ):
        rank_sum = rankdata(values, axis=1)[:, -recent:].sum(axis=1)
        z = (rank_sum - recent * (size + 1) / 2 - 0.5) / math.sqrt(recent * baseline * (size + 1) / 12)
        found = np.where(change > 1.15, np.minimum(found, ndtr(-z)), found)
    return found


def _ratio(values: Floats, recent: int) -> Floats:
    return np.asarray(values[:, -recent:].mean(axis=1) / values[:, :-recent].mean(axis=1))
