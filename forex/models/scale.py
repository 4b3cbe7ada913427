"""What the nowcast's scale is made of: one product, so that whoever explains a width multiplies what the forecast multiplied."""

from dataclasses import dataclass

from forex.observations.history import Floats, Ints
from forex.statistics.volatility import Ahead


@dataclass(frozen=True)
class Scale:
    """The scale of one horizon at each day, a log-distance: size.daily · time · information · panel.

    size: daily, of the observado's moves; at the next day of the nowcast's own errors.
    steps: (n_days,), business days to the target.
    time: (n_days,), √ of the days that carry variance, √steps where no others do.
    information: (n_days,), λ, how much more a forecast misses with what the day knew than with every driver and no quote.
    panel: (n_days,), the correction by the volatility of all series together; 1 where there is none.
    """

    size: Ahead
    steps: Ints
    time: Floats
    information: Floats
    panel: Floats

    @property
    def total(self) -> Floats:
        """Standard deviation of the log-return that is forecast, (n_days,)."""
        return self.size.daily * self.time * self.information * self.panel
