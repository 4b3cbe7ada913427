"""False alarms and delays of everything that watches the published forecast, in worlds with and without a change.

A year is 252 daily looks, all horizons together, on forecasts of the pipeline's own forecaster (studies/worlds/forecaster.py).
Every series begins with a full baseline and an alarm that has run for five years. A delay counts looks, which are business days,
from the first target that is affected to the first look that alarms.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from forex.core.status import DEGRADED, EXCELLENT
from forex.monitoring.coverage_alarm import dealt, payoffs, shares, slots, wealth
from forex.monitoring.early import fans
from forex.monitoring.early import seen as seen_open
from forex.monitoring.measured import EarlyRates
from forex.monitoring.verdict import CODE, judge, of_window
from forex.monitoring.watched import Watched, compare, windows
from forex.monitoring.windows import Bools, Floats, Ints
from forex.statistics.conformal import COVERAGE
from forex.timeline.calendar import business_days, steps_between, usual_steps
from studies.worlds.forecaster import (
    FIRST_DAY,
    FIXED,
    FORECASTERS,
    HORIZONS,
    PARAMS,
    SETTLED,
    STEADY,
    Run,
    Seen,
    Shift,
    fixed_shape,
    run,
    seen,
)
from studies.worlds.predecessor import predecessor_p
from studies.worlds.returns import WORLDS, estimated

SETTINGS = PARAMS.performance
YEAR = 252
FIVE_YEARS = 5 * YEAR
NEVER = math.inf
CHUNK = 25  # series that a process holds together
LONGEST = max(usual_steps(horizon) for horizon in HORIZONS)
# Positions on the calendar: the last year of looks begins where every horizon has a full baseline.
LOOKS_FROM = SETTLED + SETTINGS.baseline + max(SETTINGS.windows) + LONGEST + 10
DAYS = LOOKS_FROM + YEAR
CHANGED_ON = business_days(FIRST_DAY, "2040-12-28")[LOOKS_FROM]  # targets from this day on are affected


@dataclass(frozen=True)
class Chunk:
    """Many series on one calendar.

    watched: by horizon, (n, runs).  newest: by horizon, (looks,), the last outcome known at each look of the last year.
    slot: by horizon, (n,), of the alarm.  distance: (looks, horizons, runs), of the early signal, at every look since SETTLED.
    """

    watched: Mapping[str, Watched]
    newest: Mapping[str, Ints]
    slot: Mapping[str, Ints]
    distance: Floats
    log_error: Floats  # (n, runs), of the median at 1d


def chunk(made: Sequence[Run], forecast: Sequence[Seen]) -> Chunk:
    """Many series put on one calendar.  made, forecast: of the same series, which have the same days and no gaps."""
    origins = made[0].history
    first, panels = forecast[0], forecast[0].panels
    known = origins.anchor_date[-YEAR:]
    newest = {horizon: np.searchsorted(panels[horizon].target_date, known, side="right") - 1 for horizon in HORIZONS}
    slot = {}
    for horizon, panel in panels.items():
        target_day = steps_between(FIRST_DAY, panel.target_date)
        slot[horizon] = dealt(target_day - panel.steps, target_day, slots(horizon))
    watched = {
        horizon: Watched(
            horizon,
            crps=np.stack([series.watched[horizon].crps for series in forecast], axis=1),
            error=np.stack([series.watched[horizon].error for series in forecast], axis=1),
            missed={
                level: np.stack([series.watched[horizon].missed[level] for series in forecast], axis=1)
                for level in first.watched[horizon].missed
            },
        )
        for horizon in HORIZONS
    }
    return Chunk(
        watched,
        newest,
        slot,
        distance=np.stack([_distance(*pair) for pair in zip(made, forecast, strict=True)], axis=2),
        log_error=np.stack(
            [np.log(series.panels["1d"].actual / series.panels["1d"].median[:, 0]) for series in forecast], axis=1
        ),
    )


def _distance(made: Run, forecast: Seen) -> Floats:
    history = made.history
    day = steps_between(FIRST_DAY, history.anchor_date)[-len(forecast.steps) :]
    anchor = history.anchor[-len(forecast.steps) :]
    return seen_open(fans(day, anchor, forecast.steps, forecast.quantiles), day, np.log(anchor)).distance


# --- what the monitors say ------------------------------------------------------------------------------------------


def window_codes(seen_by: Chunk) -> dict[str, Ints]:
    """Horizon -> code of its status from the windows at each look: that of its worst window; shape (looks, runs)."""
    compared = {
        ((horizon, size), name): change
        for horizon, each in seen_by.watched.items()
        for size, window in windows(horizon, SETTINGS).items()
        for name, change in compare(each, seen_by.newest[horizon], window, SETTINGS).items()
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
        for horizon in seen_by.watched
    }


def alarms(seen_by: Chunk, *, tolerance: float | None = None) -> dict[str, Bools]:
    """Horizon -> whether its alarm is raised by each outcome; shape (n, runs).  tolerance: in place of that of params.yaml."""
    part, alarm = shares(HORIZONS), SETTINGS.alarm
    bets = payoffs(PARAMS.levels, alarm.scales, tolerance=alarm.tolerance if tolerance is None else tolerance)
    return {
        horizon: wealth(each.misses, seen_by.slot[horizon], bets, share=part[horizon], targets=alarm.targets).wealth
        >= 1 / alarm.false_alarms
        for horizon, each in seen_by.watched.items()
    }


@dataclass(frozen=True)
class Said:
    """What the monitors say at the looks of the last year; by horizon, (looks, runs).

    alarm_five_years: (runs,), whether the alarm was raised in the last five.  excellent: (runs,), share of looks at which 1d is.
    predecessor: (looks, runs), the smallest p of its rule at 1d.  distance: (looks, horizons, runs), of the early signal.
    farthest: (years, horizons, runs), its largest in each year before the last.
    """

    windows: Mapping[str, Bools]
    alarm: Mapping[str, Bools]
    alarm_five_years: Bools
    excellent: Floats
    predecessor: Floats
    distance: Floats
    farthest: Floats

    def either(self, *horizons: str) -> Bools:
        """Whether the windows or the alarm of any of the horizons say so, (looks, runs)."""
        return np.any([part[horizon] for horizon in horizons for part in (self.windows, self.alarm)], axis=0)

    def early(self, rates: EarlyRates, *horizons: str) -> Bools:
        """Whether the early signal of any of the horizons is at least as rare as `performance.early_rate`, (looks, runs)."""
        return np.any(
            [
                rates.rate(horizon, self.distance[:, HORIZONS.index(horizon)]) <= SETTINGS.early_rate
                for horizon in horizons
                if horizon in rates.distances
            ],
            axis=0,
        )


def said(seen_by: Chunk) -> Said:
    """What the monitors say of a chunk."""
    raised, codes = alarms(seen_by), window_codes(seen_by)
    by_look: dict[str, Bools] = {}
    for horizon, outcomes in raised.items():
        at = seen_by.newest[horizon]
        before = np.concatenate([[at[0] - 1], at[:-1]])
        # what the outcomes that came in since the look before have raised
        by_look[horizon] = np.array([outcomes[a + 1 : b + 1].any(axis=0) for a, b in zip(before, at, strict=True)])
    past = seen_by.distance[:-YEAR]
    years = past.shape[0] // YEAR
    return Said(
        windows={horizon: code >= CODE[DEGRADED] for horizon, code in codes.items()},
        alarm=by_look,
        alarm_five_years=np.any([outcomes[-FIVE_YEARS:].any(axis=0) for outcomes in raised.values()], axis=0),
        excellent=(codes["1d"] == CODE[EXCELLENT]).mean(axis=0),
        predecessor=predecessor_p(seen_by.log_error, seen_by.newest["1d"]),
        distance=seen_by.distance[-YEAR:],
        farthest=np.nan_to_num(past[-years * YEAR :]).reshape(years, YEAR, *past.shape[1:]).max(axis=1),
    )


def together(parts: Sequence[Said]) -> Said:
    """What the monitors say of the runs of all parts."""

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts], axis=-1)

    return Said(
        windows={horizon: np.concatenate([part.windows[horizon] for part in parts], axis=-1) for horizon in HORIZONS},
        alarm={horizon: np.concatenate([part.alarm[horizon] for part in parts], axis=-1) for horizon in HORIZONS},
        **{name: joined(name) for name in ("alarm_five_years", "excellent", "predecessor", "distance", "farthest")},
    )


# --- changes --------------------------------------------------------------------------------------------------------


def narrowing(world: str, *, level: float, share: float) -> float:
    """The factor on 1d intervals that makes those of `level` miss the `share` of outcomes in the long run of a world."""
    grid, shape = np.append(0.0, COVERAGE), np.append(0.0, fixed_shape(world)["1d"])
    wanted, nominal = np.interp([1 - share, level], grid, shape)
    return float(wanted / nominal)


CHANGES: Mapping[str, Callable[[str], Shift]] = {
    "misses x 2 at 80 %": lambda world: Shift(narrow=narrowing(world, level=0.8, share=0.4)),
    "coverage 95 -> 90": lambda world: Shift(narrow=narrowing(world, level=0.95, share=0.1)),
    "error x 1.5": lambda world: Shift(error=1.5),
    "error x 2": lambda world: Shift(error=2.0),
    "volatility x 2": lambda world: Shift(volatility=2.0),
    "volatility x 3": lambda world: Shift(volatility=3.0),
    "October 2008": lambda world: Shift(volatility=estimated().shift),
}
NO_CHANGE = "none"

# --- many series ----------------------------------------------------------------------------------------------------

Key = tuple[str, str]  # forecaster, change


def a_chunk(
    world: str, changes: Sequence[str], forecasters: Sequence[str], seed: int, first: int, count: int
) -> dict[Key, Said]:
    """What is said of series `first` to `first + count - 1` of a world with each of `changes`; NO_CHANGE stands for none.

    A series is seeded by its number, and its changes are those of the same series.
    """
    series = [returns_of(world, seed, number) for number in range(first, first + count)]
    return said_of(world, series, [run(returns) for returns in series], changes, forecasters)


def returns_of(world: str, seed: int, number: int) -> Floats:
    """The returns of one series of a world, (DAYS,)."""
    return WORLDS[world](np.random.default_rng([seed, list(WORLDS).index(world), number]), DAYS)


def said_of(
    world: str, series: Sequence[Floats], steady: Sequence[Run], changes: Sequence[str], forecasters: Sequence[str]
) -> dict[Key, Said]:
    """`a_chunk` of these returns.  steady: what the forecaster made of each of them."""
    found: dict[Key, Said] = {}
    for change in changes:
        shift = STEADY if change == NO_CHANGE else CHANGES[change](world)
        made = [before.with_errors(shift.error, CHANGED_ON) for before in steady]
        if shift.volatility != 1.0:
            made = [run(np.where(np.arange(DAYS) >= LOOKS_FROM, shift.volatility, 1.0) * returns) for returns in series]
        for forecaster in forecasters:
            shape = fixed_shape(world) if forecaster == FIXED else None
            forecast = [
                seen(changed, changed.quantiles(shape), narrow=shift.narrow, day=CHANGED_ON) for changed in made
            ]
            found[forecaster, change] = said(chunk(made, forecast))
    return found


def measure(
    world: str,
    runs: int,
    *,
    seed: int,
    changes: Sequence[str] = (NO_CHANGE,),
    forecasters: Sequence[str] = FORECASTERS,
    processes: int = 1,
) -> dict[Key, Said]:
    """`a_chunk` of many series, by as many processes; the figures do not depend on their number."""
    jobs = [(first, min(CHUNK, runs - first)) for first in range(0, runs, CHUNK)]
    work = partial(a_chunk, world, tuple(changes), tuple(forecasters), seed)
    if processes == 1:
        parts = [work(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(processes) as pool:
            parts = list(pool.map(work, *zip(*jobs, strict=True)))
    return {key: together([part[key] for part in parts]) for key in parts[0]}


# --- what is measured -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A share of n independent series, and its standard error by simulation."""

    value: float
    n: int

    @property
    def error(self) -> float:
        """√(p(1 − p)/n); a share of none or of all is moved by half a series, so that no share is without an error."""
        p = min(max(self.value, 0.5 / self.n), 1 - 0.5 / self.n)
        return math.sqrt(p * (1 - p) / self.n)


def share(alarmed: Bools) -> Share:
    """The share of series with an alarm.  alarmed: (runs,)."""
    return Share(float(alarmed.mean()), alarmed.size)


def ever(alarmed: Bools) -> Share:
    """The share of series with an alarm at any look.  alarmed: (looks, runs)."""
    return share(alarmed.any(axis=0))


def delay(alarmed: Bools) -> Floats:
    """Looks up to the first alarm, the first look counting as 1; NEVER where there is none.  alarmed: (looks, runs)."""
    return np.where(alarmed.any(axis=0), alarmed.argmax(axis=0) + 1.0, NEVER)


def within(delays: Floats, looks: int) -> Share:
    """The share of series whose delay, from `delay`, is at most so many looks."""
    return share(delays <= looks)


EARLY_FROM = 10  # business days of a horizon from which on the early signal looks at it: a shorter one matures as soon
EARLY_RATES = (1.0, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)


def early_horizons() -> list[str]:
    """The horizons that the early signal looks at."""
    return [horizon for horizon in HORIZONS if usual_steps(horizon) >= EARLY_FROM]


def early_rates(farthest: Mapping[str, Floats], rates: Sequence[float] = EARLY_RATES) -> EarlyRates:
    """For each rate the distances that a year exceeds at any horizon with that probability, in the worst of the worlds.

    farthest: by world, (years, horizons, runs).  At every horizon the distance has the same rarity in a world, as rare as makes the
    union of the horizons have the rate; of the worlds the largest distance counts.
    """
    horizons = early_horizons()
    columns = [HORIZONS.index(horizon) for horizon in horizons]
    found = {horizon: np.zeros(len(rates)) for horizon in horizons}
    for values in farthest.values():
        years = np.moveaxis(values[:, columns], 1, -1).reshape(-1, len(columns))
        rarity = (np.argsort(np.argsort(-years, axis=0), axis=0) + 1) / len(years)  # share of years that get as far
        rarest = rarity.min(axis=1)
        for row, rate in enumerate(rates):
            if rate == 1.0:
                continue  # every year gets as far as 0
            own = float(np.quantile(rarest, rate))
            for column, horizon in enumerate(horizons):
                distance = float(np.quantile(years[:, column], 1 - own))
                found[horizon][row] = max(found[horizon][row], distance)
    return EarlyRates(np.array(rates), found)
