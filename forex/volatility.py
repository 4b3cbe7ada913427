"""Volatility that reverts: from the current level of absolute returns, at several speeds, to the long-run one."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from forex.history import Floats, Ints


@dataclass(frozen=True)
class Reversion:
    """half_lives: of the components, in returns.  persistence: of each, in its own half-lives.  long_run: half-life of the level
    they revert to."""

    half_lives: tuple[float, ...]
    persistence: float
    long_run: float


WARM_UP = 60  # values whose plain mean starts an exponential one
LONG_RUN_WARM_UP = 250


def exponential_mean(values: Floats, half_life: float, *, warm_up: int = WARM_UP) -> Floats:
    """mₜ = λ·mₜ₋₁ + (1 − λ)·xₜ with λ = 0.5^(1/half_life); the plain mean of all values so far for the first `warm_up` ones.

    >>> exponential_mean(np.array([1.0, 3.0, 4.0]), 1.0, warm_up=2).tolist()
    [1.0, 2.0, 3.0]
    """
    mean = expanding_mean(values)
    if len(values) > warm_up:
        decay = 0.5 ** (1 / half_life)
        start = np.array([decay * mean[warm_up - 1]])
        mean[warm_up:] = lfilter([1 - decay], [1.0, -decay], values[warm_up:], zi=start)[0]
    return mean


def expanding_mean(values: Floats) -> Floats:
    """Mean of values[:i + 1]."""
    return np.cumsum(values) / np.arange(1, len(values) + 1)


def components(sizes: Floats, reversion: Reversion) -> tuple[Floats, Floats]:
    """The long-run level (n,) and the current ones (n, k) after each absolute return: means of |r|/√k, no squares.

    Absolute returns because one crash in a mean of squares rules it for months.
    """
    now = [exponential_mean(sizes, half_life) for half_life in reversion.half_lives]
    return exponential_mean(sizes, reversion.long_run, warm_up=LONG_RUN_WARM_UP), np.stack(now, axis=1)


def over_horizon(long_run: Floats, now: Floats, steps: Floats | Ints, reversion: Reversion) -> Floats:
    """Daily size over the next `steps` days: √(L² + meanⱼ (eⱼ² − L²) / (1 + steps/(persistence·half-lifeⱼ))).

    A component's excess over the long run L has decayed to one half, averaged over the horizon, after persistence half-lives:
    hyperbolic, as a mixture of speeds is. All in the unit of the absolute returns; where fast ones are small the root's argument is
    kept at zero or above.

    long_run, steps: (n,).  now: (n, k).  Returns (n,).
    """
    level = np.asarray(long_run) ** 2
    share = 1 / (1 + np.asarray(steps)[:, None] / (reversion.persistence * np.array(reversion.half_lives)))
    excess = (np.asarray(now) ** 2 - level[:, None]) * share
    return np.sqrt(np.maximum(level + excess.mean(axis=1), 0))
