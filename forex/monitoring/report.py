"""reports/performance.json, typed: windows of matured forecasts, the sequential alarm, findings, and what stands beside them.

Bias, CRPS and interval scores are in CLP per USD; changes are in per cent, positive is worse. Days are dates of targets unless
their name says origin. Names that hold a level have it in per cent, `coverage_95`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from forex.core.flat import ByLevel, Named
from forex.core.reports import ABSENT, Report
from forex.core.sentence import Sentence
from forex.core.status import EpisodeVerdict, Status
from forex.ledger.scores import LedgerScores
from forex.monitoring.drift_report import DriftReport
from forex.monitoring.measured import FalseAlarm


class LevelMeans(Report):
    """Means at one level.  coverage: the share of intervals that held, 0 to 1.  interval_score: in CLP per USD."""

    coverage: float
    interval_score: float


class Means(ByLevel):
    """Means over the forecasts of a window or of its baseline.  crps, bias: in CLP per USD."""

    crps: float
    bias: float
    by_level: Mapping[float, LevelMeans]


class FigureChange(Report):
    """A figure of a window against its baseline.  holm_p: adjusted for everything that is judged of the model."""

    change_pct: float
    p: float
    holm_p: float
    status: Status


class WindowReport(Report):
    """The `n` newest of `needed` matured forecasts beside the `n_baseline` before them.

    independent_windows: windows without overlap in the baseline, the fewest over the figures.  changes: by figure, without those
    that the baseline cannot judge.  mann_whitney_p: of the errors' ranks, without overlap.  What needs a forecast is absent where
    there is none.
    """

    n: int
    n_baseline: int
    needed: int
    independent_windows: float
    first_target: str | None = ABSENT
    last_target: str | None = ABSENT
    recent: Means | None = ABSENT
    baseline: Means | None = ABSENT
    mann_whitney_p: float | None = ABSENT
    changes: Mapping[str, FigureChange]
    status: Status


class RaisedAlarm(Report):
    """An alarm from `raised` to `ended`, None while it is on.  since: where its evidence begins.  peak: its largest wealth."""

    raised: str
    since: str
    ended: str | None
    peak: float


class AlarmReport(Report):
    """The sequential alarm on coverage now: its wealth and the threshold that raises it, and every alarm so far."""

    wealth: float
    threshold: float
    since: str | None
    raised: bool
    alarms: tuple[RaisedAlarm, ...]


class EarlyReport(Report):
    """How far the newest rate is from what the open forecasts of a horizon said of it (forex/monitoring/early.py).

    open: how many.  outside: for how many of them the rate is outside the 95 % interval.  distance: the mean, in half-widths of it.
    rate: share of years in which a sound forecast gets that far at any horizon, above 0.9 interpolated and only known to be larger;
    None where too few are open or it was not simulated.  raised: whether it is at most `performance.early_rate`.  since: the origin
    from which on it has been.
    """

    open: int
    outside: int
    distance: float | None = None
    rate: float | None = None
    raised: bool
    since: str | None = None


class MonitoredModel(Report):
    """A monitored model at a horizon.  windows: by size."""

    windows: Mapping[str, WindowReport]
    alarm: AlarmReport
    status: Status


class MonitoredHorizon(Report):
    """A horizon at the newest look.

    n: matured forecasts.  early, issued: the open ones of `published`, in the backtest and in the ledger; None where they are
    not watched.  status: that of `published`.  grounds: what it rests on, since when, and how often it is said of a sound forecast.
    """

    n: int
    models: Mapping[str, MonitoredModel]
    early: EarlyReport | None = None
    issued: EarlyReport | None = None
    status: Status
    grounds: Sentence


class FigureFinding(FigureChange):
    """A figure of `published` that is DEGRADED or CRITICAL in the window of that size."""

    horizon: str
    window: int
    figure: str


class AlarmFinding(RaisedAlarm):
    """The alarm of `published`, which is on."""

    horizon: str
    figure: Literal["alarm"] = "alarm"
    status: Status


class EarlyFinding(EarlyReport):
    """The early signal of a horizon, which is raised.  source: `backtest`, or `ledger` for what was issued."""

    horizon: str
    figure: Literal["early"] = "early"
    source: Literal["backtest", "ledger"]
    status: Status


Finding = FigureFinding | AlarmFinding | EarlyFinding


class Monitored(Report):
    """The newest look.  findings: the worst first."""

    levels: tuple[float, ...]
    status: Status
    horizons: Mapping[str, MonitoredHorizon]
    findings: tuple[Finding, ...]


class WidestChange(Report):
    """How the widest level's interval score, as a share of the anchor, differs from the baseline's."""

    change_pct: Annotated[float, Named("interval_score_{}_change_pct")]


class EpisodeAlarm(Report):
    """The alarm in an episode.  peak: the most wealth on any day.  raised: when first.  days: on how many it was on."""

    peak: float
    threshold: float
    raised: str | None
    days: int


class EpisodeEarly(Report):
    """When the early signal was first raised in the episode, and on how many days it was on."""

    raised: str | None
    days: int


class EpisodeForecasts(ByLevel):
    """The `n` forecasts whose target lay in the episode, beside the baseline before it, and what daily looks said.

    statuses: on how many days each.  figures: by figure and window, on how many days out of the ordinary.  Changes are absent
    where nothing matured or nothing came before.
    """

    n: int
    n_baseline: int
    during: Means | None = ABSENT
    baseline: Means | None = ABSENT
    crps_change_pct: float | None = ABSENT
    by_level: Mapping[float, WidestChange]
    statuses: Mapping[Status, int]
    first_degraded: str | None
    figures: Mapping[str, int]
    alarm: EpisodeAlarm
    early: EpisodeEarly
    verdict: EpisodeVerdict


class EpisodeReport(Report):
    """`from` and `to` of params.yaml, the business days between, and by horizon and model what came out."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    from_: Annotated[str, Field(validation_alias="from", serialization_alias="from")]
    to: str
    days: int
    horizons: Mapping[str, Mapping[str, EpisodeForecasts]]


class PerformanceReport(Monitored):
    """The monitor's whole report: the newest look, the episodes, the ledger's scores and drift.

    false_alarms: of each monitor without a change, by simulation, in the worst world (rates/false_alarms.csv).
    """

    episodes: Mapping[str, EpisodeReport]
    ledger: LedgerScores
    drift: DriftReport
    false_alarms: Mapping[str, FalseAlarm]
