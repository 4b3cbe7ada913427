"""The committed list of Chile's public and bank holidays, each with the day from which it was known to be one.

data/calendar/README.md says which law each day rests on; `make calendar` compares the file with the `holidays` package.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from forex.core.edges.shown import shown
from forex.core.edges.table import records
from forex.core.edges.validators import iso_day
from forex.core.errors import DataError

HOLIDAYS = Path("data/calendar/holidays_cl.csv")
COLUMNS = ("date", "name", "known_from")
FIRST_YEAR, LAST_YEAR = 1980, 2040
EVERY_YEAR = ((1, 1), (12, 25))  # month and day of holidays that every year has: a file that was cut short lacks one


class Holiday(NamedTuple):
    """A day on which Santiago's banks are closed, and the day from which that was known."""

    date: dt.date
    name: str
    known_from: dt.date


def parse_holidays(text: str, source: str) -> tuple[Holiday, ...]:
    """The holidays of a CSV text with the columns `date,name,known_from`; `source` is the name that messages give the file.

    Raises DataError naming file, line and value where the header differs, a row does not have three values, a date cannot
    be read, a name is empty, dates do not increase, a holiday was known only after its day, or a year of the range is
    missing or a row lies beyond it.
    """
    listed: list[Holiday] = []
    for line, row in records(text, source, COLUMNS):
        where = f"{source}, line {line}"
        holiday = Holiday(_date(row["date"], "date", where), row["name"], _date(row["known_from"], "known_from", where))
        if not holiday.name.strip():
            raise DataError(f"{where}: name {shown(holiday.name)} is empty. Enter the holiday's name.")
        if not FIRST_YEAR <= holiday.date.year <= LAST_YEAR:
            raise DataError(
                f"{where}: {holiday.date} is outside the years {FIRST_YEAR} to {LAST_YEAR}. Remove the row."
            )
        if listed and holiday.date <= listed[-1].date:
            raise DataError(
                f"{where}: {holiday.date} does not come after {listed[-1].date}. Sort the file and list each day once."
            )
        if holiday.known_from > holiday.date:
            raise DataError(f"{where}: known_from {holiday.known_from} is after {holiday.date}. Correct one of them.")
        listed.append(holiday)
    dates = {holiday.date for holiday in listed}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month, day in EVERY_YEAR:
            if dt.date(year, month, day) not in dates:
                missing = dt.date(year, month, day)
                raise DataError(f"{source}: {missing} is missing, a holiday of every year. Restore the file with git.")
    return tuple(listed)


def _date(text: str, name: str, where: str) -> dt.date:
    try:
        return iso_day(text)
    except ValueError as error:
        raise DataError(f"{where}: {name} {shown(text)} is not a date like 2024-12-18. Correct it.") from error


def holidays_text(holidays: Iterable[Holiday]) -> str:
    """The CSV text that `parse_holidays` reads back.

    >>> holidays_text([Holiday(dt.date(2022, 9, 16), "Feriado nacional", dt.date(2022, 8, 31))])
    'date,name,known_from\\n2022-09-16,Feriado nacional,2022-08-31\\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(holidays)
    return text.getvalue()
