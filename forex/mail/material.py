"""What a mail is made from: what a run says and what has come since; and which of its horizons and intervals the mail tells."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from forex.core.sentence import Sentence
from forex.forecast.fan import by_length
from forex.mail.outcome import Outcome, WeekHeld
from forex.mail.rules import Kind, told_horizons
from forex.mail.snapshot import Snapshot
from forex.operations import Mail
from forex.presentation.language import Language
from forex.report.backtest import shown_levels
from forex.report.state import OverallState, Reports

WEEK: Final = 7  # calendar days that the weekly mail looks back
SHOWN_LEVELS: Final = 2  # intervals in the tables, the widest


@dataclass(frozen=True)
class Material:
    """What a run says and what has come since.

    moved: from `forex.statistics.contributions.moves`, None where no nowcast is fitted.  since: the regime's first day.
    means: what it means, None where nobody has described it.
    outcome: None where no observado is known.  week: how the last week's forecasts held.  fan: the rows of the picture.
    """

    reports: Reports
    state: OverallState
    moved: Mapping[str, Any] | None
    since: dt.date
    means: Sentence | None
    advice: Sentence
    outcome: Outcome | None
    week: Sequence[WeekHeld]
    snapshot: Sequence[Snapshot]
    fan: pl.DataFrame


def levels(material: Material) -> list[float]:
    """The levels of the intervals in the tables, the narrowest first."""
    return shown_levels(material.reports.forecast)[-SHOWN_LEVELS:]


def told(kind: Kind, material: Material, settings: Mail) -> list[str]:
    """The horizons that a mail tells, the shortest first: those due on its day in a daily mail, all of them in the others."""
    forecast = material.reports.forecast
    every = list(by_length(forecast.horizons))
    return told_horizons(forecast.origin_date, every, settings) if kind == "daily" else every


def between(ends: tuple[float, float], language: Language) -> str:
    """The ends of an interval, CLP per USD, as one text: an en dash between them, a hyphen where `language` is plain."""
    low, high = map(language.rate, ends)
    return f"{low} {'-' if language.plain else '–'} {high}"
