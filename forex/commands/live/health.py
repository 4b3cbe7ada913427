"""`forex health`: for monitors, whether the forecast arrives on time and whole; in words, as JSON or as metrics for Prometheus."""

from collections.abc import Mapping
from typing import Any

from forex.commands.keep import params
from forex.commands.tables import listed
from forex.commands.words import ENGLISH, Words
from forex.core.clock import Clock, now
from forex.health.age import check_age
from forex.health.jobs import check_jobs
from forex.health.kept import check_ledger, check_mail
from forex.health.report import Health, health
from forex.health.run import check_reports, check_suites, read_run
from forex.schedule.plan import plan_of

WIDTH = 120  # where no terminal has another


def view(*, clock: Clock = now) -> Health:
    """What each check found, and the exit code that follows.

    Raises ParamsError where params.yaml or operations.yaml is wrong; whatever else is damaged is a finding.
    """
    at, settings = clock(), params.whole()
    plan, run = plan_of(params.operations(settings)), read_run()
    why = next(iter(run.faults), "")
    checks = (
        check_age(run.forecast, why, at, settings.cut_off, settings.state.run_age),
        check_reports(run, settings),
        check_suites(run),
        check_ledger(run.forecast),
        check_mail(at),
        *check_jobs(plan, at),
    )
    return health(at, checks)


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The state, then the checks, the worst first."""
    rows = [[check["name"], words.status(check["state"]), words.say(check["says"])] for check in content["checks"]]
    state = words.say("State: {state:s}", state=words.status(content["state"]))
    return f"{state}\n{listed(rows, width=words.width or WIDTH)}"
