"""What `forex health` found: a state, a sentence and figures for each thing that it looked at."""

import datetime as dt
from typing import Final, Literal

from forex.core.errors import EXIT_OK, GateFailed, StaleError
from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.core.status import CAUTION, FAULT, NOT_EVALUATED, OK

CheckState = Literal["OK", "CAUTION", "FAULT", "NOT_EVALUATED"]
AGE: Final = "age"


class Check(Report):
    """What was found of one thing.

    name: age, reports, suites, ledger, mail, or job:NAME.  figures: by the name that their metric has without `forex_`.
    """

    name: str
    state: CheckState
    says: Sentence
    figures: dict[str, float]

    @property
    def wrong(self) -> bool:
        """Whether the state is CAUTION or FAULT."""
        return self.state in (CAUTION, FAULT)


class Health(Report):
    """What all checks found.  at: by the clock, UTC.  state: the worst of the checks'.  checks: the worst first."""

    at: dt.datetime
    state: CheckState
    exit_code: int
    checks: tuple[Check, ...]


def health(at: dt.datetime, checks: tuple[Check, ...]) -> Health:
    """The checks as one, the worst first; there is one at least.

    The exit code is 4 where the check of the forecast's age is wrong: there is none, or a newer one could have been made; 1 where
    another check is.
    """
    order = (FAULT, CAUTION, OK, NOT_EVALUATED)
    ordered = tuple(sorted(checks, key=lambda check: order.index(check.state)))
    late = any(check.wrong and check.name == AGE for check in checks)
    wrong = any(check.wrong for check in checks)
    code = StaleError.exit_code if late else GateFailed.exit_code if wrong else EXIT_OK
    return Health(at=at, state=ordered[0].state, exit_code=code, checks=ordered)
