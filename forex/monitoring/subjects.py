"""What the monitor computes once from each model's matured forecasts at a horizon: losses, what held, the alarm's wealth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.monitoring.coverage_alarm import dealt, payoffs, richest, shares, slots, wealth
from forex.monitoring.report import LevelMeans, Means
from forex.monitoring.watched import Watched, watch
from forex.monitoring.windows import Bools, Floats, Ints
from forex.params import Performance
from forex.statistics.scores import Panel
from forex.timeline.calendar import steps_between

MONITORED = (PUBLISHED, RANDOM_WALK)


@dataclass(frozen=True)
class Subject:
    """One model's matured forecasts of one horizon, and what is computed from them once.

    alarm, since: the alarm's wealth after each of them, and the forecast with which its evidence begins; (n,).
    crps, bias, interval_score: in CLP per USD; held: whether the interval of each level held; (n,).
    """

    panel: Panel
    watched: Watched
    alarm: Floats
    since: Ints
    crps: Floats
    bias: Floats
    held: Mapping[float, Bools]
    interval_score: Mapping[float, Floats]

    def means(self, part: slice) -> Means:
        """Means over a part of the forecasts, which must not be empty."""
        return Means(
            crps=float(np.mean(self.crps[part])),
            bias=float(np.mean(self.bias[part])),
            by_level={
                level: LevelMeans(
                    coverage=float(np.mean(held[part])),
                    interval_score=float(np.mean(self.interval_score[level][part])),
                )
                for level, held in self.held.items()
            },
        )


Subjects = Mapping[str, Mapping[str, Subject]]  # by model, then horizon


def subjects(
    panels: Mapping[str, Panel],
    *,
    levels: Sequence[float],
    settings: Performance,
    models: Sequence[str] = MONITORED,
) -> Subjects:
    """Each of the `models` at every horizon that has it.

    panels: from `forex.statistics.scores.matured`, all origins.  levels: of params.yaml.
    """
    part = shares(tuple(panels))
    return {
        model: {
            horizon: _subject(panel, model, levels, part[horizon], settings)
            for horizon, panel in panels.items()
            if model in panel.models
        }
        for model in models
    }


def _subject(panel: Panel, model: str, levels: Sequence[float], share: float, settings: Performance) -> Subject:
    watched, position = watch(panel, model, levels), panel.models.index(model)
    target_day = steps_between("2000-01-03", panel.target_date)
    slot = dealt(target_day - panel.steps, target_day, slots(panel.horizon))
    bets = payoffs(levels, settings.alarm.scales, tolerance=settings.alarm.tolerance)
    alarm, since = richest(wealth(watched.misses, slot, bets, share=share, targets=settings.alarm.targets))
    return Subject(
        panel,
        watched,
        alarm,
        since,
        crps=watched.crps * panel.anchor,
        bias=panel.median[:, position] - panel.actual,
        held={level: ~watched.missed[level] for level in levels},
        interval_score={level: panel.interval_score(level)[:, position] for level in levels},
    )
