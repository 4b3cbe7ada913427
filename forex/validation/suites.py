"""The suites of one series: which expectations follow from params.yaml, and the columns and facts that they look at.

Rows are checked by themselves (types, then values), by their move against the last good row, and then as a table. A
helper column is computed here; its comparison with the bound is Great Expectations' (`forex.validation.expectations`).
"""

import numpy as np
import polars as pl

from forex.observations.ingest import age_business_days
from forex.observations.store import PERCENT, TARGET, Publication
from forex.params import Tier, Validate
from forex.timeline import calendar
from forex.validation.expectations import ROW, Check
from forex.validation.report import Kwargs

VALUES_BETWEEN = "ExpectColumnValuesToBeBetween"

Facts = dict[str, int | float | None]  # what the table checks look at; None: there is none


def type_checks(params: Validate) -> list[Check]:
    """The checks that values are numbers and dates are dates, which come before all others."""
    kinds = {"value": "float64", "date": "date"}
    return [
        Check("type", "ExpectColumnValuesToBeOfType", {"column": column, "type_": kind}, params.severity.type)
        for column, kind in kinds.items()
    ]


def row_checks(name: str, unit: str, params: Validate) -> list[Check]:
    """The checks of each row by itself, on the frame that `with_helpers` returns."""
    severity, bounds = params.severity, params.bounds.get(name)
    checks = []
    if name == TARGET:
        listed: Kwargs = {"column": "is_business_day", "value_set": [True]}
        checks.append(Check("business_day", "ExpectColumnValuesToBeInSet", listed, severity.business_day))
    pair: Kwargs = {"column_list": ["date", "known_at"]}
    checks.append(Check("unique", "ExpectCompoundColumnsToBeUnique", pair, severity.unique))
    checks.append(Check("too_early", VALUES_BETWEEN, {"column": "days_early", "max_value": 0}, severity.too_early))
    checks.append(Check("increasing", VALUES_BETWEEN, {"column": "days_back", "max_value": 0}, severity.increasing))
    if bounds is not None:
        interval: Kwargs = {"column": "value", "min_value": bounds.min, "max_value": bounds.max}
        checks.append(Check("range", VALUES_BETWEEN, interval, severity.range, f"validate.bounds.{name}"))
    if unit != PERCENT:
        above_zero: Kwargs = {"column": "value", "min_value": 0, "strict_min": True}
        checks.append(Check("positive", VALUES_BETWEEN, above_zero, severity.positive))
    return checks


def with_helpers(rows: pl.DataFrame, name: str, publication: Publication) -> pl.DataFrame:
    """row, date (as an instant), value and known_at, with days_early, days_back and, for the target, is_business_day."""
    early = days_early(rows, publication)
    # An impossible date says nothing about the order of the rows below it.
    back = days_back(rows.with_columns(date=pl.when(early == 0).then("date")))
    frame = rows.select(ROW, pl.col("date").cast(pl.Datetime("us")), "value", "known_at", early, back)
    if name != TARGET:
        return frame
    return frame.with_columns(is_business_day=pl.Series(calendar.is_business_day(rows["date"].to_numpy())))


def days_early(rows: pl.DataFrame, publication: Publication) -> pl.Series:
    """Days by which a row's date lies beyond the next business day after the day it was known on; else 0.

    No value is public earlier: the observado of a day averages the deals of the business day before. Where the publication rule
    reaches further ahead than that, a date may, too. Days are those of the publication's zone. A row is judged by its own date and
    instant, so by nothing that was known later; one whose known_at follows from the rule is never early.

    >>> import datetime as dt
    >>> rule = Publication(business_days=-1, time="18:00", zone="America/Santiago")
    >>> day, eve = [dt.date(2024, 11, d) for d in (27, 27, 28)], dt.datetime(2024, 11, 26, 21, tzinfo=dt.UTC)
    >>> known = [eve, eve - dt.timedelta(1), eve]
    >>> days_early(pl.DataFrame({"date": day, "known_at": known}), rule).to_list()
    [0, 1, 1]
    """
    known_on = rows["known_at"].dt.convert_time_zone(publication.zone).dt.date().to_numpy()
    latest = pl.Series(calendar.shift(known_on, max(1, -publication.business_days)))
    return rows.select(days_early=(pl.col("date") - latest).dt.total_days().clip(lower_bound=0)).to_series()


def days_back(rows: pl.DataFrame) -> pl.Series:
    """Days by which a row lies before the latest date above it in its vintage, the rows known at the same instant; else 0.

    A row without a date counts for nothing.

    The order of a file says nothing about rows that became known at different instants: a revision or a late value may
    stand anywhere, and a row's fate depends on no row that was known later.

    >>> import datetime as dt
    >>> day, eve = [dt.date(2024, 11, d) for d in (4, 6, 5, 1)], [dt.datetime(2024, 11, d, 21) for d in (7, 7, 7, 8)]
    >>> days_back(pl.DataFrame({"date": day, "known_at": eve})).to_list()
    [0, 0, 1, 0]
    """
    behind = (pl.col("date").cum_max().over("known_at") - pl.col("date")).dt.total_days()
    return rows.select(days_back=behind.fill_null(0)).to_series()


def move_check(name: str, max_move: float, params: Validate) -> Check:
    """The check of the column move that `forex.validation.suspension.settle` adds; the first row has no move and passes."""
    bound: Kwargs = {"column": "move", "max_value": max_move}
    return Check("max_move", VALUES_BETWEEN, bound, params.severity.max_move, f"validate.bounds.{name}.max_move")


def table_checks(tier: Tier, facts: Facts, params: Validate) -> list[Check]:
    """The checks of what remains, on a frame of one row with `facts`; a fact that is None has no check."""
    largest, smallest = ("ExpectColumnMaxToBeBetween", "max_value"), ("ExpectColumnMinToBeBetween", "min_value")
    bounds: dict[str, tuple[tuple[str, str], float, str]] = {
        "rows": (smallest, getattr(params.min_rows, tier), f"min_rows.{tier}"),
        "staleness": (largest, getattr(params.max_age, tier), f"max_age.{tier}"),
        "longest_gap": (largest, params.max_gap, "max_gap"),
        "calendar_agreement": (smallest, params.min_calendar_agreement, "min_calendar_agreement"),
        "set_aside": (largest, params.max_set_aside, "max_set_aside"),
    }
    return [
        Check(fact, expectation, {"column": fact, side: bound}, getattr(params.severity, fact), f"validate.{key}")
        for fact, ((expectation, side), bound, key) in bounds.items()
        if facts[fact] is not None
    ]


def table_facts(usable: pl.DataFrame, *, rows: int, set_aside: int, on_holidays: int, as_of: str) -> Facts:
    """What the table checks look at.

    rows: dates with a usable value.  staleness: business days from the last of them to `as_of`.  longest_gap: most
    business days without a value between two of them.  calendar_agreement: share of the business days from first to
    last that have a value. set_aside: share of the `rows` in the file that were set aside, those `on_holidays` left out of
    numerator and denominator. Without a usable row the three in the middle are None.
    """
    share = (set_aside - on_holidays) / max(rows - on_holidays, 1)
    dates = usable["date"].unique().sort().to_numpy()
    if not len(dates):
        return {"rows": 0, "staleness": None, "longest_gap": None, "calendar_agreement": None, "set_aside": share}
    gaps = calendar.steps_between(dates[:-1], dates[1:]) - 1
    expected = calendar.business_days(dates[0], dates[-1])
    return {
        "rows": len(dates),
        "staleness": age_business_days(str(dates[-1]), as_of),
        "longest_gap": int(gaps.max(initial=0)),
        "calendar_agreement": float(np.isin(expected, dates).mean()) if len(expected) else 0.0,
        "set_aside": share,
    }
