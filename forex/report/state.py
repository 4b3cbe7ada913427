"""The overall state, said first on page, sheet and terminal: OK, CAUTION or FAULT, the worst of what its rules find.

The rules look at the reports of a run; the age of the run is for whoever has a clock, by the same limits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forex.core.reports import Report
from forex.core.sentence import Sentence, sentence
from forex.core.status import (
    ALERT_SEVERITIES,
    CAUTION,
    CRITICAL,
    DEGRADED,
    FAIL,
    FAULT,
    OK,
    STATES,
    WARNING,
    State,
)
from forex.evaluation import findings
from forex.evaluation.report import ValidationReport
from forex.evaluation.rule_words import in_words
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import EarlyFinding, PerformanceReport
from forex.observations.store import TARGET
from forex.params import Limits, Overall

AGE = "run_age"  # the rule of whoever has a clock


class Found(Report):
    """What a rule found, and the state that this is."""

    rule: str
    state: State
    says: Sentence


class OverallState(Report):
    """state: the worst of `found`, which has an entry of every rule, the worst first."""

    state: State
    found: tuple[Found, ...]

    @property
    def reservations(self) -> list[Found]:
        """What keeps the state from being OK."""
        return [one for one in self.found if one.state != OK]

    @property
    def told(self) -> list[Found]:
        """What the first screen has room for: every FAULT, or the first of what is milder."""
        return [one for one in self.found if one.state == FAULT] or self.reservations[:1]


@dataclass(frozen=True)
class Reports:
    """What the rules look at."""

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
    found.sort(key=lambda one: -STATES.index(one.state))
    return OverallState(state=found[0].state, found=tuple(found))


Judged = Iterator[tuple[State, Sentence]]


def observado(reports: Reports, rules: Overall) -> Judged:
    """Whether the observado is as new as its publication rule allows."""
    forecast = reports.forecast
    late = {one.series: one.late for one in forecast.stale}.get(TARGET, 0)
    state = above(late, rules.observado_late)
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
    """How many of the other series have a value that is not too late to say anything."""
    forecast = reports.forecast
    missing = {one.series for one in forecast.missing}
    dead = missing | {one.series for one in forecast.stale if one.late >= rules.driver_late}
    every = (set(forecast.inputs.series) | missing) - {TARGET}
    alive = len(every - dead)
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
    failed = [one for one in findings.rules_open(reports.validation) if one.verdict == FAIL]
    held, count = findings.rules_held(reports.validation)
    if not failed and count and not held:
        yield CAUTION, sentence("None of the {count:d} acceptance rules can be told yet.", count=count)
    elif not failed:
        yield OK, sentence("{held:d} of {count:d} acceptance rules hold and none fails.", held=held, count=count)
    for one in failed:
        yield (
            rules.acceptance,
            sentence(
                "An acceptance rule fails at {horizon}: {rule}, {found}.",
                horizon=one.horizon,
                rule=in_words(one.rule),
                found=one.says,
            ),
        )


def monitor(reports: Reports, rules: Overall) -> Judged:
    """Whether recent forecasts are as good as those before them."""
    status = reports.performance.status
    if status in (DEGRADED, CRITICAL):
        said = reports.performance.findings
        told: dict[str, Any] = {"status": status, "horizons": list(dict.fromkeys(one.horizon for one in said))}
        yield (
            rules.monitor.CRITICAL if status == CRITICAL else rules.monitor.DEGRADED,
            sentence("The rate is far from forecasts whose day is still to come: {status} at {horizons:and}.", **told)
            if said and all(isinstance(one, EarlyFinding) for one in said)
            else sentence("Recent forecasts are worse than those before them: {status} at {horizons:and}.", **told),
        )
    else:
        yield OK, sentence("The monitor of recent forecasts says: {status}.", status=status)


def alerts(reports: Reports, rules: Overall) -> Judged:
    """Whether something was raised at the newest origin."""
    raised = [one for one in reports.alerts.alerts if one.origin_date == reports.alerts.at]
    grave = [one for one in raised if one.severity in (WARNING, CRITICAL)]
    if not grave:
        yield OK, sentence("No warning was raised on {date}.", date=reports.alerts.at)
    for one in sorted(grave, key=lambda alert: -ALERT_SEVERITIES.index(alert.severity)):
        yield (
            rules.alerts.CRITICAL if one.severity == CRITICAL else rules.alerts.WARNING,
            sentence(
                "Alert, {severity}: {type} ({why}).", severity=one.severity, type=one.type, why=tuple(one.reasons)
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
    """Of a forecast, a newer one than which has been due for so many business days."""
    state = above(business_days, limits)
    if state == OK:
        return OK, sentence("The forecast is the newest that could have been made.")
    return state, sentence("A newer forecast has been due for {days:business_days}.", days=business_days)


def above(figure: float, limits: Limits) -> State:
    return FAULT if figure >= limits.fault else CAUTION if figure >= limits.caution else OK


def below(figure: float, limits: Limits) -> State:
    return FAULT if figure < limits.fault else CAUTION if figure < limits.caution else OK
