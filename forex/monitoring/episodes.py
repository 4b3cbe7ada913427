"""Looking back on an episode: what a daily look would have said then, and whether the intervals absorbed the shock."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from forex.core.names import percent
from forex.core.status import ABSORBED, DEGRADED, INSUFFICIENT_DATA, STATUSES, UNAFFECTED
from forex.evaluation.acceptance import Figures
from forex.monitoring.looks import Looks, looks
from forex.monitoring.performance import Subject, Subjects
from forex.monitoring.verdict import CODE
from forex.monitoring.watched import CRPS
from forex.params import Episode, Performance
from forex.timeline.calendar import Dates, business_days


def episodes(watched: Subjects, *, levels: Sequence[float], settings: Performance) -> Figures:
    """Episode -> its days, and per horizon and monitored model what happened to the forecasts that matured in it.

    `statuses`, `first_degraded`, `figures` and `alarm` are what a look at the end of each day would have said. The
    verdict is on what came out: DEGRADED where such a look said DEGRADED or CRITICAL, or where CRPS exceeded the
    baseline's by more than `degraded_pct` and an interval covered less than its level by more than
    `episode_tolerance`; ABSORBED where CRPS rose that much and the intervals held; else UNAFFECTED. INSUFFICIENT_DATA
    where nothing matured or nothing came before.
    """
    found: Figures = {}
    for name, episode in settings.episodes.items():
        days, horizons = business_days(episode.from_, episode.to), Figures()
        for model, own in watched.items():
            by_horizon = looks(own, days, settings)
            for horizon, one in own.items():
                figures = _figures(one, episode, levels, settings) | _said(days, by_horizon[horizon])
                horizons.setdefault(horizon, {})[model] = figures | {"verdict": _verdict(figures, levels, settings)}
        found[name] = {"from": episode.from_, "to": episode.to, "days": int(days.size), "horizons": horizons}
    return found


def _figures(subject: Subject, episode: Episode, levels: Sequence[float], settings: Performance) -> Figures:
    """Of the forecasts whose target lies in the episode, of the baseline before them, and how the two differ."""
    dates, series = subject.panel.target_date, subject.series
    first = int(np.searchsorted(dates, np.datetime64(episode.from_)))
    last = int(np.searchsorted(dates, np.datetime64(episode.to), side="right"))
    before = slice(max(first - settings.baseline, 0), first)
    found: Figures = {"n": last - first, "n_baseline": first - before.start}
    for name, part in (("during", slice(first, last)), ("baseline", before)):
        if part.stop > part.start:
            found[name] = {figure: float(np.mean(values[part])) for figure, values in series.items()}
    if found["n"] and found["n_baseline"]:
        for figure in (CRPS, f"interval_score_{percent(max(levels))}"):
            shares = series[figure] / subject.panel.anchor
            found[f"{figure}_change_pct"] = 100 * float(shares[first:last].mean() / shares[before].mean() - 1)
    return found


def _said(days: Dates, daily: Looks) -> Figures:
    """What a look at the end of each day would have said; `figures`: on how many days each was out of the ordinary."""
    bad = daily.status >= CODE[DEGRADED]
    return {
        "statuses": {STATUSES[code]: count for code, count in sorted(Counter(daily.status.tolist()).items())},
        "first_degraded": str(days[bad.argmax()]) if bad.any() else None,
        "figures": {
            name: int(np.sum(codes >= CODE[DEGRADED]))
            for name, codes in daily.figures.items()
            if np.any(codes >= CODE[DEGRADED])
        },
        "alarm": {
            "peak": float(daily.wealth.max(initial=0.0)),
            "threshold": daily.threshold,
            "raised": str(days[daily.alarm.argmax()]) if daily.alarm.any() else None,
            "days": int(daily.alarm.sum()),
        },
    }


def _verdict(figures: Figures, levels: Sequence[float], settings: Performance) -> str:
    if figures["first_degraded"]:
        return DEGRADED
    change = figures.get(f"{CRPS}_change_pct")
    if change is None:
        return INSUFFICIENT_DATA
    if change <= settings.degraded_pct:
        return UNAFFECTED
    held = all(
        figures["during"][f"coverage_{percent(level)}"] >= level - settings.episode_tolerance for level in levels
    )
    return ABSORBED if held else DEGRADED
