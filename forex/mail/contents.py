"""What each kind of mail says, block by block, in a language: every number is one of the reports."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forex.core.sentence import Sentence
from forex.core.status import ALERT_SEVERITIES
from forex.forecast.fan import by_length
from forex.mail.blocks import Block, Heading, Paragraph, Picture, Points, Standing, Table
from forex.mail.outcome import Foretold, Outcome, WeekHeld
from forex.mail.rules import Kind, raised, told_horizons
from forex.mail.snapshot import Snapshot
from forex.monitoring.alert_report import Alert
from forex.operations import Mail
from forex.presentation.language import Language
from forex.presentation.pages import first_capital
from forex.report.backtest import shown_levels
from forex.report.figures import fan_text
from forex.report.headline import answer
from forex.report.regime_words import meaning
from forex.report.state import OverallState, Reports
from forex.statistics.contributions import largest, runs

WEEK = 7  # calendar days that the weekly mail looks back
SHOWN_LEVELS = 2  # intervals in the tables, the widest
SHOWN_MOVES = 2  # columns of the table of what moves the forecast


@dataclass(frozen=True)
class Material:
    """What a run says, and what has come since.

    moved: from `forex.statistics.contributions.moves`, None where no nowcast is fitted.  since: the regime's first day.
    outcome: None where no observado is known.  week: how the last week's forecasts held.  fan: of the picture.
    """

    reports: Reports
    state: OverallState
    moved: Mapping[str, Any] | None
    since: dt.date
    advice: Sentence
    outcome: Outcome | None
    week: Sequence[WeekHeld]
    snapshot: Sequence[Snapshot]
    fan: pl.DataFrame


def levels(material: Material) -> list[float]:
    """Of the intervals in the tables, the narrower first."""
    return shown_levels(material.reports.forecast)[-SHOWN_LEVELS:]


def told(kind: Kind, material: Material, settings: Mail) -> list[str]:
    """The horizons of a mail: all of them but in the daily one, the shortest first."""
    forecast = material.reports.forecast
    every = list(by_length(forecast.horizons))
    return told_horizons(forecast.origin_date, every, settings) if kind == "daily" else every


def blocks(kind: Kind, material: Material, settings: Mail, language: Language) -> list[Block]:
    """The mail from top to bottom: the state, what the kind is about, the answer, and what stands behind it."""
    horizons = told(kind, material, settings)
    found = [_standing(material, language)]
    if kind == "alert":
        found += [*_alerts(material, language), *_snapshot(material, language)]
    found += _forecast(kind, material, horizons, language)
    found += _outcome(material, language)
    if kind == "weekly":
        found += _week(material, language)
    found += _moves(material, settings, language)
    found += _regime(material, language)
    if kind != "alert":
        found += _alerts(material, language, weekly=kind == "weekly")
    return [*found, *_made(material, language)]


def _standing(material: Material, language: Language) -> Block:
    said = [language.say(one.says) for one in material.state.reservations]
    title = language.say("State: {state}", state=material.state.state)
    return Standing(
        material.state.state,
        title,
        said or [language.say("Data, drivers, calibration and monitors are as they should be.")],
    )


def _forecast(kind: Kind, material: Material, horizons: Sequence[str], language: Language) -> Iterator[Block]:
    forecast = material.reports.forecast
    answered = (horizons[1:] or horizons) if kind == "daily" else None
    yield Paragraph(answer(forecast, language, answered), strong=True)
    yield Paragraph(
        language.say(
            "Last observado known: {rate:.2f}, in force on {day}.", rate=forecast.anchor, day=forecast.anchor_date
        )
    )
    heads = [language.say("Horizon"), language.say("Day"), language.say("Median")]
    rows = []
    for horizon in horizons:
        entry = forecast.horizons[horizon]
        ends = [_between(entry.intervals[f"{level:g}"], language) for level in levels(material)]
        day = language.day(entry.target_date)
        rows.append([language.horizon(horizon), day, language.rate(entry.median), *ends])
    yield Table(
        language.say("Pesos per dollar: median, and the ranges that hold the observado with the probability given."),
        [*heads, *map(language.level, levels(material))],
        rows,
        words=2,
    )
    yield Picture(fan_text(material.fan, language))


def _outcome(material: Material, language: Language) -> Iterator[Block]:
    found = material.outcome
    yield Heading(language.say("What was forecast, and what came"))
    if found is None:
        yield Paragraph(language.say("No observado is known."))
        return
    yield Paragraph(
        language.say("The newest observado is {rate:.2f}, in force on {day}.", rate=found.observado, day=found.date)
    )
    if not found.foretold:
        yield Paragraph(language.say("There is no forecast for that day."))
        return
    shown = levels(material)
    rows = [
        [
            _made_on(one, language),
            language.rate(one.median),
            *(_between(one.intervals[level], language) for level in shown),
            _verdict(one, found.observado, language),
        ]
        for one in found.foretold
    ]
    yield Table(
        language.say("What had been forecast for that day, and whether the ranges held it."),
        [language.say("Before"), language.say("Median"), *map(language.level, shown), language.say("Held")],
        rows,
    )
    if not all(one.issued for one in found.foretold):
        yield Paragraph(
            language.say(
                "* Not in the ledger of what was issued: made afterwards, with what was known on the day of the forecast."
            ),
            small=True,
        )


def _made_on(one: Foretold, language: Language) -> str:
    return language.horizon(one.horizon) + ("" if one.issued else "\u00a0*")


def _verdict(one: Foretold, observado: float, language: Language) -> str:
    held = one.held(observado)
    if len(held) == len(one.intervals):
        return language.say("yes")
    return language.say("at {level:s}", level=language.level(min(held))) if held else language.say("no")


def _week(material: Material, language: Language) -> Iterator[Block]:
    status = material.reports.performance.status
    yield Heading(language.say("The week"))
    yield Paragraph(language.say("Recent forecasts beside those before them: {status}.", status=status))
    if not material.week:
        yield Paragraph(language.say("No forecast matured in the week."))
        return
    shown = levels(material)
    yield Table(
        language.say("Of the forecasts for the days of the week, how many of the ranges held."),
        [language.say("Horizon"), language.say("Forecasts"), *map(language.level, shown)],
        [
            [
                language.horizon(one.horizon),
                language.count(one.of),
                *(language.count(one.held[level]) for level in shown),
            ]
            for one in material.week
        ],
    )


def _moves(material: Material, settings: Mail, language: Language) -> Iterator[Block]:
    yield Heading(language.say("What moves the forecast"))
    moved = material.moved
    if moved is None:
        yield Paragraph(language.say("Not evaluated: params.yaml lists no nowcast among the models."))
        return
    found = largest(moved, settings.drivers)
    shown = {run[0]: (run[0], run[-1]) for run in runs(moved)[:SHOWN_MOVES]}
    rows = [
        [first_capital(language.name(one["series"])), *(language.clp(one["moves"][name]) for name in shown)]
        for one in found["rows"]
    ]
    if found["others"]:
        others = language.plural("{n} other", "{n} others", found["others"])
        rows.append([others, *(language.clp(found["rest"][name]) for name in shown)])
    rows.append([language.say("All"), *(language.clp(moved["moves"][name]) for name in shown)])
    spans = [
        language.horizon(first) if first == last else f"{language.horizon(first)} – {language.horizon(last)}"
        for first, last in shown.values()
    ]
    yield Table(
        language.say("Parts of the move from the last observado, CLP per USD, the largest first."),
        [language.say("Series"), *spans],
        rows,
    )


def _regime(material: Material, language: Language) -> Iterator[Block]:
    forecast = material.reports.forecast
    yield Heading(language.say("Market: {regime}", regime=forecast.regime))
    said = [
        language.say(
            "Since {day}, with a confidence of {confidence:.0%}.",
            day=material.since,
            confidence=forecast.regime_confidence,
        )
    ]
    about = meaning(forecast.regime)
    said += [language.say(about)] if about else []
    yield Paragraph(" ".join(said))
    yield Paragraph(language.say("What to do: {advice}", advice=material.advice))


def _alerts(material: Material, language: Language, *, weekly: bool = False) -> Iterator[Block]:
    alerts = material.reports.alerts
    since = dt.date.fromisoformat(alerts.at) - dt.timedelta(days=WEEK) if weekly else None
    found = raised(alerts, since)
    yield Heading(language.say("Alerts"))
    if found:
        yield Points([_alert(one, language) for one in sorted(found, key=_gravest_first)])
    elif since:
        yield Paragraph(language.say("None was raised after {day}.", day=since))
    else:
        yield Paragraph(language.say("None was raised on {day}.", day=alerts.at))
    if alerts.not_evaluated:
        yield Paragraph(
            language.say("Not evaluated for want of data: {kinds:comma}.", kinds=tuple(alerts.not_evaluated)),
            small=True,
        )


def _gravest_first(one: Alert) -> tuple[int, str]:
    return -ALERT_SEVERITIES.index(one.severity), one.origin_date


def _alert(one: Alert, language: Language) -> str:
    return language.say(
        "{severity:s}, {day}: {type}: {why}.",
        severity=first_capital(language.name(one.severity)),
        day=one.origin_date,
        type=one.type,
        why=tuple(one.reasons),
    )


def _snapshot(material: Material, language: Language) -> Iterator[Block]:
    if material.snapshot:
        yield Table(
            language.say("The market when the forecast was made, and the change since the value before."),
            [language.say("Series"), language.say("Date"), language.say("Value"), language.say("Change")],
            [
                [
                    first_capital(language.name(one.series)),
                    language.day(one.date),
                    language.value(one.value),
                    language.per_cent(one.change, 1, sign=True),
                ]
                for one in material.snapshot
            ],
            words=2,
        )


def _made(material: Material, language: Language) -> Iterator[Block]:
    forecast = material.reports.forecast
    late = [one.series for one in forecast.stale]
    missing = [one.series for one in forecast.missing]
    if missing:
        yield Paragraph(language.say("Made without {series:and}, which are missing.", series=missing), small=True)
    if late:
        yield Paragraph(language.say("Later than they should be: {series:and}.", series=late), small=True)
    yield Paragraph(
        language.say(
            "Forecast of {day}, made with what was public at {made}. Data {data:s}, parameters {params:s}.",
            day=forecast.origin_date,
            made=forecast.made_at,
            data=forecast.inputs.data_sha256[:8],
            params=forecast.inputs.params_sha256[:8],
        ),
        small=True,
    )


def _between(ends: tuple[float, float], language: Language) -> str:
    low, high = map(language.rate, ends)
    return f"{low} {'-' if language.plain else '–'} {high}"
