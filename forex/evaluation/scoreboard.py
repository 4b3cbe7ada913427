"""The validation report: how good the forecasts of every model are, and whether the published ones pass.

`validation` makes the whole report, `metrics` picks its figures for `dvc metrics`. Errors are median − actual, in CLP
per USD; skill is the per cent by which a score lies below that of `random_walk` (positive is better). What the data
cannot say is None in the report and absent from metrics.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forex.core.names import PUBLISHED
from forex.core.reports import Metrics, plain
from forex.core.status import FAIL, INSUFFICIENT_DATA, PASS
from forex.evaluation import acceptance
from forex.evaluation.accuracy import against, with_holm
from forex.evaluation.report import (
    CoverageTests,
    GroupScores,
    HorizonScores,
    LevelScores,
    LevelTests,
    ModelScores,
    OverallLevelScores,
    OverallScores,
    RegimeLevelScores,
    RegimeScores,
    Scoreboard,
)
from forex.evaluation.scored import PIT_BINS, Scored, finite
from forex.params import Evaluate
from forex.statistics import clusters, inference
from forex.statistics.scores import LEVELS, Bools, Floats, Made


def validation(
    scored: Mapping[str, Scored], made: Mapping[str, Made], *, horizons: Sequence[str], settings: Evaluate
) -> Scoreboard:
    """The whole report: per horizon and model overall, by year and by regime; tests; the verdicts on `published`.

    scored: from `score`.  made: from `forex.statistics.scores.made`, of the same horizons and origins.  horizons: of params.yaml;
    one that has nothing matured yet is INSUFFICIENT_DATA.
    """
    figures = {name: HorizonScores(n=0, status=INSUFFICIENT_DATA, models={}) for name in horizons}
    figures |= {name: _horizon(part, made[name]) for name, part in scored.items()}
    figures = with_holm(figures, settings.significance)
    return Scoreboard(
        origins_from=settings.from_,
        levels=tuple(sorted({level for part in scored.values() for level in part.levels})),
        band=settings.band,
        horizons=figures,
        verdicts={name: acceptance.verdicts(name, figures[name], settings) for name in figures},
    )


def _horizon(scored: Scored, made: Made) -> HorizonScores:
    panel = scored.panel
    years = panel.origin_date.astype("datetime64[Y]").astype(str)
    overall, compared, tests = _overall(scored), against(scored), _coverage_tests(scored)
    by_year = {str(year): _group(scored, years == year) for year in np.unique(years)}
    by_regime = {str(regime): _regime(scored, made, regime) for regime in np.unique(panel.regime)}
    return HorizonScores(
        n=panel.n,
        n_independent=len(scored.chains[0]),
        n_due=int(made.due.sum()),
        n_without_actual=int((made.due & ~made.matured).sum()),
        typical_steps=scored.steps,
        first_origin=str(panel.origin_date[0]),
        last_origin=str(panel.origin_date[-1]),
        models={
            model: ModelScores(
                overall=overall[k],
                coverage_tests=tests[k],
                published_against=compared[k],
                by_year={year: group[k] for year, group in by_year.items()},
                by_regime={regime: group[k] for regime, group in by_regime.items()},
            )
            for k, model in enumerate(panel.models)
        },
    )


def _group(scored: Scored, among: Bools) -> list[GroupScores]:
    """The figures of each model over the origins in `among` (at least one)."""
    panel = scored.panel
    n, models = int(among.sum()), range(len(panel.models))
    at_levels = _at_levels(scored, among)
    error, actual = scored.error[among], panel.actual[among, None]
    rise = np.sign(actual - panel.anchor[among, None])
    forecast = np.sign(panel.median[among] - panel.anchor[among, None])
    called = (rise != 0) & (forecast != 0)
    n_called, right = called.sum(axis=0), (called & (rise == forecast)).sum(axis=0)
    crps = [_mean(scored.crps[among, k]) for k in models]
    base = scored.baseline
    return [
        GroupScores(
            n=n,
            crps=crps[k],
            crps_anchor_pct=100 * _mean(scored.crps[among, k] / panel.anchor[among]),
            bias=_mean(error[:, k]),
            rmse=math.sqrt(_mean(error[:, k] ** 2)),
            mae=_mean(np.abs(error[:, k])),
            mape_pct=100 * _mean(np.abs(error[:, k]) / actual[:, 0]),
            n_direction=int(n_called[k]),
            direction_hit_rate=int(right[k]) / int(n_called[k]) if n_called[k] else None,
            crps_skill_pct=None if base is None else 100 * (1 - crps[k] / crps[base]),
            by_level=at_levels[k],
        )
        for k in models
    ]


def _regime(scored: Scored, made: Made, regime: str) -> list[RegimeScores]:
    """The figures of each model over a regime's origins (at least one matured), with the bands over its episodes."""
    panel, here = scored.panel, made.regime == regime
    among = panel.regime == regime
    episode = clusters.episodes(made.origin_date[here], made.target_date[here])[made.matured[here]]
    stacked = np.concatenate([scored.hits[level][among] for level in scored.levels], axis=1)
    low, high = clusters.share_band(stacked, episode, probability=scored.settings.band)
    m = len(panel.models)
    return [
        RegimeScores(
            **{name: value for name, value in group if name != "by_level"},
            n_episodes=np.unique(episode).size,
            by_level={
                level: RegimeLevelScores(
                    **dict(at), episode_low=finite(low[i * m + k]), episode_high=finite(high[i * m + k])
                )
                for i, (level, at) in enumerate(group.by_level.items())
            },
        )
        for k, group in enumerate(_group(scored, among))
    ]


def _at_levels(scored: Scored, among: Bools) -> list[dict[float, LevelScores]]:
    """The figures of each model at each level over the origins in `among`."""
    panel, settings = scored.panel, scored.settings
    n, m = int(among.sum()), len(panel.models)
    stacked = np.concatenate([scored.hits[level] for level in scored.levels], axis=1)
    counts = stacked[among].sum(axis=0)
    exact = inference.clopper_pearson(counts, n, probability=settings.band)
    block = inference.block_band(
        stacked, scored.weights, probability=settings.band, among=None if among.all() else among
    )
    enough = n / scored.steps >= settings.min_independent
    found: list[dict[float, LevelScores]] = [{} for _ in range(m)]
    for position, level in enumerate(scored.levels):
        score = [_mean(scored.interval_score[level][among, k]) for k in range(m)]
        for k in range(m):
            at, half_width = position * m + k, _mean(scored.half_width[level][among, k])
            found[k][level] = LevelScores(
                coverage=int(counts[at]) / n,
                exact_low=float(exact[0][at]),
                exact_high=float(exact[1][at]),
                block_low=float(block[0][at]) if enough else None,
                block_high=float(block[1][at]) if enough else None,
                interval_score=score[k],
                half_width=half_width,
                # The score's two parts: sharpness, which is the width, and what misses cost, which is calibration.
                miss_penalty=score[k] - 2 * half_width,
                skill_pct=None if scored.baseline is None else 100 * (1 - score[k] / score[scored.baseline]),
            )
    return found


@dataclass(frozen=True)
class Tails:
    """Shares beyond one end of each level's interval and their block bands, each (levels, models); NaN where there is no band."""

    share: Floats
    low: Floats
    high: Floats


def _tails(scored: Scored, beyond: Mapping[float, Bools]) -> Tails:
    panel, settings = scored.panel, scored.settings
    shape = (len(scored.levels), len(panel.models))
    stacked = np.concatenate([beyond[level] for level in scored.levels], axis=1)
    low, high = inference.block_band(stacked, scored.weights, probability=settings.band)
    if panel.n / scored.steps < settings.min_independent:
        low, high = np.full(low.shape, np.nan), np.full(high.shape, np.nan)
    return Tails(stacked.mean(axis=0).reshape(shape), low.reshape(shape), high.reshape(shape))


def _overall(scored: Scored) -> list[OverallScores]:
    """The figures of each model over all origins, with standard errors, tails, the PIT histogram and its distance from uniform."""
    panel, settings = scored.panel, scored.settings

    def errors(values: Floats) -> Floats:
        return np.asarray(inference.hac_se(values, steps=scored.steps, bandwidth_steps=settings.bandwidth_steps)[0])

    crps_se = errors(scored.crps)
    coverage_se = {level: errors(scored.hits[level].astype(np.float64)) for level in scored.levels}
    interval_se = {level: errors(scored.interval_score[level]) for level in scored.levels}
    histogram = pit_histogram(scored.pit, PIT_BINS)
    distance, p = _pit_uniformity(scored)
    above, below = _tails(scored, scored.above), _tails(scored, scored.below)
    return [
        OverallScores(
            **{name: value for name, value in group if name != "by_level"},
            crps_se=finite(crps_se[k]),
            pit_histogram=histogram[:, k].tolist(),
            pit_distance=float(distance[k]),
            pit_p=finite(p[k]),
            by_level={
                level: OverallLevelScores(
                    **dict(at),
                    coverage_se=finite(coverage_se[level][k]),
                    interval_score_se=finite(interval_se[level][k]),
                    above=float(above.share[i, k]),
                    above_block_low=finite(above.low[i, k]),
                    above_block_high=finite(above.high[i, k]),
                    below=float(below.share[i, k]),
                    below_block_low=finite(below.low[i, k]),
                    below_block_high=finite(below.high[i, k]),
                )
                for i, (level, at) in enumerate(group.by_level.items())
            },
        )
        for k, group in enumerate(_group(scored, np.ones(panel.n, dtype=np.bool_)))
    ]


def pit_histogram(values: Floats, bins: int) -> Floats:
    """Share of PIT values per equal bin of [0, 1].  values: shape (n, m).  Returns shape (bins, m)."""
    cell = np.minimum((values * bins).astype(np.int64), bins - 1)
    return np.stack([np.mean(cell == k, axis=0) for k in range(bins)])


def _pit_uniformity(scored: Scored) -> tuple[Floats, Floats]:
    """Largest |share of actuals at or below q(τ) − τ| over the grid, per model, and its block-bootstrap p-value.

    (Kolmogorov's distance, read only where the forecast says a quantile.)  The p-value is the share of resamples whose
    shares lie as far from the sample's own: NaN below `min_independent` forecasts without overlap.
    """
    panel = scored.panel
    below = panel.actual[:, None, None] <= panel.quantiles
    share = below.mean(axis=0)
    distance = np.abs(share - LEVELS).max(axis=1)
    if panel.n / scored.steps < scored.settings.min_independent:
        return distance, np.full(distance.shape, np.nan)
    flat = below.reshape(panel.n, -1).astype(np.float32)
    resampled = ((scored.weights @ flat) / np.float32(panel.n)).reshape(-1, *share.shape)
    p = np.mean(np.abs(resampled - share).max(axis=2) >= distance - 1e-6, axis=0)
    return distance, p


def _coverage_tests(scored: Scored) -> list[CoverageTests]:
    """Kupiec and Christoffersen per model and level, each on every chain of forecasts that do not overlap, combined."""
    models, chains = scored.panel.models, scored.chains
    if len(chains[0]) < scored.settings.min_independent:
        return [CoverageTests(by_level={}) for _ in models]
    stacked = np.concatenate([scored.hits[level] for level in scored.levels], axis=1)
    nominal = np.repeat(scored.levels, len(models))
    tests = [
        (
            inference.kupiec(stacked[chain].sum(axis=0), chain.size, level=nominal),
            inference.independence(stacked[chain]),
            inference.christoffersen(stacked[chain], level=nominal),
        )
        for chain in chains
    ]
    statistics = [np.mean([test[i].statistic for test in tests], axis=0) for i in range(3)]
    ps = [inference.combine([test[i].p for test in tests]) for i in range(3)]

    def at_level(at: int) -> LevelTests:
        kupiec, independence, christoffersen = (finite(values[at]) for values in statistics)
        kupiec_p, independence_p, christoffersen_p = (finite(values[at]) for values in ps)
        return LevelTests(
            kupiec=kupiec,
            kupiec_p=kupiec_p,
            independence=independence,
            independence_p=independence_p,
            christoffersen=christoffersen,
            christoffersen_p=christoffersen_p,
        )

    return [
        CoverageTests(
            by_level={level: at_level(position * len(models) + k) for position, level in enumerate(scored.levels)}
        )
        for k in range(len(models))
    ]


def metrics(report: Scoreboard) -> Metrics:
    """`validation.<horizon>.<model>.<metric>`: the finite figures over all origins, verdicts as 0 or 1.

    `dm_*` and `*_difference_pct` of a model compare `published` with it; below 0, `published` is better.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for horizon, figures in report.horizons.items():
        rows: dict[str, dict[str, float]] = {}
        for model, parts in figures.models.items():
            leaves = plain(parts.overall) | plain(parts.coverage_tests) | plain(parts.published_against)
            rows[model] = {
                name: value
                for name, value in leaves.items()
                if isinstance(value, int | float) and math.isfinite(value) and "_exact_" not in name
            }
        for name, rule in report.verdicts[horizon].items():
            if rule.verdict in (PASS, FAIL):
                rows[PUBLISHED][f"accept_{name}"] = int(rule.verdict == PASS)
        if rows:
            found[horizon] = rows
    return {"validation": found}


def _mean(values: Floats) -> float:
    return float(np.mean(values))
