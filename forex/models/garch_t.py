"""Zero-mean GARCH(1,1) with Student-t errors by `arch`, refitted on a schedule and filtered between."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import stdtrit

from forex.errors import TooLittleData
from forex.files import round_significant
from forex.history import Floats, History, Ints
from forex.predictive import LEVELS, Predictive, scaled
from forex.params import GarchT as GarchTParams

MIN_RETURNS = 250
PER_CENT = 100.0  # arch's optimiser is scaled for returns in per cent
PARAMETER_DIGITS = 6  # an optimiser turns a last-bit difference between machines into one of about 1e-9


@dataclass(frozen=True)
class Parameters:
    """σ²ₜ = ω + α·r²ₜ₋₁ + β·σ²ₜ₋₁ in per cent squared, t errors with ν degrees of freedom, σ²₀ from the fitted sample."""

    omega: float
    alpha: float
    beta: float
    nu: float
    start: float


class GarchT:
    def __init__(self, params: GarchTParams):
        self.refit_every = params.refit_every

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """Variance over h steps is the sum of its forecast daily variances; quantiles √variance·√((ν−2)/ν)·t_ν⁻¹(q)."""
        known = history.known[origins]
        if known.size and known.min() < MIN_RETURNS:
            raise TooLittleData(f"the first origin has {known.min()} returns, {MIN_RETURNS} needed: raise fit.first_origin.")
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


def fit(returns: Floats, previous: Parameters | None) -> Parameters:
    """Maximum likelihood on `returns` (per cent), started from the previous parameters; those stay where it does not converge.

    Raises TooLittleData where there are no previous ones to keep.
    """
    from arch.univariate import GARCH, StudentsT, ZeroMean

    model = ZeroMean(returns, volatility=GARCH(1, 0, 1), distribution=StudentsT(), rescale=False)
    starts = None if previous is None else np.array([previous.omega, previous.alpha, previous.beta, previous.nu])
    result = model.fit(disp="off", show_warning=False, update_freq=0, starting_values=starts)
    omega, alpha, beta, nu = round_significant(result.params.to_numpy(), PARAMETER_DIGITS).tolist()
    if result.convergence_flag == 0 and nu > 2:
        start = float(model.volatility.backcast(returns))
        return Parameters(omega, alpha, beta, nu, start)
    if previous is None:
        raise TooLittleData(f"garch_t does not converge on the first {len(returns)} returns: raise fit.first_origin.")
    return previous


def filtered(returns: Floats, fitted: Parameters) -> Floats:
    """The variance of each return and of the one after the last, given all before it; shape (n + 1,)."""
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
