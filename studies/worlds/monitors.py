"""False alarms and detection delays of the performance monitor and of the sequential alarm, in simulated worlds.

A year is 252 daily looks, all horizons together; every run begins with a full baseline and an alarm that has run as
long. A delay counts matured targets from the first affected one to the first look that says DEGRADED or worse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from forex.core.status import DEGRADED, EXCELLENT
from forex.monitoring.coverage_alarm import payoffs, shares, wealth
from forex.monitoring.verdict import CODE, judge, of_window
from forex.monitoring.watched import Watched, compare, windows
from studies.worlds.worlds import (
    STEADY,
    STEPS,
    YEAR,
    Bools,
    Floats,
    Shift,
    Simulated,
    narrowing,
    predecessor_p,
    simulate,
)
from tests.support.simulated import committed

SETTINGS = committed().performance
LEVELS = committed().levels
HORIZONS = tuple(STEPS)
HISTORY = SETTINGS.baseline + max(SETTINGS.windows)
FIVE_YEARS = 5 * YEAR
NEVER = np.inf
CHUNK = 200  # runs held in memory together

CHANGES = (
    "misses x 2 at 80 %",
    "coverage 95 -> 90",
    "error x 1.5",
    "error x 2",
    "volatility x 2",
    "volatility x 3",
    "volatility x 3, fixed scale",
)


def shift(change: str, world: str) -> Shift:
    """A change by the name it has in the tables; intervals are narrowed as far as the world's own outcomes ask for.

    Under a forecaster with a fixed scale a jump of volatility is, at one step, one of the errors.
    """
    return {
        "misses x 2 at 80 %": Shift(narrow=narrowing(world, level=0.8, share=0.4)),
        "coverage 95 -> 90": Shift(narrow=narrowing(world, level=0.95, share=0.1)),
        "error x 1.5": Shift(error=1.5),
        "error x 2": Shift(error=2.0),
        "volatility x 2": Shift(volatility=2.0),
        "volatility x 3": Shift(volatility=3.0),
        "volatility x 3, fixed scale": Shift(error=3.0),
    }[change]


# --- what the monitors say ------------------------------------------------------------------------------------------


def window_codes(watched: Mapping[str, Watched], newest: np.ndarray) -> dict[str, np.ndarray]:
    """Horizon -> code of its status from the windows at each look: the worse of its windows; shape (looks, runs)."""
    compared = {
        ((horizon, size), name): change
        for horizon, each in watched.items()
        for size, window in windows(horizon, SETTINGS).items()
        for name, change in compare(each, newest, window, SETTINGS).items()
    }
    verdicts = judge(compared, SETTINGS)
    return {
        horizon: np.max(
            [
                of_window({name: verdict for (where, name), verdict in verdicts.items() if where == (horizon, size)})
                for size in SETTINGS.windows
            ],
            axis=0,
        )
        for horizon in watched
    }


def alarms(watched: Mapping[str, Watched]) -> dict[str, Bools]:
    """Horizon -> whether its alarm is raised by the outcome of each day; shape (days, runs)."""
    part, bets = shares(HORIZONS), payoffs(LEVELS, SETTINGS.alarm.scales, tolerance=SETTINGS.alarm.tolerance)
    found = {}
    for horizon, each in watched.items():
        slot = np.arange(each.n) % STEPS[horizon]
        path = wealth(each.misses, slot, bets, share=part[horizon], targets=SETTINGS.alarm.targets)
        found[horizon] = path.wealth >= 1 / SETTINGS.alarm.false_alarms
    return found


@dataclass(frozen=True)
class Alarmed:
    """Whether the windows and the alarm say DEGRADED or worse at each look of a year; by horizon, shape (looks, runs)."""

    windows: dict[str, Bools]
    alarm: dict[str, Bools]

    def either(self, *horizons: str) -> Bools:
        return np.any([part[horizon] for horizon in horizons for part in (self.windows, self.alarm)], axis=0)


def a_year(simulated: Mapping[str, Simulated]) -> Alarmed:
    watched = {horizon: one.watched for horizon, one in simulated.items()}
    codes = window_codes(watched, np.arange(HISTORY, HISTORY + YEAR))
    raised = alarms(watched)
    return Alarmed(
        {horizon: code >= CODE[DEGRADED] for horizon, code in codes.items()},
        {horizon: each[HISTORY:] for horizon, each in raised.items()},
    )


def delay(alarmed: Bools) -> Floats:
    """Looks up to the first alarm, the first look counting as 1; NEVER where there is none.  alarmed: (looks, runs)."""
    return np.where(alarmed.any(axis=0), alarmed.argmax(axis=0) + 1.0, NEVER)


def chunks(world: str, change: Shift, runs: int, seed: list[int]) -> Iterator[dict[str, Simulated]]:
    for number, first in enumerate(range(0, runs, CHUNK)):
        rng = np.random.default_rng([*seed, number])
        size = min(CHUNK, runs - first)
        yield simulate(
            world, HORIZONS, days=HISTORY + YEAR, runs=size, rng=rng, shift=change, at=HISTORY, levels=LEVELS
        )


# --- what is measured -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Steady:
    """Shares of years, or of stretches of five years, with a false alarm; p-values of the predecessor's rule at 1d."""

    windows: float
    alarm: float
    either: float
    alarm_five_years: float
    excellent: float  # share of looks at which 1d is EXCELLENT
    predecessor_look: float
    predecessor_year: float
    predecessor_p: float  # below which its rule at 1d raises as many false alarms a year as either part of ours does


def steady(world: str, runs: int, *, seed: int) -> Steady:
    found: dict[str, list[np.ndarray]] = {}
    newest = np.arange(HISTORY, HISTORY + YEAR)
    for simulated in chunks(world, STEADY, runs, [seed, 0]):
        watched = {horizon: one.watched for horizon, one in simulated.items()}
        codes, raised = window_codes(watched, newest), alarms(watched)
        bad = np.any([code >= CODE[DEGRADED] for code in codes.values()], axis=(0, 1))
        ring = np.any([each[HISTORY:] for each in raised.values()], axis=(0, 1))
        long = np.any([each[-FIVE_YEARS:] for each in raised.values()], axis=(0, 1))
        old = predecessor_p(simulated["1d"].log_error, newest)
        row = {"windows": bad, "alarm": ring, "either": bad | ring, "alarm_five_years": long, "old": old.min(axis=0)}
        row |= {"excellent": (codes["1d"] == CODE[EXCELLENT]).mean(axis=0), "look": (old < 0.05).mean(axis=0)}
        for name, values in row.items():
            found.setdefault(name, []).append(values)
    joined = {name: np.concatenate(parts) for name, parts in found.items()}
    return Steady(
        **{
            name: float(joined[name].mean()) for name in ("windows", "alarm", "either", "alarm_five_years", "excellent")
        },
        predecessor_look=float(joined["look"].mean()),
        predecessor_year=float((joined["old"] < 0.05).mean()),
        predecessor_p=float(np.quantile(joined["old"], joined["either"].mean())),
    )


@dataclass(frozen=True)
class Delays:
    """Delays by horizon, of either part of the monitor; of the predecessor's rule at 1d, at an equal rate of false alarms."""

    ours: dict[str, Floats]
    predecessor: Floats

    @staticmethod
    def within(delays: Floats, targets: int) -> float:
        return float(np.mean(delays <= targets))


def delays(world: str, change: str, runs: int, *, seed: int, predecessor_p_value: float) -> Delays:
    ours: dict[str, list[Floats]] = {horizon: [] for horizon in HORIZONS}
    old = []
    for simulated in chunks(world, shift(change, world), runs, [seed, 1, CHANGES.index(change)]):
        year = a_year(simulated)
        for horizon in HORIZONS:
            ours[horizon].append(delay(year.either(horizon)))
        looked = predecessor_p(simulated["1d"].log_error, np.arange(HISTORY, HISTORY + YEAR))
        old.append(delay(looked < predecessor_p_value))
    return Delays({horizon: np.concatenate(parts) for horizon, parts in ours.items()}, np.concatenate(old))
