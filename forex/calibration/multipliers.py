"""Regime multipliers: how much wider intervals must be in a stressed regime, estimated from how they covered there.

A forecast's ratio at a level is its score |z| over the half-width that it was given, without multiplier: it was covered
where the ratio is at most 1. The level's weighted quantile of the ratios of the forecasts made in a regime is therefore
the factor at which they would have been covered as promised. An estimate at an origin uses the forecasts matured there,
and is shrunk to 1 where they are few. It is never below 1: over-coverage is the volatility's to mend.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.core.quantiles import MEDIAN, central_pair
from forex.observations.history import Floats
from forex.params import Multipliers
from forex.statistics.inference import block_length, block_weights

Ints = NDArray[np.int64]
Regimes = NDArray[np.str_]

BLOCK = 128  # origins whose weighted distribution functions are computed together


@dataclass(frozen=True)
class Scored:
    """Forecasts of one model and horizon at n consecutive origins, and how their outcomes compare to what was given.

    ratios: (n, levels), |z| / half-width without multiplier; NaN where there is no outcome or was no calibration.
    matured: (n,), the first origin at which the outcome is known; n or more: never.
    steps: (n,), business days from the anchor to the target.
    """

    ratios: Floats
    matured: Ints
    steps: Ints


@dataclass(frozen=True)
class Evidence:
    """What had matured of one regime at each of m origins, all (m,).

    ratio: the factor that coverage asks for, NaN where nothing had.  count: the forecasts behind it.
    independent: how many forecasts without overlap, and of today, these count for.
    """

    ratio: Floats
    count: Ints
    independent: Floats


@dataclass(frozen=True)
class Newest:
    """One regime at the newest origin; the ratio and its band are those before shrinkage and bounds."""

    multiplier: float
    ratio: float
    ratio_band: tuple[float, float]
    count: int
    independent: float


def scored(scores: Floats, half_widths: Floats, matured: Ints, steps: Ints, levels: Sequence[float]) -> Scored:
    """What `evidence` judges, from scores |z| (n,) and half-widths (n, 12), both in units of the forecast's scale.

    half_widths: those that the forecast was given without multiplier; NaN before there is a calibration.
    """
    pairs = [central_pair(level)[1] - MEDIAN - 1 for level in levels]
    return Scored(scores[:, None] / half_widths[:, pairs], matured, steps)


def evidence(regime: str, regimes: Regimes, forecasts: Scored, at: Ints, params: Multipliers) -> Evidence:
    """The evidence on `regime` at each origin in `at` (ascending), from the forecasts made in it and matured there.

    Ratio: the mean of log(weighted quantile) over `params.levels`, as a factor; weights 0.5^(age/half-life), age in
    origins. Independent: Kish's (Σw)²/Σw² over the steps, because errors over h steps repeat themselves about h times.

    regimes: (n,), the regime of each origin.
    """
    made = np.flatnonzero((regimes == regime) & np.isfinite(forecasts.ratios).all(axis=1))
    arrival = forecasts.matured[made]
    ratio, kish = np.full(len(at), np.nan), np.zeros(len(at))
    count = np.searchsorted(np.sort(arrival), at, side="right")
    for start in range(0, len(at), BLOCK):
        rows = slice(start, start + BLOCK)
        known = arrival <= at[rows][-1]
        if not known.any():
            continue
        age = at[rows, None] - made[known]
        weights = np.where(arrival[known] <= at[rows, None], 0.5 ** (np.abs(age) / params.half_life), 0.0)
        ratio[rows] = np.exp(_log_ratio(forecasts.ratios[made[known]], weights, params.levels))
        # Running sums: what has not matured adds an exact zero, so the bits do not depend on it.
        total, squares = (np.cumsum(part, axis=1)[:, -1] for part in (weights, weights**2))
        kish[rows] = np.divide(total**2, squares, out=np.zeros(len(total)), where=squares > 0)
    return Evidence(ratio, count, kish / np.maximum(forecasts.steps[at], 1))


def _log_ratio(ratios: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Mean over the levels of log(smallest ratio up to which at least that share of weight lies), NaN without any.

    ratios: (k, levels).  weights: (m, k).  Returns (m,).
    """
    logs = np.zeros(len(weights))
    for j, level in enumerate(levels):
        order = np.argsort(ratios[:, j], kind="stable")
        cumulative = np.cumsum(weights[:, order], axis=1)
        total = cumulative[:, -1]
        reached = np.argmax(cumulative >= level * total[:, None], axis=1)
        with np.errstate(divide="ignore"):  # an outcome right on the median asks for a factor of 0
            logs += np.where(total > 0, np.log(ratios[order[reached], j]), np.nan)
    return logs / len(levels)


def shrunk(ratio: Floats, independent: Floats, *, weight: float, maximum: float) -> Floats:
    """ratio^(n/(n + weight)), n the number of independent scores, within [1, maximum]; 1 where there is no ratio.

    >>> ratio, independent = np.array([1.44, 1.44, 0.9, np.nan, 9.0]), np.array([0, 200, 200, 0, 1e6])
    >>> shrunk(ratio, independent, weight=200, maximum=2.5).tolist()
    [1.0, 1.2, 1.0, 1.0, 2.5]
    """
    share = independent / (independent + weight)
    with np.errstate(divide="ignore"):
        power = np.where(share > 0, share * np.log(np.where(share > 0, ratio, 1.0)), 0.0)
    return np.clip(np.where(np.isfinite(ratio), np.exp(power), 1.0), 1.0, maximum)


def factors(regimes: Regimes, forecasts: Scored, params: Multipliers) -> Floats:
    """The multiplier at each origin, (n,), from what had matured there; 1 outside `params.regimes`."""
    made = np.ones(len(regimes))
    for regime in params.regimes:
        at = np.flatnonzero(regimes == regime)
        found = evidence(regime, regimes, forecasts, at, params)
        made[at] = shrunk(found.ratio, found.independent, weight=params.shrink_weight, maximum=params.maximum)
    return made


def newest(regimes: Regimes, forecasts: Scored, params: Multipliers) -> dict[str, Newest]:
    """Each of `params.regimes` at the last of the n origins: its multiplier there, and what that rests on."""
    last = len(regimes) - 1
    known = np.flatnonzero(np.isfinite(forecasts.ratios).all(axis=1) & (forecasts.matured <= last))
    steps = max(int(forecasts.steps[last]), 1)
    rng = np.random.default_rng(params.seed)
    drawn = np.ones((0, 0), np.float32)
    if known.size:
        length = block_length(known.size, steps=steps, block_steps=params.block_steps)
        drawn = block_weights(known.size, length=length, draws=params.draws, rng=rng)
    described: dict[str, Newest] = {}
    for regime in params.regimes:
        found = evidence(regime, regimes, forecasts, np.array([last]), params)
        among = regimes[known] == regime
        recency = 0.5 ** ((last - known[among]) / params.half_life)
        described[regime] = Newest(
            multiplier=float(
                shrunk(found.ratio, found.independent, weight=params.shrink_weight, maximum=params.maximum)[0]
            ),
            ratio=float(found.ratio[0]),
            ratio_band=_band(forecasts.ratios[known[among]], drawn[:, among] * recency, params),
            count=int(found.count[0]),
            independent=float(found.independent[0]),
        )
    return described


def _band(ratios: Floats, weights: Floats, params: Multipliers) -> tuple[float, float]:
    """Central percentiles of the resampled ratio; NaN without evidence. Resamples that miss the regime do not count."""
    present = weights[weights.any(axis=1)] if len(ratios) else weights[:0]
    if not len(present):
        return np.nan, np.nan
    resampled = np.exp(_log_ratio(ratios, present, params.levels))
    low, high = np.quantile(resampled, [(1 - params.band) / 2, (1 + params.band) / 2])
    return float(low), float(high)
