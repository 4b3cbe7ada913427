"""Scores of predictive quantiles, and the matured forecasts they are applied to.

Every score is in the unit of `actual` (CLP per USD) and lower is better. Arrays broadcast over leading axes; the last
axis of `quantiles` is the grid of forex/core/quantiles.py. An interval is closed: a value on its bound is covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from forex.core.errors import DataError
from forex.core.quantiles import COLUMNS, GRID, MEDIAN, central_pair

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = np.array(GRID)
# Trapezoid weights between the grid's levels; each outermost level also stands for all levels beyond it, so the weights
# sum to 1.
WEIGHTS = np.diff(np.concatenate([[0.0], (LEVELS[1:] + LEVELS[:-1]) / 2, [1.0]]))

KEYS = ("origin_date", "target_date", "horizon", "model", "regime", "steps", "anchor", "actual")


def pinball(actual: ArrayLike, quantile: ArrayLike, *, level: ArrayLike) -> Floats:
    """Pinball loss of a quantile: ρ = level·(y − q) where y ≥ q, (1 − level)·(q − y) below (Koenker & Bassett 1978).

    Raises ValueError where a level is outside (0, 1).

    >>> pinball([905.0, 875.0], [885.0, 885.0], level=0.1).tolist()
    [2.0, 9.0]
    """
    share = np.asarray(level, dtype=np.float64)
    if not np.all((share > 0) & (share < 1)):
        raise ValueError(f"expected levels in (0, 1), got {share.tolist()}")
    distance = np.asarray(actual, dtype=np.float64) - np.asarray(quantile, dtype=np.float64)
    return np.asarray(np.maximum(share * distance, (share - 1) * distance))


def crps(actual: ArrayLike, quantiles: ArrayLike) -> Floats:
    """Continuous ranked probability score from the 25 grid quantiles: CRPS = 2·∫₀¹ ρ_τ(y, q(τ)) dτ (Laio & Tamea 2007).

    The integral is 2·Σ wᵢ·ρ_τᵢ with the trapezoid's weights between grid levels; below 0.005 and above 0.995 the
    outermost quantile's loss stands for all levels beyond it. As a positively weighted sum of pinball losses it is
    proper for the grid's quantiles, and because Σ wᵢ = 1 and Σ wᵢ·τᵢ = 1/2 a point forecast scores its absolute error.
    Against the closed forms of a normal and of t with 5 degrees of freedom it is between 0.9 % too low (at the median)
    and 0.1 % too high at any outcome, and 0.24 % too low on average: the same for every forecast of that shape.

    actual: shape (...).  quantiles: shape (..., 25), not decreasing.  Returns shape (...).
    Raises ValueError where the last axis does not have 25 quantiles.

    >>> crps([905.0], np.full((1, 25), 900.0)).round(9).tolist()
    [5.0]
    """
    grid = np.asarray(quantiles, dtype=np.float64)
    if grid.shape[-1:] != LEVELS.shape:
        raise ValueError(f"expected {LEVELS.size} quantiles on the last axis, got shape {grid.shape}")
    loss = pinball(np.asarray(actual, dtype=np.float64)[..., None], grid, level=LEVELS)
    return np.asarray(2 * np.einsum("...q,q->...", loss, WEIGHTS))


def covered(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Bools:
    """Whether lower ≤ actual ≤ upper.

    >>> covered([900.0, 900.01], [880.0, 880.0], [900.0, 900.0]).tolist()
    [True, False]
    """
    value = np.asarray(actual, dtype=np.float64)
    return np.asarray((np.asarray(lower) <= value) & (value <= np.asarray(upper)))


def interval_score(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, level: float) -> Floats:
    """Winkler interval score of central intervals: IS = (u − l) + 2/α·(l − y)⁺ + 2/α·(y − u)⁺ with α = 1 − level.

    (Gneiting & Raftery 2007, eq. 43.)  Raises ValueError where level is outside (0, 1) or a lower bound exceeds its
    upper.

    >>> interval_score([905.0], [880.0], [900.0], level=0.8).round(9).tolist()
    [70.0]
    """
    if not 0 < level < 1:
        raise ValueError(f"expected a level in (0, 1), got {level:g}")
    value, low, high = (np.asarray(part, dtype=np.float64) for part in (actual, lower, upper))
    if np.any(low > high):
        raise ValueError("expected lower <= upper, got a lower bound above its upper bound")
    outside = np.maximum(low - value, 0) + np.maximum(value - high, 0)
    return np.asarray((high - low) + 2 / (1 - level) * outside)


def pit(actual: ArrayLike, quantiles: ArrayLike) -> Floats:
    """Probability integral transform F(y), linear between the grid's quantiles.

    Beyond the outermost quantiles F is unknown: the middle of what is left, 0.0025 and 0.9975, stands for it. Where y
    equals several quantiles, F(y) is the middle of their levels.

    actual: shape (...).  quantiles: shape (..., 25), not decreasing.  Returns shape (...), in (0, 1).

    >>> grid = 900 + 100 * LEVELS
    >>> pit([960.0, 800.0], np.stack([grid, grid])).round(9).tolist()
    [0.6, 0.0025]
    """
    grid = np.asarray(quantiles, dtype=np.float64)
    value = np.asarray(actual, dtype=np.float64)[..., None]
    below, up_to = np.sum(grid < value, axis=-1), np.sum(grid <= value, axis=-1)
    left = np.clip(below - 1, 0, LEVELS.size - 2)
    q_left, q_right = (np.take_along_axis(grid, (left + k)[..., None], axis=-1)[..., 0] for k in (0, 1))
    width = np.where(q_right > q_left, q_right - q_left, 1.0)
    between = LEVELS[left] + (value[..., 0] - q_left) / width * (LEVELS[left + 1] - LEVELS[left])
    tied = (LEVELS[np.minimum(below, LEVELS.size - 1)] + LEVELS[np.maximum(up_to - 1, 0)]) / 2
    result = np.where(up_to > below, tied, between)
    result = np.where(up_to == 0, LEVELS[0] / 2, result)
    return np.asarray(np.where(below == LEVELS.size, (1 + LEVELS[-1]) / 2, result))


@dataclass(frozen=True)
class Panel:
    """The matured forecasts of one horizon: n origins in order of time, m models in order of name."""

    horizon: str
    models: tuple[str, ...]
    origin_date: NDArray[np.datetime64]  # (n,)
    target_date: NDArray[np.datetime64]  # (n,)
    regime: NDArray[np.str_]  # (n,)
    steps: NDArray[np.int64]  # (n,), business days from the anchor's date to the target
    anchor: Floats  # (n,), CLP per USD
    actual: Floats  # (n,), CLP per USD
    quantiles: Floats  # (n, m, 25), CLP per USD

    @property
    def n(self) -> int:
        """How many forecasts there are."""
        return int(self.actual.size)

    @property
    def typical_steps(self) -> int:
        """The median of `steps`, rounded up: how many neighbouring origins' errors overlap."""
        return int(np.ceil(np.median(self.steps))) if self.n else 1

    @property
    def median(self) -> Floats:
        """The median of each forecast, CLP per USD, (n, m)."""
        return self.quantiles[:, :, MEDIAN]

    @property
    def crps(self) -> Floats:
        """CRPS of each forecast, CLP, (n, m)."""
        return crps(self.actual[:, None], self.quantiles)

    @property
    def pit(self) -> Floats:
        """Probability integral transform of each outcome, (n, m), in (0, 1)."""
        return pit(self.actual[:, None], self.quantiles)

    def bounds(self, level: float) -> tuple[Floats, Floats]:
        """Ends of the intervals of a nominal coverage, CLP per USD, (n, m).  Raises ValueError for one off the grid."""
        lower, upper = central_pair(level)
        return self.quantiles[:, :, lower], self.quantiles[:, :, upper]

    def covered(self, level: float) -> Bools:
        """Whether each outcome lies inside the interval of a nominal coverage, (n, m)."""
        return covered(self.actual[:, None], *self.bounds(level))

    def interval_score(self, level: float) -> Floats:
        """Interval score of the intervals of a nominal coverage, CLP, (n, m)."""
        return interval_score(self.actual[:, None], *self.bounds(level), level=level)

    def last(self, count: int) -> "Panel":
        """The `count` forecasts that matured last, by target, then origin."""
        order = np.lexsort((self.origin_date, self.target_date))[max(self.n - count, 0) :]
        return Panel(
            horizon=self.horizon,
            models=self.models,
            origin_date=self.origin_date[order],
            target_date=self.target_date[order],
            regime=self.regime[order],
            steps=self.steps[order],
            anchor=self.anchor[order],
            actual=self.actual[order],
            quantiles=self.quantiles[order],
        )


@dataclass(frozen=True)
class Made:
    """Every forecast of one horizon, matured or not: n origins in order of time."""

    origin_date: NDArray[np.datetime64]  # (n,)
    target_date: NDArray[np.datetime64]  # (n,)
    regime: NDArray[np.str_]  # (n,)
    matured: Bools  # (n,), whether the target's observado is known

    @property
    def due(self) -> Bools:
        """Whether the target's day has come by the newest origin; one that is due and has not matured never will."""
        return np.asarray(self.target_date <= self.origin_date[-1:])


def made(calibrated: pl.DataFrame, horizon: str, *, origins_from: str | None = None) -> Made:
    """The forecasts of one horizon, from the frame of calibrated.parquet.  origins_from: as in `matured`."""
    rows = calibrated.filter(_wanted(horizon, origins_from)).unique("origin_date").sort("origin_date")
    return Made(
        origin_date=rows["origin_date"].to_numpy().astype("datetime64[D]"),
        target_date=rows["target_date"].to_numpy().astype("datetime64[D]"),
        regime=np.array(rows["regime"].to_list(), dtype=np.str_),
        matured=rows["actual"].is_not_null().to_numpy(),
    )


def _wanted(horizon: str, origins_from: str | None) -> pl.Expr:
    wanted = pl.col("horizon") == horizon
    return wanted if origins_from is None else wanted & (pl.col("origin_date") >= pl.lit(origins_from).str.to_date())


def matured(calibrated: pl.DataFrame, horizon: str, *, origins_from: str | None = None) -> Panel:
    """The forecasts of one horizon whose target's observado is known, from the frame of calibrated.parquet.

    origins_from: the first origin that counts, such as "2010-01-01"; without it all count.
    Raises DataError naming what is wrong where the frame does not keep the contract: a missing column, another set of
    models at some origin, rows out of order, an empty or decreasing quantile. A horizon without matured rows gives a
    panel of length 0.
    """
    missing = [column for column in (*KEYS, *COLUMNS) if column not in calibrated.columns]
    if missing:
        raise DataError(
            f"calibrated.parquet: no column {', '.join(missing)}. `dvc repro --force calibrate` makes it anew."
        )
    rows = calibrated.filter(_wanted(horizon, origins_from) & pl.col("actual").is_not_null())
    models = tuple(rows["model"].unique().sort().to_list())
    m, n = max(len(models), 1), rows.height // max(len(models), 1)
    origins = rows["origin_date"].to_numpy().astype("datetime64[D]")
    _check_order(rows["model"].to_list(), origins, models, horizon)
    quantiles = rows.select(COLUMNS).to_numpy().astype(np.float64, order="C")
    _check_quantiles(quantiles, rows)
    first = rows[::m]
    return Panel(
        horizon=horizon,
        models=models,
        origin_date=origins[::m],
        target_date=first["target_date"].to_numpy().astype("datetime64[D]"),
        regime=np.array(first["regime"].to_list(), dtype=np.str_),
        steps=first["steps"].to_numpy().astype(np.int64),
        anchor=first["anchor"].to_numpy().astype(np.float64),
        actual=first["actual"].to_numpy().astype(np.float64),
        quantiles=quantiles.reshape(n, m, len(GRID)),
    )


def _check_order(names: Sequence[str], origins: NDArray[np.datetime64], models: tuple[str, ...], horizon: str) -> None:
    m = max(len(models), 1)
    complete = len(names) % m == 0 and names == list(models) * (len(names) // m)
    blocks = origins.reshape(-1, m) if complete else origins[:0].reshape(0, m)
    if not complete or np.any(blocks != blocks[:, :1]) or np.any(np.diff(blocks[:, 0]) <= np.timedelta64(0, "D")):
        raise DataError(
            f"calibrated.parquet, horizon {horizon}: expected one row per origin and model "
            f"({', '.join(models)}), sorted by both. "
            "`dvc repro --force calibrate` makes it anew."
        )


def _check_quantiles(quantiles: Floats, rows: pl.DataFrame) -> None:
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(quantiles).all(axis=1) | (np.diff(quantiles, axis=1) < 0).any(axis=1)
    if bad.any():
        row = rows.row(int(np.argmax(bad)), named=True)
        raise DataError(
            f"calibrated.parquet, {row['origin_date']} {row['horizon']} {row['model']}: a quantile is empty "
            "or below the one before it. `dvc repro --force calibrate` makes it anew."
        )
