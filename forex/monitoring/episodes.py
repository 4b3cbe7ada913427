"""Looking back on an episode: what a daily look would have said then, and whether the intervals absorbed the shock."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from forex.core.names import PUBLISHED
from forex.core.status import ABSORBED, DEGRADED, INSUFFICIENT_DATA, STATUSES, UNAFFECTED, EpisodeVerdict
from forex.monitoring.early import Early
from forex.monitoring.looks import Looks, looks
from forex.monitoring.report import EpisodeAlarm, EpisodeEarly, EpisodeForecasts, EpisodeReport, Means, WidestChange
from forex.monitoring.subjects import Subject, Subjects
from forex.monitoring.verdict import CODE
from forex.monitoring.windows import Floats
from forex.params import Episode, Performance
from forex.timeline.calendar import Dates, business_days


def episodes(
    watched: Subjects, *, levels: Sequence[float], settings: Performance, early: Sequence[Early] = ()
) -> dict[str, EpisodeReport]:
    """Episode -> its days, and per horizon and monitored model what happened to the forecasts that matured in it.

    `statuses`, `first_degraded`, `figures`, `alarm` and `early` are what a look at the end of each day would have said. The
    verdict is on what came out: DEGRADED where such a look said DEGRADED or CRITICAL, or where CRPS exceeded the
    baseline's by more than `degraded_pct` and an interval covered less than its level by more than
    `episode_tolerance`; ABSORBED where CRPS rose that much and the intervals held; else UNAFFECTED. INSUFFICIENT_DATA
    where nothing matured or nothing came before.
    """
    found = {}
    for name, episode in settings.episodes.items():
        days = business_days(episode.from_, episode.to)
        horizons: dict[str, dict[str, EpisodeForecasts]] = {}
        for model, own in watched.items():
            by_horizon = looks(own, days, settings, early if model == PUBLISHED else ())
            for horizon, subject in own.items():
                seen = _seen(subject, episode, days, by_horizon[horizon], widest=max(levels), settings=settings)
                horizons.setdefault(horizon, {})[model] = seen
        found[name] = EpisodeReport(from_=episode.from_, to=episode.to, days=int(days.size), horizons=horizons)
    return found


def _seen(
    subject: Subject, episode: Episode, days: Dates, daily: Looks, *, widest: float, settings: Performance
) -> EpisodeForecasts:
    """The forecasts whose target lies in the episode, the baseline before them, how the two differ, and what looks said."""
    dates, anchor = subject.panel.target_date, subject.panel.anchor
    first = int(np.searchsorted(dates, np.datetime64(episode.from_)))
    last = int(np.searchsorted(dates, np.datetime64(episode.to), side="right"))
    within, before = slice(first, last), slice(max(first - settings.baseline, 0), first)
    n, n_baseline = last - first, first - before.start

    def change_pct(loss: Floats) -> float | None:
        shares = loss / anchor
        return 100 * float(shares[within].mean() / shares[before].mean() - 1) if n and n_baseline else None

    during = subject.means(within) if n else None
    crps, score = change_pct(subject.crps), change_pct(subject.interval_score[widest])
    bad = daily.status >= CODE[DEGRADED]
    return EpisodeForecasts(
        n=n,
        n_baseline=n_baseline,
        during=during,
        baseline=subject.means(before) if n_baseline else None,
        crps_change_pct=crps,
        by_level={} if score is None else {widest: WidestChange(change_pct=score)},
        statuses={STATUSES[code]: count for code, count in sorted(Counter(daily.status.tolist()).items())},
        first_degraded=str(days[bad.argmax()]) if bad.any() and during is not None else None,
        figures={
            name: int(np.sum(codes >= CODE[DEGRADED]))
            for name, codes in daily.figures.items()
            if np.any(codes >= CODE[DEGRADED])
        },
        alarm=EpisodeAlarm(
            peak=float(daily.wealth.max(initial=0.0)),
            threshold=daily.threshold,
            raised=str(days[daily.alarm.argmax()]) if daily.alarm.any() else None,
            days=int(daily.alarm.sum()),
        ),
        early=EpisodeEarly(
            raised=str(days[daily.early.argmax()]) if daily.early.any() else None, days=int(daily.early.sum())
        ),
        verdict=DEGRADED if bad.any() and during is not None else _verdict(during, crps, settings),
    )


def _verdict(during: Means | None, crps_change_pct: float | None, settings: Performance) -> EpisodeVerdict:
    """The verdict on what came out, whatever looks said."""
    if during is None or crps_change_pct is None:
        return INSUFFICIENT_DATA
    if crps_change_pct <= settings.degraded_pct:
        return UNAFFECTED
    held = all(at.coverage >= level - settings.episode_tolerance for level, at in during.by_level.items())
    return ABSORBED if held else DEGRADED
