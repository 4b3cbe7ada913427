"""The dashboard: what the reports say, as one page for a treasurer to read first and an analyst after, in Spanish or English.

Every number on the page is looked up here in a report of this run; the page's own text holds none. What a report could
not evaluate stays INSUFFICIENT_DATA or NOT_EVALUATED, and where there is no evidence of a difference, that is said.

A section is a file in templates/sections, shown because it is there and in the order of the numbers in their names; where it
needs rows, a function of this package makes them from a report and `dashboard` gives them a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forex.calibration.report import Calibration
from forex.core.names import NOWCAST
from forex.core.sentence import Sentence, sentence
from forex.evaluation import findings
from forex.evaluation.report import Explained, ValidationReport
from forex.evaluation.rule_words import in_words
from forex.evaluation.unjudged import unjudged
from forex.forecast.conditions import sentences
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.early import LEVEL as EARLY_LEVEL
from forex.monitoring.measured import COMMON
from forex.monitoring.report import PerformanceReport
from forex.params import Overall
from forex.presentation.language import Language
from forex.presentation.pages import environment
from forex.regimes.advice import recommendation
from forex.regimes.rules.registry import declared
from forex.report.backtest import (
    by_horizon,
    challenger_rows,
    coverage_rows,
    evidence_counts,
    held,
    regime_rows,
    score_rows,
    shown_levels,
    tail_rows,
    verdict_counts,
)
from forex.report.figures import Figures
from forex.report.headline import answer, main_level, run_age
from forex.report.monitors import (
    alarm_rows,
    alerts_now,
    drift_now,
    episode_rows,
    ledger_rows,
    window_rows,
    worst_horizons,
)
from forex.report.past import Held
from forex.report.regime_widths import width_rows
from forex.report.regime_words import meaning
from forex.report.state import OverallState
from forex.statistics import contributions
from forex.validation.report import CheckResult, Expectations

SHOWN_SERIES = 5  # of what moves the nowcast; the others are summed
SECTIONS = "sections/"
# Of the sections, in the order of the page.
TITLES = {
    "forecast": sentence("Forecast and history"),
    "ladder": sentence("Probability of levels"),
    "nowcast": sentence("What moves the forecast"),
    "regimes": sentence("Market regime"),
    "calibration": sentence("Do the intervals hold?"),
    "benchmarks": sentence("Better than the benchmarks?"),
    "monitors": sentence("Recent performance"),
    "drift": sentence("Drift of the returns"),
    "alerts": sentence("Alerts"),
    "ledger": sentence("What was really issued"),
    "system": sentence("State of the system"),
}


@dataclass(frozen=True)
class NowcastRows:
    """What moves the nowcast: the largest series' rows, how many others there are and their sum, by horizon of `columns`.

    moves: of the whole, CLP per USD by horizon.  record: what was explained.  published: horizons at which it is published.
    """

    rows: Sequence[Mapping[str, Any]]
    others: int
    rest: Mapping[str, float]
    columns: Mapping[str, tuple[str, str]]
    moves: Mapping[str, float]
    record: Mapping[str, Explained]
    published: Sequence[str]


def dashboard(
    *,
    forecast: Forecast,
    moved: Mapping[str, Any] | None,
    alerts: AlertsReport,
    expectations: Expectations,
    validation: ValidationReport,
    performance: PerformanceReport,
    calibration: Calibration,
    regimes: pl.DataFrame,
    figures: Figures,
    state: OverallState,
    rules: Overall,
    past: Held | None,
    language: Language,
) -> str:
    """reports/dashboard.html: one file that requests nothing and says everything but its own age without a script.

    forecast, alerts, expectations, validation, performance: the reports of those names.  moved: from
    `forex.statistics.contributions.moves` at the newest origin, None where no nowcast is fitted.  regimes: data/regimes.parquet.
    figures: from `forex.report.figures.figures`.  state: from `forex.report.state.overall`, by `rules`.  past: how the forecasts
    behind the fan chart held.
    """
    from markupsafe import Markup

    newest = regimes.sort("origin_date").row(-1, named=True)
    templates = environment("forex.report", language)
    templates.filters["svg"] = lambda text: Markup(text)  # drawn by forex.report.drawing, its texts escaped there
    coverage, scores = coverage_rows(validation), score_rows(validation)
    return templates.get_template("dashboard.html.j2").render(
        sections=templates.list_templates(filter_func=lambda name: name.startswith(SECTIONS)),  # sorted by name
        contents={name: language.say(title) for name, title in TITLES.items()},
        answer=answer(forecast, language),
        state=state,
        run_age=run_age(forecast, rules.run_age),
        main_level=main_level(shown_levels(forecast)),
        past_horizon=past.horizon if past else None,
        past_held=past,
        forecast=forecast,
        ladder=ladder_rows(forecast),
        horizons=by_length(forecast.horizons),
        levels=sorted(validation.levels or performance.levels),
        shown_levels=shown_levels(forecast),
        nowcast=nowcast(moved, forecast, validation) if moved else None,
        alerts=alerts_now(alerts),
        validation=validation,
        held=held(forecast, validation),
        unjudged=unjudged(validation, by_length(forecast.horizons), max(shown_levels(forecast))),
        coverage=coverage,
        verdicts=verdict_counts(coverage),
        tails=tail_rows(validation),
        rules_held=findings.rules_held(validation),
        rules_open=findings.rules_open(validation),
        rule_title=in_words,
        scores=scores,
        challengers=challenger_rows(validation),
        evidence=evidence_counts(scores),
        gain=findings.gain(validation),
        without_evidence=findings.without_evidence(validation),
        interval_level=findings.LEVEL,
        performance=performance,
        worst_at=worst_horizons(performance),
        windows=window_rows(performance),
        alarms=alarm_rows(performance),
        early_level=EARLY_LEVEL,
        common=COMMON,
        episodes=episode_rows(performance),
        ledger=ledger_rows(performance),
        drift=drift_now(performance),
        conditions=sentences(forecast.conditions),
        regime_means=meaning(forecast.regime, newest),
        advice=recommendation(newest),
        regime_since=episodes(regimes)["start"][-1],
        regime_rows=regime_rows(regimes, validation),
        regime_rules=declared(),
        months=list(zip(language.months(), forecast.conditions.months.factors, strict=True)),
        width_rows=width_rows(calibration),
        width_horizons=list(by_length(calibration.horizons)),
        widening=calibration,
        regime_horizons=list(by_length(validation.horizons)),
        quality=quality(expectations),
        figures=figures,
        by_horizon=by_horizon,
    )


def ladder_rows(forecast: Forecast) -> list[tuple[float, list[float]]]:
    """The levels from high to low, each with its probabilities by horizon, the shortest first."""
    above = by_length(forecast.ladder.above)
    rows = zip(forecast.ladder.levels, *above.values(), strict=True)
    return [(level, list(probabilities)) for level, *probabilities in rows][::-1]


def nowcast(moved: Mapping[str, Any], forecast: Forecast, validation: ValidationReport) -> NowcastRows:
    """The largest contributions and the rest, the columns to show them in, what was explained, and where it is published."""
    record = {
        name: entry
        for name, entry in by_length(validation.nowcast).items()
        if isinstance(entry, Explained) and entry.r2 is not None
    }
    published = [name for name, entry in by_length(forecast.horizons).items() if entry.model == NOWCAST]
    return NowcastRows(
        **contributions.largest(moved, SHOWN_SERIES),
        columns={run[0]: (run[0], run[-1]) for run in contributions.runs(moved)},
        moves=moved["moves"],
        record=record,
        published=published,
    )


def episodes(regimes: pl.DataFrame) -> pl.DataFrame:
    """Runs of one regime: regime, start, end (the next run's start, the last origin for the newest), origins.

    >>> import datetime as dt
    >>> days = pl.date_range(dt.date(2024, 11, 25), dt.date(2024, 11, 27), eager=True)
    >>> episodes(pl.DataFrame({"origin_date": days, "regime": ["NORMAL", "HIGH_VOL", "HIGH_VOL"]})).rows()
    [('NORMAL', datetime.date(2024, 11, 25), datetime.date(2024, 11, 26), 1),
     ('HIGH_VOL', datetime.date(2024, 11, 26), datetime.date(2024, 11, 27), 2)]
    """
    ordered = regimes.sort("origin_date")
    runs = ordered.group_by(pl.col("regime").rle_id().alias("run"), maintain_order=True).agg(
        pl.col("regime").first(), pl.col("origin_date").first().alias("start"), pl.len().alias("origins")
    )
    last = ordered["origin_date"].max()
    return runs.select("regime", "start", pl.col("start").shift(-1).fill_null(last).alias("end"), "origins")


@dataclass(frozen=True)
class Quality:
    """What became of the data: how many series are in use and why others are not, how many checks held, and what did not.

    used, held: out of `series` and `checks`; a flagged series is in use.  told: the series that failed a check, flagged or left
    out, with no reason where none is given.
    """

    used: int
    series: int
    held: int
    checks: int
    told: list[tuple[str, Sentence | None]]  # series, why
    set_aside: list[tuple[str, str, int, int]]  # series, reason, how many of how many rows
    failed: list[tuple[str, CheckResult]]  # series, check


def _usual(check: CheckResult) -> bool:
    """Rows on holidays are set aside, as they should be: no fault of the data."""
    return check.check == "business_day" and check.severity == "warning"


def quality(expectations: Expectations) -> Quality:
    """What became of the data, its lists in the order of the series' names.

    A failed check of business days that only warns is not listed: rows on holidays are set aside, as they should be.
    """
    series = dict(sorted(expectations.series.items()))
    return Quality(
        used=sum(result.in_use for result in series.values()),
        series=len(series),
        held=sum(check.success for result in series.values() for check in result.checks),
        checks=sum(len(result.checks) for result in series.values()),
        told=[(name, result.why) for name, result in series.items() if result.fate != "used"],
        set_aside=[
            (name, reason, count, result.rows)
            for name, result in series.items()
            for reason, count in sorted(result.set_aside.items())
        ],
        failed=[
            (name, check)
            for name, result in series.items()
            for check in result.checks
            if not check.success and not _usual(check)
        ],
    )
