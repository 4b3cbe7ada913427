"""What every model sees: the panel as arrays, and the rule that says how much of it is known at each origin.

Returns are kept in the order in which they became known, so that "known at origin t" is a prefix of length `known[t]`; a model that
computes a recursion over all returns and reads it at `known[t] - 1` uses nothing later.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.errors import TooLittleData
from forex.observations.moves import drivers_of
from forex.timeline import calendar
from forex.timeline.calendar import Dates, Instants

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Targets:
    """What each origin's forecast at one horizon is about, all of shape (n_days,).

    dates: target dates.  steps: business days from the anchor's date.  days: calendar days from it. Dates and steps are those of
    the holidays known at the origin: a target that a later law made a holiday has no observado, and never matures.
    log_return: log(observado on the target / anchor), NaN where it has not appeared.
    matured: position of the first origin at whose cut-off that observado is known, n_days where there is none.
    """

    dates: Dates
    steps: Ints
    days: Ints
    log_return: Floats
    matured: Ints


@dataclass(frozen=True, eq=False)
class History:
    """The panel's columns, one entry per origin (n_days,), the values in force, and the chain of returns (n_returns,)."""

    days: Dates
    cut_offs: Instants
    anchor: Floats
    anchor_date: Dates
    in_force: Dates  # (n_values,) the dates that have an observado, ascending, and possibly later than the last origin
    observado: Floats  # (n_values,) CLP per USD
    usable_at: Instants  # (n_values,)
    returns: Floats  # over `return_steps` business days, in the order in which they became known
    return_steps: Floats
    known: Ints  # (n_days,) how many of the returns are known at each origin
    drivers: tuple[str, ...]
    moves: dict[int, Floats]  # age -> (n_days, n_drivers), NaN where absent
    news_hours: Floats  # (n_days,) from the drivers' values of the day to the cut-off, NaN where there is none
    quotes: tuple[str, ...]  # series in the target's own unit; they are not among the drivers
    gaps: Floats  # (n_days, n_quotes) log(quote/anchor), NaN where absent
    quote_ages: Floats  # (n_days, n_quotes) business days from the last one's date to the origin, NaN before the first
    backfilled: NDArray[np.bool_]  # (n_days, n_quotes) whether the last quote was filled in afterwards
    quote_moves: dict[int, Floats]  # age -> (n_days, n_quotes), NaN where absent

    @cached_property
    def daily(self) -> Floats:
        """Returns scaled to one business day, r/√k."""
        return self.returns / np.sqrt(self.return_steps)

    def targets(self, horizon: str) -> Targets:
        """The targets of one horizon such as "7d"."""
        return self._settled(calendar.target_dates(self.days, self.anchor_date, horizon))

    def ahead(self, steps: int) -> Targets:
        """The targets `steps` business days after the anchor's date."""
        return self._settled(calendar.shift(self.anchor_date, steps, known_at=self.days))

    def _settled(self, dates: Dates) -> Targets:
        never = len(self.days)
        at = np.minimum(np.searchsorted(self.in_force, dates), len(self.in_force) - 1)
        settled = self.in_force[at] == dates
        matured = np.searchsorted(self.cut_offs, self.usable_at[at], side="left")
        return Targets(
            dates=dates,
            steps=calendar.steps_between(self.anchor_date, dates, known_at=self.days),
            days=(dates - self.anchor_date).astype(np.int64),
            log_return=np.where(settled, np.log(self.observado[at] / self.anchor), np.nan),
            matured=np.where(settled, matured, never),
        )


def forecast_origins(history: History, *, first_origin: int, warm_up: int, min_returns: int) -> Ints:
    """Positions of the origins that are fitted: from the `first_origin`-th day on, and up to `warm_up` days before it, as far back
    as `min_returns` returns are known.

    Raises TooLittleData where the history is shorter than `first_origin` days.
    """
    days = len(history.days)
    if days < first_origin:
        raise TooLittleData(
            f"usdclp: {days} business days of history, the first origin needs {first_origin} (fit.first_origin). "
            "Use a later as_of or a longer history."
        )
    earliest = int(np.searchsorted(history.known, min_returns))
    return np.arange(min(first_origin - 1, max(first_origin - 1 - warm_up, earliest)), days)


def from_panel(panel: pl.DataFrame) -> History:
    """The history of a panel made by `forex.observations.align.panel`; days before the first anchor are left off."""
    origins = panel.filter(pl.col("anchor").is_not_null())
    values = panel.filter(pl.col("observado").is_not_null())
    chain = values.filter(pl.col("log_return").is_not_null())
    cut_offs = _instants(origins["cut_off_at"])
    quotes = tuple(name for name in drivers_of(panel) if f"{name}_gap" in panel.columns)
    drivers = tuple(name for name in drivers_of(panel) if name not in quotes)
    return History(
        days=origins["origin_date"].to_numpy(),
        cut_offs=cut_offs,
        anchor=origins["anchor"].to_numpy(),
        anchor_date=origins["anchor_date"].to_numpy(),
        in_force=values["origin_date"].to_numpy(),
        observado=values["observado"].to_numpy(),
        usable_at=_instants(values["observado_usable_at"]),
        returns=chain["log_return"].to_numpy(),
        return_steps=chain["return_steps"].to_numpy().astype(np.float64),
        known=np.searchsorted(_instants(chain["observado_usable_at"]), cut_offs, side="right"),
        drivers=drivers,
        moves={age: _columns(origins, [f"{name}_move_{age}" for name in drivers]) for age in (0, 1)},
        news_hours=origins["news_hours"].cast(pl.Float64).to_numpy(),
        quotes=quotes,
        gaps=_columns(origins, [f"{name}_gap" for name in quotes]),
        quote_ages=_columns(origins, [f"{name}_age" for name in quotes]),
        backfilled=_columns(origins, [f"{name}_backfilled" for name in quotes]) == 1.0,
        quote_moves={age: _columns(origins, [f"{name}_move_{age}" for name in quotes]) for age in (0, 1)},
    )


def _columns(frame: pl.DataFrame, names: list[str]) -> Floats:
    """The columns side by side, (n_rows, n_names); without any name, too."""
    columns = [frame[name].to_numpy() for name in names]
    return np.array(columns, dtype=np.float64).reshape(len(names), frame.height).T


def _instants(column: pl.Series) -> Instants:
    return np.asarray(column.dt.replace_time_zone(None).to_numpy())
