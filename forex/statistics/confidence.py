"""How probable it is that a call still stands some days later, and whether such probabilities were right."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

BINS = 10  # of equal width in [0, 1], in the reliability error


def probability_of_standing(call: Ints, likeness: Ints, made: Flags, *, days: int, prior_weight: float) -> Floats:
    """How often past calls that were alike still stood `days` rows later; a call counts from the row at which it is decided.

    call, likeness: shape (n,), integers ≥ 0 in order of time; calls are alike where both are equal. The frequency among
    calls alike is shrunk towards that among equal calls, and this towards that among all calls, as if `prior_weight`
    calls had shown the wider one; the widest starts from one in two (Laplace's rule). A row that is not `made` is no
    call: its probability is 0 and it never counts, but a call that it follows did not stand.

    Returns shape (n,), in [0, 1].

    >>> call, made = np.array([0, 0, 0, 1]), np.ones(4, bool)
    >>> probability_of_standing(call, np.zeros(4, int), made, days=1, prior_weight=0).round(4).tolist()
    [0.5, 1.0, 1.0, 0.6]
    """
    stood = np.zeros(call.size, dtype=bool)
    stood[:-days] = call[days:] == call[:-days]
    everything = np.zeros(call.size, dtype=np.int64)
    probability = (_decided(everything, made & stood, days) + 1) / (_decided(everything, made, days) + 2)
    for group in (call, call * (likeness.max(initial=0) + 1) + likeness):
        evidence = _decided(group, made, days) + prior_weight
        successes = _decided(group, made & stood, days) + prior_weight * probability
        probability = np.divide(successes, evidence, out=probability, where=evidence > 0)
    return np.where(made, probability, 0.0)


def _decided(group: NDArray[np.int64], event: Flags, days: int) -> Floats:
    """At each row, how many events its own group had at least `days` rows before."""
    _, column = np.unique(group, return_inverse=True)
    rows = np.arange(group.size)
    counts = np.zeros((group.size + days, column.max(initial=0) + 1))
    counts[rows + days, column] = event
    return np.cumsum(counts, axis=0)[rows, column]


def record(call: Ints, confidence: Floats, made: Flags, *, days: int) -> dict[str, float]:
    """What became of the calls whose day has come: their number, and how well the confidence foretold it.

    brier              mean (p − o)², o = 1 where the call stood `days` rows later, else 0
    brier_base_rate    the same of the causal base rate: at each call (1 + calls that stood) / (2 + calls decided by then)
    reliability_error  Σ_b n_b/n·|mean p − mean o| over ten bins of p (expected calibration error; Naeini et al. 2015)
    stood              share of the calls that stood

    call, confidence, made: shape (n,).  Empty where no call's day has come.
    """
    decided = np.flatnonzero(made[:-days])
    if not decided.size:
        return {}
    outcome = np.zeros(call.size)
    outcome[:-days] = call[days:] == call[:-days]
    everything = np.zeros(call.size, dtype=np.int64)
    base_rate = (_decided(everything, made & (outcome > 0), days) + 1) / (_decided(everything, made, days) + 2)
    stood, stated = outcome[decided], confidence[decided]
    bins = np.minimum((stated * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=stated - stood, minlength=BINS)
    return {
        "calls": int(decided.size),
        "stood": float(stood.mean()),
        "brier": float(np.mean((stated - stood) ** 2)),
        "brier_base_rate": float(np.mean((base_rate[decided] - stood) ** 2)),
        "reliability_error": float(np.abs(gaps).sum() / decided.size),
    }
