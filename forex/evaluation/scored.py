"""What several tables of the validation report are made from: a horizon's panel with its scores and resamples, computed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forex.core.names import RANDOM_WALK
from forex.core.quantiles import GRID, MEDIAN
from forex.params import Evaluate
from forex.statistics import inference
from forex.statistics.scores import Bools, Floats, Panel
from forex.timeline import calendar

PIT_BINS = 20
ALL_LEVELS = tuple(round(1 - 2 * level, 9) for level in reversed(GRID[:MEDIAN]))  # every central interval of the grid


@dataclass(frozen=True)
class Scored:
    """One horizon's panel with everything that several tables need, computed once."""

    panel: Panel
    levels: tuple[float, ...]
    settings: Evaluate

    @cached_property
    def crps(self) -> Floats:
        """CRPS of each forecast, CLP, (n, m)."""
        return self.panel.crps

    @cached_property
    def pit(self) -> Floats:
        """Probability integral transform of each outcome, (n, m), in (0, 1)."""
        return self.panel.pit

    @cached_property
    def error(self) -> Floats:
        """Median less outcome, CLP, (n, m)."""
        return self.panel.median - self.panel.actual[:, None]

    @cached_property
    def hits(self) -> dict[float, Bools]:
        """By nominal coverage, whether the outcome lies inside the interval, (n, m)."""
        return {level: self.panel.covered(level) for level in ALL_LEVELS}

    @cached_property
    def above(self) -> dict[float, Bools]:
        """By scored level, whether the outcome lies above the interval, (n, m)."""
        return {level: self.panel.actual[:, None] > self.panel.bounds(level)[1] for level in self.levels}

    @cached_property
    def below(self) -> dict[float, Bools]:
        """By scored level, whether the outcome lies below the interval, (n, m)."""
        return {level: self.panel.actual[:, None] < self.panel.bounds(level)[0] for level in self.levels}

    @cached_property
    def interval_score(self) -> dict[float, Floats]:
        """By scored level, the interval score of each forecast, CLP, (n, m)."""
        return {level: self.panel.interval_score(level) for level in self.levels}

    @cached_property
    def half_width(self) -> dict[float, Floats]:
        """By scored level, half the width of each interval, CLP, (n, m)."""
        bounds = {level: self.panel.bounds(level) for level in self.levels}
        return {level: (upper - lower) / 2 for level, (lower, upper) in bounds.items()}

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """Resamples of the origins; the seed and the horizon fix them, whatever other horizons there are."""
        rng = np.random.default_rng([self.settings.seed, calendar.horizon_days(self.panel.horizon)])
        length = inference.block_length(self.panel.n, steps=self.steps, block_steps=self.settings.block_steps)
        return inference.block_weights(self.panel.n, length=length, draws=self.settings.draws, rng=rng)

    @cached_property
    def chains(self) -> list[NDArray[np.int64]]:
        """Positions of forecasts that do not overlap, one array for each way to choose them."""
        target_day = calendar.steps_between(self.panel.origin_date[0], self.panel.target_date)
        return inference.chains(target_day - self.panel.steps, target_day)

    @property
    def steps(self) -> int:
        """How many neighbouring origins' errors overlap."""
        return self.panel.typical_steps

    @property
    def baseline(self) -> int | None:
        """Position of `random_walk` among the models; None where it is not among them."""
        return self.panel.models.index(RANDOM_WALK) if RANDOM_WALK in self.panel.models else None


def score(panels: Mapping[str, Panel], *, levels: Sequence[float], settings: Evaluate) -> dict[str, Scored]:
    """What report and plots are made from, per horizon that has matured forecasts.

    panels: from `forex.statistics.scores.matured`.  levels: of params.yaml; those of the acceptance rules are scored as well.
    """
    rules = settings.acceptance
    chosen = tuple(sorted({*levels, rules.interval_level, *(float(level) / 100 for level in rules.tail_tolerance)}))
    return {horizon: Scored(panel, chosen, settings) for horizon, panel in panels.items() if panel.n}


def finite(value: Any) -> float | None:
    """The value as a float, or None where it is not finite: JSON has no NaN."""
    return float(value) if np.isfinite(value) else None
