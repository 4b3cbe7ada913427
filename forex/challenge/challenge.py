"""A challenger's matured forecasts beside those of the incumbent, `published`, at the same origins.

The loss is CRPS. Differences are in per cent of the incumbent's mean and negative where the challenger is better; their
standard errors and tests allow for overlapping errors, and p-values are adjusted over the horizons (Holm). What too short
a record cannot say is None.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtrit

from forex.core.names import PUBLISHED, percent
from forex.core.status import BETTER, NO_EVIDENCE, NOT_EVALUATED, WORSE
from forex.evaluation import scoreboard
from forex.evaluation.acceptance import Figures
from forex.evaluation.scoreboard import Scored
from forex.params import Evaluate, Readiness
from forex.statistics import inference
from forex.statistics.scores import Floats, matured
from forex.validation.report import Expectations


def compared(
    calibrated: pl.DataFrame,
    model: str,
    *,
    horizons: Sequence[str],
    levels: Sequence[float],
    evaluate: Evaluate,
    settings: Readiness,
) -> dict[str, Figures]:
    """Horizon -> the figures of `model` beside `published`, over matured origins from `evaluate.from` on.

    n: matured forecasts.  independent: those of them that do not overlap.  days: calendar days from the first origin to the last
    target.  difference_pct, upper_pct: of CRPS, and its one-sided upper bound at probability `settings.bound`.  recent_pct: the
    difference over the latest `settings.recent`.  p, holm_p, evidence: of Diebold-Mariano; 1 where the two never differ.
    coverage: by level, with its block-bootstrap band.  by_year: difference_pct by year of the origin.

    calibrated: the frame of calibrated.parquet; a model that is not in it has n = 0 everywhere.
    """
    frame = calibrated.filter(pl.col("model").is_in([model, PUBLISHED]))
    known = set(frame["model"].unique()) >= {model, PUBLISHED}
    panels = {name: matured(frame, name, origins_from=evaluate.from_) for name in horizons}
    resampled = evaluate.model_copy(update={"band": settings.coverage_band})
    scored = scoreboard.score(panels, levels=levels, settings=resampled) if known else {}
    figures = {
        name: _horizon(scored[name], model, levels, settings) if name in scored else _nothing() for name in horizons
    }
    tested = [name for name in horizons if figures[name]["p"] is not None]
    adjusted = inference.holm([figures[name]["p"] for name in tested]).tolist() if tested else []
    for name, holm_p in zip(tested, adjusted, strict=True):
        better = BETTER if figures[name]["difference_pct"] < 0 else WORSE
        figures[name]["holm_p"] = holm_p
        figures[name]["evidence"] = better if holm_p < settings.significance else NO_EVIDENCE
    return figures


def _nothing() -> Figures:
    return {
        "n": 0,
        "independent": 0,
        "days": 0,
        "crps": None,
        "crps_incumbent": None,
        "difference_pct": None,
        "upper_pct": None,
        "recent_pct": None,
        "p": None,
        "holm_p": None,
        "evidence": NOT_EVALUATED,
        "coverage": {},
        "by_year": {},
    }


def _horizon(scored: Scored, model: str, levels: Sequence[float], settings: Readiness) -> Figures:
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
    return _nothing() | {
        "n": panel.n,
        "independent": len(scored.chains[0]),
        "days": int((panel.target_date[-1] - panel.origin_date[0]) / np.timedelta64(1, "D")),
        "crps": float(loss.mean()),
        "crps_incumbent": float(incumbent.mean()),
        "difference_pct": _difference_pct(loss, incumbent),
        "upper_pct": upper,
        "recent_pct": _difference_pct(loss[-settings.recent :], incumbent[-settings.recent :]),
        "p": p,
        "coverage": _coverage(scored, own, levels),
        "by_year": by_year,
    }


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
            return None, None  # always apart by the same: there is no variance to judge it by
        p = 1.0  # they never differ
    upper = (loss - incumbent).mean() + float(stdtrit(terms, bound)) * float(se)
    return p, float(100 * upper / incumbent.mean())


def _coverage(scored: Scored, own: int, levels: Sequence[float]) -> dict[str, Any]:
    """By level: the share covered, and its band where there are enough forecasts without overlap."""
    hits = np.stack([scored.hits[level][:, own] for level in levels], axis=1)
    low, high = inference.block_band(hits, scored.weights, probability=scored.settings.band)
    enough = scored.panel.n / scored.steps >= scored.settings.min_independent
    return {
        percent(level): {
            "level": level,
            "covered": float(hits[:, i].mean()),
            "low": float(low[i]) if enough else None,
            "high": float(high[i]) if enough else None,
        }
        for i, level in enumerate(levels)
    }


def suite_results(expectations: Expectations) -> Figures:
    """How many checks there were, how many held, and whether the whole did."""
    held = [check.success for series in expectations.series.values() for check in series.checks]
    return {"checks": len(held), "held": sum(held), "success": expectations.success}
