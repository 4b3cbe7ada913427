"""The list of holidays beside what the `holidays` package says of Chile: `make calendar` compares, and renews on demand.

Outside the pipeline, which reads the committed list alone. Exit code 1 where the two differ and nothing was written.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Mapping, Sequence

from forex.core.disk import write_text
from forex.core.errors import ForexError, GateFailed, UsageError
from forex.core.files import read_text
from forex.timeline.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR, Holiday, holidays_text, parse_holidays

RENEW = "`make calendar KNOWN_FROM=YYYY-MM-DD` writes them, the added days as known from then, the day their law was published"


def packaged() -> dict[dt.date, str]:
    """Every public and bank holiday of Chile in the list's years with its Spanish name, by the package; weekends included."""
    from holidays import country_holidays

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    listed = country_holidays("CL", categories=("public", "bank"), language="es", years=years)
    return dict(sorted(listed.items()))


def differences(committed: Sequence[Holiday], source: Mapping[dt.date, str]) -> list[str]:
    """One line for each day that only one of them lists, or that they name differently, by date.

    >>> differences([Holiday(dt.date(2024, 5, 1), "Día del Trabajo", dt.date(1980, 1, 1))], {dt.date(2024, 5, 21): "Navales"})
    ['2024-05-01 removed: Día del Trabajo', '2024-05-21 added: Navales']
    """
    names = {holiday.date: holiday.name for holiday in committed}
    lines: list[str] = []
    for date in sorted(names.keys() | source.keys()):
        if date not in source:
            lines.append(f"{date} removed: {names[date]}")
        elif date not in names:
            lines.append(f"{date} added: {source[date]}")
        elif names[date] != source[date]:
            lines.append(f"{date} renamed: {names[date]} to {source[date]}")
    return lines


def renewed(committed: Sequence[Holiday], source: Mapping[dt.date, str], known_from: dt.date) -> list[Holiday]:
    """The holidays of `source`: those listed before keep their known_from, added ones have the given one.

    Raises UsageError where an added day lies before it.
    """
    known = {holiday.date: holiday.known_from for holiday in committed}
    late = [date for date in source if date not in known and date < known_from]
    if late:
        raise UsageError(
            f"KNOWN_FROM {known_from} is after {late[0]}, an added day. Give the day its law was published."
        )
    return [Holiday(date, name, known.get(date, known_from)) for date, name in sorted(source.items())]


def main() -> None:
    """Print how the list and the package differ; with --known-from, write the list anew if they do.

    Raises GateFailed where they differ and nothing is written, and what `renewed` raises.
    """
    parser = argparse.ArgumentParser(prog="python -m forex.commands.keep.calendar_source", description=__doc__)
    parser.add_argument(
        "--known-from", type=dt.date.fromisoformat, help="write the list; added days are known from then"
    )
    known_from: dt.date | None = parser.parse_args().known_from
    committed, source = parse_holidays(read_text(HOLIDAYS), str(HOLIDAYS)), packaged()
    found = differences(committed, source)
    print("\n".join(found) or f"{HOLIDAYS}: {len(committed)} days, those of the holidays package.")
    if not found:
        return
    if known_from is None:
        raise GateFailed(f"{HOLIDAYS}: {len(found)} differences from the holidays package. {RENEW}.")
    write_text(HOLIDAYS, holidays_text(renewed(committed, source, known_from)))
    print(f"{HOLIDAYS}: written. Say in data/calendar/README.md which law the added days rest on.")


if __name__ == "__main__":
    try:
        main()
    except ForexError as error:
        print(f"calendar: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
