"""Simulated worlds at level 900: daily returns of known character, and drivers that lead the observado by a day."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.calibration.calibrate import Outcome
from forex.commands.keep.params import whole
from forex.observations import align
from forex.observations.history import Floats, History, from_panel
from forex.params import Fit, Params
from forex.timeline import calendar
from tests.support.made_up import NOON, ROOT, published

DAILY = 0.006  # standard deviation of a usual day


@cache
def committed() -> Params:
    return whole(ROOT / "params.yaml")


def fit_params(*models: str) -> Fit:
    """The committed `fit` block, with these models only where some are named."""
    fit = committed().fit
    return fit.model_copy(update={"models": models}) if models else fit


# --- worlds ---------------------------------------------------------------------------------------------------------


def iid_normal(rng: np.random.Generator, days: int) -> Floats:
    return DAILY * rng.standard_normal(days)


def garch_returns(rng: np.random.Generator, days: int) -> Floats:
    """GARCH(1,1) with α = 0.07, β = 0.91 and t errors with six degrees of freedom."""
    shocks = rng.standard_t(6, days) * np.sqrt(4 / 6)
    variance, returns = DAILY**2, np.empty(days)
    for day in range(days):
        returns[day] = np.sqrt(variance) * shocks[day]
        variance = 0.02 * DAILY**2 + 0.07 * returns[day] ** 2 + 0.91 * variance
    return returns


def regime_switch(rng: np.random.Generator, days: int) -> Floats:
    """Calm days and storms of three times their size, which begin once in 400 days and last 40 on average."""
    stormy, size = False, np.empty(days)
    for day in range(days):
        stormy = rng.random() < (39 / 40 if stormy else 1 / 400)
        size[day] = 3.0 if stormy else 1.0
    return DAILY * size * rng.standard_normal(days)


def jumps(rng: np.random.Generator, days: int) -> Floats:
    """A normal day, and one in fifty that jumps by about 2.5 %."""
    jumped = rng.random(days) < 0.02
    return iid_normal(rng, days) + jumped * 0.025 * rng.standard_normal(days)


WORLDS: Mapping[str, Callable[[np.random.Generator, int], Floats]] = {
    "iid_normal": iid_normal,
    "garch_t": garch_returns,
    "regime_switch": regime_switch,
    "jumps": jumps,
}

# --- series and histories -------------------------------------------------------------------------------------------


def business_days(days: int, first: str = "2008-01-02") -> NDArray[np.datetime64]:
    return calendar.business_days(first, "2040-12-28")[:days]


def target_of(log_returns: Floats, *, first: str = "2008-01-02", gaps: NDArray[np.bool_] | None = None) -> pl.DataFrame:
    """The observado with these log-returns, one per business day from `first`, in two decimals; `gaps` are absent."""
    days = business_days(len(log_returns), first)
    values = np.round(900 * np.exp(np.cumsum(log_returns)), 2)
    there = np.full(len(days), True) if gaps is None else ~gaps
    return published(days[there], values[there])


def driver_of(
    log_returns: Floats,
    *,
    level: float = 20.0,
    first: str = "2008-01-02",
    rule: dict[str, object] = NOON,
    gaps: NDArray[np.bool_] | None = None,
) -> pl.DataFrame:
    days = business_days(len(log_returns), first)
    values = level * np.exp(np.cumsum(log_returns))
    there = np.full(len(days), True) if gaps is None else ~gaps
    return published(days[there], values[there], rule)


def led_by_drivers(
    seed: int, days: int = 900, *, share: float = 0.6, rule: dict[str, object] = NOON, gaps: float = 0.04
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """An observado of which the moves of `mxn` and `zar` the business day before explain `share` of the variance."""
    rng = np.random.default_rng(seed)
    moves = {name: 0.008 * rng.standard_normal(days) for name in ("mxn", "zar")}
    led = np.zeros(days)
    led[1:] = DAILY * np.sqrt(share / 2) * (moves["mxn"] + moves["zar"])[:-1] / 0.008
    returns = led + DAILY * np.sqrt(1 - share) * rng.standard_normal(days)
    missing = rng.random((3, days)) < gaps
    missing[:, :2] = missing[:, -6:] = False
    target = target_of(returns, gaps=missing[0])
    drivers = {
        name: driver_of(moves[name], level=level, rule=rule, gaps=missing[row])
        for row, (name, level) in enumerate({"mxn": 20.0, "zar": 15.0}.items(), start=1)
    }
    return target, drivers


AT_ELEVEN = {"business_days": 0, "time": "11:00", "zone": "America/Santiago"}
SPOT = "usdclp_spot"


def spot_of(target: pl.DataFrame, seed: int = 0, off: float = 0.001) -> pl.DataFrame:
    """A quote at 11:00 that is most of the way to the next rate, `off` from it."""
    values = np.log(target["value"].to_numpy())
    ahead = np.append(values[1:], values[-1])
    noise = off * np.random.default_rng(seed).standard_normal(len(values))
    return published(target["date"].to_list(), np.exp(0.2 * values + 0.8 * ahead + noise), AT_ELEVEN)


def history_of(
    target: pl.DataFrame,
    drivers: Mapping[str, pl.DataFrame] | None = None,
    *,
    as_of: str | None = None,
    cut_off: str = "15:00",
) -> History:
    """The history up to `as_of`, else up to the target's last date; SPOT is a quote, if it is there."""
    until, drivers = as_of or str(target["date"].max()), drivers or {}
    quotes = {SPOT} & drivers.keys()
    return from_panel(align.panel(target, drivers, set(), quotes, as_of=until, cut_off=cut_off))


def instant(origin: Any, cut_off: str) -> dt.datetime:
    return calendar.cut_offs([str(origin)], cut_off).tolist()[0].replace(tzinfo=dt.UTC)


def outcomes_of(history: History, origins: np.ndarray, horizons: tuple[str, ...]) -> dict[str, Outcome]:
    """What became of forecasts made at consecutive `origins`, positions counted from the first of them."""
    made = {}
    for horizon in horizons:
        targets = history.targets(horizon)
        matured = np.minimum(targets.matured - origins[0], len(origins))[origins]
        made[horizon] = Outcome(targets.log_return[origins], matured, targets.steps[origins])
    return made
