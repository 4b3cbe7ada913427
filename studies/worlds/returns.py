"""Worlds of daily returns: without a change, one fitted to the shipped returns among them, and with changes of the market.

A world gives the log-returns of `days` business days of one series, shape (days,). What is assumed about the market is estimated
from the shipped observado, never typed in.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.simulated import DAILY, garch_returns

Floats = NDArray[np.float64]
World = Callable[[np.random.Generator, int], Floats]

OBSERVADO = ROOT / "data/sample/usdclp.csv"
OCTOBER_2008 = ("2008-10-01", "2008-10-31")
BEFORE = 250  # business days that the size of a month is compared with
JUMP = 5.0  # mean absolute returns of the `QUIET` days before, from which on a move counts as a jump
QUIET = 60
BLOCK = 500  # business days of a block of the bootstrap: two years


@dataclass(frozen=True)
class Estimated:
    """What the shipped returns are like; `fit` has them in per cent, as arch wants them.

    ar, alpha, beta, nu: of an AR(1) with GARCH(1,1)-t errors; daily: its standard deviation of a day.
    jump_rate: share of days that jump; jump_size: root mean square of those returns.
    shift: mean absolute return of October 2008 over that of the 250 days before.
    """

    ar: float
    alpha: float
    beta: float
    nu: float
    daily: float
    jump_rate: float
    jump_size: float
    shift: float


@cache
def shipped() -> tuple[NDArray[np.datetime64], Floats]:
    """The shipped observado's returns over one business day, by date: a return over several is left out."""
    rows = pl.read_csv(OBSERVADO, try_parse_dates=True).sort("date")
    dates = rows["date"].to_numpy().astype("datetime64[D]")
    steps = calendar.steps_between(dates[:-1], dates[1:])
    returns = np.diff(np.log(rows["value"].to_numpy()))
    return dates[1:][steps == 1], returns[steps == 1]


@cache
def estimated() -> Estimated:
    """The parameters of the fitted worlds, by maximum likelihood (arch) and by counting."""
    from arch import arch_model

    dates, returns = shipped()
    model = arch_model(100 * returns, mean="AR", lags=1, vol="GARCH", p=1, q=1, dist="t")
    found = model.fit(disp="off").params
    alpha, beta = float(found["alpha[1]"]), float(found["beta[1]"])
    size = np.abs(returns)
    quiet = np.convolve(size, np.ones(QUIET) / QUIET, mode="valid")[:-1]  # the mean of the days before each
    jumped = returns[QUIET:][size[QUIET:] > JUMP * quiet]
    first, last = (np.searchsorted(dates, np.datetime64(day)) for day in OCTOBER_2008)
    return Estimated(
        ar=float(found["y[1]"]),
        alpha=alpha,
        beta=beta,
        nu=float(found["nu"]),
        daily=math.sqrt(float(found["omega"]) / (1 - alpha - beta)) / 100,
        jump_rate=jumped.size / (returns.size - QUIET),
        jump_size=float(np.sqrt(np.mean(jumped**2))),
        shift=float(size[first:last].mean() / size[first - BEFORE : first].mean()),
    )


# --- without a change ---------------------------------------------------------------------------------------------


def iid(rng: np.random.Generator, days: int) -> Floats:
    """Independent, normal returns."""
    return DAILY * rng.standard_normal(days)


def ar1(rng: np.random.Generator, days: int, *, coefficient: float = 0.3) -> Floats:
    """Normal returns with a first autocorrelation of `coefficient`: the most that the averaging in the observado leaves."""
    return _autocorrelated(DAILY * math.sqrt(1 - coefficient**2) * rng.standard_normal(days), coefficient)


def fitted(rng: np.random.Generator, days: int) -> Floats:
    """AR(1) with GARCH(1,1)-t errors, as estimated; it begins at its usual variance."""
    like = estimated()
    shocks = (rng.standard_t(like.nu, days) * math.sqrt((like.nu - 2) / like.nu)).tolist()
    variance = usual = like.daily**2
    errors = []
    for shock in shocks:
        errors.append(math.sqrt(variance) * shock)
        variance = (1 - like.alpha - like.beta) * usual + like.alpha * errors[-1] ** 2 + like.beta * variance
    return _autocorrelated(np.array(errors), like.ar)


def jumps(rng: np.random.Generator, days: int) -> Floats:
    """`fitted`, with jumps as often and as large as the shipped returns have them, which no volatility announces."""
    like = estimated()
    returns = fitted(rng, days)
    return returns + np.where(rng.random(days) < like.jump_rate, like.jump_size * rng.standard_normal(days), 0.0)


def _autocorrelated(errors: Floats, coefficient: float) -> Floats:
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -coefficient], errors))


# --- with one -----------------------------------------------------------------------------------------------------


def bootstrap(rng: np.random.Generator, days: int) -> Floats:
    """Blocks of two years of the shipped returns, in any order, with their real storms and real changes."""
    returns = shipped()[1]
    starts = rng.integers(0, returns.size - BLOCK + 1, -(-days // BLOCK))
    return np.concatenate([returns[start : start + BLOCK] for start in starts])[:days]


CALM: Mapping[str, World] = {"iid": iid, "AR(1)": ar1, "GARCH-t": garch_returns, "fitted": fitted, "jumps": jumps}
REAL: Mapping[str, World] = {"bootstrap": bootstrap}
WORLDS: Mapping[str, World] = {**CALM, **REAL}
