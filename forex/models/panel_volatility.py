"""What the market's volatility says about the peso's beyond its own: a correction of the scale, learnt from all series together.

The scale of a horizon is multiplied by exp(θ′f)^root. f: the logs of a series' own current sizes over its long run, its signed mean
moves over the same (a rising dollar is followed by more), and the logs of the panel's current moves, in their usual size. θ, with a
constant that is left out of the correction, minimises

    Σ w·(θ′x + z·exp(−θ′x)) + ½·penalty·steps·|θ|²,  z = |y − mean|/scale over its mean so far, at most `cap`,

the exponential likelihood of the standardised moves of all series, w = 0.5^(age/half-life). The target's are its own forecast's
errors, a driver's are its own moves over as many business days; each has its own f and its own scale of the same kind. One series
has too few storms to learn this from. The root of the correction keeps coverage; all of it costs some.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, PositiveInt

from forex.models.design import as_known
from forex.observations.history import Floats, History, Ints
from forex.params import Block
from forex.params.types import Horizon, PositiveFloat, Share, unique
from forex.statistics import volatility

NEWTON_STEPS = 8
TOLERANCE = 1e-8
LARGEST_EXPONENT = 600.0  # where a step too far is bad enough, and a sum of its powers still finite
MIN_ROWS = 250  # of the pool, before the first estimate
LARGEST = 5.0  # of a feature, either way; the size of a series that has all but ceased to move has a log without bound
LEAST_MOVING = 0.5  # share of a series' moves so far that are other than zero; a policy rate says nothing about this
FASTEST = 2.0  # half-life of the panel's fastest mean; its moves of a day are means already


def _beyond_a_day(horizons: tuple[str, ...]) -> tuple[str, ...]:
    if "1d" in horizons:
        raise ValueError('expected horizons beyond "1d": the next day is scaled by its own errors')
    return horizons


class Settings(Block):
    """What `fit.nowcast.correction` holds.

    root: of the correction that is applied.  every: days between the rows of a series that it is learnt from.
    """

    horizons: Annotated[tuple[Horizon, ...], AfterValidator(unique), AfterValidator(_beyond_a_day)]
    root: Share
    half_life: PositiveInt
    penalty: PositiveFloat
    refit_every: PositiveInt
    every: PositiveInt
    cap: PositiveFloat


@dataclass(frozen=True)
class Member:
    """One series of the pool.  features: (n_days, k), NaN where unknown.  scores: (n_days,), |y − mean|/scale, NaN where unknown.
    matured: (n_days,), the first day that knows the score.
    """

    features: Floats
    scores: Floats
    matured: Ints


def correction(pool: Sequence[Member], steps: int, settings: Settings) -> Floats:
    """exp(θ′f)^root of the pool's first member at each day (n_days,), θ from the newest refit; 1 without one, or without f."""
    own = pool[0].features
    rows = [_rows(member, settings) for member in pool]
    x, z, made, known = (np.concatenate([found[part] for found in rows]) for part in range(4))
    theta = np.zeros(own.shape[1] + 1)
    factor = np.ones(len(own))
    for refit in range(0, len(own), settings.refit_every):
        usable = known <= refit
        if np.count_nonzero(usable) < MIN_ROWS:
            continue
        weights = 0.5 ** ((refit - made[usable]) / settings.half_life)
        theta = _estimate(theta, x[usable], z[usable], weights, settings.penalty * steps)
        block = slice(refit, refit + settings.refit_every)
        # Row by row: the last bit of a product with a matrix depends on how many rows it has, and so on later days.
        factor[block] = np.exp(settings.root * np.nan_to_num((own[block] * theta[1:]).sum(axis=1)))
    return factor


def _rows(member: Member, settings: Settings) -> tuple[Floats, Floats, Ints, Ints]:
    """Features behind a constant, relative scores, the days they were made on and matured on."""
    made = np.flatnonzero(np.isfinite(member.scores) & np.isfinite(member.features).all(axis=1))
    score, matured = member.scores[made], member.matured[made]
    order = np.argsort(matured, kind="stable")
    before = np.searchsorted(matured[order], made, side="right")  # scores known when this one was made
    usual = volatility.expanding_mean(score[order])[np.maximum(before, 1) - 1]
    kept = (before >= volatility.WARM_UP) & (usual > 0) & (made % settings.every == 0)
    relative = np.minimum(score[kept] / usual[kept], settings.cap)
    x = np.concatenate([np.ones((len(relative), 1)), member.features[made[kept]]], axis=1)
    return x, relative, made[kept], matured[kept]


def _estimate(theta: Floats, x: Floats, z: Floats, weights: Floats, penalty: float) -> Floats:
    """Newton's steps from the last estimate, halved where they would overshoot; the constant is free."""
    shrinkage = np.full(len(theta), penalty)
    shrinkage[0] = 0.0

    def pulls(theta: Floats) -> Floats:
        return z * np.exp(np.minimum(-x @ theta, LARGEST_EXPONENT))

    def loss(theta: Floats) -> float:
        return float(weights @ (x @ theta + pulls(theta)) + 0.5 * (shrinkage * theta) @ theta)

    current = loss(theta)
    for _ in range(NEWTON_STEPS):
        pull = pulls(theta)
        gradient = x.T @ (weights * (1 - pull)) + shrinkage * theta
        curvature = (x * (weights * pull)[:, None]).T @ x + np.diag(shrinkage)
        step = np.linalg.solve(curvature, gradient)
        while (reached := loss(theta - step)) > current + TOLERANCE * abs(current):
            step = step / 2
        theta, current = theta - step, reached
        if np.abs(step).max() < TOLERANCE:
            break
    return theta


def pool(
    history: History, own: Floats, matured: Ints, steps: int, reversion: volatility.Reversion, *, cap: float
) -> list[Member]:
    """The target with its own scores (n_days,), and every driver with those of its moves over `steps` days.

    matured: (n_days,), of the target's scores.  cap: of a driver's move in the panel's, in its usual ones.
    Without drivers nothing is known of the panel, and the correction is 1.
    """
    panel = _panel(history.moves[0], reversion, cap)
    members = [Member(_features(history.daily, history.known, panel, reversion), own, matured)]
    days = np.arange(len(history.days))
    for moves in history.moves[0].T:
        present = np.isfinite(moves)
        features = _features(moves[present], np.cumsum(present), panel, reversion)
        members.append(Member(features, _scores(moves, steps, reversion), days + steps))
    return members


def _features(signed: Floats, known: Ints, panel: Floats, reversion: volatility.Reversion) -> Floats:
    """f of a series, (n_days, n_features); NaN where it or the panel has none, or it hardly ever moves.

    signed: (n_moves,).  known: (n_days,), how many of them each day knows.  panel: (n_days, k), from `_panel`.
    """
    long_run, now, _ = volatility.components(np.abs(signed), reversion)
    signs = [volatility.exponential_mean(signed, half_life) for half_life in reversion.half_lives[1:]]
    sizes = np.concatenate([now, *(sign[:, None] for sign in signs)], axis=1)
    relative = np.divide(sizes, long_run[:, None], out=np.full_like(sizes, np.nan), where=long_run[:, None] > 0)
    count = now.shape[1]
    relative[:, :count] = np.log(relative[:, :count], out=np.full(now.shape, np.nan), where=relative[:, :count] > 0)
    relative[volatility.expanding_mean((signed != 0).astype(float)) < LEAST_MOVING] = np.nan
    return np.clip(np.concatenate([as_known(relative, known), panel], axis=1), -LARGEST, LARGEST)


def _panel(moves: Floats, reversion: volatility.Reversion, cap: float) -> Floats:
    """Logs of the panel's mean |move| over its usual one, at a fast speed and the slower of the components': (n_days, k).

    No driver's counts for more than `cap` times its usual one: a peg that is given up, or a glitch, is not the market's day.
    """
    present = np.isfinite(moves)
    sizes, number = np.where(present, np.abs(moves), 0.0), np.cumsum(present, axis=0)
    before, earlier = np.cumsum(sizes, axis=0) - sizes, number - present
    moving = np.cumsum(sizes > 0, axis=0) >= LEAST_MOVING * number
    counted = present & (earlier > volatility.WARM_UP) & (before > 0) & moving
    relative = np.minimum(np.divide(sizes * earlier, before, out=np.zeros_like(sizes), where=counted), cap)
    some = counted.any(axis=1)
    today = relative[some].sum(axis=1) / counted[some].sum(axis=1)
    speeds = (FASTEST, *reversion.half_lives[1:])
    means = np.stack([volatility.exponential_mean(today, half_life) for half_life in speeds], axis=1)
    return as_known(np.log(means, out=np.full_like(means, np.nan), where=means > 0), np.cumsum(some))


def _scores(moves: Floats, steps: int, reversion: volatility.Reversion) -> Floats:
    """|sum of the next `steps` days' moves| over the size that its own past makes usual, (n_days,).

    NaN on a day without a move, and where more than two of the next days have none.
    """
    count, present = len(moves), np.isfinite(moves)
    known = np.cumsum(present)
    levels = volatility.components(np.abs(moves[present]), reversion)
    long_run, now, steady = (as_known(level, known) for level in levels)
    size = volatility.over_horizon(long_run, now, steady, np.full(count, steps), reversion) * np.sqrt(steps)
    made = np.flatnonzero(present[: max(count - steps, 0)] & (size[: max(count - steps, 0)] > 0))
    total = np.cumsum(np.where(present, moves, 0.0))
    lively = known[made + steps] - known[made] >= steps - 2
    scores = np.full(count, np.nan)
    scores[made[lively]] = (np.abs(total[made + steps] - total[made]) / size[made])[lively]
    return scores
