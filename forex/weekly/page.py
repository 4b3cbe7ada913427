"""reports/weekly/weekly.html: the report as one file that requests nothing, in Spanish or English, for the screen or for a PDF."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import polars as pl

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.evaluation.rule_words import in_words
from forex.presentation.language import Language
from forex.presentation.pages import environment
from forex.report import charts, drawing
from forex.report.drawing import ON_PAGE, Palette
from forex.report.rows import Given
from forex.weekly.changes import Change
from forex.weekly.report import WeeklyReport
from forex.weekly.standing import LEVEL, SHOWN, Figures, Standing, Unit

Charts = Mapping[str, str]  # by horizon


def page(report: WeeklyReport, language: Language, *, colours: Palette = ON_PAGE) -> str:
    """The page's HTML.  colours: of its charts; those of `ON_PAGE` take a light or dark scheme, which a PDF does not have."""
    from markupsafe import Markup

    templates = environment("forex.weekly", language)
    templates.filters["svg"] = lambda text: Markup(text)  # drawn by forex.report.drawing, its texts escaped there
    templates.filters["figure"] = partial(figure, language=language)
    return (
        templates.get_template("weekly.html.j2").render(
            report=report,
            shown=SHOWN,
            level=LEVEL,
            levels=_levels(report),
            changes=[_change(change, language) for change in report.changes],
            coverage=_charts(report.trend, "coverage_95", LEVEL, ".1%", language, colours),
            skill=_charts(report.trend, "crps_skill_pct", 0.0, ".1f", language, colours),
            published=PUBLISHED,
            walk=RANDOM_WALK,
        )
        + "\n"
    )


def figure(value: float | None, name: str, language: Language) -> str:
    """A figure of a report as people read it.

    >>> figure(0.95546, "coverage_95", Language("es")), figure(-1.063, "crps_skill_pct", Language("en"))
    ('95,5\\u202f%', '−1.06\\u202f%')
    """
    written: Mapping[Unit, Callable[[float | None], str]] = {
        "count": lambda number: language.number(number, 0),
        "share": language.share,
        "rate": language.rate,
        "per_cent": lambda share: language.per_cent(None if share is None else share / 100, 2),
        "p": language.p,
    }
    return written[SHOWN[name].unit](value)


def _levels(report: WeeklyReport) -> list[float]:
    return sorted({float(level) for rows in report.folds.values() for fold in rows for level in fold.coverage})


def _change(change: Change, language: Language) -> dict[str, str | None]:
    """A row of the page: its horizon; about, before and after, in words; status: `after` for its colour, None for a figure."""
    verdict = change.subject != "figure"

    def said(value: float | int | str | None) -> str:
        if isinstance(value, str):
            return language.name(value)
        return language.say("nothing") if verdict else figure(value, change.name, language)

    titles = {
        "state": language.say("overall state"),
        "verdict": language.say("verdict"),
        "evidence": language.say("evidence of a skill against the random walk"),
    }
    about = in_words(change.name) if change.subject == "rule" else SHOWN[change.name].title if not verdict else None
    return {
        "horizon": change.horizon,
        "about": titles[change.subject] if about is None else language.say(about),
        "before": said(change.before),
        "after": said(change.after),
        "status": str(change.after) if verdict else None,
    }


def _charts(
    trend: Sequence[Standing], name: str, target: float, form: str, language: Language, colours: Palette
) -> Charts:
    """A chart of one figure at each horizon that has it on two days or more."""
    found = {}
    for horizon in trend[-1].horizons:
        rows = [
            (standing.as_of, value)
            for standing in trend
            if (at := standing.horizons.get(horizon)) is not None and (value := _value(at, name)) is not None
        ]
        if len(rows) > 1:
            table = pl.DataFrame(rows, ["as_of", "value"], orient="row")
            found[horizon] = drawing.svg(
                charts.trend_chart(Given(table), colours=colours, width=150, height=90, form=form, target=target),
                name=f"{name}-{horizon}",
                alt_text=_text(table, horizon, name, language),
                colours=colours,
                language=language,
            )
    return found


def _value(figures: Figures, name: str) -> float | None:
    value: float | None = getattr(figures, name)
    return value


def _text(table: pl.DataFrame, horizon: str, name: str, language: Language) -> str:
    """What a chart of the trend shows, in a sentence."""
    first, last = table.row(0), table.row(-1)
    return language.say(
        "{figure}, {horizon}: {before:s} on {first}, {now:s} on {last}.",
        figure=SHOWN[name].title,
        horizon=horizon,
        before=figure(first[1], name, language),
        first=first[0],
        now=figure(last[1], name, language),
        last=last[0],
    )
