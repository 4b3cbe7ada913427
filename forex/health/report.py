"""What `forex health` found: of each thing it looked at a state, a sentence and figures."""

import datetime as dt
from typing import Final, Literal

from forex.core.errors import EXIT_OK, GateFailed, StaleError
from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.core.status import CAUTION, FAULT, NOT_EVALUATED, OK

CheckState = Literal["OK", "CAUTION", "FAULT", "NOT_EVALUATED"]
AGE: Final = "age"


class Check(Report):
    """name: age, reports, suites, ledger, mail, or job:NAME.  figures: by the name that their metric has without `forex_`."""

    name: str
    state: CheckState
    says: Sentence
    figures: dict[str, float]

    @property
    def wrong(self) -> bool:
        return self.state in (CAUTION, FAULT)


class Health(Report):
    """at: by the clock, UTC.  state: the worst of the checks'."""

    at: dt.datetime
    state: CheckState
    exit_code: int
    checks: tuple[Check, ...]


def health(at: dt.datetime, checks: tuple[Check, ...]) -> Health:
    """The worst first.  The exit code is 4 where there is no forecast or a newer one could have been made, 1 where something else
    is wrong."""
    order = (FAULT, CAUTION, OK, NOT_EVALUATED)
    ordered = tuple(sorted(checks, key=lambda one: order.index(one.state)))
    late = any(one.wrong and one.name == AGE for one in checks)
    wrong = any(one.wrong for one in checks)
    code = StaleError.exit_code if late else GateFailed.exit_code if wrong else EXIT_OK
    return Health(at=at, state=ordered[0].state, exit_code=code, checks=ordered)
