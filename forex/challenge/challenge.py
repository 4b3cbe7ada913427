"""A challenger's matured forecasts beside those of the incumbent, `published`, at the same origins.

The loss is CRPS. Differences are in per cent of the incumbent's mean and negative where the challenger is better; their
standard errors and tests allow for overlapping errors, and p-values are adjusted over the horizons (Holm). What too short
a record cannot say is None.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import stdtrit

from forex.core.names import PUBLISHED, percent
from forex.core.reports import Report
from forex.core.status import BETTER, NO_EVIDENCE, NOT_EVALUATED, WORSE, ChallengerEvidence
from forex.evaluation.scored import Scored, score
from forex.params import Evaluate, Readiness
from forex.statistics import inference
from forex.statistics.scores import Floats, matured
from forex.validation.report import Expectations


class Covered(Report):
    """The share that the interval of a level covered, and its band where there are enough forecasts without overlap."""

    level: float
    covered: float
    low: float | None
    high: float | None


class Record(Report):
    """A challenger beside `published` at one horizon.

    n: matured forecasts.  independent: those of them that do not overlap.  days: calendar days from the first origin to the last
    target.  difference_pct, upper_pct: of CRPS, and its one-sided upper bound at probability `readiness.bound`.  recent_pct: the
    difference over the latest `readiness.recent`.  p, holm_p, evidence: of Diebold-Mariano; 1 where the two never differ.
    coverage: by level in per cent.  by_year: difference_pct by year of the origin.
    """

    n: int = 0
    independent: int = 0
    days: int = 0
    crps: float | None = None
    crps_incumbent: float | None = None
    difference_pct: float | None = None
    upper_pct: float | None = None
    recent_pct: float | None = None
    p: float | None = None
    holm_p: float | None = None
    evidence: ChallengerEvidence = NOT_EVALUATED
    coverage: Mapping[str, Covered] = {}
    by_year: Mapping[str, float] = {}


@dataclass(frozen=True)
class SuiteResults:
    """How many checks of the data there were, how many held, and whether the whole did."""

    checks: int
    held: int
    success: bool


def compared(
    calibrated: pl.DataFrame,
    model: str,
    *,
    horizons: Sequence[str],
    levels: Sequence[float],
    evaluate: Evaluate,
    settings: Readiness,
) -> dict[str, Record]:
    """Horizon -> the record of `model` beside `published`, over matured origins from `evaluate.from` on.

    calibrated: the frame of calibrated.parquet; a model that is not in it has n = 0 everywhere.
    """
    frame = calibrated.filter(pl.col("model").is_in([model, PUBLISHED]))
    known = set(frame["model"].unique()) >= {model, PUBLISHED}
    panels = {name: matured(frame, name, origins_from=evaluate.from_) for name in horizons}
    resampled = evaluate.model_copy(update={"band": settings.coverage_band})
    scored = score(panels, levels=levels, settings=resampled) if known else {}
    figures = {
        name: _horizon(scored[name], model, levels, settings) if name in scored else Record() for name in horizons
    }
    tested = {name: record.p for name, record in figures.items() if record.p is not None}
    adjusted = inference.holm(list(tested.values())).tolist() if tested else []
    for name, holm_p in zip(tested, adjusted, strict=True):
        evidence: ChallengerEvidence = NO_EVIDENCE
        if holm_p < settings.significance:
            evidence = BETTER if (figures[name].difference_pct or 0.0) < 0 else WORSE
        figures[name] = figures[name].model_copy(update={"holm_p": holm_p, "evidence": evidence})
    return figures


def _horizon(scored: Scored, model: str, levels: Sequence[float], settings: Readiness) -> Record:
    panel = scored.panel
    own, rival = panel.models.index(model), panel.models.index(PUBLISHED)
    loss, incumbent = scored.crps[:, own], scored.crps[:, rival]
    p, upper = _evidence(loss, incumbent, scored, settings.bound)
    years = panel.origin_date.astype("datetime64[Y]").astype(str)
    by_year = {
        str(year): _difference_pct(loss[years == year], incumbent[years == year])
        for year in np.unique(years)
        if np.sum(years == year) >= settings.min_year_origins
    }
    return Record(
        n=panel.n,
        independent=len(scored.chains[0]),
        days=int((panel.target_date[-1] - panel.origin_date[0]) / np.timedelta64(1, "D")),
        crps=float(loss.mean()),
        crps_incumbent=float(incumbent.mean()),
        difference_pct=_difference_pct(loss, incumbent),
        upper_pct=upper,
        recent_pct=_difference_pct(loss[-settings.recent :], incumbent[-settings.recent :]),
        p=p,
        coverage=_coverage(scored, own, levels),
        by_year=by_year,
    )


def _difference_pct(loss: Floats, incumbent: Floats) -> float:
    return float(100 * (loss.mean() / incumbent.mean() - 1))


def _evidence(loss: Floats, incumbent: Floats, scored: Scored, bound: float) -> tuple[float | None, float | None]:
    """p-value of equal CRPS, and the upper bound d + t_B⁻¹(bound)·se on the mean difference, in per cent; None without a test."""
    steps, bandwidth = scored.steps, scored.settings.bandwidth_steps
    se, terms = inference.hac_se(loss - incumbent, steps=steps, bandwidth_steps=bandwidth)
    if terms == 0:
        return None, None
    test = inference.diebold_mariano(loss, incumbent, steps=steps, bandwidth_steps=bandwidth)
    p = float(test.p)
    if math.isnan(p):
        if np.any(loss != incumbent):
            return None, None  # always the same distance apart: there is no variance to judge it by
        p = 1.0  # they never differ
    upper = (loss - incumbent).mean() + float(stdtrit(terms, bound)) * float(se)
    return p, float(100 * upper / incumbent.mean())


def _coverage(scored: Scored, own: int, levels: Sequence[float]) -> dict[str, Covered]:
    hits = np.stack([scored.hits[level][:, own] for level in levels], axis=1)
    low, high = inference.block_band(hits, scored.weights, probability=scored.settings.band)
    enough = scored.panel.n / scored.steps >= scored.settings.min_independent
    return {
        percent(level): Covered(
            level=level,
            covered=float(hits[:, i].mean()),
            low=float(low[i]) if enough else None,
            high=float(high[i]) if enough else None,
        )
        for i, level in enumerate(levels)
    }


def suite_results(expectations: Expectations) -> SuiteResults:
    """The results of all series' checks in reports/expectations.json."""
    held = [check.success for series in expectations.series.values() for check in series.checks]
    return SuiteResults(len(held), sum(held), expectations.success)
