"""The Theta method: exponential smoothing of the log-level with half the drift of its trend, by `statsmodels`."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import PositiveInt
from scipy.special import ndtri

from forex.core.errors import TooLittleData
from forex.models.naive import MIN_RETURNS, require
from forex.models.protocol import Declaration
from forex.observations.history import Floats, History, Ints
from forex.params import Block
from forex.statistics.predictive import LEVELS, Predictive, scaled

PER_CENT = 100.0  # the optimiser is scaled for levels in per cent of the first one
# Where smoothing is invertible, an ARIMA(0,1,1) with MA α − 1 (Hyndman, Koehler, Ord & Snyder 2008, ch. 10). An average of deals
# moves on in the direction it last moved in, which is α above one: the usual cap at one would leave a random walk.
ADMISSIBLE = (0.01, 1.99)
TREND_WEIGHT = 0.5  # of the two theta lines, θ = 0 and θ = 2


@dataclass(frozen=True)
class Parameters:
    """α of lₜ = lₜ₋₁ + α·eₜ, and the slope of the log-level's trend, per business day."""

    alpha: float
    slope: float


class Settings(Block):
    """What `fit.theta` holds."""

    refit_every: PositiveInt  # business days


class Theta:
    """Exponential smoothing with half the trend's drift."""

    def __init__(self, settings: Settings):
        self.refit_every = settings.refit_every

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """Normal around the Theta forecast, variance σ²·(1 + (h − 1)·α²).

        α and the slope are estimated on a schedule; the level follows every return, and σ, the expanding root mean square of
        e/√k over returns of k business days, every error.
        """
        known = history.known[origins]
        require(known, MIN_RETURNS)
        steps = {horizon: history.targets(horizon).steps[origins] for horizon in horizons}
        location = {horizon: np.empty(len(origins)) for horizon in horizons}
        scale = {horizon: np.empty(len(origins)) for horizon in horizons}
        fitted: Parameters | None = None
        blocks = (origins - origins[0]) // self.refit_every if len(origins) else origins
        for block in np.unique(blocks):
            at = np.flatnonzero(blocks == block)
            fitted = fit(history.returns[: known[at[0]]], history.return_steps[: known[at[0]]], fitted)
            returns, return_steps = history.returns[: known[at[-1]]], history.return_steps[: known[at[-1]]]
            missed = errors(returns, fitted.alpha)
            sigma = np.sqrt(np.cumsum(missed**2 / return_steps) / np.arange(1, len(missed) + 1))
            newest = known[at] - 1
            for horizon in horizons:
                ahead = steps[horizon][at]
                location[horizon][at] = expected(missed[newest], ahead, known[at] + 1, fitted)
                scale[horizon][at] = sigma[newest] * np.sqrt(1 + (ahead - 1) * fitted.alpha**2)
        standard = ndtri(LEVELS)
        return {horizon: scaled(location[horizon], scale[horizon], standard) for horizon in horizons}


MODEL = Declaration(Theta, Settings)


def fit(returns: Floats, return_steps: Floats, previous: Parameters | None) -> Parameters:
    """α by maximum likelihood, the slope by least squares; α stays at its previous value where the search does not converge.

    The first estimate counts as it is.  Raises TooLittleData where there is none: a level that never moves has no likelihood.
    """
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    level = np.concatenate(([0.0], np.cumsum(returns))) * PER_CENT
    if not np.ptp(level) > 0:
        raise TooLittleData(f"theta has no estimate from the first {len(returns)} returns: raise fit.first_origin.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        result = ETSModel(level, error="add", bounds={"smoothing_level": ADMISSIBLE}).fit(disp=False)
    alpha = float(result.smoothing_level)
    if previous is not None and not result.mle_retvals["converged"]:
        alpha = previous.alpha
    day = np.concatenate(([0.0], np.cumsum(return_steps)))
    centred = day - day.mean()
    return Parameters(alpha, float(np.sum(centred * level) / np.sum(centred**2)) / PER_CENT)


def errors(returns: Floats, alpha: float) -> Floats:
    """One-step errors of simple smoothing that starts at the first level: eₜ = rₜ + (1 − α)·eₜ₋₁; shape (n,).

    >>> errors(np.array([0.010, 0.004]), 1.2).round(4).tolist()
    [0.01, 0.002]
    """
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, alpha - 1.0], returns))


def expected(last_error: Floats, steps: Ints, observations: Ints, fitted: Parameters) -> Floats:
    """Log-distance from the newest level to its forecast: (α − 1)·e + ½·slope·(h − 1 + (1 − (1 − α)ⁿ)/α).

    Smoothing lags behind a trend by (1 − α)/α steps of it, which the last term gives back (Hyndman & Billah 2003, "Unmasking the
    Theta method").

    last_error, steps, observations: (n,), of each origin.
    """
    alpha = fitted.alpha
    trend = steps - 1 + (1 - (1 - alpha) ** observations) / alpha
    return (alpha - 1) * last_error + TREND_WEIGHT * fitted.slope * trend
