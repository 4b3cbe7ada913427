"""What a wider tolerance of the sequential alarm would buy in the fitted world, and what it would give away in another."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from forex.core.status import DEGRADED
from forex.monitoring.verdict import CODE
from studies.worlds.forecaster import FIXED, FORECASTERS, run, seen
from studies.worlds.monitors import (
    CHANGED_ON,
    CHANGES,
    CHUNK,
    DAYS,
    FIVE_YEARS,
    Share,
    alarms,
    chunk,
    fixed_shape,
    share,
    window_codes,
)
from studies.worlds.returns import WORLDS

TOLERANCES = (0.1, 0.2, 0.3, 0.4)
FALSE_IN, FOUND_IN, CHANGE = "fitted", "GARCH-t", "coverage 95 -> 90"


def a_chunk(seed: int, first: int, count: int) -> dict[tuple[str, float], tuple[np.ndarray, np.ndarray]]:
    """By forecaster and tolerance, (runs,): whether the alarm is raised within five years without a change, and whether windows
    or alarm find the change at 1d within a year.
    """
    found = {}
    for world in (FALSE_IN, FOUND_IN):
        series = [
            run(WORLDS[world](np.random.default_rng([seed, list(WORLDS).index(world), number]), DAYS))
            for number in range(first, first + count)
        ]
        narrow = CHANGES[CHANGE](world).narrow if world == FOUND_IN else 1.0
        for forecaster in FORECASTERS:
            shape = fixed_shape(world) if forecaster == FIXED else None
            given = chunk(series, [seen(made, made.quantiles(shape), narrow=narrow, day=CHANGED_ON) for made in series])
            worse = window_codes(given)["1d"] >= CODE[DEGRADED] if world == FOUND_IN else None
            for tolerance in TOLERANCES:
                raised = alarms(given, tolerance=tolerance)
                found[world, forecaster, tolerance] = (
                    np.any([outcomes[-FIVE_YEARS:].any(axis=0) for outcomes in raised.values()], axis=0)
                    if worse is None
                    else (worse | raised["1d"][given.newest["1d"]]).any(axis=0)
                )
    return {
        (forecaster, tolerance): (found[FALSE_IN, forecaster, tolerance], found[FOUND_IN, forecaster, tolerance])
        for forecaster in FORECASTERS
        for tolerance in TOLERANCES
    }


def measure(runs: int, *, seed: int, processes: int) -> dict[tuple[str, float], tuple[Share, Share]]:
    """By forecaster and tolerance: false alarms in five years in the fitted world, the change found within a year in the other."""
    jobs = [(first, min(CHUNK, runs - first)) for first in range(0, runs, CHUNK)]
    with ProcessPoolExecutor(processes) as pool:
        parts = list(pool.map(partial(a_chunk, seed), *zip(*jobs, strict=True)))
    return {key: _joined([part[key] for part in parts]) for key in parts[0]}


def _joined(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[Share, Share]:
    false, found = (share(np.concatenate(column)) for column in zip(*parts, strict=True))
    return false, found
