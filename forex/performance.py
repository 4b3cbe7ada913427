"""The monitor: the latest matured forecasts against those before them.

A window is the last N matured forecasts of a horizon, by target; its baseline is what matured before it. A loss has
degraded when its mean over the window lies above the baseline's by more than a threshold and by more than windows of
that length differ anyway. Losses are taken as shares of the anchor, so that a dearer dollar is no degradation. What too
short a history cannot say is INSUFFICIENT_DATA.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from forex.acceptance import INSUFFICIENT_DATA, Figures, percent
from forex.inference import holm
from forex.names import PUBLISHED
from forex.params import Performance
from forex.scores import Floats, Panel

GOOD, DEGRADED, CRITICAL = "GOOD", "DEGRADED", "CRITICAL"
MONITORED = (PUBLISHED, "random_walk")  # the benchmark beside it tells a rougher market from a worse forecast


@dataclass(frozen=True)
class Change:
    """How the mean of a window differs from its baseline; `p` is one-sided, small where the window is worse."""

    pct: float
    p: float
    independent: float  # windows without overlap that the baseline holds


def window_change(recent: Floats, past: Floats, *, steps: int) -> Change:
    """Compare the mean loss of the `recent` window with all windows of its length in the `past`.

    t = (log x̄ − m) / (s·√(1 + 1/k)) against t with k − 1 degrees of freedom; m and s: mean and standard deviation of
    the log means of the past's overlapping windows, s² enlarged by k/(k − 1); k = len(past) / (len(recent) + steps − 1)
    is how many of them share nothing. Windows of the same length carry the same overlap as the recent one, so it need
    not be modelled. Where volatility clusters, very small p-values come too often: p < 0.0025 in up to 1.2 % of GARCH
    worlds without a change. `p` is NaN where k < 2 or a loss is not positive.

    recent: shape (n,).  past: shape (m,), in order of time, just before `recent`.  Both positive losses in one unit.
    """
    n, m = recent.size, past.size
    independent = m / (n + steps - 1)
    pct = 100 * (float(recent.mean()) / float(past.mean()) - 1)
    if independent < 2 or m < n or not (recent.min() > 0 and past.min() > 0):
        return Change(pct, math.nan, independent)
    total = np.concatenate([[0.0], np.cumsum(past)])
    logs = np.log((total[n:] - total[:-n]) / n)
    spread = float(logs.std()) * math.sqrt(independent / (independent - 1) * (1 + 1 / independent))
    if spread == 0:
        return Change(pct, math.nan, independent)
    t = (math.log(float(recent.mean())) - float(logs.mean())) / spread
    return Change(pct, float(stdtr(independent - 1, -t)), independent)


def performance(panels: Mapping[str, Panel], *, levels: Sequence[float], settings: Performance) -> Figures:
    """The report: per horizon and monitored model each window's figures beside its baseline's, and a status.

    panels: from `forex.scores.matured`, all origins.  levels: of params.yaml; the interval score of the widest one is
    judged. The p-values of a model are adjusted (Holm) over its horizons, windows and losses. They hold for one look: a
    monitor that is looked at every day raises more false alarms than `significance` over a year.
    """
    models = [model for model in MONITORED if any(model in panel.models for panel in panels.values())]
    horizons: Figures = {horizon: {"n": panel.n, "models": {}} for horizon, panel in panels.items()}
    for model in models:
        windows = {
            (horizon, size): _window(panel, model, size, levels, settings)
            for horizon, panel in panels.items()
            if model in panel.models
            for size in settings.windows
        }
        _add_status(windows, settings)
        for horizon in panels:
            own = {str(size): found for (name, size), found in windows.items() if name == horizon}
            if own:
                status = _worst([window["status"] for window in own.values()])
                horizons[horizon]["models"][model] = {"status": status, "windows": own}
    for figures in horizons.values():
        figures["status"] = figures["models"].get(PUBLISHED, {"status": INSUFFICIENT_DATA})["status"]
    return {
        "levels": list(levels),
        "status": _worst([figures["status"] for figures in horizons.values()]),
        "horizons": horizons,
    }


def _window(panel: Panel, model: str, size: int, levels: Sequence[float], settings: Performance) -> Figures:
    """Figures of the window and of its baseline; `losses`: change and p-value of each judged loss, where computable."""
    recent = panel.last(size)
    both = panel.last(size + settings.baseline)
    position = panel.models.index(model)
    split = both.n - recent.n
    found: Figures = {"n": recent.n, "n_baseline": split, "needed": size, "losses": {}}
    series = _series(both, position, levels)
    if recent.n:
        found |= {"first_target": str(recent.target_date[0]), "last_target": str(recent.target_date[-1])}
        found["recent"] = {name: float(np.mean(values[split:])) for name, values in series.items()}
    if split:
        found["baseline"] = {name: float(np.mean(values[:split])) for name, values in series.items()}
    if recent.n < size or split == 0:
        return found
    for name in ("crps", f"interval_score_{percent(max(levels))}"):
        loss = series[name] / both.anchor
        change = window_change(loss[split:], loss[:split], steps=panel.typical_steps)
        if change.independent >= settings.min_windows and math.isfinite(change.p):
            found["losses"][name] = {"change_pct": change.pct, "p": change.p, "independent_windows": change.independent}
    return found


def _series(panel: Panel, position: int, levels: Sequence[float]) -> dict[str, NDArray[Any]]:
    series: dict[str, NDArray[Any]] = {
        "crps": panel.crps[:, position],
        "bias": panel.median[:, position] - panel.actual,
    }
    for level in levels:
        series[f"coverage_{percent(level)}"] = panel.covered(level)[:, position]
        series[f"interval_score_{percent(level)}"] = panel.interval_score(level)[:, position]
    return series


def _add_status(windows: Mapping[Any, Figures], settings: Performance) -> None:
    losses = [loss for window in windows.values() for loss in window["losses"].values()]
    for loss, adjusted in zip(losses, holm([loss["p"] for loss in losses]).tolist(), strict=True):
        loss["holm_p"] = adjusted
    for window in windows.values():
        window["status"] = _worst([_judge(loss, settings) for loss in window["losses"].values()])


def _judge(loss: Figures, settings: Performance) -> str:
    if loss["holm_p"] >= settings.significance or loss["change_pct"] <= settings.degraded_pct:
        return GOOD
    return CRITICAL if loss["change_pct"] > settings.critical_pct else DEGRADED


def _worst(statuses: Sequence[str]) -> str:
    """The worst status; GOOD only where everything was evaluated, INSUFFICIENT_DATA where nothing was.

    >>> _worst(["GOOD", "INSUFFICIENT_DATA"]), _worst(["INSUFFICIENT_DATA", "DEGRADED"])
    ('INSUFFICIENT_DATA', 'DEGRADED')
    """
    for status in (CRITICAL, DEGRADED, INSUFFICIENT_DATA):
        if status in statuses:
            return status
    return GOOD if statuses else INSUFFICIENT_DATA


def metrics(report: Figures) -> Figures:
    """`performance.<horizon>.<model>.<metric>_last_<window>`; `degraded` and `critical` are 0 or 1 where evaluated."""
    found: Figures = {}
    for horizon, figures in report["horizons"].items():
        for model, monitored in figures["models"].items():
            row: Figures = {}
            for size, window in monitored["windows"].items():
                if window["n"] < window["needed"]:
                    continue
                row |= {f"{name}_last_{size}": value for name, value in window["recent"].items()}
                for name, loss in window["losses"].items():
                    row[f"{name}_change_pct_last_{size}"] = loss["change_pct"]
                    row[f"{name}_holm_p_last_{size}"] = loss["holm_p"]
            if monitored["status"] != INSUFFICIENT_DATA:
                row["degraded"] = int(monitored["status"] in (DEGRADED, CRITICAL))
                row["critical"] = int(monitored["status"] == CRITICAL)
            if row:
                found.setdefault(horizon, {})[model] = row
    return {"performance": found}
