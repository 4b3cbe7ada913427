"""Whether `published` is better than another model: Diebold–Mariano on CRPS, interval score and squared error, with Holm's
correction over the horizons.
"""

from collections.abc import Mapping

from forex.core.names import PUBLISHED, percent
from forex.core.status import NO_EVIDENCE, PUBLISHED_BETTER, PUBLISHED_WORSE, Evidence
from forex.evaluation.report import Comparison, HorizonScores, Loss, ModelScores, PublishedAgainst
from forex.evaluation.scored import Scored, finite
from forex.statistics import inference
from forex.statistics.scores import Floats


def against(scored: Scored) -> list[PublishedAgainst]:
    """Diebold–Mariano of `published` against each model; empty for itself.

    On CRPS, on the interval score at the level of the acceptance rules, and on the median's squared error.
    """
    models, level = scored.panel.models, scored.settings.acceptance.interval_level
    if PUBLISHED not in models:
        return [PublishedAgainst(by_loss={}) for _ in models]
    own = models.index(PUBLISHED)
    rows: list[dict[Loss, Comparison]] = [{} for _ in models]
    losses: dict[Loss, Floats] = {
        "crps": scored.crps,
        f"interval_score_{percent(level)}": scored.interval_score[level],
        "squared_error": scored.error**2,
    }
    for name, loss in losses.items():
        test = inference.diebold_mariano(
            loss[:, [own]], loss, steps=scored.steps, bandwidth_steps=scored.settings.bandwidth_steps
        )
        difference = 100 * (loss[:, own].mean() / loss.mean(axis=0) - 1)
        for k in range(len(models)):
            if k != own:
                rows[k][name] = Comparison(
                    difference_pct=float(difference[k]), statistic=finite(test.statistic[k]), p=finite(test.p[k])
                )
    return [PublishedAgainst(by_loss=row) for row in rows]


def with_holm(horizons: Mapping[str, HorizonScores], significance: float) -> dict[str, HorizonScores]:
    """The same scores, with each Diebold–Mariano p-value adjusted over the horizons, and what it is evidence for."""
    tested: dict[tuple[str, Loss], dict[str, float]] = {}
    for horizon, figures in horizons.items():
        for model, parts in figures.models.items():
            for loss, comparison in parts.published_against.by_loss.items():
                if comparison.p is not None:
                    tested.setdefault((model, loss), {})[horizon] = comparison.p
    adjusted = {
        key: dict(zip(by_horizon, inference.holm(list(by_horizon.values())).tolist(), strict=True))
        for key, by_horizon in tested.items()
    }

    def with_evidence(comparison: Comparison, holm_p: float | None) -> Comparison:
        if holm_p is None or comparison.statistic is None:
            return comparison
        better: Evidence = PUBLISHED_BETTER if comparison.statistic < 0 else PUBLISHED_WORSE
        evidence = better if holm_p < significance else NO_EVIDENCE
        return comparison.model_copy(update={"holm_p": holm_p, "evidence": evidence})

    def of_model(horizon: str, model: str, parts: ModelScores) -> ModelScores:
        by_loss = {
            loss: with_evidence(comparison, adjusted.get((model, loss), {}).get(horizon))
            for loss, comparison in parts.published_against.by_loss.items()
        }
        return parts.model_copy(update={"published_against": PublishedAgainst(by_loss=by_loss)})

    return {
        horizon: figures.model_copy(
            update={"models": {name: of_model(horizon, name, parts) for name, parts in figures.models.items()}}
        )
        for horizon, figures in horizons.items()
    }
