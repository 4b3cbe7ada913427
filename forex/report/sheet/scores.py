"""The page of scores: measured coverage with its verdicts, and CRPS beside the benchmarks with the evidence for a difference."""

from forex.core.names import PUBLISHED
from forex.evaluation.report import ValidationReport
from forex.report.backtest import coverage_rows, score_rows
from forex.report.sheet.book import Book, Column, Page

AGAINST = 32  # characters, of the names of models


def scores_page(book: Book, validation: ValidationReport) -> None:
    """Add the page: coverage, and below it the scores beside the benchmarks'."""
    language = book.language
    page = book.page(language.say("Scores"), language.say("How good the forecasts were"))
    page.sheet.freeze_panes(1, 0)
    page.sheet.fit_to_pages(1, 1)
    coverage(page, validation)
    page.row += 1
    accuracy(page, validation)


def coverage(page: Page, validation: ValidationReport) -> None:
    """The table of coverage: one row for each horizon and level; INSUFFICIENT_DATA where nothing has matured."""
    language = page.book.language
    columns = [
        Column(language.say("Horizon"), "text", 12),
        Column(language.say("Interval"), "interval", AGAINST, left=True),
        Column(language.say("Forecasts"), "count"),
        Column(language.say("Without overlap"), "count"),
        Column(language.say("Covered"), "share"),
        Column(language.say("Band from"), "share"),
        Column(language.say("Band to"), "share"),
        Column(language.say("Accepted from"), "share"),
        Column(language.say("Accepted to"), "share"),
        Column(language.say("Verdict"), "text", 24),
    ]
    page.subtitle(language.say("Coverage since {first}", first=validation.origins_from))
    page.note(
        language.say(
            "Of the forecasts whose day has come, the share whose observado lay inside; the band holds the true share with "
            "a probability of {band:.0%}.",
            band=validation.band,
        ),
        over=len(columns),
    )
    rows = [
        (row.horizon, row.level, row.n, row.n_independent, row.coverage, row.low, row.high, row.at_least, row.at_most)
        + (language.name(row.verdict),)
        for row in coverage_rows(validation)
    ]
    page.heads(columns)
    page.body(columns, rows)
    if not rows:
        page.note(
            language.say("No forecast made from {first} on has matured yet.", first=validation.origins_from),
            over=len(columns),
        )


def accuracy(page: Page, validation: ValidationReport) -> None:
    """The table of CRPS: one row for each horizon and benchmark."""
    language = page.book.language
    columns = [
        Column(language.say("Horizon"), "text", 12),
        Column(language.say("Against"), "text", AGAINST),
        Column(language.say("CRPS"), "number"),
        Column(language.say("Skill, %"), "number"),
        Column(language.say("Its CRPS"), "number"),
        Column(language.say("Difference, %"), "number"),
        Column(language.say("p"), "p"),
        Column(language.say("Evidence"), "text", 12),
        *(Column("", "text", 12),) * 2,  # over which the evidence is read
    ]
    page.subtitle(language.say("CRPS beside benchmarks"))
    page.note(
        language.say(
            "CRPS in CLP per USD: lower is better, so that negative differences are improvements. Skill is the improvement on "
            "the random walk; p is that of Diebold and Mariano after Holm's correction."
        ),
        over=len(columns),
    )
    page.heads(columns)
    rows = []
    for row in score_rows(validation):
        skill = validation.horizons[row.horizon].models[PUBLISHED].overall.crps_skill_pct
        figures = (row.own_crps, skill, row.model_crps, row.crps.difference_pct, row.crps.p)
        evidence = language.name(row.crps.evidence)
        rows.append((row.horizon, language.name(row.model), *figures, evidence, None, None))
    page.body(columns, rows)
    if not rows:
        page.note(
            language.say("No forecast made from {first} on has matured yet.", first=validation.origins_from),
            over=len(columns),
        )
