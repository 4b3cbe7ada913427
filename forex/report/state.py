"""The overall state, said first on page, sheet and terminal: OK, CAUTION or FAULT, the worst of what its rules find.

The rules look at the reports of a run; the age of the run is for whoever has a clock, by the same limits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from forex.core.reports import Report
from forex.core.sentence import Sentence, sentence
from forex.core.status import (
    ALERT_SEVERITIES,
    CAUTION,
    CRITICAL,
    DEGRADED,
    EXCELLENT,
    FAIL,
    FAULT,
    GOOD,
    INSUFFICIENT_DATA,
    OK,
    STATES,
    STATUSES,
    WARNING,
    State,
    Status,
)
from forex.evaluation import findings
from forex.evaluation.report import ValidationReport
from forex.evaluation.rule_words import in_words
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import AlarmFinding, EarlyFinding, FigureFinding, Finding, PerformanceReport
from forex.monitoring.verdict import worst
from forex.observations.store import TARGET
from forex.params import Limits, Overall
from forex.timeline.calendar import horizon_days
from forex.validation.report import InputWarning, WarningKind

AGE = "run_age"  # the rule of whoever has a clock


class Found(Report):
    """What a rule found, and the state that it amounts to."""

    rule: str
    state: State
    says: Sentence


class OverallState(Report):
    """The state of a run: the worst of `found`, which has at least one entry of every rule, the worst first."""

    state: State
    found: tuple[Found, ...]

    @property
    def reservations(self) -> list[Found]:
        """What keeps the state from being OK."""
        return [entry for entry in self.found if entry.state != OK]

    @property
    def told(self) -> list[Found]:
        """What the first screen has room for: every FAULT, or else the first milder reservation."""
        return [entry for entry in self.found if entry.state == FAULT] or self.reservations[:1]


@dataclass(frozen=True)
class Reports:
    """The reports of a run that the rules look at."""

    forecast: Forecast
    validation: ValidationReport
    performance: PerformanceReport
    alerts: AlertsReport


def overall(reports: Reports, rules: Overall, *, run_age: int | None = None) -> OverallState:
    """The state of a run.  run_age: business days since a newer forecast was due, None without a clock."""
    found = [
        Found(rule=name, state=state, says=says) for name, rule in RULES.items() for state, says in rule(reports, rules)
    ]
    if run_age is not None:
        state, says = of_age(run_age, rules.run_age)
        found.append(Found(rule=AGE, state=state, says=says))
    found.sort(key=lambda entry: -STATES.index(entry.state))
    return OverallState(state=found[0].state, found=tuple(found))


Judged = Iterator[tuple[State, Sentence]]


def _of_kind(forecast: Forecast, kind: WarningKind) -> list[InputWarning]:
    """The forecast's warnings about the newest inputs that are of a kind."""
    return [warning for warning in forecast.warnings if warning.kind == kind]


def _plain(warning: InputWarning) -> Sentence:
    """The warning without its kind."""
    return Sentence(says=warning.says, text=warning.text, values=warning.values)


def recent(performance: PerformanceReport) -> list[tuple[Status, Sentence]]:
    """What the monitor says of recent forecasts, the worst first: a sentence for each kind of finding and each status of it."""
    if not performance.findings:
        return [(performance.status, _quiet(performance))]
    statuses: dict[tuple[type[Report], str], list[Status]] = {}
    for finding in performance.findings:
        statuses.setdefault((_kind(finding), finding.horizon), []).append(finding.status)
    found: dict[tuple[type[Report], Status], list[str]] = {}
    for (kind, horizon), each in statuses.items():
        found.setdefault((kind, worst(each)), []).append(horizon)
    ordered = sorted(found.items(), key=lambda item: -STATUSES.index(item[0][1]))
    return [(status, _worse(kind, status, horizons)) for (kind, status), horizons in ordered]


def _kind(finding: Finding) -> type[Report]:
    """Coverage is compared with the level that was promised, as the alarm does; other figures with those before."""
    promised = isinstance(finding, FigureFinding) and finding.figure.startswith("coverage_")
    return AlarmFinding if promised else type(finding)


def _worse(kind: type[Report], status: Status, horizons: Sequence[str]) -> Sentence:
    told: dict[str, Any] = {"status": status, "horizons": sorted(horizons, key=horizon_days)}
    if kind is EarlyFinding:
        return sentence(
            "The rate is far from forecasts whose day is still to come: {status} at {horizons:and}.", **told
        )
    if kind is AlarmFinding:
        return sentence("Intervals miss more often than they say: {status} at {horizons:and}.", **told)
    return sentence("Recent forecasts are worse than those before them: {status} at {horizons:and}.", **told)


def _quiet(performance: PerformanceReport) -> Sentence:
    """Where nothing was found."""
    if performance.status == EXCELLENT:
        return sentence("Recent forecasts are better than those before them.")
    if performance.status == GOOD:
        return sentence("There is no evidence that forecasts got worse.")
    few = [name for name, entry in by_length(performance.horizons).items() if entry.status == INSUFFICIENT_DATA]
    return sentence("It cannot be told whether forecasts got worse at {horizons:and}.", horizons=few)


def observado(reports: Reports, rules: Overall) -> Judged:
    """Whether the observado is as new as its publication rule allows, and still moves."""
    forecast = reports.forecast
    late = {stale.series: stale.late for stale in forecast.stale}.get(TARGET, 0)
    state = above(late, rules.observado_late)
    for warning in _of_kind(forecast, "unchanged"):
        standing = cast(int, warning.values["count"]) - 1  # business days without another value
        yield max(CAUTION, above(standing, rules.observado_late), key=STATES.index), _plain(warning)
    if state == OK:
        yield OK, sentence("The observado of {date} is the newest that could be known.", date=forecast.anchor_date)
    else:
        yield (
            state,
            sentence(
                "The newest observado is of {date}, {late:business_days} later than it should be.",
                date=forecast.anchor_date,
                late=late,
            ),
        )


def drivers(reports: Reports, rules: Overall) -> Judged:
    """How many of the other series have a value that is recent enough to say something, and whether one has just jumped."""
    forecast = reports.forecast
    missing = {reason.series for reason in forecast.missing}
    dead = missing | {stale.series for stale in forecast.stale if stale.late >= rules.driver_late}
    every = (set(forecast.inputs.series) | missing) - {TARGET}
    alive = len(every - dead)
    for warning in _of_kind(forecast, "unusual_driver"):
        yield CAUTION, _plain(warning)
    if not every:
        yield CAUTION, sentence("The forecast is made without drivers: the store has none.")
    elif alive == len(every):
        yield OK, sentence("All {count:d} drivers have new values.", count=alive)
    else:
        state = below(alive / len(every), rules.drivers_alive)
        yield (
            state,
            sentence(
                "{dead:d} of {count:d} drivers are missing or have had no new value for {days:business_days} or more.",
                dead=len(every) - alive,
                count=len(every),
                days=rules.driver_late,
            ),
        )


def acceptance(reports: Reports, rules: Overall) -> Judged:
    """Whether the backtest holds the targets that were set for it."""
    failed = [judged for judged in findings.rules_open(reports.validation) if judged.verdict == FAIL]
    held, count = findings.rules_held(reports.validation)
    if not failed and count and not held:
        yield CAUTION, sentence("None of the {count:d} acceptance rules can be told yet.", count=count)
    elif not failed:
        yield OK, sentence("{held:d} of {count:d} acceptance rules hold and none fails.", held=held, count=count)
    for judged in failed:
        yield (
            rules.acceptance,
            sentence(
                "An acceptance rule fails at {horizon}: {rule}, {found}.",
                horizon=judged.horizon,
                rule=in_words(judged.rule),
                found=judged.says,
            ),
        )


def monitor(reports: Reports, rules: Overall) -> Judged:
    """Whether recent forecasts are as good as those before them, as the intervals say, and as far as the rate has come."""
    states = {DEGRADED: rules.monitor.DEGRADED, CRITICAL: rules.monitor.CRITICAL}
    for status, says in recent(reports.performance):
        yield states.get(status, OK), says


def alerts(reports: Reports, rules: Overall) -> Judged:
    """Whether something was raised at the newest origin."""
    raised = [alert for alert in reports.alerts.alerts if alert.origin_date == reports.alerts.at]
    grave = [alert for alert in raised if alert.severity in (WARNING, CRITICAL)]
    if not grave:
        yield OK, sentence("No warning was raised on {date}.", date=reports.alerts.at)
    for alert in sorted(grave, key=lambda alert: -ALERT_SEVERITIES.index(alert.severity)):
        yield (
            rules.alerts.CRITICAL if alert.severity == CRITICAL else rules.alerts.WARNING,
            sentence(
                "Alert, {severity}: {type} ({why}).", severity=alert.severity, type=alert.type, why=tuple(alert.reasons)
            ),
        )


RULES: Mapping[str, Callable[[Reports, Overall], Judged]] = {
    "observado": observado,
    "drivers": drivers,
    "acceptance": acceptance,
    "monitor": monitor,
    "alerts": alerts,
}


def of_age(business_days: int, limits: Limits) -> tuple[State, Sentence]:
    """The state of a forecast by its age, and why.  business_days: how long a newer one has been due."""
    state = above(business_days, limits)
    if state == OK:
        return OK, sentence("The forecast is the newest that could have been made.")
    return state, sentence("A newer forecast has been due for {days:business_days}.", days=business_days)


def above(figure: float, limits: Limits) -> State:
    """FAULT or CAUTION where the figure has reached that limit, else OK."""
    return FAULT if figure >= limits.fault else CAUTION if figure >= limits.caution else OK


def below(figure: float, limits: Limits) -> State:
    """FAULT or CAUTION where the figure is below that limit, else OK."""
    return FAULT if figure < limits.fault else CAUTION if figure < limits.caution else OK
