"""What the nowcast explains, and which series it owes that to: out-of-sample R², direction, and a part for each series.

With y the log-return from the anchor to the target, ŷ = Σ cⱼ the nowcast made at the origin and cⱼ the contribution of series j,
R² = 1 − Σ(y − ŷ)²/Σy², against the forecast that the anchor stays (0, not the mean: nobody knew the mean). It splits exactly into

    R²ⱼ = Σ cⱼ·(2y − ŷ) / Σy²,   Σⱼ R²ⱼ = R²,

the Shapley value (1953) of series j where a group of them forecasts the sum of its contributions: the linear part of
2yŷ − ŷ² is its own, and each product cⱼcₖ is shared in halves. It is negative where a series did harm. Beside it stands what R²
loses where that series alone is silent, Σ cⱼ·(2y − 2ŷ + cⱼ)/Σy²: less, where others moved with it, but not re-estimated without it.
Between series that move together the ridge divides the credit; a group's sum is safer than any single figure in it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from forex.core.errors import DataError
from forex.core.names import NOWCAST
from forex.core.reports import Metrics
from forex.core.status import INSUFFICIENT_DATA, NOT_EVALUATED
from forex.evaluation.report import Explained, Open, Record, SeriesPart, Unexplained
from forex.params import Evaluate
from forex.statistics import inference
from forex.statistics.forecasts import CONTRIBUTION
from forex.statistics.scores import Bools, Floats, Panel


def report(
    contributions: pl.DataFrame, panels: Mapping[str, Panel], *, horizons: Sequence[str], settings: Evaluate
) -> dict[str, Explained | Unexplained]:
    """By horizon: the record over all matured origins of its panel, by year, and by the kind of quote.

    contributions: data/forecasts/nowcast.parquet, without rows where no nowcast is fitted: NOT_EVALUATED.
    panels: from `forex.statistics.scores.matured`; a horizon without any matured origin is INSUFFICIENT_DATA.
    Raises DataError where the contributions lack an origin of a panel.
    """
    empty: Open = NOT_EVALUATED if contributions.is_empty() else INSUFFICIENT_DATA
    figures: dict[str, Explained | Unexplained] = {name: Unexplained(status=empty) for name in horizons}
    if contributions.is_empty():
        return figures
    series = [name.removesuffix(CONTRIBUTION) for name in contributions.columns if name.endswith(CONTRIBUTION)]
    for horizon, panel in panels.items():
        if panel.n:
            rows = _at(contributions, horizon, panel)
            figures[horizon] = _horizon(panel, series, rows, settings)
    return figures


def _at(contributions: pl.DataFrame, horizon: str, panel: Panel) -> pl.DataFrame:
    """The rows of the forecasts of a panel."""
    rows = contributions.filter(pl.col("horizon") == horizon)
    days = rows["origin_date"].to_numpy()
    if not np.isin(panel.origin_date, days).all():
        raise DataError(
            f"data/forecasts/nowcast.parquet: lacks origins that calibrated.parquet has at {horizon}. "
            "`dvc repro --force fit` makes both anew."
        )
    return rows[np.searchsorted(days, panel.origin_date)]


def _horizon(panel: Panel, series: Sequence[str], rows: pl.DataFrame, settings: Evaluate) -> Explained:
    parts, quoted = rows.select(f"{name}{CONTRIBUTION}" for name in series).to_numpy(), rows["quote"].to_numpy()
    actual = np.log(panel.actual / panel.anchor)
    years = panel.origin_date.astype("datetime64[Y]").astype(str)

    def among(chosen: Bools) -> Record:
        return record(
            actual[chosen],
            parts[chosen],
            series,
            steps=panel.typical_steps,
            bandwidth_steps=settings.bandwidth_steps,
        )

    whole = among(np.ones(panel.n, dtype=np.bool_))
    return Explained(
        **dict(whole),
        by_year={str(year): among(years == year) for year in np.unique(years)},
        by_quote={str(kind): among(quoted == kind) for kind in np.unique(quoted)},
    )


def record(actual: Floats, parts: Floats, series: Sequence[str], *, steps: int, bandwidth_steps: float) -> Record:
    """R² and the share of directions that were right, each with its HAC standard error, and the part of each series.

    The error of R² is that of a ratio of means, linearised: of the mean of (2yŷ − ŷ² − R²·y²)/mean(y²). A nowcast or an
    outcome of exactly zero has no direction.

    actual: (n,) and parts: (n, n_series), log-distances from the anchor.
    What cannot be said is None: R² of outcomes that never move, the error of few overlapping forecasts.

    >>> found = record(np.array([0.02, -0.01]), np.array([[0.01, 0.0], [0.0, -0.01]]), ["a", "b"], steps=1, bandwidth_steps=3)
    >>> round(found.r2, 6), {name: round(part.r2, 6) for name, part in found.series.items()}
    (0.8, {'a': 0.6, 'b': 0.2})
    """
    nowcast = parts.sum(axis=1)
    size = float(np.mean(actual**2))
    gain = 2 * actual * nowcast - nowcast**2
    r2 = float(np.mean(gain)) / size if size else math.nan
    error = _se((gain - r2 * actual**2) / size, steps, bandwidth_steps) if size else math.nan
    called = (actual != 0) & (nowcast != 0)
    right = (np.sign(actual) == np.sign(nowcast))[called].astype(np.float64)
    share = float(right.mean()) if right.size else math.nan
    own = np.mean(parts * (2 * actual - nowcast)[:, None], axis=0)
    lost = np.mean(parts * (2 * (actual - nowcast)[:, None] + parts), axis=0)
    return Record(
        n=len(actual),
        r2=_finite(r2),
        r2_se=_finite(error),
        n_direction=int(called.sum()),
        direction=_finite(share),
        direction_se=_finite(_se(right, steps, bandwidth_steps)) if right.size else None,
        series={
            name: SeriesPart(r2=float(own[j]) / size if size else None, r2_lost=float(lost[j]) / size if size else None)
            for j, name in enumerate(series)
        },
    )


def metrics(report: Mapping[str, Explained | Unexplained]) -> Metrics:
    """`nowcast.<horizon>.nowcast.<metric>`: the figures over all origins, `r2_from_<id>` the part of a series."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for horizon, figures in report.items():
        if isinstance(figures, Unexplained):
            continue
        leaves = {name: getattr(figures, name) for name in ("r2", "r2_se", "direction", "direction_se")}
        leaves |= {f"r2_from_{name}": part.r2 for name, part in figures.series.items()}
        known = {name: value for name, value in leaves.items() if value is not None}
        if known:
            found[horizon] = {NOWCAST: known}
    return {NOWCAST: found}


def _se(series: Floats, steps: int, bandwidth_steps: float) -> float:
    return float(inference.hac_se(series, steps=steps, bandwidth_steps=bandwidth_steps)[0])


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
