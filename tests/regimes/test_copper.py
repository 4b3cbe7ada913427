"""The break of the USD/CLP-copper correlation: against its own past, disjoint, causal, and as rare as its band says."""

import numpy as np

from forex.regimes import copper
from tests.support.regimes.panels import PARAMS


def _moves(rng: np.random.Generator, rows: int, link: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """5-day moves of two series whose daily moves have the correlation `link`, (rows,)."""
    metal = rng.standard_normal(rows)
    rate = link * metal + np.sqrt(1 - link**2) * rng.standard_normal(rows)
    sums = [np.convolve(side, np.ones(5))[:rows] for side in (0.006 * rate, 0.012 * metal)]
    return sums[0], sums[1]


def test_the_band_equals_the_quantiles_of_the_windows_before() -> None:
    params = PARAMS.model_copy(
        update={"copper_correlation_window": 12, "reference_window": 80, "copper_min_reference": 40}
    )
    moves = _moves(np.random.default_rng(2), 260, np.full(260, -0.5))
    moves[0][100:104] = np.nan
    found = copper.correlation(*moves, params)
    for row in range(260):
        earlier = found.current[max(row - 12 - 79, 0) : max(row - 12 + 1, 0)]
        earlier = earlier[~np.isnan(earlier)]
        low, high = np.quantile(earlier, [0.05, 0.95]) if earlier.size >= 40 else (np.nan, np.nan)
        np.testing.assert_allclose([found.low[row], found.high[row]], [low, high], rtol=1e-9)
        known = not np.isnan(found.current[row]) and not np.isnan(low)
        beyond = found.current[row] > high if low + high <= 0 else found.current[row] < low
        expected = float(beyond) if known else np.nan
        np.testing.assert_equal(found.broken[row], expected)


def test_a_lost_link_is_found_and_a_steady_one_is_rarely_called_broken() -> None:
    rng = np.random.default_rng(4)
    rows, lost = 1100, 1000
    link = np.where(np.arange(rows) < lost, -0.6, 0.4)
    runs = [copper.correlation(*_moves(rng, rows, link), PARAMS).broken for _ in range(60)]
    broken = np.array(runs)
    assert np.nanmean(broken[:, 850:lost]) < 2 * (1 - PARAMS.copper_correlation_band)
    assert np.nanmean(broken[:, 850:lost]) > 0  # it is a tail, not nothing
    assert broken[:, lost + PARAMS.copper_correlation_window].mean() > 0.9


def test_a_tighter_link_is_not_broken() -> None:
    rng = np.random.default_rng(6)
    rows, tighter = 1100, 1000
    link = np.where(np.arange(rows) < tighter, -0.3, -0.95)
    found = copper.correlation(*_moves(rng, rows, link), PARAMS)
    at = tighter + PARAMS.copper_correlation_window
    assert found.current[at] < found.low[at] and found.broken[at] == 0
    mirrored = copper.correlation(*_moves(rng, rows, -link), PARAMS)
    assert mirrored.current[at] > mirrored.high[at] and mirrored.broken[at] == 0


def test_the_correlation_of_a_row_does_not_depend_on_rows_below() -> None:
    moves = _moves(np.random.default_rng(5), 500, np.full(500, -0.5))
    whole = copper.correlation(*moves, PARAMS)
    for rows in (70, 200, 350):
        part = copper.correlation(moves[0][:rows], moves[1][:rows], PARAMS)
        for cut, full in zip(part, whole, strict=True):
            np.testing.assert_array_equal(cut, full[:rows])


def test_correlation_equals_numpy() -> None:
    left, right = np.random.default_rng(3).standard_normal((2, 80))
    right[20] = np.nan
    found = copper.rolling_correlation(left, right, 12)
    for row in range(80):
        window = slice(row - 11, row + 1)
        known = row >= 11 and not np.isnan(right[window]).any()
        expected = np.corrcoef(left[window], right[window])[0, 1] if known else np.nan
        np.testing.assert_allclose(found[row], expected, rtol=1e-9)
