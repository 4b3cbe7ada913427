"""What the page says first: the answer in a sentence, and when the page is old."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forex.core.status import CAUTION, FAULT, State
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.params import Limits
from forex.presentation.language import Language
from forex.report.state import OverallState
from forex.timeline import calendar

MAIN_LEVEL = 0.8
GRACE = dt.timedelta(hours=1)  # after a cut-off, for a run to begin, fetch and finish


def main_level(levels: Sequence[float]) -> float:
    """The level of the intervals that are shown first: 80 % where it is one of them, else the one in the middle.

    >>> main_level([0.5, 0.8, 0.95]), main_level([0.6, 0.9, 0.99])
    (0.8, 0.9)
    """
    ordered = sorted(levels)
    return MAIN_LEVEL if MAIN_LEVEL in ordered else ordered[len(ordered) // 2]


def told_horizons(forecast: Forecast) -> list[str]:
    """The horizons of the sentence: about a week and about a month where there are such, two at most."""
    names = list(by_length(forecast.horizons))
    wanted = (min(names, key=lambda name: abs(calendar.horizon_days(name) - days)) for days in (7, 30))
    return list(dict.fromkeys(wanted))


def answer(forecast: Forecast, language: Language, horizons: Sequence[str] | None = None) -> str:
    """Where the observado will be, in a sentence: "With 80 % probability it will be between 980 and 1,021 on 9 January …".

    horizons: those to tell, None for those of `told_horizons`.
    """
    level = main_level([float(name) for name in next(iter(forecast.horizons.values())).intervals])
    parts = []
    for horizon in told_horizons(forecast) if horizons is None else horizons:
        entry = forecast.horizons[horizon]
        low, high = entry.intervals[f"{level:g}"]
        places = shown_places(high - low)
        parts.append(
            language.say(
                "between {low:s} and {high:s} on {day:s}",
                low=language.number(low, places),
                high=language.number(high, places),
                day=language.day_and_month(entry.target_date),
            )
        )
    return language.say(
        "With {level:s} probability, the dólar observado will be {parts:s}.",
        level=language.level(level),
        parts=language.listed(parts),
    )


def first_said(state: OverallState, forecast: Forecast, language: Language) -> list[tuple[str, str]]:
    """What comes first where there are lines and no layout: the state, what keeps it from being OK, the answer, labelled."""
    said = [(language.say("State"), language.name(state.state))]
    said += [(language.name(found.state), language.say(found.says)) for found in state.reservations]
    return [*said, (language.say("Forecast"), answer(forecast, language))]


def shown_places(width: float) -> int:
    """Decimals with which a width in CLP per USD has at least two significant digits: none from 10 on, two where it is zero.

    >>> shown_places(41.2), shown_places(0.52), shown_places(4100.0)
    (0, 2, 0)
    """
    return max(0, 1 - math.floor(math.log10(width))) if width > 0 else 2


@dataclass(frozen=True)
class Old:
    """A state that the page has from an instant on, whatever the run found."""

    state: State
    from_: dt.datetime


def run_age(forecast: Forecast, limits: Limits) -> list[Old]:
    """From when on this forecast is older than the limits: one entry for CAUTION, one for FAULT.

    A newer forecast could have been made an hour after the cut-off of each business day. The cut-off's time of day is that of this
    forecast in Santiago.
    """
    cut_off = f"{forecast.made_at.astimezone(ZoneInfo(calendar.SANTIAGO)):%H:%M}"
    found: list[Old] = []
    grades: tuple[tuple[State, float], ...] = ((CAUTION, limits.caution), (FAULT, limits.fault))
    for state, days in grades:
        day = calendar.shift(str(forecast.origin_date), math.ceil(days))
        [at] = calendar.cut_offs([day], cut_off).tolist()
        found.append(Old(state, at.replace(tzinfo=dt.UTC) + GRACE))
    return found
