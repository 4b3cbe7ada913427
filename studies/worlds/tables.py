"""The tables of reports/monitors.md, from what the study measured."""

import numpy as np
import polars as pl

from forex.commands.tables import markdown
from forex.monitoring.measured import EarlyRates
from forex.monitoring.windows import Floats
from forex.timeline.calendar import usual_steps
from studies.worlds import tolerance
from studies.worlds.episodes import early_episodes
from studies.worlds.forecaster import ADAPTS, FORECASTERS, HORIZONS
from studies.worlds.monitors import (
    CHANGES,
    EARLY_RATES,
    NEVER,
    NO_CHANGE,
    YEAR,
    Said,
    Share,
    delay,
    early_horizons,
    ever,
    within,
)
from studies.worlds.results import Study, percent, years_with
from studies.worlds.returns import CALM, REAL, estimated

CHANGED_WORLDS = ("GARCH-t", "fitted")
SHOWN = ("misses x 2 at 80 %", "coverage 95 -> 90", "error x 2", "October 2008")


def blocks(found: Study, calibrated: pl.DataFrame) -> dict[str, str]:
    """The tables of reports/monitors.md by name."""
    return {
        "worlds": _worlds(),
        "steady": _steady(found),
        "tolerance": _tolerance(found),
        "by_horizon": _by_horizon(found),
        "delays": _delays(found),
        "other_horizons": _other_horizons(found),
        "found": _found(found),
        "early": _early(found.rates),
        "early_power": _early_power(found),
        "early_episodes": early_episodes(found.rates, calibrated),
        "messages": _messages(found),
    }


def _told(part: Share) -> str:
    return percent(part.value, part.error)


def _worlds() -> str:
    like = estimated()
    rows = [
        ["AR(1) coefficient", f"{like.ar:.3f}"],
        ["GARCH α, β", f"{like.alpha:.3f}, {like.beta:.3f}"],
        ["degrees of freedom of t", f"{like.nu:.1f}"],
        ["standard deviation of a day", f"{100 * like.daily:.2f} %"],
        ["days that jump", f"{100 * like.jump_rate:.2f} %"],
        ["size of a jump, root mean square", f"{100 * like.jump_size:.1f} %"],
        ["October 2008: mean absolute return over that of the 250 days before", f"{like.shift:.1f}"],
    ]
    return markdown([["estimated from the shipped observado", "value"], *rows])


def _steady(found: Study) -> str:
    head = ["world", "forecaster", "windows, a year", "alarm, a year", "either, a year", "alarm, five years"]
    head += ["early signal, a year", "any of them, a year", "predecessor's rule, a look", "predecessor's rule, a year"]
    rows = []
    for world in (*CALM, *REAL):
        for forecaster in FORECASTERS:
            shares = years_with(found, world, forecaster).values()
            old = found.said[world][forecaster, NO_CHANGE].predecessor < 0.05
            rows.append([world, forecaster, *map(_told, shares), percent(float(old.mean())), percent(ever(old).value)])
    return markdown([head, *rows])


def _by_horizon(found: Study) -> str:
    rows = [
        [
            world,
            forecaster,
            *(_told(ever(found.said[world][forecaster, NO_CHANGE].either(horizon))) for horizon in HORIZONS),
        ]
        for world in (*CALM, *REAL)
        for forecaster in FORECASTERS
    ]
    return markdown([["either, a year", "forecaster", *HORIZONS], *rows])


def _tolerance(found: Study) -> str:
    rows = [
        [forecaster, percent(wider), _told(false), _told(power)]
        for (forecaster, wider), (false, power) in found.tolerances.items()
    ]
    head = [
        "forecaster",
        "tolerance",
        f"alarm, five years, {tolerance.FALSE_IN}",
        f"{tolerance.CHANGE} at 1d, within a year, {tolerance.FOUND_IN}",
    ]
    return markdown([head, *rows])


def _changed(found: Study) -> list[tuple[str, str, str, Said]]:
    return [
        (change, world, forecaster, found.said[world][forecaster, change])
        for change in CHANGES
        for world in CHANGED_WORLDS
        for forecaster in FORECASTERS
    ]


def _delays(found: Study) -> str:
    head = ["change at 1d", "world", "forecaster", "within 60", "within a year", "median"]
    head += ["predecessor within a year", "predecessor median"]
    rows = []
    for change, world, forecaster, said in _changed(found):
        calm = found.said[world][forecaster, NO_CHANGE]
        # the p with which the predecessor's rule alarms in as many calm years as all of ours together
        threshold = float(np.quantile(calm.predecessor.min(axis=0), ever(calm.either(*HORIZONS)).value))
        ours, old = delay(said.either("1d")), delay(said.predecessor < threshold)
        figures = [_told(within(ours, 60)), _told(within(ours, YEAR)), _median(ours)]
        rows.append([change, world, forecaster, *figures, percent(within(old, YEAR).value), _median(old)])
    return markdown([head, *rows])


def _other_horizons(found: Study) -> str:
    rows = []
    for change, world, forecaster, said in _changed(found):
        cells = []
        for horizon in HORIZONS:
            delays = delay(said.either(horizon))
            cells.append(f"{_told(within(delays, YEAR))}, {_median(delays)}")
        rows.append([change, world, forecaster, *cells])
    return markdown([["change", "world", "forecaster", *HORIZONS], *rows])


def _found(found: Study) -> str:
    """The README's table, by horizon in the fitted world, with the pipeline's own forecaster: false alarms, then what is found."""
    calm = found.said["fitted"][ADAPTS, NO_CHANGE]
    rows = [["nothing: a false alarm", *(_told(ever(calm.either(horizon))) for horizon in HORIZONS)]]
    for change in SHOWN:
        delays = [delay(found.said["fitted"][ADAPTS, change].either(horizon)) for horizon in HORIZONS]
        rows.append([change, *(f"{_told(within(looks, YEAR))}, {_median(looks)}" for looks in delays)])
    return markdown([["what changes: found within a year, median", *HORIZONS], *rows])


def _early(rates: EarlyRates) -> str:
    rows = [[horizon, *(f"{value:.2f}" for value in rates.distances[horizon])] for horizon in early_horizons()]
    return markdown([["exceeded in a share of years of", *(percent(rate) for rate in EARLY_RATES)], *rows])


def _early_power(found: Study) -> str:
    """By rate: how often the signal comes within a year of a change, and at 30d before the first affected outcome."""
    rows = []
    soon = usual_steps("30d")
    for change, world, forecaster, said in _changed(found):
        if forecaster != ADAPTS or CHANGES[change](world).volatility == 1.0:
            continue  # the rate's own path does not change
        for rate in (0.02, 0.05, 0.1, 0.2):
            at = {
                horizon: found.rates.rate(horizon, said.distance[:, HORIZONS.index(horizon)]) <= rate
                for horizon in early_horizons()
            }
            thirty = delay(at["30d"]) if "30d" in at else np.array([NEVER])
            any_of = delay(np.any(list(at.values()), axis=0))
            rows.append(
                [
                    change,
                    world,
                    percent(rate),
                    _told(within(any_of, YEAR)),
                    _median(any_of),
                    _told(within(thirty, soon)),
                ]
            )
    head = ["change", "world", "rate a year", "within a year, any horizon", "median", f"30d within {soon}"]
    return markdown([head, *rows])


def _messages(found: Study) -> str:
    head = [
        "world",
        "drift, a look",
        "drift, a year of weekly looks",
        "WORSENING",
        "requires action",
        "messages a year",
    ]
    head += ["warnings a year"]
    rows = []
    for world, year in found.years.items():
        mean, error = year.messages_a_year
        rows.append(
            [
                world,
                percent(*year.look),
                _told(year.year),
                percent(float(year.worsening.mean())),
                percent(float(year.action.mean())),
                f"{mean:.1f} ± {error:.1f}",
                f"{year.warnings.mean():.1f}",
            ]
        )
    return markdown([head, *rows])


def _median(delays: Floats) -> str:
    middle = float(np.median(delays))
    return f"{middle:.0f}" if np.isfinite(middle) else "none"
