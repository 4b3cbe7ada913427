"""The page of probabilities: that the rate of a day is above round levels."""

from typing import Final

from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.report.sheet.book import DARK, Book, Column, Value

SCALE: Final = {"type": "2_color_scale", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}


def ladder_page(book: Book, forecast: Forecast) -> None:
    """Add the page: a row for each level, a column for each horizon, the shortest first."""
    language = book.language
    page = book.page(language.say("Ladder"), language.say("The probability that the observado is above a level"))
    levels, horizons = forecast.ladder.levels, by_length(forecast.ladder.above)
    places = max(len(f"{level:.10f}".rstrip("0").partition(".")[2]) for level in levels)
    form = "#,##0" + ("." + "0" * places if places else "")
    columns = [
        Column(language.say("Above, CLP per USD"), "rate", 15, form),
        *(Column(name, "probability", 13) for name in horizons),
    ]
    top = page.row
    page.heads(columns)
    page.put(page.row, 0, language.say("In force on"), "text", italic=True, align="right")
    for number, name in enumerate(horizons, start=1):
        day = forecast.horizons[name].target_date
        page.put(page.row, number, day, "date", italic=True, bottom=1, bottom_color=DARK)
    page.row += 1
    page.sheet.freeze_panes(page.row, 1)
    page.sheet.repeat_rows(top, page.row - 1)
    rows: list[list[Value]] = [
        [level, *(shares[rung] for shares in horizons.values())] for rung, level in enumerate(levels)
    ]
    page.body(columns, rows)
    colours = {"min_color": "#FFFFFF", "max_color": "#8FB3DE"}
    page.sheet.conditional_format(page.first, 1, page.row - 1, len(horizons), SCALE | colours)
