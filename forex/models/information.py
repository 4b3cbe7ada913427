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
    run: Floats,
    usual: Floats,
    outcome: Floats,
    matured: Ints,
    *,
    among: Bools,
    half_life: float,
    prior_days: float = 0.0,
) -> Floats:
    """(Σ w·|y − run| + d·ē) / (Σ w·|y − usual| + d·ē) over the matured days among `among`, as each day knows it; 1 before any.

    w = 0.5^(age/half-life), ē the mean of w·|y − usual| and d the days that a ratio of 1 counts for.

    run, usual, outcome: (n_days,), two means and what came out, NaN until it did.  matured: (n_days,).  Returns (n_days,).
    """
    counted = among & np.isfinite(outcome)
    ours, theirs = (
        discounted_sums(np.where(counted, np.abs(outcome - mean), np.nan), matured, half_life) for mean in (run, usual)
    )
    number = discounted_sums(np.where(counted, 1.0, np.nan), matured, half_life)
    prior = prior_days * np.divide(theirs, number, out=np.zeros_like(theirs), where=number > 0)
    return np.divide(ours + prior, theirs + prior, out=np.ones_like(ours), where=theirs + prior > 0)
