"""`forex calendar check`: whether the lists that people keep by hand reach far enough, and which holidays are expected."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import listed
from forex.core.files import read_text
from forex.params import load_params
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.timeline import calendar

MEETINGS = Path("data/calendar/bcch_meetings.csv")
INTERVENTIONS = Path("data/calendar/bcch_interventions.csv")


def view() -> dict[str, Any]:
    """What the calendars say of the days from `as_of` to the end of the longest horizon.

    Meetings are announced long ahead, so the list has to reach that end. An intervention is not known before it is announced,
    so its list has to reach `as_of`; whether it reaches further is said beside it. `suffices_until`: the last `as_of` that the list
    of meetings covers, so that the gap is known before it opens.
    """
    params = load_params()
    as_of = dt.date.fromisoformat(params.as_of)
    longest = dt.timedelta(days=max(calendar.horizon_days(horizon) for horizon in params.horizons))
    until = as_of + longest
    meetings = parse_meetings(read_text(MEETINGS), str(MEETINGS))
    scheduled = meetings.dates[~meetings.special].tolist()
    interventions = parse_interventions(read_text(INTERVENTIONS), str(INTERVENTIONS))
    listed_until = calendar.as_dates(interventions.complete_until).astype(dt.date).item()
    covered = {"meetings": scheduled[-1] >= until, "interventions": listed_until >= as_of}
    return {
        "as_of": str(as_of),
        "until": str(until),
        "covered": all(covered.values()),
        "meetings": {
            "file": str(MEETINGS),
            "listed_until": str(scheduled[-1]),
            "covered": covered["meetings"],
            "suffices_until": str(scheduled[-1] - longest),
            "expected": [str(day) for day in scheduled if as_of < day <= until],
        },
        "interventions": {
            "file": str(INTERVENTIONS),
            "listed_until": str(listed_until),
            "covered": covered["interventions"],
            "covered_ahead": listed_until >= until,
        },
        "holidays": [
            {"date": str(day), "name": name} for day, name in calendar.holidays_between(as_of, until, known_at=as_of)
        ],
    }


def text(content: Mapping[str, Any]) -> str:
    """The meetings and holidays expected, and for each list kept by hand how far it reaches or what to add to it."""
    meetings, interventions = content["meetings"], content["interventions"]
    lines = [f"From {content['as_of']} to {content['until']}:"]
    holidays = [f"{holiday['date']} {holiday['name']}" for holiday in content["holidays"]]
    expected = [("meetings", meetings["expected"]), ("holidays", holidays)]
    lines.append(listed([[label, "\n".join(days) or "none"] for label, days in expected]))
    if meetings["covered"]:
        lines.append(
            f"{meetings['file']} reaches {meetings['listed_until']}: it covers these days, and suffices up to as_of "
            f"{meetings['suffices_until']}. The Banco Central announces a year's meetings in September or October before."
        )
    else:
        lines.append(
            f"{meetings['file']} ends on {meetings['listed_until']}, before {content['until']}, and sufficed up to as_of "
            f"{meetings['suffices_until']}. Add the meetings that the Banco Central has announced since, as rows of date,scheduled."
        )
    name, end = interventions["file"], interventions["listed_until"]
    if interventions["covered"]:
        ahead = "" if interventions["covered_ahead"] else "; what will be announced later nobody knows yet"
        lines.append(f"{name} reaches {end}{ahead}.")
    else:
        lines.append(
            f"{name} ends on {end}, before {content['as_of']}. Add what was announced since, or the row ,{content['as_of']},,none "
            "where nothing was."
        )
    return "\n".join(lines)
