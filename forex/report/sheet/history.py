"""The page of the past: the observado of each day beside what had been forecast for it."""

import polars as pl

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.forecast.fan import by_length, past
from forex.forecast.report import Forecast
from forex.presentation.language import Language
from forex.report.backtest import shown_levels
from forex.report.sheet.book import Book, Column, Page
from forex.report.sheet.words import ends

# Of calibrated.parquet, which `history` reads beside quantiles.
KEYS = ("origin_date", "target_date", "horizon", "model")
WIDEST = 2  # how many of the intervals that are shown
SCALE = 70  # per cent, of two horizons on a printed page


def history(panel: pl.DataFrame, calibrated: pl.DataFrame, forecast: Forecast, *, history_days: int) -> pl.DataFrame:
    """date, observado, and by horizon the published median and the ends of its two widest intervals; newest first.

    panel, forecast, history_days: as `forex.forecast.fan.fan` takes them.  calibrated: the columns of `needed`.  A forecast stands
    beside the day that it was for, null where there was none; of several for one day, the last.
    """
    rows = past(panel, forecast, history_days=history_days).rename({"value": "observado"})
    shown = (pl.col("model") == PUBLISHED) & pl.col("target_date").is_in(rows["date"].implode())
    published = calibrated.filter(shown).sort("origin_date")
    for horizon in by_length(forecast.horizons):
        said = published.filter(pl.col("horizon") == horizon).unique("target_date", keep="last")
        quantiles = [pl.col(name).alias(f"{horizon} {name}") for name in quantiles_of(forecast)]
        rows = rows.join(said.select("target_date", *quantiles), left_on="date", right_on="target_date", how="left")
    return rows.sort("date", descending=True)


def quantiles_of(forecast: Forecast, *, widest: int = WIDEST) -> list[str]:
    """The columns of calibrated.parquet that the page shows of each horizon: the median, then the ends of the widest intervals."""
    pairs = [central_pair(level) for level in shown_levels(forecast)[-widest:]]
    return [COLUMNS[MEDIAN], *(COLUMNS[end] for pair in pairs for end in pair)]


def needed(forecast: Forecast) -> list[str]:
    """The columns of calibrated.parquet that `history` reads, and those of every other interval that is shown."""
    return [*KEYS, *quantiles_of(forecast, widest=0)]


def history_page(book: Book, rows: pl.DataFrame, forecast: Forecast) -> Page:
    """Add the page of `rows`, from `history`: days in the first column, the observado in the second."""
    language = book.language
    page = book.page(
        language.say("History"), language.say("The dólar observado and what had been forecast for each day")
    )
    columns = [Column(language.say("Date"), "date"), Column(language.say("Observado"), "rate")]
    groups = [("", len(columns))]
    said = heads(forecast, language)
    for horizon in by_length(forecast.horizons):
        columns += [Column(head, "rate", 11) for head in said]
        groups.append((language.say("Forecast {horizon} ahead", horizon=horizon), len(said)))
    top = page.row
    page.heads(columns, groups)
    page.sheet.freeze_panes(page.row, 2)
    page.sheet.repeat_rows(top, page.row - 1)
    page.sheet.repeat_columns(0, 1)
    page.sheet.set_print_scale(SCALE)  # all horizons on one page would be too small to read
    page.sheet.set_v_pagebreaks(range(2 + 2 * len(said), len(columns), 2 * len(said)))
    page.body(columns, rows.rows())
    return page


def heads(forecast: Forecast, language: Language) -> list[str]:
    """The heads of one horizon's columns: the median, then the ends of the widest intervals."""
    return [
        language.say("Median"),
        *(head for level in shown_levels(forecast)[-WIDEST:] for head in ends(level, language)),
    ]
