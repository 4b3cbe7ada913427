"""A sequential alarm on coverage: bets that intervals miss more than they say, which may be looked at every day.

Each forecast's outcome lies within all of its nested intervals or misses the k smallest of them. A bet pays
f(k) = q(k)/p(k), p: the probabilities that the levels promise, q: those under intervals too narrow by a factor. As f
does not decrease in k, its expected payoff is at most 1 whenever no level misses more often than promised, given what
was known when the forecast was made. The promise allows slightly more misses than the level says, because no real forecast
covers exactly its level on every single day. The Shiryaev–Roberts sum of all bets begun at every outcome so far,

    R_t = (R_{t−1} + 1)·f(k_t),

is at most t in expectation at any stopping time, so that P(R reaches c within T outcomes) ≤ T/c: optional stopping of
R_t − t, the argument of Ville's inequality (Ville 1939; betting: Waudby-Smith & Ramdas 2024, Vovk & Wang 2021; the sum as
an e-detector: Shin, Ramdas & Rinaldo 2024). A restart at every outcome costs a factor T once, and the sum forgets the
good years, in which a single bet would have lost everything.

A bet on a forecast does not know the outcomes of the forecasts that overlap it. Those of a horizon are therefore dealt to
slots in which none overlap, each with a sum of its own. The average of the slots is no e-process for someone who looks every
day: it may be stopped on the news that came since a forecast was made. The union bound holds whatever their dependence,
and costs nothing here: the slots share the T outcomes, so Σ T_slot/c = T/c. The horizons share the false alarms in
proportion to how many outcomes without overlap they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from forex.timeline.calendar import usual_steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# Where a sum stops growing: far beyond any alarm, and every bound holds with less wealth than was won.
LARGEST = 1e100


@dataclass(frozen=True)
class Path:
    """The alarm of one horizon after each of its n outcomes, in the slot that the outcome belongs to; shape (n, ...).

    wealth: in a unit in which 1/false_alarms raises the alarm; 0 where the outcome belongs to no slot.
    since: the outcome with which the evidence begins, where the best bet's product was last below 1; −1 without a slot.
    """

    wealth: Floats
    since: Ints
    slot: Ints


def payoffs(levels: Sequence[float], scales: Sequence[float], *, tolerance: float) -> Floats:
    """What each bet pays, by how many of the nested intervals miss: shape (levels + 1, bets), in order of that count.

    For each factor s, an interval of half-width z·σ whose outcomes have s·σ misses with 2·Φ(−z/s). One bet is on all
    levels together and, where there are several, one on each level alone: a tail may fail while the middle holds. What
    the intervals promise is (1 + `tolerance`) times the misses of their levels; a factor that makes no more misses than
    that is bet on as if it made just as many, and pays 1. Where a payoff would then fall as misses rise, the bet is
    levelled and kept fair.

    >>> payoffs([0.8], [2.0], tolerance=0).round(3).tolist()
    [[0.598], [2.608]]
    """
    nominal = np.sort(np.asarray(levels, dtype=np.float64))
    promised = np.maximum(1 - (1 - nominal) * (1 + tolerance), 0)
    bets = []
    for scale in scales:
        feared = np.minimum(2 * ndtr(ndtri((1 + nominal) / 2) / scale) - 1, promised)
        p, q = (np.diff(np.concatenate([[0.0], covered, [1.0]])) for covered in (promised, feared))
        rising = np.maximum.accumulate(q / p)
        bets.append(rising / (p @ rising))
        if len(nominal) > 1:
            for position, (cover, fear) in enumerate(zip(promised, feared, strict=True)):
                missed = np.arange(len(nominal) + 1) > position
                bets.append(np.where(missed, (1 - fear) / (1 - cover), fear / cover))
    return np.stack(bets, axis=1)


def slots(horizon: str) -> int:
    """Slots of a horizon: the business days over which its forecasts overlap, and one for a target moved by a holiday.

    >>> [slots(horizon) for horizon in ("1d", "7d", "90d")]
    [1, 6, 66]
    """
    steps = usual_steps(horizon)
    return 1 if steps == 1 else steps + 1


def dealt(anchor_day: Ints, target_day: Ints, count: int) -> Ints:
    """The slot of each forecast: the first whose last target was known at its origin; −1 where none of `count` is free.

    anchor_day, target_day: (n,), as numbers of days, in order of origin. What is known at an origin ends with its anchor.

    >>> dealt(np.array([0, 1, 2, 3]), np.array([2, 3, 4, 5]), 2).tolist()
    [0, 1, 0, 1]
    """
    busy_until = np.full(count, np.iinfo(np.int64).min)
    found = np.full(anchor_day.size, -1)
    for position, (anchor, target) in enumerate(zip(anchor_day.tolist(), target_day.tolist(), strict=True)):
        free = busy_until <= anchor
        first = int(free.argmax())
        if free[first]:
            found[position] = first
            busy_until[first] = target
    return found


def shares(horizons: Sequence[str]) -> Mapping[str, float]:
    """Each horizon's part of the false alarms: proportional to its outcomes without overlap, 1/slots.

    >>> {name: round(share, 3) for name, share in shares(["1d", "7d", "30d"]).items()}
    {'1d': 0.826, '7d': 0.138, '30d': 0.036}
    """
    parts = {horizon: 1 / slots(horizon) for horizon in horizons}
    return {horizon: part / sum(parts.values()) for horizon, part in parts.items()}


def wealth(misses: Ints, slot: Ints, payoff: Floats, *, share: float, targets: int) -> Path:
    """The alarm's path: R/targets·share, R averaged over the bets.

    misses: (n, ...), how many nested intervals missed, in order of target.  slot: (n,), from `dealt`.  payoff: from
    `payoffs`.  share: of the false alarms, from `shares`.  targets: outcomes for which their bound is meant.
    P(wealth ever ≥ 1/a within `targets` outcomes) ≤ a·share, where no level misses more often than promised.
    """
    n, others, count = misses.shape[0], misses.shape[1:], int(slot.max(initial=0)) + 1
    total = np.zeros((count, *others, payoff.shape[1]))  # R of each bet
    product = np.ones_like(total)  # of a bet's payoffs since it was last below 1
    began = np.zeros(total.shape, dtype=np.int64)
    worth, since = np.zeros((n, *others)), np.full((n, *others), -1, dtype=np.int64)
    for t in range(n):
        j = slot[t]
        if j < 0:
            continue
        paid = payoff[misses[t]]
        total[j] = np.minimum((total[j] + 1) * paid, LARGEST)
        began[j][product[j] <= 1] = t
        product[j] = np.minimum(np.maximum(product[j], 1) * paid, LARGEST)
        worth[t] = total[j].sum(axis=-1)
        best = product[j].argmax(axis=-1)
        since[t] = began[j][best] if not others else np.take_along_axis(began[j], best[..., None], axis=-1)[..., 0]
    return Path(worth * share / (targets * payoff.shape[1]), since, slot)


def richest(path: Path) -> tuple[Floats, Ints]:
    """The wealth of the slot that is worth most after each outcome, and since when its evidence counts; shape (n,).

    path: of one series.
    """
    n = path.wealth.size
    if not n:
        return path.wealth, path.since
    own = path.slot[:, None] == np.arange(max(path.slot.max(), 0) + 1)
    latest = np.maximum.accumulate(np.where(own, np.arange(n)[:, None], -1), axis=0)
    value = np.where(latest >= 0, path.wealth[latest], 0.0)
    chosen = np.take_along_axis(latest, value.argmax(axis=1)[:, None], axis=1)[:, 0]
    return value.max(axis=1), np.where(chosen >= 0, path.since[chosen], -1)
