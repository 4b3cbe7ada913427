"""Zero-mean GARCH(1,1) with Student-t errors by `arch`, refitted on a schedule and filtered between."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from scipy.special import stdtrit

from forex.core.errors import TooLittleData
from forex.models.naive import MIN_RETURNS, require
from forex.models.protocol import Declaration
from forex.observations.history import Floats, History, Ints
from forex.params import Block
from forex.statistics.predictive import LEVELS, Predictive, scaled

PER_CENT = 100.0  # arch's optimiser is scaled for returns in per cent


@dataclass(frozen=True)
class Parameters:
    """σ²ₜ = ω + α·r²ₜ₋₁ + β·σ²ₜ₋₁ in per cent squared, t errors with ν degrees of freedom, σ²₀ from the fitted sample."""

    omega: float
    alpha: float
    beta: float
    nu: float
    start: float


class Settings(Block):
    """What `fit.garch_t` holds."""

    refit_every: PositiveInt  # business days


class GarchT:
    """GARCH(1,1) with t errors and zero mean, refitted on a schedule and filtered in between."""

    def __init__(self, settings: Settings):
        self.refit_every = settings.refit_every

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """Variance over h steps is the sum of its forecast daily variances; quantiles √variance·√((ν−2)/ν)·t_ν⁻¹(q)."""
        known = history.known[origins]
        require(known, MIN_RETURNS)
        daily = history.daily * PER_CENT
        steps = {horizon: history.targets(horizon).steps[origins] for horizon in horizons}
        variance = {horizon: np.empty(len(origins)) for horizon in horizons}
        standard = np.empty((len(origins), len(LEVELS)))
        fitted: Parameters | None = None
        blocks = (origins - origins[0]) // self.refit_every if len(origins) else origins
        for block in np.unique(blocks):
            at = np.flatnonzero(blocks == block)
            fitted = fit(daily[: known[at[0]]], fitted)
            next_variance = filtered(daily[: known[at[-1]]], fitted)[known[at]]
            for horizon in horizons:
                variance[horizon][at] = summed_variance(next_variance, steps[horizon][at], fitted)
            standard[at] = np.sqrt((fitted.nu - 2) / fitted.nu) * stdtrit(fitted.nu, LEVELS)
        zero = np.zeros(len(origins))
        return {horizon: scaled(zero, np.sqrt(variance[horizon]) / PER_CENT, standard) for horizon in horizons}


MODEL = Declaration(GarchT, Settings)


def fit(returns: Floats, previous: Parameters | None) -> Parameters:
    """Maximum likelihood on `returns` (per cent), started from the previous parameters, which stay where it does not converge.

    The first estimate counts as it is.  Raises TooLittleData where there is none: returns that never move have no likelihood.
    """
    from arch.univariate import GARCH, StudentsT, ZeroMean
    from arch.utility.exceptions import StartingValueWarning

    model = ZeroMean(returns, volatility=GARCH(1, 0, 1), distribution=StudentsT(), rescale=False)
    starts = None
    if previous is not None and previous.alpha + previous.beta < 1 and previous.nu > 2:
        starts = np.array([previous.omega, previous.alpha, previous.beta, previous.nu])
    with warnings.catch_warnings():
        # An estimate may lie a last bit outside the bounds (α = −1e-17); arch then starts from values of its own.
        warnings.simplefilter("ignore", StartingValueWarning)
        result = model.fit(disp="off", show_warning=False, update_freq=0, starting_values=starts)
    omega, alpha, beta, nu = result.params.to_numpy().tolist()
    if nu > 2 and omega > 0 and (result.convergence_flag == 0 or previous is None):
        start = float(model.volatility.backcast(returns))
        return Parameters(omega, alpha, beta, nu, start)
    if previous is None:
        raise TooLittleData(f"garch_t has no estimate from the first {len(returns)} returns: raise fit.first_origin.")
    return previous


def filtered(returns: Floats, fitted: Parameters) -> Floats:
    """The variance of each return and of the one after the last, given all before it; shape (n + 1,)."""
    from scipy.signal import lfilter

    shocks = fitted.omega + fitted.alpha * np.concatenate(([fitted.start], returns**2))
    variance, _ = lfilter([1.0], [1.0, -fitted.beta], shocks, zi=np.array([fitted.beta * fitted.start]))
    return np.asarray(variance)


def summed_variance(next_variance: Floats, steps: NDArray[np.int64], fitted: Parameters) -> Floats:
    """Σⱼ₌₀ʰ⁻¹ E σ²ₜ₊₁₊ⱼ = h·L + (σ²ₜ₊₁ − L)(1 − φʰ)/(1 − φ) with φ = α + β and L = ω/(1 − φ); for φ = 1 its limit."""
    persistence = fitted.alpha + fitted.beta
    if abs(1 - persistence) < 1e-8:
        return steps * next_variance + fitted.omega * steps * (steps - 1) / 2
    long_run = fitted.omega / (1 - persistence)
    return steps * long_run + (next_variance - long_run) * (1 - persistence**steps) / (1 - persistence)
