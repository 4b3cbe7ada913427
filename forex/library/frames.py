"""The frames that people give the library, checked once for each kind before anything computes with them.

A frame may be polars or pandas; what comes back is polars, with the types that the library makes. Every fault is a DataError that
names the argument, the row (counted from 0, as frames do) and the value.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import polars as pl

from forex.core.edges.shown import LONGEST_VALUE, cut, shown
from forex.core.edges.validators import horizon_name
from forex.core.errors import DataError, TooLittleData
from forex.core.quantiles import COLUMNS
from forex.observations.moves import drivers_of
from forex.observations.store import PERCENT, TARGET, refuse_conflicts
from forex.timeline.holidays import FIRST_YEAR, LAST_YEAR

Checked = TypeVar("Checked")

DAY, INSTANT, NUMBER, WHOLE, FLAG, TEXT = "days", "instants", "numbers", "whole numbers", "true or false", "text"
MADE: Final = {
    DAY: pl.Date(),
    INSTANT: pl.Datetime("us", "UTC"),
    NUMBER: pl.Float64(),
    WHOLE: pl.Int32(),
    FLAG: pl.Boolean(),
    TEXT: pl.String(),
}
EXAMPLE: Final = {DAY: "pl.Date", INSTANT: "pl.Datetime"}
OBSERVED: Final = {"date": DAY, "value": NUMBER, "known_at": INSTANT}
PANEL: Final = {
    "origin_date": DAY,
    "observado": NUMBER,
    "observado_usable_at": INSTANT,
    "log_return": NUMBER,
    "return_steps": WHOLE,
    "actual": NUMBER,
    "cut_off_at": INSTANT,
    "anchor": NUMBER,
    "anchor_date": DAY,
    "news_hours": NUMBER,
}
FORECAST: Final = {
    "origin_date": DAY,
    "target_date": DAY,
    "horizon": TEXT,
    "model": TEXT,
    "steps": WHOLE,
    "anchor": NUMBER,
} | dict.fromkeys(COLUMNS, NUMBER)
RAW: Final = FORECAST | {"location": NUMBER, "scale": NUMBER}
CALIBRATED: Final = FORECAST | {"regime": TEXT, "actual": NUMBER}
REGIMES: Final = {"origin_date": DAY, "regime": TEXT}
ORDER: Final = ("origin_date", "model")  # of the rows of a horizon


def observations(name: str, given: Any) -> pl.DataFrame:
    """One series of `panel`: date, value, known_at and unit, sorted; rows without a value are left out.

    Raises DataError where a column is missing or of another type, a date or known_at is missing, a date is outside the calendar, a
    value is infinite, or not positive though the series moves in logs, or a date has two values known at the same instant;
    TooLittleData where no row has a value.
    """
    frame = _typed(given, name, OBSERVED, "Add it to the frame")
    unit = pl.col("unit").cast(pl.String) if "unit" in frame.columns else pl.lit("")
    frame = frame.select(*OBSERVED, unit=unit)
    frame = frame.with_row_index("row").filter(pl.col("value").is_not_null())
    if not frame.height:
        advice = "It is the series that is forecast" if name == TARGET else "Leave it out of the series"
        raise TooLittleData(f"{name}: no row has a value. {advice}.")
    in_logs = name == TARGET or not frame["unit"].eq(PERCENT).any()
    year = pl.col("date").dt.year()
    years = f"the years of the calendar, {FIRST_YEAR} to {LAST_YEAR}"
    _refuse(frame, name, "date", pl.col("date").is_null(), "is missing. Add it, or remove the row")
    _refuse(frame, name, "known_at", pl.col("known_at").is_null(), "is missing: from when was the value public? Add it")
    _refuse(frame, name, "date", ~year.is_between(FIRST_YEAR, LAST_YEAR), f"is outside {years}. Correct or remove it")
    _refuse(frame, name, "value", ~pl.col("value").is_finite(), "is not finite. Correct or remove it")
    if in_logs:
        rate = "" if name == TARGET else f', or give the frame a column `unit` that says "{PERCENT}", if it is a rate'
        wrong = f"is not positive, and moves are taken in logarithms. Correct or remove it{rate}"
        _refuse(frame, name, "value", pl.col("value") <= 0, wrong)
    refuse_conflicts(frame, name, "row")
    return frame.drop("row").sort("date", "known_at")


def panel(given: Any) -> pl.DataFrame:
    """The panel of `fit` and `calibrate`, as `forex.panel` returns it; days may be cut off at its ends.

    Raises DataError where a column is missing or of another type, days are not in order, or a number is none that a panel holds.
    """
    what = "Give the frame that forex.panel returned"
    frame = polars_of(given, "panel")
    names = drivers_of(frame)
    kinds: dict[str, str] = {f"{name}_move_{age}": NUMBER for name in names for age in (0, 1)}
    for name in names:
        if f"{name}_gap" in frame.columns:
            kinds |= {f"{name}_gap": NUMBER, f"{name}_age": WHOLE, f"{name}_backfilled": FLAG}
    frame = _typed(frame, "panel", PANEL | kinds, what)
    rows = frame.with_row_index("row")
    _refuse_empty(rows.filter(pl.col("observado").is_not_null()), "panel", what, " with an observado")
    _refuse_null(rows, "panel", ["origin_date"], what)
    day = pl.col("origin_date")
    _refuse(rows, "panel", "origin_date", day <= day.shift(1), 'is not after the row before. Sort by "origin_date"')
    _refuse_infinite(rows, "panel", [*PANEL, *kinds], what)
    for name in ("anchor", "observado", "actual"):
        _refuse(rows, "panel", name, pl.col(name) <= 0, f"is not positive. {what}")
    for name, beside in (("cut_off_at", "anchor"), ("anchor_date", "anchor"), ("observado_usable_at", "observado")):
        wrong = pl.col(name).is_null() & pl.col(beside).is_not_null()
        _refuse(rows, "panel", name, wrong, f"is missing beside a value of {beside}. {what}")
    short = pl.col("log_return").is_not_null() & pl.col("return_steps").fill_null(0).lt(1)
    _refuse(rows, "panel", "return_steps", short, f"is not 1 or more beside a log_return. {what}")
    return frame


def raw(given: Any) -> pl.DataFrame:
    """The raw forecasts of `calibrate`, as `forex.fit` returns them; some of their models and horizons may be left out.

    Raises DataError where a column is missing or of another type, rows are not in order or not complete, or a number is none that
    a forecast holds.
    """
    what = "Give the frame that forex.fit returned"
    frame = _forecasts(given, "raw", RAW, what)
    rows = frame.with_row_index("row")
    _refuse_null(rows, "raw", ["location", "scale"], what)
    _refuse(rows, "raw", "scale", pl.col("scale") < 0, f"is negative. {what}")
    dates = frame["origin_date"].n_unique()
    for (horizon, model), part in frame.group_by("horizon", "model", maintain_order=True):
        if part.height != dates:
            raise DataError(
                f"raw: {model} at {horizon} has {part.height} of the {dates} origins; every model needs each of them at every "
                f"horizon. {what}, or leave out whole models and horizons only."
            )
    return frame


def calibrated(given: Any) -> pl.DataFrame:
    """The forecasts of `latest` and `score`, as `forex.calibrate` returns them; some models, horizons and origins may be left out.

    Raises DataError as `raw`, and where one forecast has two outcomes; TooLittleData where there is no row.
    """
    what = "Give the frame that forex.calibrate returned"
    frame = _forecasts(given, "calibrated", CALIBRATED, what)
    rows = frame.with_row_index("row")
    _refuse(rows, "calibrated", "actual", pl.col("actual") <= 0, f"is not positive. {what}")
    other = pl.col("actual").ne_missing(pl.col("actual").first().over("origin_date", "horizon"))
    _refuse(rows, "calibrated", "actual", other, f"is not that of the other models for the same origin. {what}")
    return frame


def regimes(given: Any, origins: pl.Series) -> pl.DataFrame:
    """The regimes of `calibrate`: one for every origin, and possibly for other days.

    Raises DataError where a column is missing or of another type, a day has none or two, or an origin has none.
    """
    frame = _typed(given, "regimes", REGIMES, "Add it to the frame")
    rows = frame.with_row_index("row")
    _refuse_null(rows, "regimes", list(REGIMES), "Add it, or remove the row")
    twice = ~pl.col("origin_date").is_first_distinct()
    _refuse(rows, "regimes", "origin_date", twice, "stands there twice. Remove one of the rows")
    lacking = origins.unique().sort().filter(~origins.unique().sort().is_in(frame["origin_date"].implode()))
    if len(lacking):
        raise DataError(
            f"regimes: the origin {lacking[0]} has none ({len(lacking)} in all). Add its row: the regime may be UNKNOWN."
        )
    return frame.select(*REGIMES)


def refuse_another_panel(raw: pl.DataFrame, panel: pl.DataFrame) -> None:
    """Raise DataError where `raw` was not made from `panel`: an origin is not among its days, or has another anchor there."""
    what = "Give the panel that raw was made from, or one that only adds later days."
    of_raw = raw.select("origin_date", "anchor").unique("origin_date", maintain_order=True)
    there = panel.filter(pl.col("anchor").is_not_null()).select("origin_date", in_panel="anchor")
    both = of_raw.join(there, on="origin_date", how="left", maintain_order="left")
    if (gone := both.filter(pl.col("in_panel").is_null())).height:
        raise DataError(f"panel: has no origin {gone['origin_date'][0]}, which raw has forecasts of. {what}")
    if (other := both.filter((pl.col("anchor") / pl.col("in_panel") - 1).abs() > 1e-9)).height:
        day, anchor, in_panel = other.row(0)
        raise DataError(f"panel: the anchor of {day} is {in_panel:g}, and in raw it is {anchor:g}. {what}")
    first, last = both["origin_date"][0], both["origin_date"][-1]
    between = there.filter(pl.col("origin_date").is_between(first, last))["origin_date"]
    if (left_out := between.filter(~between.is_in(both["origin_date"].implode()))).len():
        raise DataError(f"raw: has no origin {left_out[0]}, which the panel has. Leave out origins at its ends only.")


def polars_of(given: Any, argument: str) -> pl.DataFrame:
    """The frame as one of polars, its NaN as null.  Raises DataError where it is no frame, or one that polars cannot read."""
    if isinstance(given, pl.DataFrame):
        return given.with_columns(pl.selectors.float().fill_nan(None))
    of_pandas = any(kind.__module__.partition(".")[0] == "pandas" for kind in type(given).__mro__)
    if not of_pandas or not hasattr(given, "columns"):
        hint = ". Call its .collect() first" if isinstance(given, pl.LazyFrame) else ""
        raise DataError(f"{argument}: expected a frame of polars or pandas, got {type(given).__name__}{hint}.")
    repeated = given.columns[given.columns.duplicated()]
    if len(repeated):
        raise DataError(f"{argument}: the column {shown(repeated[0])} stands there twice. Remove one.")
    try:
        return pl.from_pandas(given)
    except Exception as error:  # pyarrow's and polars' errors have no common base
        reason = " ".join(str(error).split())
        raise DataError(f"{argument}: a column cannot be read ({shown(reason)}). Give each column one type.") from error


def series(given: Any) -> Mapping[str, Any]:
    """The frames of `panel` by id.  Raises DataError where there are none by id, or not that of the target."""
    if not isinstance(given, Mapping):
        raise DataError(f"series: expected frames by id, as forex.read_store returns them, got {type(given).__name__}.")
    for name in given:
        if not isinstance(name, str):
            raise DataError(f"series: expected ids that are texts such as {TARGET!r}, got {shown(name)}. Rename it.")
    if TARGET not in given:
        listed = ", ".join(given) or "none"
        raise DataError(f"{TARGET}: not among the series ({listed}). It is the one that is forecast.")
    return given


def _typed(given: Any, argument: str, kinds: Mapping[str, str], mend: str) -> pl.DataFrame:
    """The frame with the columns of `kinds` in the library's types.  Raises DataError where one is missing or of another type."""
    frame = polars_of(given, argument)
    missing = [name for name in kinds if name not in frame.columns]
    if missing:
        raise DataError(
            f"{argument}: no column {', '.join(missing)}, only {cut(', '.join(frame.columns), LONGEST_VALUE)}. {mend}."
        )
    return frame.with_columns(_column(frame[name], argument, kind) for name, kind in kinds.items())


def _column(column: pl.Series, argument: str, kind: str) -> pl.Series:
    found = column.dtype
    where = f"{argument}, column {column.name}"
    if found == pl.Null:
        return column.cast(MADE[kind])
    fits = {
        DAY: found == pl.Date or isinstance(found, pl.Datetime),
        INSTANT: isinstance(found, pl.Datetime),
        NUMBER: found.is_numeric(),
        WHOLE: found.is_numeric(),
        FLAG: found == pl.Boolean,
        TEXT: found in (pl.String, pl.Categorical, pl.Enum),
    }
    if not fits[kind]:
        example = f" ({EXAMPLE[kind]})" if kind in EXAMPLE else ""
        why = ": a day does not say from when on it that was public" if kind == INSTANT and found == pl.Date else ""
        raise DataError(f"{where}: expected {kind}{example}, got {found}{why}. Convert the column.")
    if kind == DAY and isinstance(found, pl.Datetime):
        within = column.dt.time() != pl.Series([0]).cast(pl.Time)[0]
        if within.any():
            row = int(within.fill_null(value=False).arg_max() or 0)
            raise DataError(f"{where}, row {row}: expected a day, got the instant {column[row]}. Convert the column.")
        return column.dt.date()
    if kind == WHOLE and found.is_float():
        broken = column != column.round()
        if broken.any():
            row = int(broken.fill_null(value=False).arg_max() or 0)
            raise DataError(f"{where}, row {row}: expected a whole number, got {column[row]:g}. Convert the column.")
    try:
        return column.cast(MADE[kind])
    except pl.exceptions.PolarsError as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{where}: cannot be made {MADE[kind]} ({shown(reason)}). Convert the column.") from error


def _forecasts(given: Any, argument: str, kinds: Mapping[str, str], what: str) -> pl.DataFrame:
    """What raw and calibrated forecasts have in common."""
    frame = _typed(given, argument, kinds, what)
    rows = frame.with_row_index("row")
    _refuse_empty(rows, argument, what)
    _refuse_null(rows, argument, [name for name in kinds if name != "actual"], what)
    _refuse_infinite(rows, argument, list(kinds), what)
    before = [pl.col(name).shift(1).over("horizon") for name in ORDER]
    day, model = (pl.col(name) for name in ORDER)
    back = (day < before[0]) | ((day == before[0]) & (model <= before[1]))
    sorting = '"origin_date", "horizon", "model"'
    _refuse(rows, argument, "origin_date", back, f"and its model are not after the row before. Sort by {sorting}")
    models = pl.col("model").n_unique().over("horizon")
    gap = pl.len().over("origin_date", "horizon") != models
    _refuse(rows, argument, "origin_date", gap, f"has not all models that the horizon has. {what}")
    _refuse(rows, argument, "anchor", pl.col("anchor") <= 0, f"is not positive. {what}")
    _refuse(rows, argument, COLUMNS[0], pl.col(COLUMNS[0]) <= 0, f"is not positive. {what}")
    for lower, upper in zip(COLUMNS, COLUMNS[1:], strict=False):
        _refuse(rows, argument, upper, pl.col(upper) < pl.col(lower), f"is below {lower}. {what}")
    for horizon in frame["horizon"].unique(maintain_order=True):
        try:
            horizon_name(horizon)
        except ValueError as error:
            raise DataError(f"{argument}, column horizon: {error}. {what}.") from error
    return frame


def _refuse(rows: pl.DataFrame, argument: str, column: str, wrong: pl.Expr, fault: str) -> None:
    """Raise DataError naming the first row, by the column `row`, for which `wrong` holds."""
    found = rows.filter(wrong).head(1)
    if found.height:
        value = found[column][0]
        text = "" if value is None else f" {value}"
        raise DataError(f"{argument}, row {found['row'][0]}: {column}{text} {fault}.")


def _refuse_empty(rows: pl.DataFrame, argument: str, what: str, of: str = "") -> None:
    if not rows.height:
        raise TooLittleData(f"{argument}: has no rows{of}. {what}.")


def _refuse_null(rows: pl.DataFrame, argument: str, columns: Sequence[str], what: str) -> None:
    for name in columns:
        _refuse(rows, argument, name, pl.col(name).is_null(), f"is missing. {what}")


def _refuse_infinite(rows: pl.DataFrame, argument: str, columns: Sequence[str], what: str) -> None:
    for name in columns:
        if rows.schema[name] == pl.Float64:
            _refuse(rows, argument, name, pl.col(name).is_infinite(), f"is not finite. {what}")
