"""reports/forecast.xlsx from the reports: four pages, in a language."""

from collections.abc import Sequence

import polars as pl

from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.presentation.language import Language
from forex.report.sheet.book import Book
from forex.report.sheet.forecast import fan, forecast_page
from forex.report.sheet.history import history_page
from forex.report.sheet.ladder import ladder_page
from forex.report.sheet.scores import scores_page


def workbook(
    forecast: Forecast,
    past: pl.DataFrame,
    validation: ValidationReport,
    *,
    language: Language,
    state: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The file's bytes, the same for the same content.

    past: from `forex.report.sheet.history.history`.  state: labels and texts that stand first, in the language already.
    """
    book = Book(
        language,
        title=language.say("Dólar observado: forecast of {made}", made=forecast.origin_date),
        made=forecast.as_of,
        notes=f"data {forecast.inputs.data_sha256}, params {forecast.inputs.params_sha256}",
    )
    page = forecast_page(book, forecast, state)
    ladder_page(book, forecast)
    days = history_page(book, past, forecast)
    scores_page(book, validation)
    fan(page, forecast, days, past)
    return book.content()
