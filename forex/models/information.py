"""How wide a forecast made with less information has to be, learnt from what the runs without it missed."""

import numpy as np
from numpy.typing import NDArray

from forex.observations.history import Floats, Ints
from forex.statistics.feedback import discounted_sums

Bools = NDArray[np.bool_]


def explained_share(coefficients: Floats, grams: Floats, absent: Bools, refit_every: int) -> Floats:
    """1 − b_m′Gb_m / b′Gb at each row: of what the drivers explain, how much is in those that moved; 1 where they explain nothing.

    b are a row's coefficients, b_m those of its absent drivers, G the weighted moments of the drivers at its refit.

    coefficients, absent: (n, p).  grams: (n_refits, p, p).  Returns (n,), in [0, 1].
    """
    share = np.ones(len(coefficients))
    for refit, gram in enumerate(grams):
        rows = slice(refit * refit_every, (refit + 1) * refit_every)
        whole = coefficients[rows]
        lacking = np.where(absent[rows], whole, 0.0)
        explained = np.einsum("ni,ij,nj->n", whole, gram, whole)
        missing = np.einsum("ni,ij,nj->n", lacking, gram, lacking)
        share[rows] = 1 - np.divide(missing, explained, out=np.zeros_like(missing), where=explained > 0)
    return np.clip(share, 0.0, 1.0)


def relative_errors(
    less: Floats, more: Floats, outcome: Floats, matured: Ints, among: Bools, half_life: float, prior_days: float
) -> Floats:
    """Σ w|y − less| / Σ w|y − more| over the matured origins among `among`, w = 0.5^(age/half-life); 1 counts for `prior_days`."""
    both = among & np.isfinite(outcome)
    ours, theirs = (np.where(both, np.abs(outcome - mean), np.nan) for mean in (less, more))
    above, below = (discounted_sums(errors, matured, half_life) for errors in (ours, theirs))
    number = discounted_sums(np.where(both, 1.0, np.nan), matured, half_life)
    prior = prior_days * np.divide(below, number, out=np.zeros_like(below), where=number > 0)
    return np.divide(above + prior, below + prior, out=np.ones_like(above), where=below + prior > 0)
