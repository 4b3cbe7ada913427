"""What a mail says of forecasts whose day has come: those for the newest observado, and those for the week's days."""

from collections.abc import Iterator

from forex.mail.blocks import Block, Heading, Paragraph, Table
from forex.mail.material import Material, between, levels
from forex.mail.outcome import Foretold
from forex.presentation.language import Language
from forex.report.state import recent


def outcome_blocks(material: Material, language: Language) -> Iterator[Block]:
    """The newest observado and what had been forecast for it, or that there is none."""
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
            _made_on(foretold, language),
            language.rate(foretold.median),
            *(between(foretold.intervals[level], language) for level in shown),
            _verdict(foretold, found.observado, language),
        ]
        for foretold in found.foretold
    ]
    yield Table(
        language.say("What had been forecast for that day, and whether the ranges held it."),
        [language.say("Before"), language.say("Median"), *map(language.level, shown), language.say("Held")],
        rows,
    )
    if not all(foretold.issued for foretold in found.foretold):
        yield Paragraph(
            language.say(
                "* Not issued before that observado was public: made afterwards, with what was known on the day of the forecast."
            ),
            small=True,
        )


def _made_on(foretold: Foretold, language: Language) -> str:
    return language.horizon(foretold.horizon) + ("" if foretold.issued else "\u00a0*")


def _verdict(foretold: Foretold, observado: float, language: Language) -> str:
    held = foretold.held(observado)
    if len(held) == len(foretold.intervals):
        return language.say("yes")
    return language.say("at {level:s}", level=language.level(min(held))) if held else language.say("no")


def week_blocks(material: Material, language: Language) -> Iterator[Block]:
    """What the monitor says of recent forecasts, and by horizon how many of the ranges for the week's days held."""
    yield Heading(language.say("The week"))
    yield Paragraph(" ".join(language.say(says) for _, says in recent(material.reports.performance)))
    if not material.week:
        yield Paragraph(language.say("No forecast matured in the week."))
        return
    shown = levels(material)
    yield Table(
        language.say("Of the forecasts for the days of the week, how many of the ranges held."),
        [language.say("Horizon"), language.say("Forecasts"), *map(language.level, shown)],
        [
            [
                language.horizon(week.horizon),
                language.count(week.of),
                *(language.count(week.held[level]) for level in shown),
            ]
            for week in material.week
        ],
    )
