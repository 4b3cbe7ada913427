"""The monitor on many days at once: what it says on each from the outcomes that were known then.

A look sees the outcomes in order of target up to the newest one whose observado was known. It sees them in today's
vintage: a revised observado is the only thing that can change what an earlier look says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.core.status import DEGRADED, INSUFFICIENT_DATA, STATUSES, Status
from forex.monitoring.early import Early
from forex.monitoring.subjects import Subject
from forex.monitoring.verdict import CODE, judge, of_window
from forex.monitoring.watched import compare, windows
from forex.monitoring.windows import Bools, Floats, Ints
from forex.params import Performance
from forex.timeline import calendar
from forex.timeline.calendar import Dates


@dataclass(frozen=True)
class Looks:
    """One horizon at every look: the status of each window and of each figure in it, and the alarm's wealth; shape (looks,).

    windows: codes of STATUSES, by size.  figures: likewise, by name and size, as "crps_last_60".  wealth: 0 before the first
    outcome.  threshold: the wealth that raises the alarm.  early: whether the early signal is raised.
    """

    windows: Mapping[int, Ints]
    figures: Mapping[str, Ints]
    wealth: Floats
    threshold: float
    early: Bools

    @property
    def alarm(self) -> Bools:
        """Whether the sequential alarm on coverage is raised; (looks,)."""
        return np.asarray(self.wealth >= self.threshold)

    @property
    def status(self) -> Ints:
        """The code of the worst of the windows; at least DEGRADED where the alarm or the early signal is raised; (looks,)."""
        status = np.max(list(self.windows.values()), axis=0)
        return np.where(self.alarm | self.early, np.maximum(status, CODE[DEGRADED]), status)


def looks(
    own: Mapping[str, Subject], known: Dates, settings: Performance, early: Sequence[Early] = ()
) -> dict[str, Looks]:
    """One model's looks by horizon; all horizons of a look are judged together.

    own: from `forex.monitoring.subjects.subjects`.  known: (looks,), the newest date at each look whose observado was known,
    NaT where none was.  early: the model's open forecasts, from each source that is watched.
    """
    raised = _raised(tuple(own), known, settings, early)
    newest = {
        horizon: np.where(np.isnat(known), 0, np.searchsorted(subject.panel.target_date, known, side="right")) - 1
        for horizon, subject in own.items()
    }
    compared = {}
    for horizon, subject in own.items():
        for size, window in windows(horizon, settings).items():
            for name, change in compare(subject.watched, newest[horizon], window, settings).items():
                compared[(horizon, size), name] = change
    verdicts = judge(compared, settings)
    found = {}
    for horizon, subject in own.items():
        each = {
            size: {name: verdict for (where, name), verdict in verdicts.items() if where == (horizon, size)}
            for size in settings.windows
        }
        found[horizon] = Looks(
            windows={size: of_window(of_size) for size, of_size in each.items()},
            figures={
                f"{name}_last_{size}": verdict.code
                for size, of_size in each.items()
                for name, verdict in of_size.items()
            },
            wealth=_at(subject.alarm, newest[horizon]),
            threshold=1 / settings.alarm.false_alarms,
            early=raised[horizon],
        )
    return found


def _raised(horizons: Sequence[str], known: Dates, settings: Performance, early: Sequence[Early]) -> dict[str, Bools]:
    """By horizon and look, whether the early signal of any source is raised."""
    raised = {horizon: np.zeros(known.size, dtype=np.bool_) for horizon in horizons}
    for source in early:
        rate = source.at(known)[1]
        for column, horizon in enumerate(source.horizons):
            if horizon in raised:
                raised[horizon] |= rate[:, column] <= settings.early_rate
    return raised


def _at(wealth: Floats, newest: Ints) -> Floats:
    return np.where(newest >= 0, wealth[newest], 0.0) if wealth.size else np.zeros(newest.size)


def daily_early(origins: pl.DataFrame, *, settings: Performance, early: Sequence[Early]) -> dict[str, dict[str, float]]:
    """By origin, as text, and horizon where the early signal was raised: in what share of years a sound forecast gets that far."""
    known = calendar.as_dates(origins["anchor_date"].to_numpy())
    found: dict[str, dict[str, float]] = {}
    for source in early:
        rate = source.at(known)[1]
        for row, column in np.argwhere(rate <= settings.early_rate).tolist():
            day, horizon = str(origins["origin_date"][row]), source.horizons[column]
            own = found.setdefault(day, {})
            own[horizon] = min(float(rate[row, column]), own.get(horizon, 1.0))
    return found


def daily_statuses(
    own: Mapping[str, Subject],
    origins: pl.DataFrame,
    *,
    horizons: Sequence[str],
    settings: Performance,
    early: Sequence[Early] = (),
) -> dict[str, dict[str, Status]]:
    """By origin, as text, and horizon: what a look at that origin's cut-off said of the model.

    origins: the rows of a panel with a cut-off.  A horizon of `horizons` without any matured forecast is
    INSUFFICIENT_DATA, and DEGRADED where the early signal is raised.
    """
    known = calendar.as_dates(origins["anchor_date"].to_numpy())
    raised = _raised(horizons, known, settings, early)
    codes = {horizon: np.where(raised[horizon], CODE[DEGRADED], CODE[INSUFFICIENT_DATA]) for horizon in horizons}
    codes |= {horizon: seen.status for horizon, seen in looks(own, known, settings, early).items() if horizon in codes}
    return {
        str(day): {horizon: STATUSES[code[row]] for horizon, code in codes.items()}
        for row, day in enumerate(origins["origin_date"])
    }
