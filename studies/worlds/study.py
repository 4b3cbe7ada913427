"""The study of the monitors, whole: it measures, and writes reports/monitors.md and the tables that the pipeline reads.

`python -m studies.worlds.study` runs it on every core and prints the page; `make study` runs it with what must hold.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from forex.commands.keep.readme import filled
from forex.core.disk import write_text
from forex.core.files import read_parquet, write_csv
from forex.core.reports import write_report
from forex.monitoring.measured import EARLY, FALSE_ALARMS, SETTINGS, settings_of
from studies.worlds import messages, monitors, tolerance
from studies.worlds.drift import SETTINGS as DRIFT
from studies.worlds.episodes import episode_days
from studies.worlds.forecaster import ADAPTS, HORIZONS, PARAMS
from studies.worlds.monitors import CHANGES, NO_CHANGE, early_rates
from studies.worlds.results import Study, false_alarms
from studies.worlds.returns import CALM, REAL
from studies.worlds.tables import CHANGED_WORLDS, blocks
from tests.support.made_up import ROOT

PAGE = ROOT / "reports/monitors.md"
DAYS_OF_EPISODES = ROOT / "reports/early_days.csv"
CALIBRATED = ROOT / "data/forecasts/calibrated.parquet"
SEED = 1


@dataclass(frozen=True)
class Sizes:
    """How many series of each kind."""

    calm: int = 400
    changed: int = 100
    real: int = 200
    messages: int = 60
    tolerance: int = 100


def study(sizes: Sizes, *, processes: int) -> Study:
    """Measure everything on so many series of each kind; the figures do not depend on the number of processes."""
    said = {
        world: dict(
            monitors.measure(world, sizes.calm if world in CALM else sizes.real, seed=SEED, processes=processes)
        )
        for world in (*CALM, *REAL)
    }
    for world in CHANGED_WORLDS:
        said[world] |= monitors.measure(
            world, sizes.changed, seed=SEED + 1, changes=tuple(CHANGES), processes=processes
        )
    rates = early_rates({world: said[world][ADAPTS, NO_CHANGE].farthest for world in CALM})
    years = {
        world: messages.measure(world, sizes.messages, seed=SEED + 2, processes=processes) for world in (*CALM, *REAL)
    }
    tolerances = tolerance.measure(sizes.tolerance, seed=SEED + 3, processes=processes)
    return Study(said, rates, years, tolerances)


def write_tables(found: Study) -> None:
    """Write the two CSVs of forex/monitoring/rates, and with which settings they were measured."""
    rows = [
        f"{world},{forecaster},{monitor},{value:.4f},{error:.4f},{n}"
        for (world, forecaster), by_monitor in false_alarms(found).items()
        for monitor, (value, error, n) in by_monitor.items()
    ]
    write_text(FALSE_ALARMS, "\n".join(["world,forecaster,monitor,share,error,series", *rows]) + "\n")
    rows = [
        f"{rate:g},{horizon},{distance:.4f}"
        for horizon, distances in found.rates.distances.items()
        for rate, distance in zip(found.rates.rates, distances, strict=True)
    ]
    write_text(EARLY, "\n".join(["rate,horizon,distance", *rows]) + "\n")
    write_settings(SETTINGS)


def write_settings(path: Path) -> None:
    """Write the settings that the study runs with."""
    write_report(path, settings_of(HORIZONS, PARAMS.levels, PARAMS.performance, DRIFT))


def write(found: Study) -> str:
    """Write the tables that the pipeline reads, the page, and the days of the episodes; returns the page."""
    calibrated = read_parquet(CALIBRATED)
    write_tables(found)
    page = filled(PAGE.read_text(encoding="utf-8"), blocks(found, calibrated))
    write_text(PAGE, page)
    write_csv(DAYS_OF_EPISODES, episode_days(found.rates, calibrated))
    return page


def cores() -> int:
    """How many cores this process may run on."""
    return len(os.sched_getaffinity(0))


def main() -> None:
    """Run the whole study on every core, write what it measured, and print the page."""
    print(write(study(Sizes(), processes=cores())))


if __name__ == "__main__":
    main()
