"""`forex check`: the overall state of the last run, whether it is the run of params.yaml, and, by the clock, how old it is.

The state is that of `forex.report.state`, by the rules of `state` in params.yaml. Besides what its rules find, there are reasons of
four kinds:

degraded   the performance report finds a horizon of `published` degraded or critical, its sequential alarm on or its early signal
           raised; the text says what each horizon's status rests on
alert      the newest origin's alerts are worth a message
late       the newest origin's forecast was issued when its first outcome was public already, by what was recorded of its issue;
           where nothing was recorded, nothing is said
stale      the reports are of another `as_of`, origin or params than they should be, or older than `--max-age` allows; without that
           option no clock is read

The exit code is 1 where a rule other than the age's finds a FAULT, alerts are worth a message or the issue was late; else 4
where a reason is stale; else 0. CAUTION alone is reported and ends with 0: an acceptance rule that fails over the whole backtest is
about the method and not about the day.
"""

from collections.abc import Mapping, Set
from typing import Any

from forex.commands.judge import deep as run_files
from forex.commands.live import issued_at
from forex.commands.live.on_time import first_outcome
from forex.commands.show.scoreboard import acceptance, held
from forex.commands.words import ENGLISH, Words
from forex.core.clock import Clock, now
from forex.core.errors import EXIT_OK, GateFailed, StaleError
from forex.core.names import PUBLISHED
from forex.core.reports import plain
from forex.core.sentence import Sentence, sentence
from forex.core.status import FAULT, OK
from forex.evaluation.unjudged import unjudged
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.health.age import age as age_by_clock
from forex.monitoring.grounds import in_words
from forex.monitoring.report import PerformanceReport
from forex.params import Params, load_params
from forex.report.backtest import shown_levels
from forex.report.run import other_run, read_reports
from forex.report.state import AGE, OverallState, Reports, overall

DEGRADED, ALERT, LATE, STALE = "degraded", "alert", "late", "stale"
ELSEWHERE = ("acceptance", "monitor")  # rules of the state whose findings stand in lines of their own


def view(*, max_age: int | None = None, deep: bool = False, clock: Clock = now) -> dict[str, Any]:
    """The state and what each of its rules found, the exit code, and the reasons, each with its kind and a sentence.

    max_age: business days without a newer run that are allowed; None: the clock is not read.  deep: read every file of the run
    first, as `forex.commands.judge.deep` does, which raises DataError naming each that is not what it was; `verified` is how
    many of its outputs were read, `verified_inputs` how many of its inputs.
    """
    verified = run_files.verify(load_params()) if deep else None
    reports = read_reports()
    forecast, performance, alerts = reports.forecast, reports.performance, reports.alerts
    params = load_params()
    age = None if max_age is None else age_by_clock(forecast.origin_date, clock(), params.cut_off)
    found = overall(reports, params.state, run_age=age)
    reasons = [{"kind": DEGRADED, **plain(in_words(finding))} for finding in performance.findings]
    if alerts.send.send:
        worth = sentence("alerts of {date}: {why}", date=alerts.at, why=alerts.send.why)
        reasons.append({"kind": ALERT, **plain(worth)})
    if late := _late(str(forecast.origin_date), params):
        reasons.append({"kind": LATE, **plain(late)})
    old = None if age is None or max_age is None or age <= max_age else _old(forecast, age, max_age)
    reasons += [{"kind": STALE, **plain(told)} for told in (other_run(forecast, alerts.at, params), old) if told]
    return {
        "state": found.state,
        "exit_code": _exit_code(found, {reason["kind"] for reason in reasons}),
        "as_of": str(forecast.as_of),
        "performance": performance.status,
        "found": [{"rule": finding.rule, "state": finding.state, **plain(finding.says)} for finding in found.found],
        "reasons": reasons,
        "unjudged": {name: plain(why) for name, why in _unjudged(reports).items()},
        "windows": _windows(performance),
        "monitor": _monitor(performance),
        "acceptance": acceptance(reports.validation),
        "verified": verified.outputs if verified else None,
        "verified_inputs": verified.inputs if verified else None,
    }


def _unjudged(reports: Reports) -> dict[str, Sentence]:
    forecast = reports.forecast
    return unjudged(reports.validation, by_length(forecast.horizons), max(shown_levels(forecast)))


def _exit_code(found: OverallState, kinds: Set[str]) -> int:
    fault = any(finding.state == FAULT and finding.rule != AGE for finding in found.found)
    if fault or kinds & {ALERT, LATE}:
        return GateFailed.exit_code
    return StaleError.exit_code if STALE in kinds else EXIT_OK


def _old(forecast: Forecast, age: int, max_age: int) -> Sentence:
    return sentence(
        "the forecast of {origin} is {age:business_days} old by the clock, where {allowed:business_days} are allowed: nothing has "
        "run since. Run forex advance.",
        origin=forecast.origin_date,
        age=age,
        allowed=max_age,
    )


def _windows(performance: PerformanceReport) -> dict[str, dict[str, Any]]:
    """By horizon and number of matured forecasts: the verdict of `published`, and Mann–Whitney's p of its errors' ranks.

    The p is one-sided, of the window against its baseline, errors that overlap left out; None where it says nothing.
    """
    return {
        horizon: {
            size: {"status": window.status, "mann_whitney_p": window.mann_whitney_p}
            for size, window in (figures.models[PUBLISHED].windows if PUBLISHED in figures.models else {}).items()
        }
        for horizon, figures in performance.horizons.items()
    }


def _monitor(performance: PerformanceReport) -> dict[str, dict[str, Any]]:
    """By horizon: the status and what it rests on, in words; how far the rate is from the open forecasts, backtest and ledger."""
    return {
        horizon: {
            "status": figures.status,
            **plain(figures.grounds),
            "early": plain(figures.early) if figures.early else None,
            "issued": plain(figures.issued) if figures.issued else None,
        }
        for horizon, figures in by_length(performance.horizons).items()
    }


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The state in one line, then what it rests on: findings, the monitor by horizon, other reasons, rules that do not hold."""
    rules = content["acceptance"]
    lines = [
        words.say(
            "{state:s}: as of {as_of}, performance {status:s}, {rules}",
            state=words.status(content["state"]),
            as_of=content["as_of"],
            status=words.status(content["performance"]),
            rules=held(rules),
        )
    ]
    lines += [
        words.say(finding)
        for finding in content["found"]
        if finding["state"] != OK and finding["rule"] not in ELSEWHERE
    ]
    monitor = content["monitor"].values()
    lines += [words.say(entry) for entry in monitor]
    lines += [
        words.say(reason)
        for reason in content["reasons"]
        if not any(reason["says"] in told["says"] for told in monitor)
    ]
    lines += [words.say(why) for why in content["unjudged"].values()]
    for rule in rules["open"]:
        told = words.say(
            "{horizon} {rule:s} {verdict:s}: {found:s}",
            horizon=rule["horizon"],
            rule=words.rule(rule["rule"]),
            verdict=words.status(rule["verdict"]),
            found=words.say(rule),
        )
        lines.append(told)
    if content["verified"] is not None:
        lines.append(
            words.say(
                "{files:d} outputs, {inputs:d} inputs, the rows of the store that the run knew, the cache and the ledger are what "
                "they were",
                files=content["verified"],
                inputs=content["verified_inputs"],
            )
        )
    return "\n".join(part for line in lines for part in words.wrapped(line))


def _late(origin: str, params: Params) -> Sentence | None:
    recorded = issued_at.recorded()
    if not any(of == origin for of, _ in recorded):
        return None
    outcome = first_outcome(origin, params)
    at = recorded.get((origin, outcome[0])) if outcome else None
    if at is None or outcome is None or at < outcome[1]:
        return None
    return sentence(
        "the forecast of {origin} was issued at {at}, when the outcome of its {horizon} had been public since {public}: it is true "
        "to its cut-off, but nobody had it in time",
        origin=origin,
        at=at,
        horizon=outcome[0],
        public=outcome[1],
    )
