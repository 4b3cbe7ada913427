"""The ladder: at round levels, the probability that the rate in force on a horizon's target date is above them."""

import math
from collections.abc import Mapping

from forex.forecast.report import QUANTILES, Ladder, TargetForecast
from forex.statistics.distribution import probability_above

MOST = 13  # levels
MANTISSAS = (1, 2, 5)  # of a step, times a power of ten
INTERVAL = ("0.1", "0.9")  # the ends of the 80 % interval
FINEST = 6  # digits that a step may stand behind the first one of the rate: a forecast without width has levels, too


def ladder(forecasts: Mapping[str, TargetForecast]) -> Ladder:
    """`ladder` of reports/forecast.json, for every horizon."""
    levels, above = rungs(forecasts)
    return Ladder(levels=levels, above=above)


def rungs(forecasts: Mapping[str, TargetForecast]) -> tuple[tuple[float, ...], dict[str, tuple[float, ...]]]:
    """The round levels around the 80 % interval of the furthest target, CLP per USD, and P(target > level) of each forecast.

    Each probability is `forex.statistics.distribution.probability_above` of the forecast's quantiles.
    """
    furthest = max(forecasts.values(), key=lambda entry: entry.steps)
    levels = round_levels(*(furthest.quantiles[end] for end in INTERVAL))
    above = {}
    for name, entry in forecasts.items():
        quantiles = [entry.quantiles[level] for level in QUANTILES]
        above[name] = tuple(probability_above(quantiles, level) for level in levels)
    return levels, above


def round_levels(lower: float, upper: float) -> tuple[float, ...]:
    """Multiples of a round step from at or below `lower` to at or above `upper`, ascending and above 0; both in CLP per USD.

    The step is the smallest of 1, 2 and 5 times a power of ten with which there are no more than 13: at least 6 of them, where the
    interval has a width that shows in the rate's first seven digits.

    >>> round_levels(931.93, 1083.3)
    (920.0, 940.0, 960.0, 980.0, 1000.0, 1020.0, 1040.0, 1060.0, 1080.0, 1100.0)
    >>> round_levels(4.92, 5.18)
    (4.9, 4.95, 5.0, 5.05, 5.1, 5.15, 5.2)
    """
    exponent = math.floor(math.log10(upper)) - FINEST
    while True:
        for mantissa in MANTISSAS:
            step = float(f"{mantissa}e{exponent}")
            first, last = max(math.floor(lower / step), 1), math.ceil(upper / step)
            if last - first < MOST:
                return tuple(float(f"{count * mantissa}e{exponent}") for count in range(first, last + 1))
        exponent += 1
