"""A share whose evidence comes in clusters: episodes of a regime whose outcomes do not overlap, and the band that they give.

Whether intervals held in a rough market is decided by few episodes, each of them hundreds of forecasts of the same few moves. A
band over episodes counts them, not the forecasts, and asks nothing of what is inside one.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_CLUSTERS = 2  # fewer have no variance between them


def episodes(origin: NDArray[np.datetime64], target: NDArray[np.datetime64]) -> Ints:
    """The number of the episode that each forecast belongs to, from 0.

    A new one starts only after the target of every origin of the earlier ones has passed, so that no two of them share any of
    their outcomes.

    origin, target: shape (n,), dates of the forecasts made in one regime, matured or not, by origin.  Returns shape (n,).

    >>> day = np.array(["2020-03-02", "2020-03-03", "2020-03-09", "2020-03-11"], "datetime64[D]")
    >>> episodes(day, day + 7).tolist(), episodes(day, day + 1).tolist()
    ([0, 0, 0, 0], [0, 0, 1, 2])
    """
    if not origin.size:
        return np.zeros(0, dtype=np.int64)
    passed = origin[1:] > np.maximum.accumulate(target)[:-1]
    return np.concatenate([[0], np.cumsum(passed)])


def share_band(hits: Bools, cluster: Ints, *, probability: float) -> tuple[Floats, Floats]:
    """Band for the share of `hits`, two-sided, from the variance between clusters.

    With h_g hits of n_g forecasts in cluster g of G, p = Σh_g/Σn_g:

        s² = G/(G − 1) · Σ(h_g − p·n_g)² / (Σn_g)²        band = p ± t_{G−1}((1 + probability)/2)·s, within [0, 1]

    The ratio estimator's linearised variance (Cochran 1977, §6.3), which is the cluster-robust variance of a mean; t with G − 1
    degrees of freedom where clusters are few (Cameron & Miller 2015, §VI). It is too narrow where clusters are unequal and misses
    rare. In simulations of 10 to 20 clusters with a correlation of 0.2 inside, 90 % bands hold the truth in 89 to 90 % at p = 0.5
    where clusters are equal, and in 84 to 85 % at 0.5, 81 to 85 % at 0.8 and 69 to 75 % at 0.95 where their sizes are geometric.

    hits: shape (n, k).  cluster: shape (n,).  Returns two arrays of shape (k,), NaN with fewer than two clusters.
    """
    held = hits.astype(np.float64)
    _, member = np.unique(cluster, return_inverse=True)
    count = np.bincount(member).astype(np.float64)
    groups = count.size
    if groups < MIN_CLUSTERS:
        return np.full(hits.shape[1], np.nan), np.full(hits.shape[1], np.nan)
    by_cluster = np.stack([np.bincount(member, weights=column) for column in held.T], axis=1)
    share = by_cluster.sum(axis=0) / count.sum()
    between = np.sum((by_cluster - share * count[:, None]) ** 2, axis=0)
    error = np.sqrt(groups / (groups - 1) * between) / count.sum()
    reach = stdtrit(groups - 1, (1 + probability) / 2) * error
    return np.maximum(share - reach, 0.0), np.minimum(share + reach, 1.0)
