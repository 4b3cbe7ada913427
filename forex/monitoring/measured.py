"""What the monitors were measured to do where nothing changes, read back: tables that `make study` writes beside this module.

`rates/false_alarms.csv` has, by world and forecaster, the share of simulated series in which a monitor alarms;
`rates/early.csv`, by horizon, the distances of the early signal that a year exceeds with a given rate. Both come from worlds
without a change. How often a status would be said of a sound forecast is taken from the worst world, with the pipeline's own
forecaster; `rates/settings.json` says with which settings, for with others the rates are others.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from forex.core.errors import DataError
from forex.core.files import read_text
from forex.core.reports import Report, read_report
from forex.monitoring.windows import Floats
from forex.params import Drift, Performance

RATES = Path(__file__).parent / "rates"
FALSE_ALARMS = RATES / "false_alarms.csv"
EARLY = RATES / "early.csv"
SETTINGS = RATES / "settings.json"
LOOKED_BACK = ("episodes", "episode_tolerance")  # of the block `performance`: no monitor's
OF_DRIFT = "drift_"  # how the names of its monitors begin
COMMON = 0.9  # the largest rate of the early signal that was measured; what is nearer has a larger one
OWN = "adapts"  # the forecaster of the study that is the pipeline's own
RESTORE = "Restore the file with git, or make it anew with make study."


class FalseAlarm(Report):
    """The share of series in which a monitor alarms without a change, the simulation's standard error of it, and the world."""

    share: float
    error: float
    world: str


class MeasuredWith(Report):
    """The monitors' settings, as params.yaml holds them.

    What makes the forecasts, `fit` and `calibrate`, is not among them: a rate is that of the study's forecaster, which has the
    committed ones.
    """

    horizons: tuple[str, ...]
    levels: tuple[float, ...]
    performance: Mapping[str, JsonValue]
    drift: Mapping[str, JsonValue]


def settings_of(
    horizons: Sequence[str], levels: Sequence[float], performance: Performance, drift: Drift
) -> MeasuredWith:
    """The settings of a run, or of the study."""
    own = performance.model_dump(mode="json", exclude=set(LOOKED_BACK))
    return MeasuredWith(
        horizons=tuple(horizons), levels=tuple(levels), performance=own, drift=drift.model_dump(mode="json")
    )


def parse_false_alarms(text: str, source: str) -> dict[str, FalseAlarm]:
    """By monitor, the worst world for the pipeline's own forecaster; `source` is the name that messages give the file.

    Raises DataError naming file, line and value where a column is missing, or a share or error is not a number from 0 on.
    """
    worst: dict[str, FalseAlarm] = {}
    for where, row in _rows(text, source, ("world", "forecaster", "monitor", "share", "error")):
        found = FalseAlarm(share=_number(row, "share", where), error=_number(row, "error", where), world=row["world"])
        if row["forecaster"] == OWN and found.share >= worst.get(row["monitor"], found).share:
            worst[row["monitor"]] = found
    return worst


@dataclass(frozen=True)
class EarlyRates:
    """How rare the early signal's distances are: falling rates, (k,), and by horizon the distances, (k,), that go with them.

    A rate is the share of years in which some horizon exceeds its distance.
    """

    rates: Floats
    distances: Mapping[str, Floats]

    def rate(self, horizon: str, distance: Floats) -> Floats:
        """The rate of each distance, linear between the measured ones; NaN for NaN.

        The first rate is 1, at a distance of 0. Beyond the largest distance it is the smallest measured, which is too large.
        """
        return np.where(np.isnan(distance), np.nan, np.interp(distance, self.distances[horizon], self.rates))


def parse_early(text: str, source: str) -> EarlyRates:
    """The rates of the text of a CSV; `source` is the name that messages give the file.

    Raises DataError naming file, line and value where a column is missing, a rate or distance is not a number from 0 on, or
    distances do not grow as rates fall; naming the file where the horizons do not have the same rates.
    """
    found: dict[str, dict[float, float]] = {}
    for where, row in _rows(text, source, ("rate", "horizon", "distance")):
        own = found.setdefault(row["horizon"], {})
        rate, distance = _number(row, "rate", where), _number(row, "distance", where)
        if own and not (rate < min(own) and distance >= max(own.values())):
            raise DataError(
                f"{where}: {rate:g}, {distance:g} does not continue falling rates and growing distances. {RESTORE}"
            )
        own[rate] = distance
    rates = {tuple(own) for own in found.values()}
    if len(rates) != 1:
        raise DataError(f"{source}: every horizon needs the same rates, found {len(rates)} sets of them. {RESTORE}")
    return EarlyRates(np.array(rates.pop()), {horizon: np.array(list(own.values())) for horizon, own in found.items()})


def _rows(text: str, source: str, columns: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames is None or not set(columns) <= set(reader.fieldnames):
        raise DataError(
            f"{source}, line 1: expected the columns {','.join(columns)}; found {reader.fieldnames}. {RESTORE}"
        )
    return [(f"{source}, line {reader.line_num}", {name: row[name] or "" for name in columns}) for row in reader]


def _number(row: Mapping[str, str], name: str, where: str) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise DataError(f"{where}: {name} {row[name]!r} is not a number from 0 on. {RESTORE}")
    return value


def false_alarms(settings: MeasuredWith) -> dict[str, FalseAlarm]:
    """What `parse_false_alarms` reads in the committed table, of the monitors that were measured with these settings.

    Raises DataError where a file is missing, too.
    """
    found = parse_false_alarms(read_text(FALSE_ALARMS), str(FALSE_ALARMS))
    held = read_report(SETTINGS, MeasuredWith, made_by="make study")
    of_drift = held.drift == settings.drift
    of_forecasts = held.model_copy(update={"drift": settings.drift}) == settings
    return {name: rate for name, rate in found.items() if (of_drift if name.startswith(OF_DRIFT) else of_forecasts)}


def early_rates() -> EarlyRates:
    """What `parse_early` reads in the committed table.  Raises DataError where that is missing, too."""
    return parse_early(read_text(EARLY), str(EARLY))
