"""Scores of calibrated.parquet written from the definitions, with nothing of forex: what the issue of the forecast is judged by."""

import numpy as np
import pandas as pd

LEVELS = [0.005, 0.01, 0.025, *[round(0.05 * i, 2) for i in range(1, 20)], 0.975, 0.99, 0.995]
COLUMNS = [f"q{level:g}" for level in LEVELS]
BOUNDS = {50: ("q0.25", "q0.75"), 80: ("q0.1", "q0.9"), 95: ("q0.025", "q0.975")}
STRESSED = ("HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION")


def matured(calibrated: pd.DataFrame, horizon: str, model: str, since: str = "2010-01-01") -> pd.DataFrame:
    """The rows of one model and horizon whose outcome is known, by origin."""
    rows = calibrated[(calibrated["horizon"] == horizon) & (calibrated["model"] == model)]
    rows = rows[rows["actual"].notna() & (pd.to_datetime(rows["origin_date"]) >= since)]
    return rows.sort_values("origin_date").reset_index(drop=True)


def inside(rows: pd.DataFrame, percent: int) -> np.ndarray:
    lower, upper = BOUNDS[percent]
    return ((rows[lower] <= rows["actual"]) & (rows["actual"] <= rows[upper])).to_numpy()


def beyond(rows: pd.DataFrame, percent: int, side: str) -> np.ndarray:
    """Whether each outcome is "below" or "above" the interval."""
    lower, upper = BOUNDS[percent]
    return ((rows["actual"] < rows[lower]) if side == "below" else (rows["actual"] > rows[upper])).to_numpy()


def coverage(rows: pd.DataFrame, percent: int) -> float:
    return 100 * float(inside(rows, percent).mean())


def crps(rows: pd.DataFrame, rule: str = "mass") -> float:
    """Twice the mean pinball loss over the levels: `mass` weighs each level by the probability it stands for, tails included,
    `trapezoid` integrates between the outermost levels, `plain` counts all levels alike."""
    error = rows["actual"].to_numpy()[:, None] - rows[COLUMNS].to_numpy()
    levels = np.array(LEVELS)
    loss = np.where(error >= 0, levels * error, (levels - 1) * error).mean(axis=0)
    if rule == "trapezoid":
        return 2 * float(np.trapezoid(loss, levels))
    if rule == "plain":
        return 2 * float(loss.mean())
    middle = (levels[1:] + levels[:-1]) / 2
    return 2 * float(loss @ np.diff([0.0, *middle, 1.0]))


def interval_score(rows: pd.DataFrame, percent: int) -> float:
    """Width, and 2/α times the distance of a miss."""
    lower, upper, actual = (rows[name] for name in (*BOUNDS[percent], "actual"))
    penalty = 2 / (1 - percent / 100) * (np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0))
    return float((upper - lower + penalty).mean())


def block_band(
    hits: np.ndarray, among: np.ndarray, *, length: int, probability: float, draws: int = 2000
) -> tuple[float, float]:
    """Central percentiles, in per cent, of the share of hits within a group, blocks of consecutive origins drawn from the whole."""
    rng, n = np.random.default_rng(20100101), len(hits)
    shares = []
    for _ in range(draws):
        starts = rng.integers(0, n, -(-n // length))
        rows = ((starts[:, None] + np.arange(length)) % n).ravel()[:n]
        drawn = rows[among[rows]]
        if drawn.size:
            shares.append(100 * hits[drawn].mean())
    low, high = np.quantile(shares, [(1 - probability) / 2, (1 + probability) / 2])
    return float(low), float(high)
