"""What a run leaves for good: whether the ledger can be read and has the newest forecast, and whether mails wait to be sent."""

import datetime as dt
from pathlib import Path
from typing import Final

from forex.core.errors import DataError
from forex.core.places import OUTBOX, TOO_LATE, WAITING
from forex.core.sentence import sentence, together, verbatim
from forex.core.status import FAULT, NOT_EVALUATED, OK
from forex.forecast.report import Forecast
from forex.health.report import Check
from forex.ledger.ledger import LEDGER, read

UNSENT: Final = dt.timedelta(hours=24)  # a mail that waits longer has missed its day
RECENT: Final = dt.timedelta(days=7)
HOUR: Final = dt.timedelta(hours=1)


def check_ledger(forecast: Forecast | None) -> Check:
    """The check of whether the ledger can be read and has the newest forecast.  forecast: None where there is none to compare."""
    try:
        origins = read(LEDGER)["origin_date"]
    except DataError as error:
        return Check(name="ledger", state=FAULT, says=verbatim(str(error)), figures={})
    figures = {"ledger_rows": float(origins.len())}
    if forecast is None:
        says = sentence("There is no forecast that the ledger could lack.")
        return Check(name="ledger", state=NOT_EVALUATED, says=says, figures=figures)
    if forecast.origin_date in origins.to_list():
        says = sentence("The forecast of {date} is issued.", date=forecast.origin_date)
        return Check(name="ledger", state=OK, says=says, figures=figures)
    says = sentence("The forecast of {date} is not issued.", date=forecast.origin_date)
    return Check(name="ledger", state=FAULT, says=says, figures=figures)


def check_mail(at: dt.datetime) -> Check:
    """The check of whether a mail has waited for longer than a day, or one of the last week came too late to be sent.

    at: the clock, UTC.
    """
    if not OUTBOX.is_dir():
        says = sentence("There is no outbox: no mail was ever made here.")
        return Check(name="mail", state=NOT_EVALUATED, says=says, figures={})
    waiting, late = _ages(WAITING, at), [age for age in _ages(TOO_LATE, at) if age <= RECENT]
    figures: dict[str, float] = {"mails_unsent": len(waiting), "mails_too_late": len(late)}
    said = sentence("No mail waits to be sent.")
    if waiting:
        figures["mail_oldest_unsent_seconds"] = max(waiting).total_seconds()
        said = sentence(
            "Mails that wait to be sent: {count:d}, the oldest for {hours:.0f} hours.",
            count=len(waiting),
            hours=max(waiting) / HOUR,
        )
    lost = (
        sentence("Mails of the last week that came too late to be sent: {count:d}.", count=len(late)) if late else None
    )
    wrong = bool(late) or bool(waiting and max(waiting) > UNSENT)
    return Check(name="mail", state=FAULT if wrong else OK, says=together(lost, said), figures=figures)


def _ages(folder: Path, at: dt.datetime) -> list[dt.timedelta]:
    """How long ago each message in the folder was written; one that is still being written has a hidden name, and is left out."""
    made = [dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) for path in folder.glob("[!.]*.eml")]
    return [max(at - instant, dt.timedelta()) for instant in made]
