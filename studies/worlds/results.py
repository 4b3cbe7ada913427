"""What the study of the monitors measured, and the shares that its tables and the pipeline have of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forex.monitoring.measured import EarlyRates
from forex.monitoring.windows import Floats
from studies.worlds.forecaster import ADAPTS, FORECASTERS, HORIZONS
from studies.worlds.messages import Year
from studies.worlds.monitors import NO_CHANGE, Key, Said, Share, ever, share
from studies.worlds.returns import CALM


@dataclass(frozen=True)
class Study:
    """What the study measured.

    said: by world, then forecaster and change.  rates: of the early signal, from the years before the last one, in which its
    false alarms are counted.  years: by world, of drift and messages.  tolerances: by forecaster and tolerance.
    """

    said: Mapping[str, Mapping[Key, Said]]
    rates: EarlyRates
    years: Mapping[str, Year]
    tolerances: Mapping[tuple[str, float], tuple[Share, Share]]


def years_with(found: Study, world: str, forecaster: str) -> dict[str, Share]:
    """By monitor, in what share of years without a change it raises a false alarm; `alarm_five_years`: of five years."""
    calm = found.said[world][forecaster, NO_CHANGE]
    return {
        "windows_year": ever(np.any(list(calm.windows.values()), axis=0)),
        "alarm_year": ever(np.any(list(calm.alarm.values()), axis=0)),
        "either_year": ever(calm.either(*HORIZONS)),
        "alarm_five_years": share(calm.alarm_five_years),
        "early_year": ever(calm.early(found.rates, *HORIZONS)),
        "any_year": ever(calm.either(*HORIZONS) | calm.early(found.rates, *HORIZONS)),
    }


def false_alarms(found: Study) -> dict[tuple[str, str], dict[str, tuple[float, float, int]]]:
    """By world and forecaster, by monitor: share, its standard error, number of series.

    Drift is of the market, whatever forecasts it, and stands beside one forecaster only.
    """
    table: dict[tuple[str, str], dict[str, tuple[float, float, int]]] = {}
    for world in CALM:
        for forecaster in FORECASTERS:
            shares = years_with(found, world, forecaster)
            excellent = found.said[world][forecaster, NO_CHANGE].excellent
            table[world, forecaster] = {name: (part.value, part.error, part.n) for name, part in shares.items()}
            table[world, forecaster]["excellent_look"] = (*_mean(excellent), excellent.size)
        year = found.years[world]
        n = year.drift_year.size
        table[world, ADAPTS] |= {
            "drift_look": (*year.look, n),
            "drift_year": (year.year.value, year.year.error, n),
        }
    return table


def _mean(values: Floats) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def percent(value: float, error: float | None = None) -> str:
    """A share in per cent, with its standard error where one is given.

    >>> percent(0.05), percent(0.05, 0.011)
    ('5.0 %', '5.0 ± 1.1 %')
    """
    return f"{100 * value:.1f} %" if error is None else f"{100 * value:.1f} ± {100 * error:.1f} %"
