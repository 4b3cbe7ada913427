"""A `Health` as text that Prometheus reads: version 0.0.4 of its text exposition format.

Every figure has its HELP and TYPE, and a sample for each check or job that has the figure; what is unknown has no sample.
"""

from collections.abc import Iterator
from typing import Final

from forex.core.status import NOT_EVALUATED
from forex.health.report import Health

JOB: Final = "job:"
FIGURES: Final = {
    "forecast_age_business_days": "Business days since a newer forecast could have been made.",
    "forecast_origin_timestamp_seconds": "Cut-off of the newest forecast.",
    "suites_checks": "Checks of the data that the last run made.",
    "suites_checks_held": "Those of them that held.",
    "ledger_rows": "Forecasts in the ledger, by origin and horizon.",
    "mails_unsent": "Mails that wait to be sent.",
    "mails_too_late": "Mails of the last week that came too late to be sent.",
    "mail_oldest_unsent_seconds": "How long the oldest of them has waited.",
    "job_last_success_timestamp_seconds": "When the job's commands were last all done.",
}


def exposition(health: Health) -> str:
    """The figures of `health`, each line ending in a newline."""
    return "".join(f"{line}\n" for line in _lines(health))


def _lines(health: Health) -> Iterator[str]:
    yield from _head(
        "health_exit_code", "Exit code of forex health: 0 fine, 1 something is wrong, 4 no forecast or too old."
    )
    yield f"forex_health_exit_code {health.exit_code}"
    yield from _head("check_ok", "Whether a check found nothing wrong; none for a check that could not be made.")
    for check in sorted(health.checks, key=lambda check: check.name):
        if check.state != NOT_EVALUATED:
            yield f"forex_check_ok{_labels(check=check.name)} {0 if check.wrong else 1}"
    for name, says in FIGURES.items():
        yield from _head(name, says)
        for check in sorted(health.checks, key=lambda check: check.name):
            if name in check.figures:
                label = _labels(job=check.name.removeprefix(JOB)) if check.name.startswith(JOB) else ""
                yield f"forex_{name}{label} {_number(check.figures[name])}"


def _head(name: str, says: str) -> Iterator[str]:
    yield f"# HELP forex_{name} {says}"
    yield f"# TYPE forex_{name} gauge"


def _labels(**values: str) -> str:
    """The labels of a sample, in braces.

    >>> _labels(job="daily")
    '{job="daily"}'
    """
    return "{" + ",".join(f'{name}="{value}"' for name, value in values.items()) + "}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
