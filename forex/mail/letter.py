"""A mail of each kind from what a run says: a subject in one line, text and HTML, the picture, the attachments."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from forex.mail.contents import blocks
from forex.mail.material import Material, told
from forex.mail.message import PICTURE, Attachment, Letter
from forex.mail.page import html
from forex.mail.plain import text
from forex.mail.rules import Kind, Priority, bias, change, main_horizon, priority
from forex.operations import Mail
from forex.presentation.language import Language
from forex.presentation.one_line import as_text
from forex.presentation.pages import first_capital
from forex.report.figures import mail_figure

PICTURE_WIDTH: Final = 600  # px


def letter(
    kind: Kind, material: Material, settings: Mail, language: Language, attached: Sequence[Attachment]
) -> Letter:
    """The mail of one kind.

    Subject and text are in the plain form of `language`, whatever form it has itself.  attached: passed on as they are.
    """
    horizons = told(kind, material, settings)
    how = priority(material.state.state, material.reports, horizons, settings)
    plain = Language(language.code, plain=True)
    return Letter(
        subject=subject(kind, how, material, settings, plain),
        language=language.code,
        priority=how,
        text=text(blocks(kind, material, settings, plain)),
        html=html(
            blocks(kind, material, settings, language),
            language,
            title=title(kind, material.reports.forecast.origin_date, language),
            picture=PICTURE,
            width=PICTURE_WIDTH,
        ),
        picture=mail_figure(material.fan, language),
        attachments=attached,
    )


def title(kind: Kind, origin: dt.date, language: Language) -> str:
    """The title of a mail's HTML: its kind, and the day of its origin in words."""
    day = language.day_in_words(origin)
    if kind == "weekly":
        return language.say("Dólar observado: the week up to {day:s}", day=day)
    if kind == "alert":
        return language.say("Dólar observado: alert of {day:s}", day=day)
    return language.say("Dólar observado: forecast of {day:s}", day=day)


def subject(kind: Kind, how: Priority, material: Material, settings: Mail, language: Language) -> str:
    """The subject, in one line: urgency and kind where there is something to say, then date, rate, median, direction and state."""
    forecast = material.reports.forecast
    horizon = main_horizon(told(kind, material, settings))
    share = change(forecast, horizon)
    direction = {"up": language.say("up"), "down": language.say("down"), "neutral": language.say("neutral")}
    said = language.say(
        "USD/CLP {day}: {rate:.2f}; in {horizon} {median:.2f} ({change:+.1%}), {direction:s}; {state}",
        day=forecast.origin_date,
        rate=forecast.anchor,
        horizon=horizon,
        median=forecast.horizons[horizon].median,
        change=share,
        direction=direction[bias(share, settings)],
        state=material.state.state,
    )
    marks = {"URGENT": language.say("urgent"), "ATTENTION": language.say("attention"), "ROUTINE": ""}
    kinds = {"daily": "", "weekly": language.say("week"), "alert": language.say("alert")}
    before = [word for word in (marks[how], kinds[kind]) if word]
    return as_text(f"{first_capital(', '.join(before))}: {said}" if before else said)
