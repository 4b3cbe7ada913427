"""Regime multipliers: a factor on half-widths in a stressed regime, where the past proves that the scale alone is too narrow.

The scale widens intervals in a rough market by itself; what is estimated here is the residual factor on top of that.

A forecast's ratio at a level is its score |z| over the half-width that it was given, without multiplier: it was covered
where the ratio is at most 1. The level's weighted quantile of the ratios of the forecasts made in a regime is therefore
the factor at which they would have been covered as promised. An estimate at an origin uses the forecasts matured there,
and is shrunk to 1 where they are few. It is never below 1: over-coverage is for the volatility to mend.

An estimate above 1 is no evidence yet. It applies where the lower end of the ratio's own block band exceeds 1 and where the
estimates made so far would have lowered the CRPS of the regime's matured forecasts; else the multiplier is exactly 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.core.quantiles import MEDIAN, central_pair
from forex.observations.history import Floats
from forex.params import Multipliers
from forex.statistics.feedback import discounted_sums
from forex.statistics.inference import block_length, block_weights

Ints = NDArray[np.int64]
Regimes = NDArray[np.str_]

BLOCK = 128  # origins whose weighted distribution functions are computed together
JUDGED_EVERY = 21  # origins that one band stands for: a resample of years changes little in a month, and costs much
LEAST_INDEPENDENT = 30  # forecasts without overlap below which resampled extremes are too few for a band


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
    """One regime at the newest origin: the multiplier that applies there, and the estimate that was judged.

    The ratio and its band are those before shrinkage and bounds.  crps_change: relative, of the regime's matured forecasts
    had the estimates of their day been applied; NaN without any.
    """

    multiplier: float
    estimate: float
    crps_change: float
    ratio: float
    ratio_band: tuple[float, float]
    count: int
    independent: float


def scored(scores: Floats, half_widths: Floats, matured: Ints, steps: Ints, levels: Sequence[float]) -> Scored:
    """What `evidence` judges, from scores |z| (n,) and half-widths (n, 12), both in units of the forecast's scale.

    half_widths: those that the forecast was given without multiplier; NaN before there is a calibration.
    """
    pairs = [central_pair(level)[1] - MEDIAN - 1 for level in levels]
    with np.errstate(divide="ignore", invalid="ignore"):  # where the rate stood still, and the interval has no width
        ratios = scores[:, None] / half_widths[:, pairs]
    return Scored(ratios, matured, steps)


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


def estimates(regimes: Regimes, forecasts: Scored, params: Multipliers) -> Floats:
    """The factor that coverage asks for at each origin, (n,), from what had matured there; 1 outside `params.regimes`."""
    made = np.ones(len(regimes))
    for regime in params.regimes:
        at = np.flatnonzero(regimes == regime)
        found = evidence(regime, regimes, forecasts, at, params)
        made[at] = shrunk(found.ratio, found.independent, weight=params.shrink_weight, maximum=params.maximum)
    return made


def factors(regimes: Regimes, forecasts: Scored, estimated: Floats, change: Floats, params: Multipliers) -> Floats:
    """The multiplier at each origin, (n,): the estimate where what had matured there proves it, else exactly 1.

    estimated: (n,), from `estimates`.  change: (n,), CRPS of each forecast with its estimate less that without; NaN where there
    is no outcome.  In every JUDGED_EVERY origins the band is judged once, at the first that has an estimate which lowered CRPS.
    """
    made = np.ones(len(regimes))
    for regime in params.regimes:
        here = regimes == regime
        total = discounted_sums(np.where(here, change, np.nan), forecasts.matured, params.half_life)
        at = np.flatnonzero(here & (estimated > 1) & (total < 0))
        _, first, block = np.unique(at // JUDGED_EVERY, return_index=True, return_inverse=True)
        proven = np.array([_proven(regime, regimes, forecasts, int(origin), params) for origin in at[first]], bool)
        applies = at[proven[block]]
        made[applies] = estimated[applies]
    return made


def newest(
    regimes: Regimes, forecasts: Scored, change: Floats, without: Floats, params: Multipliers
) -> dict[str, Newest]:
    """Each of `params.regimes` at the last of the n origins: its multiplier there, and what that rests on.

    change: as in `factors`.  without: (n,), CRPS of each forecast without multiplier.
    """
    last = len(regimes) - 1
    described: dict[str, Newest] = {}
    for regime in params.regimes:
        here = regimes == regime
        found = evidence(regime, regimes, forecasts, np.array([last]), params)
        estimate = float(shrunk(found.ratio, found.independent, weight=params.shrink_weight, maximum=params.maximum)[0])
        changed, usual = (
            float(discounted_sums(np.where(here, values, np.nan), forecasts.matured, params.half_life)[-1])
            for values in (change, without)
        )
        applies = estimate > 1 and changed < 0 and _proven(regime, regimes, forecasts, last, params)
        described[regime] = Newest(
            multiplier=estimate if applies else 1.0,
            estimate=estimate,
            crps_change=changed / usual if usual > 0 else np.nan,
            ratio=float(found.ratio[0]),
            ratio_band=ratio_band(regime, regimes, forecasts, last, params),
            count=int(found.count[0]),
            independent=float(found.independent[0]),
        )
    return described


def _proven(regime: str, regimes: Regimes, forecasts: Scored, origin: int, params: Multipliers) -> bool:
    """Whether enough had matured at `origin` for a band, and its lower end exceeds 1."""
    found = evidence(regime, regimes, forecasts, np.array([origin]), params)
    if found.independent[0] < LEAST_INDEPENDENT:
        return False
    return ratio_band(regime, regimes, forecasts, origin, params)[0] > 1


def ratio_band(
    regime: str, regimes: Regimes, forecasts: Scored, origin: int, params: Multipliers
) -> tuple[float, float]:
    """Central percentiles of the ratio over resampled blocks of what had matured at `origin`; NaN without evidence.

    Blocks are drawn from the forecasts made in any regime, so that a regime's runs stay together; resamples that miss the regime
    do not count.
    """
    known = np.flatnonzero(np.isfinite(forecasts.ratios).all(axis=1) & (forecasts.matured <= origin))
    among = regimes[known] == regime
    if not among.any():
        return np.nan, np.nan
    length = block_length(known.size, steps=max(int(forecasts.steps[origin]), 1), block_steps=params.block_steps)
    drawn = block_weights(known.size, length=length, draws=params.draws, rng=np.random.default_rng(params.seed))
    weights = drawn[:, among] * 0.5 ** ((origin - known[among]) / params.half_life)
    present = weights[weights.any(axis=1)]
    if not len(present):
        return np.nan, np.nan
    resampled = np.exp(_log_ratio(forecasts.ratios[known[among]], present, params.levels))
    low, high = np.quantile(resampled, [(1 - params.band) / 2, (1 + params.band) / 2])
    return float(low), float(high)
