"""Volatility that reverts: from the current level of absolute returns, at several speeds, to the long-run one."""

from dataclasses import dataclass

import numpy as np

from forex.observations.history import Floats, Ints


@dataclass(frozen=True)
class Reversion:
    """How fast volatility is measured, and how fast it reverts.

    half_lives: of the components, in returns.  persistence: of each, in its own half-lives.  long_run: half-life of the level
    they revert to.  root_steps: steps ahead at which a component's reading from roots counts half.
    """

    half_lives: tuple[float, ...]
    persistence: float
    long_run: float
    root_steps: float


WARM_UP = 60  # values whose plain mean starts an exponential one
LONG_RUN_WARM_UP = 250


def exponential_mean(values: Floats, half_life: float, *, warm_up: int = WARM_UP) -> Floats:
    """mₜ = λ·mₜ₋₁ + (1 − λ)·xₜ with λ = 0.5^(1/half_life); the plain mean of all values so far for the first `warm_up` ones.

    >>> exponential_mean(np.array([1.0, 3.0, 4.0]), 1.0, warm_up=2).tolist()
    [1.0, 2.0, 3.0]
    """
    from scipy.signal import lfilter  # most of a second, which commands that only list the models need not wait for

    mean = expanding_mean(values)
    if len(values) > warm_up:
        decay = 0.5 ** (1 / half_life)
        start = np.array([decay * mean[warm_up - 1]])
        mean[warm_up:] = lfilter([1 - decay], [1.0, -decay], values[warm_up:], zi=start)[0]
    return mean


def expanding_mean(values: Floats) -> Floats:
    """Mean of values[:i + 1]."""
    return np.cumsum(values) / np.arange(1, len(values) + 1)


def components(sizes: Floats, reversion: Reversion) -> tuple[Floats, Floats, Floats]:
    """After each absolute return |r|/√k: the long-run level L (n,), the current ones e (n, k), and those read from roots, f (n, k).

    Means of absolute returns and not of squares, because one crash in a mean of squares rules it for months. A mean of roots is
    moved by a jump even less: f = L·(mean of √sizes / its own long run)², the component's distance from its long run in L's unit.
    """
    long_run = exponential_mean(sizes, reversion.long_run, warm_up=LONG_RUN_WARM_UP)
    now = np.stack([exponential_mean(sizes, half_life) for half_life in reversion.half_lives], axis=1)
    roots = np.sqrt(sizes)
    usual = exponential_mean(roots, reversion.long_run, warm_up=LONG_RUN_WARM_UP)[:, None]
    steady = np.stack([exponential_mean(roots, half_life) for half_life in reversion.half_lives], axis=1)
    ratio = np.divide(steady, usual, out=np.ones_like(steady), where=usual > 0)
    return long_run, now, long_run[:, None] * ratio**2


@dataclass(frozen=True)
class Ahead:
    """Daily sizes over the steps ahead, and what they come from, in the unit of the absolute returns.

    long_run: (n,), L.  current: (n, k), vⱼ.
    excess: (n, k), (vⱼ² − L²) / (1 + steps/(persistence·half-lifeⱼ)), in that unit squared.
    """

    long_run: Floats
    current: Floats
    excess: Floats

    @property
    def daily(self) -> Floats:
        """√(L² + meanⱼ excessⱼ), (n,); where fast components are small the root's argument is kept at zero or above."""
        return np.sqrt(np.maximum(self.long_run**2 + self.excess.mean(axis=1), 0))

    @property
    def joining(self) -> Floats:
        """(n, 1 + k): L, then the daily size as one component after the other joins; the last column is `daily`."""
        joined = np.cumsum(self.excess, axis=1) / self.excess.shape[1]
        sizes = np.sqrt(np.maximum(self.long_run[:, None] ** 2 + joined, 0))
        return np.concatenate([self.long_run[:, None], sizes], axis=1)


def ahead(long_run: Floats, now: Floats, steady: Floats, steps: Floats | Ints, reversion: Reversion) -> Ahead:
    """Daily size over the next `steps` days: √(L² + meanⱼ (vⱼ² − L²) / (1 + steps/(persistence·half-lifeⱼ))).

    vⱼ² = (1 − w)·eⱼ² + w·fⱼ² with w = steps/(steps + root_steps): tomorrow has today's jumps in it, the months ahead do not.
    A component's excess over the long run L has decayed to one half, averaged over the horizon, after persistence half-lives:
    hyperbolic, as a mixture of speeds is.

    long_run, steps: (n,).  now, steady: (n, k), as `components` makes them.
    """
    level, days = np.asarray(long_run), np.asarray(steps)[:, None]
    weight = days / (days + reversion.root_steps)
    squares = (1 - weight) * np.asarray(now) ** 2 + weight * np.asarray(steady) ** 2
    share = 1 / (1 + days / (reversion.persistence * np.array(reversion.half_lives)))
    return Ahead(level, np.sqrt(squares), np.asarray((squares - level[:, None] ** 2) * share))


def over_horizon(long_run: Floats, now: Floats, steady: Floats, steps: Floats | Ints, reversion: Reversion) -> Floats:
    """The daily size of `ahead`, (n,)."""
    return ahead(long_run, now, steady, steps, reversion).daily
