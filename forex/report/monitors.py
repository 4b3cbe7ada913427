"""The dashboard's rows on the monitors: windows, the sequential alarm, episodes, the ledger, drift, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.sentence import Sentence
from forex.core.status import ALERT_SEVERITIES, INSUFFICIENT_DATA, AlertSeverity, EpisodeVerdict, Status
from forex.forecast.fan import by_length
from forex.ledger.scores import IssuedHorizon, MaturedForecasts
from forex.monitoring.alert_report import Alert, AlertsReport, Send
from forex.monitoring.drift_report import TargetLook, Unjudged, UnjudgedTarget
from forex.monitoring.report import AlarmReport, EarlyReport, FigureChange, PerformanceReport

NEWEST_ALERTS = 5  # rows of the page's table


@dataclass(frozen=True)
class WindowRow:
    """A window of matured forecasts; without any, only the horizon and its status.

    coverage: of the widest level.  changes: of CRPS and errors against the baseline, None where it cannot judge.
    rank_p: of the Mann–Whitney test on the errors' ranks, None where it says nothing.
    """

    horizon: str
    status: Status
    changes: Mapping[str, FigureChange | None]
    n: int = 0
    size: int | None = None
    first_target: str | None = None
    last_target: str | None = None
    coverage: float | None = None
    rank_p: float | None = None


def window_rows(performance: PerformanceReport) -> list[WindowRow]:
    """A row for each horizon and window, the longest window first."""
    rows = []
    wide = max(performance.levels)
    for horizon, figures in by_length(performance.horizons).items():
        windows = figures.models[PUBLISHED].windows if PUBLISHED in figures.models else {}
        if not windows:
            rows.append(WindowRow(horizon, figures.status, changes={"crps": None, "error": None}))
        for size, window in sorted(windows.items(), key=lambda item: -int(item[0])):
            rows.append(
                WindowRow(
                    horizon,
                    window.status,
                    changes={name: window.changes.get(name) for name in ("crps", "error")},
                    n=window.n,
                    size=int(size),
                    first_target=window.first_target,
                    last_target=window.last_target,
                    coverage=window.recent.by_level[wide].coverage if window.recent else None,
                    rank_p=window.mann_whitney_p,
                )
            )
    return rows


def worst_horizons(performance: PerformanceReport) -> list[str]:
    """The horizons whose status is the whole one's, the shortest first."""
    return [name for name, figures in by_length(performance.horizons).items() if figures.status == performance.status]


@dataclass(frozen=True)
class AlarmRow:
    """The sequential alarm of a horizon, None where it has no forecasts, and its state; beside: the random walk's state.

    early: of the open forecasts, None where they are not watched.  grounds: what the horizon's status rests on.
    """

    horizon: str
    state: str
    alarm: AlarmReport | None
    beside: str
    early: EarlyReport | None
    grounds: Sentence

    @property
    def last(self) -> str | None:
        """When it was last raised, None where it never was."""
        return self.alarm.alarms[-1].raised if self.alarm and self.alarm.alarms else None


def alarm_rows(performance: PerformanceReport) -> list[AlarmRow]:
    """A row for each horizon, the shortest first."""
    rows = []
    for horizon, figures in by_length(performance.horizons).items():
        alarms = {model: monitored.alarm for model, monitored in figures.models.items()} if figures.n else {}
        own, beside = alarms.get(PUBLISHED), alarms.get(RANDOM_WALK)
        rows.append(AlarmRow(horizon, alarm_state(own), own, alarm_state(beside), figures.early, figures.grounds))
    return rows


def alarm_state(alarm: AlarmReport | None) -> str:
    """RAISED or QUIET; INSUFFICIENT_DATA without an alarm."""
    if alarm is None:
        return INSUFFICIENT_DATA
    return "RAISED" if alarm.raised else "QUIET"


@dataclass(frozen=True)
class EpisodeRow:
    """The `n` forecasts at a horizon whose target lay in an episode, and what daily looks said.

    held: the share inside the interval of each level.  crps_change_pct: against the baseline; beside_change_pct: the random walk's.
    """

    horizon: str
    held: list[float | None]
    n: int = 0
    crps_change_pct: float | None = None
    beside_change_pct: float | None = None
    first_degraded: str | None = None
    verdict: EpisodeVerdict = INSUFFICIENT_DATA


@dataclass(frozen=True)
class EpisodeRows:
    """An episode: its name, its first and last day, and its rows by horizon."""

    name: str
    first: str
    last: str
    rows: list[EpisodeRow]


def episode_rows(performance: PerformanceReport) -> list[EpisodeRows]:
    """The earliest episode first, a row for each horizon."""
    found = []
    for name, episode in sorted(performance.episodes.items(), key=lambda item: item[1].from_):
        rows = []
        for horizon in by_length(performance.horizons):
            models = episode.horizons.get(horizon, {})
            own, beside = models.get(PUBLISHED), models.get(RANDOM_WALK)
            if own is None:
                rows.append(EpisodeRow(horizon, held=[None] * len(performance.levels)))
                continue
            rows.append(
                EpisodeRow(
                    horizon,
                    held=[own.during.by_level[level].coverage if own.during else None for level in performance.levels],
                    n=own.n,
                    crps_change_pct=own.crps_change_pct,
                    beside_change_pct=beside.crps_change_pct if beside else None,
                    first_degraded=own.first_degraded,
                    verdict=own.verdict,
                )
            )
        found.append(EpisodeRows(name, episode.from_, episode.to, rows))
    return found


@dataclass(frozen=True)
class LedgerRow:
    """What was issued at a horizon.

    crps, held: of what was issued, and of the backtest; held is the coverage of the widest level.
    """

    horizon: str
    scores: IssuedHorizon
    crps: tuple[float | None, float | None]
    held: tuple[float | None, float | None]


def ledger_rows(performance: PerformanceReport) -> list[LedgerRow]:
    """A row for each horizon; none where nothing was issued."""
    if not performance.ledger.issued:
        return []
    wide = max(performance.levels)

    def held(matured: MaturedForecasts) -> float | None:
        return matured.by_level[wide].coverage if matured.n else None

    return [
        LedgerRow(
            horizon,
            scores,
            crps=(scores.ledger.crps, scores.backtest.crps),
            held=(held(scores.ledger), held(scores.backtest)),
        )
        for horizon, scores in by_length(performance.ledger.horizons).items()
    ]


@dataclass(frozen=True)
class DriftNow:
    """The target's look and which of its tests reject, the drivers that drift, and by reason those that have no verdict."""

    at: str
    significance: float
    target: TargetLook | UnjudgedTarget
    rejecting: list[str]
    drifting: tuple[str, ...]
    evaluated: int
    not_evaluated: list[tuple[Sentence, list[str]]]


def drift_now(performance: PerformanceReport) -> DriftNow:
    """What the drift report says.  A test rejects where its p is at most the report's significance."""
    drift = performance.drift
    tests = drift.target.tests if isinstance(drift.target, TargetLook) else {}
    unknown: dict[str, tuple[Sentence, list[str]]] = {}
    for name, look in sorted(drift.drivers.series.items()):
        if isinstance(look, Unjudged):
            unknown.setdefault(look.why.says, (look.why, []))[1].append(name)
    return DriftNow(
        drift.at,
        drift.significance,
        drift.target,
        rejecting=[name for name, p in sorted(tests.items()) if p <= drift.significance],
        drifting=drift.drivers.drifting,
        evaluated=drift.drivers.evaluated,
        not_evaluated=list(unknown.values()),
    )


@dataclass(frozen=True)
class AlertsNow:
    """The alerts of the newest origin and their number by severity, the worst first; and the newest alerts of all.

    newest: the newest origin first, and of one origin's alerts the worst.
    """

    at: str
    raised: list[Alert]
    counts: Mapping[AlertSeverity, int]
    send: Send
    newest: list[Alert]
    not_evaluated: Mapping[str, Sentence]

    @property
    def worst(self) -> AlertSeverity | None:
        """The worst severity raised, None where nothing is."""
        return next(iter(self.counts), None)


def alerts_now(alerts: AlertsReport) -> AlertsNow:
    """What the alerts report says at its newest origin, with the last `NEWEST_ALERTS` alerts."""
    raised = [alert for alert in alerts.alerts if alert.origin_date == alerts.at]
    counts = {name: sum(alert.severity == name for alert in raised) for name in reversed(ALERT_SEVERITIES)}
    return AlertsNow(
        alerts.at,
        raised,
        counts={name: count for name, count in counts.items() if count},
        send=alerts.send,
        newest=sorted(alerts.alerts, key=lambda alert: alert.origin_date, reverse=True)[:NEWEST_ALERTS],
        not_evaluated=alerts.not_evaluated,
    )
