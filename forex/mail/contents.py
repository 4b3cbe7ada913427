"""What each kind of mail says, block by block, in a language: every number comes from the reports."""

import datetime as dt
from collections.abc import Iterator, Sequence

from forex.core.names import NOWCAST
from forex.core.status import ALERT_SEVERITIES
from forex.mail.blocks import Block, Heading, Paragraph, Picture, Points, Standing, Table
from forex.mail.material import WEEK, Material, between, levels, told
from forex.mail.past import outcome_blocks, week_blocks
from forex.mail.rules import Kind, raised
from forex.monitoring.alert_report import Alert
from forex.operations import Mail
from forex.presentation.language import Language
from forex.presentation.pages import first_capital
from forex.report.figures import fan_text
from forex.report.headline import answer
from forex.statistics.contributions import largest, runs

SHOWN_MOVES = 2  # columns of the table of what moves the forecast


def blocks(kind: Kind, material: Material, settings: Mail, language: Language) -> list[Block]:
    """The mail from top to bottom: the state, what the kind is about, the answer, and what lies behind it."""
    horizons = told(kind, material, settings)
    found = [_standing(material, language)]
    if kind == "alert":
        found += [*_alerts(material, language), *_snapshot(material, language)]
    found += _forecast(kind, material, horizons, language)
    found += outcome_blocks(material, language)
    if kind == "weekly":
        found += week_blocks(material, language)
    found += _moves(material, settings, language)
    found += _regime(material, language)
    if kind != "alert":
        found += _alerts(material, language, weekly=kind == "weekly")
    return [*found, *_made(material, language)]


def _standing(material: Material, language: Language) -> Block:
    said = [language.say(found.says) for found in material.state.reservations]
    title = language.say("State: {state}", state=material.state.state)
    return Standing(
        material.state.state,
        title,
        said or [language.say("None of its rules finds anything wrong.")],
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
        ends = [between(entry.intervals[f"{level:g}"], language) for level in levels(material)]
        day = language.day(entry.target_date)
        rows.append([language.horizon(horizon), day, language.rate(entry.median), *ends])
    yield Table(
        language.say("Pesos per dollar: median, and the ranges that hold the observado with the probability given."),
        [*heads, *map(language.level, levels(material))],
        rows,
        words=2,
    )
    yield Picture(fan_text(material.fan, language))


def _moves(material: Material, settings: Mail, language: Language) -> Iterator[Block]:
    yield Heading(language.say("What moves the forecast"))
    moved = material.moved
    if moved is None:
        yield Paragraph(language.say("Not evaluated: params.yaml lists no nowcast among the models."))
        return
    if any(entry.model != NOWCAST for entry in material.reports.forecast.horizons.values()):
        yield Paragraph(language.say("What is published is another model: this is how far the market has moved."))
    found = largest(moved, settings.drivers)
    shown = {run[0]: (run[0], run[-1]) for run in runs(moved)[:SHOWN_MOVES]}
    rows = [
        [first_capital(language.name(row["series"])), *(language.clp(row["moves"][name]) for name in shown)]
        for row in found["rows"]
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
            "Since {day}, with a confidence of {confidence:s}.",
            day=material.since,
            confidence=language.chance(forecast.regime_confidence),
        )
    ]
    said += [language.say(material.means)] if material.means else []
    yield Paragraph(" ".join(said))
    yield Paragraph(language.say("What to do: {advice}", advice=material.advice))


def _alerts(material: Material, language: Language, *, weekly: bool = False) -> Iterator[Block]:
    alerts = material.reports.alerts
    since = dt.date.fromisoformat(alerts.at) - dt.timedelta(days=WEEK) if weekly else None
    found = raised(alerts, since)
    yield Heading(language.say("Alerts"))
    if found:
        yield Points([_alert(alert, language) for alert in sorted(found, key=_gravest_first)])
    elif since:
        yield Paragraph(language.say("None was raised after {day}.", day=since))
    else:
        yield Paragraph(language.say("None was raised on {day}.", day=alerts.at))
    if alerts.not_evaluated:
        yield Paragraph(
            language.say("Not evaluated for want of data: {kinds:comma}.", kinds=tuple(alerts.not_evaluated)),
            small=True,
        )


def _gravest_first(alert: Alert) -> tuple[int, str]:
    return -ALERT_SEVERITIES.index(alert.severity), alert.origin_date


def _alert(alert: Alert, language: Language) -> str:
    return language.say(
        "{severity:s}, {day}: {type}: {why}.",
        severity=first_capital(language.name(alert.severity)),
        day=alert.origin_date,
        type=alert.type,
        why=tuple(alert.reasons),
    )


def _snapshot(material: Material, language: Language) -> Iterator[Block]:
    if material.snapshot:
        yield Table(
            language.say("The market when the forecast was made, and the change since the value before."),
            [language.say("Series"), language.say("Date"), language.say("Value"), language.say("Change")],
            [
                [
                    first_capital(language.name(snapshot.series)),
                    language.day(snapshot.date),
                    language.value(snapshot.value),
                    language.per_cent(snapshot.change, 1, sign=True),
                ]
                for snapshot in material.snapshot
            ],
            words=2,
        )


def _made(material: Material, language: Language) -> Iterator[Block]:
    forecast = material.reports.forecast
    late = [stale.series for stale in forecast.stale]
    missing = [reason.series for reason in forecast.missing]
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
