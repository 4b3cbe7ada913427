"""The monitor: how the latest matured forecasts compare with those before them, as far as that is known.

Every figure of every window of every horizon is judged together (forex/monitoring/verdict.py); beside it run the sequential alarm
on coverage (forex/monitoring/coverage_alarm.py), which has no window, and the early signal (forex/monitoring/early.py), which does
not wait for outcomes. Each of them makes a horizon DEGRADED. What too short a history cannot say is INSUFFICIENT_DATA.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forex.core.names import PUBLISHED
from forex.core.reports import Metrics, plain
from forex.core.status import CRITICAL, DEGRADED, INSUFFICIENT_DATA, STATUSES, Status
from forex.monitoring.early import Early
from forex.monitoring.grounds import grounds
from forex.monitoring.measured import FalseAlarm
from forex.monitoring.report import (
    AlarmFinding,
    AlarmReport,
    EarlyFinding,
    EarlyReport,
    FigureChange,
    FigureFinding,
    Finding,
    Monitored,
    MonitoredHorizon,
    MonitoredModel,
    RaisedAlarm,
    WindowReport,
)
from forex.monitoring.subjects import Subject, Subjects
from forex.monitoring.verdict import Verdict, judge, of_window, worst
from forex.monitoring.watched import clustered, compare, windows
from forex.monitoring.windows import Change, Ints, independent
from forex.params import Performance
from forex.statistics.inference import mann_whitney
from forex.timeline.calendar import usual_steps


def performance(
    watched: Subjects,
    *,
    horizons: Mapping[str, int],
    levels: Sequence[float],
    settings: Performance,
    open_forecasts: "OpenForecasts | None" = None,
) -> Monitored:
    """The report on the newest look: per horizon and monitored model each window, the alarm, and a status.

    horizons: how many forecasts of each have matured.  open_forecasts: those of `published`, in backtest and ledger, and what
    the monitors were measured to do.  `findings` lists what made `published` DEGRADED or CRITICAL.
    """
    given, rate = open_forecasts or OpenForecasts(), settings.early_rate
    backtest, ledger = (source.newest(raised_at=rate) if source else {} for source in (given.backtest, given.ledger))
    models: dict[str, dict[str, MonitoredModel]] = {horizon: {} for horizon in horizons}
    for model, own in watched.items():
        judged = _windows(own, settings)
        for horizon, subject in own.items():
            alarm = _alarm(subject, settings)
            status = worst([window.status for window in judged[horizon].values()])
            models[horizon][model] = MonitoredModel(
                windows=judged[horizon], alarm=alarm, status=worst([status, DEGRADED]) if alarm.raised else status
            )
    found = {}
    for horizon, n in horizons.items():
        early, issued = backtest.get(horizon), ledger.get(horizon)
        status = models[horizon][PUBLISHED].status if PUBLISHED in models[horizon] else INSUFFICIENT_DATA
        if any(signal.raised for signal in (early, issued) if signal):
            status = worst([status, DEGRADED])
        found[horizon] = _Found(n, models[horizon], early, issued, status)
    findings = _findings(found)
    return Monitored(
        levels=tuple(levels),
        status=worst([figures.status for figures in found.values()]),
        horizons={
            horizon: MonitoredHorizon(
                n=figures.n,
                models=figures.models,
                early=figures.early,
                issued=figures.issued,
                status=figures.status,
                grounds=grounds(
                    horizon,
                    figures.status,
                    figures.models.get(PUBLISHED),
                    figures.early,
                    [finding for finding in findings if finding.horizon == horizon],
                    settings,
                    given.measured,
                ),
            )
            for horizon, figures in found.items()
        },
        findings=tuple(findings),
    )


@dataclass(frozen=True)
class OpenForecasts:
    """The open forecasts of `published`, and by monitor how often it alarms without a change."""

    backtest: Early | None = None
    ledger: Early | None = None
    measured: Mapping[str, FalseAlarm] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    n: int
    models: Mapping[str, MonitoredModel]
    early: EarlyReport | None
    issued: EarlyReport | None
    status: Status


def _windows(own: Mapping[str, Subject], settings: Performance) -> dict[str, dict[str, WindowReport]]:
    """Horizon -> size -> the window's figures, its baseline's, how they compare and the status."""
    compared = {
        ((horizon, size), name): change
        for horizon, subject in own.items()
        for size, window in windows(horizon, settings).items()
        for name, change in compare(subject.watched, _newest(subject), window, settings).items()
    }
    verdicts = judge(compared, settings)
    found: dict[str, dict[str, WindowReport]] = {}
    for horizon, subject in own.items():
        found[horizon] = {}
        for size, window in windows(horizon, settings).items():
            each = {name: verdict for (where, name), verdict in verdicts.items() if where == (horizon, size)}
            found[horizon][str(size)] = _describe(
                subject,
                size,
                settings,
                independent_windows=float(independent(_newest(subject), clustered(window, settings))[0]),
                changes={
                    name: _change(compared[(horizon, size), name], verdict)
                    for name, verdict in each.items()
                    if np.isfinite(verdict.holm_p[0])
                },
                status=STATUSES[of_window(each)[0]],
            )
    return found


def _newest(subject: Subject) -> Ints:
    return np.array([subject.watched.n - 1])


def _change(change: Change, verdict: Verdict) -> FigureChange:
    return FigureChange(
        change_pct=float(change.change_pct[0]),
        p=float(change.p[0]),
        holm_p=float(verdict.holm_p[0]),
        status=STATUSES[verdict.code[0]],
    )


def _describe(
    subject: Subject,
    size: int,
    settings: Performance,
    *,
    independent_windows: float,
    changes: Mapping[str, FigureChange],
    status: Status,
) -> WindowReport:
    """With means over the window and over its baseline, and the rank test on errors that do not overlap."""
    panel = subject.panel
    split = max(panel.n - size, 0)
    before = slice(max(split - settings.baseline, 0), split)
    errors, apart = np.abs(subject.bias) / panel.anchor, usual_steps(panel.horizon)
    p = mann_whitney(errors[split:][::-1][::apart], errors[before][::-1][::apart])
    return WindowReport(
        n=panel.n - split,
        n_baseline=split - before.start,
        needed=size,
        independent_windows=independent_windows,
        first_target=str(panel.target_date[split]) if panel.n else None,
        last_target=str(panel.target_date[-1]) if panel.n else None,
        recent=subject.means(slice(split, None)) if panel.n else None,
        baseline=subject.means(before) if split else None,
        mann_whitney_p=p if np.isfinite(p) else None,
        changes=changes,
        status=status,
    )


def _alarm(subject: Subject, settings: Performance) -> AlarmReport:
    """The wealth now, since which target its evidence counts, and every alarm so far."""
    threshold = 1 / settings.alarm.false_alarms
    n, high = subject.alarm.size, subject.alarm >= threshold
    dates = subject.panel.target_date.astype(str)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], high, [False]]).astype(np.int8)))
    alarms = [
        RaisedAlarm(
            raised=str(dates[start]),
            since=str(dates[subject.since[start]]),
            ended=str(dates[end]) if end < n else None,
            peak=float(subject.alarm[start:end].max()),
        )
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
    return AlarmReport(
        wealth=float(subject.alarm[-1]) if n else 0.0,
        threshold=threshold,
        since=str(dates[subject.since[-1]]) if n and subject.since[-1] >= 0 else None,
        raised=bool(n and high[-1]),
        alarms=tuple(alarms),
    )


def _findings(horizons: Mapping[str, _Found]) -> list[Finding]:
    """What is wrong with `published`, the worst first: by horizon the figures of its windows, the alarm, the early signal."""
    found: list[Finding] = []
    for horizon, figures in horizons.items():
        if PUBLISHED in figures.models:
            monitored = figures.models[PUBLISHED]
            for size, window in monitored.windows.items():
                found += [
                    FigureFinding(**dict(change), horizon=horizon, window=int(size), figure=name)
                    for name, change in window.changes.items()
                    if change.status in (DEGRADED, CRITICAL)
                ]
            if monitored.alarm.raised:
                found.append(AlarmFinding(**dict(monitored.alarm.alarms[-1]), horizon=horizon, status=DEGRADED))
        if figures.early and figures.early.raised:
            found.append(EarlyFinding(**dict(figures.early), horizon=horizon, source="backtest", status=DEGRADED))
        if figures.issued and figures.issued.raised:
            found.append(EarlyFinding(**dict(figures.issued), horizon=horizon, source="ledger", status=DEGRADED))
    return sorted(found, key=lambda finding: -STATUSES.index(finding.status))


def metrics(report: Monitored) -> Metrics:
    """`performance.<horizon>.<model>.<metric>`, for a window `<metric>_last_<size>`; verdicts are 0 or 1 where evaluated."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for horizon, figures in report.horizons.items():
        for model, monitored in figures.models.items():
            row: dict[str, float] = {}
            for size, window in monitored.windows.items():
                if window.n < window.needed or window.recent is None:
                    continue
                row |= {f"{name}_last_{size}": value for name, value in plain(window.recent).items()}
                for name, change in window.changes.items():
                    row[f"{name}_change_pct_last_{size}"] = change.change_pct
                    row[f"{name}_holm_p_last_{size}"] = change.holm_p
            status = figures.status if model == PUBLISHED else monitored.status
            if status != INSUFFICIENT_DATA:
                row["degraded"] = int(status in (DEGRADED, CRITICAL))
                row["critical"] = int(status == CRITICAL)
            if figures.n:
                row |= {"alarm": int(monitored.alarm.raised), "alarm_wealth": monitored.alarm.wealth}
            if model == PUBLISHED and figures.early and figures.early.distance is not None:
                row |= {"early": int(figures.early.raised), "early_distance": figures.early.distance}
            if row:
                found.setdefault(horizon, {})[model] = row
    return {"performance": found}
