"""Drift, alerts and messages of a year in the worlds of the monitors, on forecasts that adapt: what a reader would be told."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from forex.core.status import DEGRADED, GOOD, NONE, WORSENING
from forex.monitoring.alert_rules.registry import settings as declared
from forex.monitoring.alerts import alerts
from forex.monitoring.drift import drift
from forex.monitoring.windows import Bools, Floats
from forex.observations import align
from forex.params import load_params
from studies.worlds.forecaster import FIRST_DAY, HORIZONS, PARAMS, run, seen
from studies.worlds.monitors import CHUNK, DAYS, YEAR, Share, chunk, said, share
from studies.worlds.returns import WORLDS
from tests.support.made_up import ROOT
from tests.support.simulated import target_of

ALERTS = load_params("alerts", path=ROOT / "params.yaml", declared={"alerts": declared()}).alerts


@dataclass(frozen=True)
class Year:
    """n series, each with a year of daily looks at the monitor and weekly ones at drift.

    drift_look: the share of looks that call a drift, by series.  drift_year: whether any does.  worsening, action: of the newest
    look.  messages, warnings: how many in the year, by series.
    """

    drift_look: Floats
    drift_year: Bools
    worsening: Bools
    action: Bools
    messages: Floats
    warnings: Floats

    @property
    def look(self) -> tuple[float, float]:
        """The share of looks with a drift, and its standard error over series: looks at one series are not independent."""
        return float(self.drift_look.mean()), float(self.drift_look.std(ddof=1) / np.sqrt(self.drift_look.size))

    @property
    def year(self) -> Share:
        """The share of series with a drift at any look of the year."""
        return share(self.drift_year)

    @property
    def messages_a_year(self) -> tuple[float, float]:
        """The mean number of messages in a year, and its standard error over series."""
        return float(self.messages.mean()), float(self.messages.std(ddof=1) / np.sqrt(self.messages.size))


def a_chunk(world: str, seed: int, first: int, count: int) -> Year:
    """The year of series `first` to `first + count - 1` of a world; a series is seeded by its number."""
    found: list[tuple[float, bool, bool, bool, int, int]] = []
    for number in range(first, first + count):
        returns = WORLDS[world](np.random.default_rng([seed, list(WORLDS).index(world), number]), DAYS)
        made = run(returns)
        told = said(chunk([made], [seen(made, made.quantiles(None))]))
        days = [str(day) for day in made.history.days[-YEAR:]]
        statuses = {
            day: {horizon: DEGRADED if told.either(horizon)[look, 0] else GOOD for horizon in HORIZONS}
            for look, day in enumerate(days)
        }
        target = target_of(returns, first=FIRST_DAY)
        panel = align.panel(target, {}, set(), set(), as_of=days[-1], cut_off=PARAMS.cut_off)
        report = drift(panel, (), PARAMS.drift)
        looks = [look.severity != NONE for look in report.target.history]
        listed = alerts(panel, statuses=statuses, drift=report, settings=ALERTS)
        since = days[0]
        found.append(
            (
                float(np.mean(looks)),
                any(looks),
                report.target.trend == WORSENING,
                bool(report.target.requires_action),
                sum(message.origin_date >= since for message in listed.sent),
                sum(alert.origin_date >= since and alert.severity != "INFO" for alert in listed.alerts),
            )
        )
    return Year(*(np.array(column) for column in zip(*found, strict=True)))


def measure(world: str, runs: int, *, seed: int, processes: int = 1) -> Year:
    """`a_chunk` of many series, by as many processes."""
    jobs = [(first, min(CHUNK, runs - first)) for first in range(0, runs, CHUNK)]
    work = partial(a_chunk, world, seed)
    if processes == 1:
        parts: Sequence[Year] = [work(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(processes) as pool:
            parts = list(pool.map(work, *zip(*jobs, strict=True)))
    return Year(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("drift_look", "drift_year", "worsening", "action", "messages", "warnings")
        )
    )
