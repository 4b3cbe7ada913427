"""The first page: the state of things, the forecast by horizon, and a chart of it after the last months."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forex.forecast.fan import by_length
from forex.forecast.ladder import round_levels
from forex.forecast.report import Forecast
from forex.presentation.language import Language
from forex.report.backtest import shown_levels
from forex.report.sheet.book import SAID, Book, Column, Page, Value
from forex.report.sheet.words import ends

FEWEST = 6  # cells across which a sentence is written
ACTUAL, MIDDLE, ENDS = "#1F3A5F", "#B4521E", ("#3E6DA8", "#7FA3CF", "#B9CDE6")
CHART = {"width": 1060, "height": 400}  # pixels
TICKS = 8  # on the axis of days


def forecast_page(book: Book, forecast: Forecast, state: Sequence[tuple[str, str]]) -> Page:
    """Add the page, without its chart.  state: labels and texts, which come first."""
    language = book.language
    page = book.page(language.say("Forecast"), language.say("Dólar observado, CLP per USD: forecast"))
    columns = table_columns(forecast, language)
    over = max(len(columns) - 1, FEWEST)
    for label, text in state:
        page.line(label, text, over=over)
    page.row += bool(state)
    page.line(language.say("Made on"), forecast.origin_date, "date")
    anchor = page.line(language.say("Last observado"), forecast.anchor, "rate")
    book.name("anchor", page, anchor, 1)
    page.line(language.say("In force on"), forecast.anchor_date, "date")
    page.line(language.say("Market"), language.name(forecast.regime), over=over)
    page.row += 1
    page.heads(columns)
    horizons = by_length(forecast.horizons)
    rows: list[list[Value]] = []
    for name, entry in horizons.items():
        ends_of = [end for level in shown_levels(forecast) for end in entry.intervals[f"{level:g}"]]
        rows.append([name, entry.target_date, entry.steps, entry.median, *ends_of])
        rows[-1] += [entry.probability_of_rise, language.name(entry.model)]
    page.body(columns, rows)
    for row, name in enumerate(horizons, start=page.first):
        book.name(f"median_{name}", page, row, 3)
    page.row += 1
    page.note(
        language.say(
            "Each interval holds the observado of its day with the probability that its head says; the median is exceeded "
            "as often as not."
        ),
        over=over + 1,
    )
    page.sheet.freeze_panes(1, 0)
    page.sheet.repeat_rows(0)
    return page


def table_columns(forecast: Forecast, language: Language) -> list[Column]:
    """The columns of the forecast by horizon, with two for each interval shown."""
    heads = [head for level in shown_levels(forecast) for head in ends(level, language)]
    return [
        Column(language.say("Horizon"), "text", 20),
        Column(language.say("Day"), "date", 14),
        Column(language.say("Business days ahead"), "count"),
        Column(language.say("Median"), "rate"),
        *(Column(head, "rate") for head in heads),
        Column(language.say("Probability of a rise"), "probability", 13),
        Column(language.say("Model"), "text", 12),
    ]


def fan(page: Page, forecast: Forecast, days: Page, past: pl.DataFrame) -> None:
    """The chart below the table: the observado of the page of days, then medians and intervals by their days.

    past: what the page of days shows, newest first.
    """
    book, language = page.book, page.book.language
    chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight"})
    observed = Line(days.title, days.first, days.first + past.height - 1, 0)
    ahead = Line(page.title, page.first, page.first + len(forecast.horizons) - 1, 1)
    chart.add_series(observed.series(1, language.say("Observado"), color=ACTUAL, width=1.5))
    marker = {"type": "circle", "size": 5, "border": {"color": MIDDLE}, "fill": {"color": MIDDLE}}
    chart.add_series(ahead.series(3, language.say("Median"), color=MIDDLE, width=2) | {"marker": marker})
    levels = shown_levels(forecast)
    for number, level in enumerate(levels):
        for side in (0, 1):
            drawn = {"color": ENDS[min(number, len(ENDS) - 1)], "width": 1.75}
            chart.add_series(ahead.series(4 + 2 * number + side, language.level(level), **drawn))
    chart.set_legend({"position": "right", "delete_series": [3 + 2 * number for number in range(len(levels))]})
    chart.set_title({"name": language.say("The last months and the forecast, CLP per USD"), "name_font": {"size": 12}})
    begins, ends_at = past["date"].to_list()[-1], max(entry.target_date for entry in forecast.horizons.values())
    unit = max((ends_at - begins).days // TICKS, 1)
    dates = {"num_format": SAID[language.code]["date"], "min": serial(begins), "max": serial(ends_at)}
    chart.set_x_axis(dates | {"major_unit": unit, "major_gridlines": {"visible": False}})
    widest = f"{levels[-1]:g}"
    outer = [end for entry in forecast.horizons.values() for end in entry.intervals[widest]]
    marks = round_levels(*(most([*outer, *past["observado"]]) for most in (min, max)))
    scale = {"min": marks[0], "max": marks[-1], "num_format": "#,##0.##" if marks[1] % 1 else "#,##0"}
    chart.set_y_axis(scale | {"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    chart.set_size(CHART)
    described = language.say(
        "Lines: the observado up to {anchor}, then the median and the ends of the intervals up to {furthest}.",
        anchor=forecast.anchor_date,
        furthest=ends_at,
    )
    page.sheet.insert_chart(page.row + 1, 0, chart, {"description": described, "object_position": 2})


@dataclass(frozen=True)
class Line:
    """Rows of a page from which lines are drawn, and the column of their days."""

    page: str
    first: int
    last: int
    days: int

    def series(self, column: int, name: str, **line: Any) -> dict[str, Any]:
        """The values of a column over their days, as XlsxWriter takes a series.  line: its look."""
        columns = {"categories": self.days, "values": column}
        cells = {key: [self.page, self.first, at, self.last, at] for key, at in columns.items()}
        return {"name": name, "line": line, **cells}


def serial(day: dt.date) -> int:
    """A day as spreadsheets count them.

    >>> serial(dt.date(2024, 11, 28))
    45624
    """
    return (day - dt.date(1899, 12, 30)).days
