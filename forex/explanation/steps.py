"""The steps of the accounts, in the order in which the forecast is made, and the rate that each reaches.

To the median of the nowcast, or of what is centred on it: one step for each series, in proportion to its part of the
log-distance, so that their order does not matter. To that of any other model: one step.

To an end of an interval, from the median:

nowcast: what the interval would be were the errors normal — long_run, at the long-run volatility over as many business days as the
    horizon usually has; time, over the days that it has; one component of the volatility after the other; information; panel —
    and then calibration, pooling, regime, lean.
any other calibrated model: own_interval, that of its fitted quantiles; then calibration, pooling, regime, lean.
ensemble: own_interval, the members' fitted ones by their weights; calibration, all of it but the regime; regime.
a benchmark, as it is or around the nowcast: own_interval.
"""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.special import ndtri

from forex.core.names import CENTRED, ENSEMBLE, NOWCAST, calibrated_name, centred_name
from forex.core.quantiles import MEDIAN, central_pair
from forex.explanation.account import Step
from forex.explanation.again import Again
from forex.explanation.report import Kind
from forex.models.scale import Scale
from forex.observations.store import TARGET
from forex.statistics import ensemble
from forex.statistics.contributions import in_clp
from forex.statistics.forecasts import CONTRIBUTION
from forex.timeline import calendar

Distance = tuple[Kind, str | None, float]  # a step, and what is reached with it: a log-distance, or a scale

AROUND_THE_NOWCAST = (NOWCAST, *map(centred_name, CENTRED))
# A scale is a mean of absolute errors; of normal ones it is √(2/π) standard deviations.
DEVIATION = math.sqrt(math.pi / 2)


def to_median(again: Again, row: int) -> list[Step]:
    """The steps from the anchor to the median.  row: of the origin, among those of `again`."""
    anchor = again.anchor(row)
    if again.published not in AROUND_THE_NOWCAST:
        distance = float(again.calibrated.quantiles[again.published][row, MEDIAN])
        return [Step("model", None, anchor * math.exp(distance))]
    parts = series_parts(again, row)
    reached = anchor + np.cumsum(in_clp([*parts.values()], anchor))
    return [Step(_kind(again, name), name, rate) for name, rate in zip(parts, reached.tolist(), strict=True)]


def series_parts(again: Again, row: int) -> dict[str, float]:
    """What each series adds to the nowcast's median, log-distances, in the order of the file."""
    origin = again.history.days[again.origins[row]]
    [values] = again.contributions.filter(pl.col("origin_date") == origin).to_dicts()
    return {name.removesuffix(CONTRIBUTION): part for name, part in values.items() if name.endswith(CONTRIBUTION)}


def _kind(again: Again, name: str) -> Kind:
    if name == TARGET:
        return "own_returns"
    return "quote" if name in again.history.quotes else "driver"


def to_end(again: Again, row: int, level: float, side: int) -> list[Step]:
    """The steps from the median to an end of the interval of coverage `level`.  row: of the origin, among those of `again`.

    side: 1 for the upper end, -1 for the lower one.
    """
    anchor = again.anchor(row)
    steps = _distances(again, row, level, side)
    return [Step(kind, subject, anchor * math.exp(distance)) for kind, subject, distance in steps]


def end_of(level: float, side: int) -> int:
    """Where the grid of quantiles has an end of an interval.  side: 1 for the upper end, -1 for the lower one."""
    return central_pair(level)[(1 + side) // 2]


def _distances(again: Again, row: int, level: float, side: int) -> list[Distance]:
    end, name = end_of(level, side), again.published
    published = float(again.calibrated.quantiles[name][row, end])
    models = {calibrated_name(model): model for model in again.calibrated.widths}
    if name == ENSEMBLE:
        return [*_of_members(again, models, row, end), ("regime", None, published)]
    if name not in models:
        return [("own_interval", None, published)]
    model = models[name]
    if again.scale is None:
        begun: list[Distance] = [("own_interval", None, float(again.fitted[model].quantiles[row, end]))]
    else:
        half_width = side * DEVIATION * float(ndtri((1 + level) / 2))
        location, day = float(again.fitted[model].location[row]), int(again.origins[row])
        begun = [
            (kind, subject, location + half_width * size) for kind, subject, size in _sizes(again, again.scale, day)
        ]
    return [*begun, *_of_calibration(again, model, row, end, side), ("lean", None, published)]


def _of_members(again: Again, models: Mapping[str, str], row: int, end: int) -> list[Distance]:
    calibrated = again.calibrated
    own = [again.fitted[models.get(member, member)].quantiles[row : row + 1] for member in calibrated.members]
    averaged = ensemble.average(np.stack(own), calibrated.weights[row : row + 1])
    return [
        ("own_interval", None, float(averaged[0, end])),
        ("calibration", None, float(calibrated.without[again.published][row, end])),
    ]


def _sizes(again: Again, scale: Scale, day: int) -> list[Distance]:
    """The scale as one factor after another joins, from the long-run size over the days that the horizon usually has."""
    joining = scale.size.joining[day].tolist()
    time = float(scale.time[day])
    timed = float(scale.size.daily[day]) * time
    return [
        ("long_run", None, joining[0] * math.sqrt(calendar.usual_steps(again.horizon))),
        ("time", None, joining[0] * time),
        *(
            ("component", f"{half_life:g}", size * time)
            for half_life, size in zip(again.half_lives, joining[1:], strict=True)
        ),
        ("information", None, timed * float(scale.information[day])),
        ("panel", None, float(scale.total[day])),
    ]


def _of_calibration(again: Again, model: str, row: int, end: int, side: int) -> list[Distance]:
    pair = abs(end - MEDIAN) - 1
    fitted, widths = again.fitted[model], again.calibrated.widths[model]
    pooled = widths.pooled[row, pair]
    half_widths: list[tuple[Kind, float]] = [
        ("calibration", again.calibrated.standardised[model].half_widths[row, pair]),
        ("pooling", pooled),
        ("regime", pooled * widths.factors[row]),
    ]
    return [
        (kind, None, float(fitted.location[row] + side * fitted.scale[row] * half_width))
        for kind, half_width in half_widths
    ]
