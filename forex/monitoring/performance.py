"""The monitor: how the latest matured forecasts compare with those before them, as far as that is known.

Every figure of every window of every horizon is judged together (forex/monitoring/verdict.py); beside it runs the sequential alarm
on coverage (forex/monitoring/coverage_alarm.py), which has no window. Either makes a horizon DEGRADED. What too short a history
cannot say is INSUFFICIENT_DATA.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forex.core.names import PUBLISHED, RANDOM_WALK, percent
from forex.core.status import CRITICAL, DEGRADED, INSUFFICIENT_DATA, STATUSES
from forex.evaluation.acceptance import Figures
from forex.monitoring.coverage_alarm import dealt, payoffs, richest, shares, slots, wealth
from forex.monitoring.verdict import judge, of_window, worst
from forex.monitoring.watched import Watched, compare, watch, windows
from forex.monitoring.windows import Floats, Ints, independent
from forex.params import Performance
from forex.statistics.inference import mann_whitney
from forex.statistics.scores import Panel
from forex.timeline.calendar import steps_between, usual_steps

MONITORED = (PUBLISHED, RANDOM_WALK)


@dataclass(frozen=True)
class Subject:
    """One model's matured forecasts of one horizon, and what is computed of them once.

    alarm, since: the alarm's wealth after each of them, and the forecast with which its evidence begins; (n,).
    series: what is shown of each: CRPS, bias and interval scores in CLP per USD, and whether each interval held; (n,).
    """

    panel: Panel
    watched: Watched
    alarm: Floats
    since: Ints
    series: Mapping[str, NDArray[Any]]


Subjects = Mapping[str, Mapping[str, Subject]]  # by model, then horizon


def subjects(
    panels: Mapping[str, Panel],
    *,
    levels: Sequence[float],
    settings: Performance,
    models: Sequence[str] = MONITORED,
) -> Subjects:
    """The `models` at every horizon that has them.

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
    series: dict[str, NDArray[Any]] = {
        "crps": watched.crps * panel.anchor,
        "bias": panel.median[:, position] - panel.actual,
    }
    for level in levels:
        series[f"coverage_{percent(level)}"] = ~watched.missed[level]
        series[f"interval_score_{percent(level)}"] = panel.interval_score(level)[:, position]
    return Subject(panel, watched, alarm, since, series)


def performance(
    watched: Subjects, *, horizons: Mapping[str, int], levels: Sequence[float], settings: Performance
) -> Figures:
    """The report on the newest look: per horizon and monitored model each window, the alarm, and a status.

    horizons: how many forecasts of each have matured.  `findings` lists what made `published` DEGRADED or CRITICAL.
    """
    found: Figures = {horizon: {"n": n, "models": {}} for horizon, n in horizons.items()}
    for model, own in watched.items():
        judged = _windows(own, settings)
        for horizon, subject in own.items():
            alarm = _alarm(subject, settings)
            status = worst([window["status"] for window in judged[horizon].values()])
            found[horizon]["models"][model] = {
                "windows": judged[horizon],
                "alarm": alarm,
                "status": worst([status, DEGRADED]) if alarm["raised"] else status,
            }
    for figures in found.values():
        figures["status"] = figures["models"].get(PUBLISHED, {"status": INSUFFICIENT_DATA})["status"]
    return {
        "levels": list(levels),
        "status": worst([figures["status"] for figures in found.values()]),
        "horizons": found,
        "findings": _findings(found),
    }


def _windows(own: Mapping[str, Subject], settings: Performance) -> Figures:
    """Horizon -> size -> the window's figures, its baseline's, how they compare and the status."""
    compared, found = {}, Figures()
    for horizon, subject in own.items():
        newest = np.array([subject.watched.n - 1])
        found[horizon] = {}
        for size, window in windows(horizon, settings).items():
            found[horizon][str(size)] = _describe(subject, size, settings)
            found[horizon][str(size)]["independent_windows"] = float(independent(newest, window)[0])
            for name, change in compare(subject.watched, newest, window, settings).items():
                compared[(horizon, str(size)), name] = change
    verdicts = judge(compared, settings)
    for horizon, by_size in found.items():
        for size, window_figures in by_size.items():
            each = {name: verdict for (where, name), verdict in verdicts.items() if where == (horizon, size)}
            window_figures["status"] = STATUSES[of_window(each)[0]]
            window_figures["changes"] = {
                name: {
                    "change_pct": float(compared[(horizon, size), name].change_pct[0]),
                    "p": float(compared[(horizon, size), name].p[0]),
                    "holm_p": float(verdict.holm_p[0]),
                    "status": STATUSES[verdict.code[0]],
                }
                for name, verdict in each.items()
                if np.isfinite(verdict.holm_p[0])
            }
    return found


def _describe(subject: Subject, size: int, settings: Performance) -> Figures:
    """Means over the window and over its baseline, and the rank test on errors that do not overlap."""
    panel, series = subject.panel, subject.series
    split = max(panel.n - size, 0)
    before = slice(max(split - settings.baseline, 0), split)
    found: Figures = {"n": panel.n - split, "n_baseline": split - before.start, "needed": size}
    if panel.n:
        found |= {"first_target": str(panel.target_date[split]), "last_target": str(panel.target_date[-1])}
        found["recent"] = {name: float(np.mean(values[split:])) for name, values in series.items()}
    if split:
        found["baseline"] = {name: float(np.mean(values[before])) for name, values in series.items()}
    errors, apart = np.abs(series["bias"]) / panel.anchor, usual_steps(panel.horizon)
    p = mann_whitney(errors[split:][::-1][::apart], errors[before][::-1][::apart])
    return found | ({"mann_whitney_p": p} if np.isfinite(p) else {})


def _alarm(subject: Subject, settings: Performance) -> Figures:
    """The wealth now, since which target its evidence counts, and every alarm so far."""
    threshold = 1 / settings.alarm.false_alarms
    n, high = subject.alarm.size, subject.alarm >= threshold
    dates = subject.panel.target_date.astype(str)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], high, [False]]).astype(np.int8)))
    alarms = [
        {
            "raised": str(dates[start]),
            "since": str(dates[subject.since[start]]),
            "ended": str(dates[end]) if end < n else None,
            "peak": float(subject.alarm[start:end].max()),
        }
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
    return {
        "wealth": float(subject.alarm[-1]) if n else 0.0,
        "threshold": threshold,
        "since": str(dates[subject.since[-1]]) if n and subject.since[-1] >= 0 else None,
        "raised": bool(n and high[-1]),
        "alarms": alarms,
    }


def _findings(horizons: Figures) -> list[Figures]:
    """What is wrong with `published`, the worst first: by horizon the figures of its windows, and alarms that are on."""
    found: list[Figures] = []
    for horizon, figures in horizons.items():
        monitored = figures["models"].get(PUBLISHED, {"windows": {}, "alarm": {"raised": False}})
        for size, window in monitored["windows"].items():
            found += [
                {"horizon": horizon, "window": int(size), "figure": name, **change}
                for name, change in window["changes"].items()
                if change["status"] in (DEGRADED, CRITICAL)
            ]
        if monitored["alarm"]["raised"]:
            found.append(
                {"horizon": horizon, "figure": "alarm", "status": DEGRADED, **monitored["alarm"]["alarms"][-1]}
            )
    return sorted(found, key=lambda finding: -STATUSES.index(finding["status"]))


def metrics(report: Figures) -> Figures:
    """`performance.<horizon>.<model>.<metric>`, of a window `<metric>_last_<size>`; verdicts are 0 or 1 where evaluated."""
    found: Figures = {}
    for horizon, figures in report["horizons"].items():
        for model, monitored in figures["models"].items():
            row: Figures = {}
            for size, window in monitored["windows"].items():
                if window["n"] < window["needed"]:
                    continue
                row |= {f"{name}_last_{size}": value for name, value in window["recent"].items()}
                for name, change in window["changes"].items():
                    row[f"{name}_change_pct_last_{size}"] = change["change_pct"]
                    row[f"{name}_holm_p_last_{size}"] = change["holm_p"]
            if monitored["status"] != INSUFFICIENT_DATA:
                row["degraded"] = int(monitored["status"] in (DEGRADED, CRITICAL))
                row["critical"] = int(monitored["status"] == CRITICAL)
            if figures["n"]:
                row |= {"alarm": int(monitored["alarm"]["raised"]), "alarm_wealth": monitored["alarm"]["wealth"]}
            if row:
                found.setdefault(horizon, {})[model] = row
    return {"performance": found}
