"""Moves of a series as each origin knew it: from one known value to the next, never across what was not new."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.timeline import calendar
from forex.timeline.calendar import Dates

Floats = NDArray[np.float64]


def origins(panel: pl.DataFrame) -> pl.DataFrame:
    """The rows of a panel that are origins: those with a cut-off."""
    return panel.filter(pl.col("cut_off_at").is_not_null())


def known_values(panel: pl.DataFrame, name: str) -> tuple[Floats, Dates]:
    """A series' value and its date as each row of the panel knew them last; NaN and NaT where it knew nothing."""
    values = panel[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values, calendar.as_dates(panel[f"{name}_date"].to_numpy())


def drivers_of(panel: pl.DataFrame) -> list[str]:
    """The ids of the drivers in a panel made by `forex.observations.align.panel`."""
    return [name.removesuffix("_move_0") for name in panel.columns if name.endswith("_move_0")]


def moves_over(values: Floats, dates: Dates, window: int, *, logs: bool = True) -> tuple[Floats, Floats]:
    """xₜ − xₜ₋ᵥ over `window` = v rows, and the business days between the dates of the two values.

    x is the logarithm of the value, or with `logs` False the value itself (rates in per cent). A value without a
    logarithm has no move into or out of it.

    values, dates: shape (n,), from `known_values`.  Both returns have shape (n,); NaN where either value is unknown or
    the date did not advance: no news is no move.
    """
    levels = np.log(values, out=np.full(values.size, np.nan), where=values > 0) if logs else values
    moves, steps = np.full((2, values.size), np.nan)
    known = np.flatnonzero(~np.isnan(levels[window:]) & ~np.isnan(levels[:-window])) + window
    between = calendar.steps_between(dates[known - window], dates[known])
    new = known[between > 0]
    moves[new], steps[new] = levels[new] - levels[new - window], between[between > 0]
    return moves, steps


def daily_moves(values: Floats, dates: Dates, *, logs: bool = True) -> Floats:
    """(xₜ − xₜ₋₁)/√k on each row that knows a newer value than the row before, k business days newer; NaN elsewhere.

    values, dates, logs: as in `moves_over`.  Returns shape (n,).

    >>> dates = calendar.as_dates(["2024-09-16", "2024-09-16", "2024-09-17", "2024-09-24"])
    >>> daily_moves(np.array([900.0, 900.0, 909.0, 891.0]), dates).round(4).tolist()
    [nan, nan, 0.01, -0.0141]
    """
    moves, steps = moves_over(values, dates, 1, logs=logs)
    return np.asarray(moves / np.sqrt(steps))
