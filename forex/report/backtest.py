"""The dashboard's rows on the backtest: coverage with its verdicts, scores with the evidence, coverage by regime."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeVar

import polars as pl

from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.status import (
    FAIL,
    INSUFFICIENT_DATA,
    NO_EVIDENCE,
    NOT_EVALUATED,
    PASS,
    PUBLISHED_BETTER,
    PUBLISHED_WORSE,
    Evidence,
    Verdict,
)
from forex.evaluation import findings
from forex.evaluation.report import Bounded, Comparison, OverallScores, Scoreboard, TailRule
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.regimes.regimes import REGIMES
from forex.regimes.rules.registry import rules

# The comparisons of a `ScoreRow`, and the losses that the report has them under.
LOSSES = {"crps": "crps", "interval_score": findings.LOSS, "squared_error": "squared_error"}

EVIDENCE: tuple[Evidence, ...] = (PUBLISHED_BETTER, PUBLISHED_WORSE, NO_EVIDENCE)


def shown_levels(forecast: Forecast) -> list[float]:
    """The levels of the forecast's intervals, the lowest first."""
    return sorted(float(level) for level in next(iter(forecast.horizons.values())).intervals)


def held(forecast: Forecast, validation: Scoreboard) -> dict[str, float | None]:
    """Per horizon, the measured coverage of the widest interval shown; None where there is none yet."""
    wide = max(shown_levels(forecast))
    found = {}
    for horizon in forecast.horizons:
        overall = _overall(validation, horizon)
        at_level = overall.by_level.get(wide) if overall else None
        found[horizon] = at_level.coverage if at_level else None
    return found


def _overall(validation: Scoreboard, horizon: str) -> OverallScores | None:
    figures = validation.horizons.get(horizon)
    return figures.models[PUBLISHED].overall if figures and PUBLISHED in figures.models else None


@dataclass(frozen=True)
class CoverageRow:
    """Coverage at a level with its block band and the accepted bounds.

    n, n_independent: the number of forecasts, and of those without overlap.
    """

    horizon: str
    level: float
    n: int
    n_independent: int | None
    verdict: Verdict
    coverage: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_most: float | None = None


def coverage_rows(validation: Scoreboard) -> list[CoverageRow]:
    """A row for each horizon and level, the shortest horizon first."""
    rows = []
    for horizon, figures in by_length(validation.horizons).items():
        overall = _overall(validation, horizon)
        for level in validation.levels:
            at = overall.by_level.get(level) if overall else None
            rule = validation.verdicts[horizon].get(f"coverage_{percent(level)}")
            bounded = rule if isinstance(rule, Bounded) else None
            unruled: Verdict = NOT_EVALUATED if overall else INSUFFICIENT_DATA
            rows.append(
                CoverageRow(
                    horizon,
                    level,
                    figures.n,
                    figures.n_independent,
                    rule.verdict if rule else unruled,
                    coverage=at.coverage if at else None,
                    low=at.block_low if at else None,
                    high=at.block_high if at else None,
                    at_least=bounded.at_least if bounded else None,
                    at_most=bounded.at_most if bounded else None,
                )
            )
    return rows


@dataclass(frozen=True)
class TailRow:
    """The share of outcomes beyond one end of the interval of a level, its block band, the accepted bounds, and the verdict."""

    horizon: str
    level: float
    side: str
    nominal: float
    share: float
    low: float | None
    high: float | None
    at_least: float | None
    at_most: float | None
    verdict: Verdict


def tail_rows(validation: Scoreboard) -> list[TailRow]:
    """A row for each horizon, level and side that there is a rule for."""
    rows = []
    for horizon in by_length(validation.horizons):
        overall = _overall(validation, horizon)
        for level, at in sorted(overall.by_level.items()) if overall else ():
            for side, tail in at.tails.items():
                rule = validation.verdicts[horizon].get(f"{side}_{percent(level)}")
                if rule is not None:
                    judged = rule if isinstance(rule, TailRule) else None
                    rows.append(
                        TailRow(
                            horizon,
                            level,
                            side,
                            (1 - level) / 2,
                            *tail,
                            judged.at_least if judged else None,
                            judged.at_most if judged else None,
                            rule.verdict,
                        )
                    )
    return rows


def verdict_counts(rows: Sequence[CoverageRow]) -> dict[str, int]:
    """How many rows pass, fail, and are still open."""
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in (PASS, FAIL)}
    return counts | {"open": len(rows) - sum(counts.values())}


@dataclass(frozen=True)
class Tested:
    """A difference in per cent, and what the Diebold–Mariano test says of it.  p: after Holm's correction."""

    difference_pct: float | None = None
    p: float | None = None
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True)
class ScoreRow:
    """`published` beside a benchmark: CRPS of both, and the comparisons on CRPS, interval score and squared error."""

    horizon: str
    model: str
    own_crps: float
    model_crps: float
    crps: Tested
    interval_score: Tested
    squared_error: Tested


def score_rows(validation: Scoreboard) -> list[ScoreRow]:
    """A row for each horizon and benchmark."""
    rows = []
    for horizon, figures in by_length(validation.horizons).items():
        own = _overall(validation, horizon)
        for model in RIVALS:
            if model not in figures.models or own is None:
                continue
            rival = figures.models[model]
            by_loss = rival.published_against.by_loss
            tested = [_tested(by_loss[loss]) if loss in by_loss else Tested() for loss in LOSSES.values()]
            rows.append(ScoreRow(horizon, model, own.crps, rival.overall.crps, *tested))
    return rows


@dataclass(frozen=True)
class ChallengerRow:
    """A model that could be published instead: the difference in CRPS of `published` from it, by horizon."""

    model: str
    by_horizon: Mapping[str, Tested | None]


def challenger_rows(validation: Scoreboard) -> list[ChallengerRow]:
    """A row for each model that is neither a benchmark nor what is published, in the order of their names."""
    horizons = by_length(validation.horizons)
    others = {name for figures in horizons.values() for name in figures.models} - {PUBLISHED, *RIVALS}
    rows = []
    for model in sorted(others):
        found: dict[str, Tested | None] = {}
        for horizon, figures in horizons.items():
            compared = (
                figures.models[model].published_against.by_loss.get(LOSSES["crps"]) if model in figures.models else None
            )
            found[horizon] = _tested(compared) if compared and compared.holm_p is not None else None
        if any(found.values()):  # the one that is published differs from itself nowhere
            rows.append(ChallengerRow(model, found))
    return rows


def _tested(comparison: Comparison) -> Tested:
    return Tested(comparison.difference_pct, comparison.holm_p, comparison.evidence or NO_EVIDENCE)


class OfHorizon(Protocol):
    """A row that is about one horizon."""

    @property
    def horizon(self) -> str:
        """The horizon's name, like 7d."""
        ...


Row = TypeVar("Row", bound=OfHorizon)


def by_horizon(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows in their order, neighbours of the same horizon together."""
    return [(horizon, list(group)) for horizon, group in groupby(rows, key=lambda row: row.horizon)]


def evidence_counts(rows: Sequence[ScoreRow]) -> dict[str, dict[str, int]]:
    """How many comparisons say what, for the sentence above the table: loss -> evidence -> count."""
    return {
        loss: {found: sum(getattr(row, loss).evidence == found for row in rows) for found in EVIDENCE}
        for loss in LOSSES
    }


@dataclass(frozen=True)
class RegimeCoverage:
    """The share of the `n` outcomes in a regime that the interval of a level covered."""

    coverage: float
    n: int


@dataclass(frozen=True)
class RegimeRow:
    """A regime's share of all origins, when it was last seen, and its coverage of the widest level by horizon.

    share: None where it is not evaluated at any origin, because nothing is known of its signal.
    """

    regime: str
    share: float | None
    last: dt.date | None
    by_horizon: Mapping[str, RegimeCoverage | None]


def regime_rows(regimes: pl.DataFrame, validation: Scoreboard) -> list[RegimeRow]:
    """A row for each regime.  regimes: data/regimes.parquet."""
    rows, declared = [], rules()
    for regime in REGIMES:
        seen = regimes.filter(pl.col("regime") == regime)
        per_horizon: dict[str, RegimeCoverage | None] = {}
        for horizon, figures in by_length(validation.horizons).items():
            groups = figures.models[PUBLISHED].by_regime if PUBLISHED in figures.models else {}
            group = groups.get(regime)
            widest = group.by_level[max(validation.levels)] if group else None
            per_horizon[horizon] = RegimeCoverage(widest.coverage, group.n) if group and widest else None
        signal = declared[regime].signal if regime in declared else None
        known = signal is None or (signal in regimes.columns and regimes[signal].is_not_null().any())
        share = seen.height / regimes.height if known and regimes.height else None
        last = seen["origin_date"].max()
        rows.append(RegimeRow(regime, share, last if isinstance(last, dt.date) else None, per_horizon))
    return rows
