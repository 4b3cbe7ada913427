"""The grid of 25 quantile levels on which every predictive distribution is written."""

GRID = (0.005, 0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99, 0.995)
COLUMNS = tuple(f"q{level:g}" for level in GRID)
MEDIAN = GRID.index(0.5)


def central_pair(level: float) -> tuple[int, int]:
    """Grid positions of the lower and upper end of the central interval of nominal coverage `level`.

    Raises ValueError where the ends are not on the grid.

    >>> [GRID[i] for i in central_pair(0.95)]
    [0.025, 0.975]
    """
    for lower, value in enumerate(GRID[:MEDIAN]):
        if abs(1 - 2 * value - level) < 1e-9:
            return lower, len(GRID) - 1 - lower
    allowed = ", ".join(f"{1 - 2 * value:.2f}" for value in GRID[:MEDIAN])
    raise ValueError(f"expected one of {allowed}, got {level:g}")
