"""What the monitor watches of a horizon's matured forecasts, and how each figure of a window compares with its baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forex.core.names import percent
from forex.monitoring.windows import Change, Floats, Ints, Window, bias_change, independent, loss_change, miss_change
from forex.params import Performance
from forex.statistics.scores import Panel
from forex.timeline.calendar import usual_steps

CRPS, ERROR, BIAS = "crps", "error", "bias"


@dataclass(frozen=True)
class Watched:
    """One model's matured forecasts of one horizon in order of target; arrays of shape (n, ...).

    crps: as a share of the anchor, so that a dearer dollar is no degradation. It rises when markets become rougher, too.
    error: of the median, in half-widths of the widest interval. It rises when forecasts become worse than they say.
    missed: whether the interval of each level missed, levels rising.
    """

    horizon: str
    crps: Floats
    error: Floats
    missed: Mapping[float, NDArray[np.bool_]]

    @property
    def n(self) -> int:
        """How many forecasts there are."""
        return int(self.crps.shape[0])

    @property
    def misses(self) -> Ints:
        """How many of the nested intervals missed; shape (n, ...)."""
        return np.asarray(np.sum(list(self.missed.values()), axis=0), dtype=np.int64)


def watch(panel: Panel, model: str, levels: Sequence[float]) -> Watched:
    """The `model` of a panel from `forex.statistics.scores.matured`, whose targets come in the order of its origins."""
    position = panel.models.index(model)
    lower, upper = (bound[:, position] for bound in panel.bounds(max(levels)))
    return Watched(
        horizon=panel.horizon,
        crps=panel.crps[:, position] / panel.anchor,
        error=2 * (panel.actual - panel.median[:, position]) / (upper - lower),
        missed={level: ~panel.covered(level)[:, position] for level in sorted(levels)},
    )


def windows(horizon: str, settings: Performance) -> dict[int, Window]:
    """The windows of a horizon by size."""
    return {
        size: Window(size, usual_steps(horizon), settings.baseline, settings.critical_pct) for size in settings.windows
    }


def compare(watched: Watched, newest: Ints, window: Window, settings: Performance) -> dict[str, Change]:
    """Each judged figure of the windows that end at the outcomes `newest`, against their baselines, by name.

    CRPS follows the market's volatility, whose clusters outlast the overlap: its baseline counts for fewer independent
    windows. Errors count for at most `error_limit` half-widths and in the bias, which is about the middle of the
    distribution, for at most `bias_limit`: one crash is neither a bias nor a worse forecast. A figure whose baseline holds fewer
    than `min_windows` independent windows has NaN for every p.
    """
    clustering = clustered(window, settings)
    limit = settings.bias_limit
    found = {
        ERROR: loss_change(np.minimum(np.abs(watched.error), settings.error_limit), newest, window),
        BIAS: bias_change(np.clip(watched.error, -limit, limit), newest, window),
    }
    for level, missed in watched.missed.items():
        found[f"coverage_{percent(level)}"] = miss_change(missed, newest, window, level=level)
    enough = {kind: independent(newest, kind) >= settings.min_windows for kind in (window, clustering)}
    return {
        CRPS: _where(enough[clustering], loss_change(watched.crps, newest, clustering)),
        **{name: _where(enough[window], change) for name, change in found.items()},
    }


def clustered(window: Window, settings: Performance) -> Window:
    """The window as CRPS has it, with fewer independent ones in the baseline."""
    return replace(window, clustering=settings.clustering)


def _where(enough: NDArray[np.bool_], change: Change) -> Change:
    keep = enough.reshape(-1, *(1,) * (change.p.ndim - 1))
    p, critical, better = (np.where(keep, part, np.nan) for part in (change.p, change.p_critical, change.p_better))
    return Change(change.change_pct, p, critical, better)
