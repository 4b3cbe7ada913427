"""Warnings about the newest inputs, and about estimates that are old, from later, or of other data."""

import datetime as dt
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.params import UsdClp
from forex.timeline import calendar
from forex.validation.warnings import cut_off_instant, input_warnings, provenance
from tests.support.made_up import published, utc
from tests.support.simulated import committed

DAYS = calendar.business_days("2023-01-02", "2024-11-27")
AS_OF = "2024-11-27"
UNTIL = utc("2024-11-27T18:00")


def rows(**moves: float) -> pl.DataFrame:
    """The observado at level 900 with quiet moves, except on the days named like `d2024_11_26`."""
    returns = np.where(np.arange(len(DAYS)) % 2, 0.001, -0.001)
    for day, move in moves.items():
        returns[np.searchsorted(DAYS, np.datetime64(day[1:].replace("_", "-")))] = move
    return published(DAYS, 900 * np.exp(np.cumsum(returns)))


def block(usable: pl.DataFrame, made: str = "2024-10-01T18:00", **provenance_values: Any) -> UsdClp:
    """Estimates made from `usable` at `made`; `provenance_values` replace what their provenance says."""
    content = committed().usdclp.model_dump()
    content["provenance"] = asdict(provenance({"usdclp": usable}, ["usdclp"], utc(made))) | provenance_values
    content["thresholds"]["extreme_move"] = 0.02
    return UsdClp.model_validate(content)


def kinds(usable: pl.DataFrame, estimates: UsdClp, as_of: str = AS_OF) -> list[str]:
    until = cut_off_instant(as_of, "15:00")
    return [warning.kind for warning in input_warnings({"usdclp": usable}, estimates, as_of=as_of, known_until=until)]


def test_quiet_rows_and_fresh_estimates_of_the_same_data_give_no_warning() -> None:
    assert kinds(rows(), block(rows())) == []


def test_only_recent_extreme_moves_are_told_with_their_date_and_size() -> None:
    usable = rows(d2024_11_26=0.03, d2024_11_20=-0.025, d2024_09_27=0.04, d2024_11_25=0.019)
    found = input_warnings({"usdclp": usable}, block(usable), as_of=AS_OF, known_until=UNTIL)
    assert [warning.kind for warning in found] == ["extreme_move"] * 2
    assert found[0].says.startswith("usdclp: 2024-11-20 moved -2.47% per business day, more than the 1.98%")
    assert found[1].says.startswith("usdclp: 2024-11-26 moved +3.05% per business day, more than the 2.02%")


def test_a_move_over_several_days_counts_at_its_daily_size() -> None:
    usable = rows(d2024_11_26=0.03)
    gone = usable.filter(~pl.col("date").is_in(calendar.as_dates(["2024-11-22", "2024-11-25"]).tolist()))
    assert kinds(gone, block(gone)) == []  # 3 % over three days is 1.7 % per day


def test_a_row_known_after_the_cut_off_does_not_count() -> None:
    usable = rows(d2024_11_27=0.05)
    estimates = block(usable)
    assert kinds(usable, estimates) == ["extreme_move"]
    assert kinds(usable, estimates, as_of="2024-11-26") == []  # published at 18:00 of that day


def test_estimates_grow_old() -> None:
    usable = rows()
    allowed = committed().usdclp.warnings.max_age
    made = calendar.shift(AS_OF, -allowed)
    assert kinds(usable, block(usable, f"{made}T18:00")) == []
    older = block(usable, f"{calendar.shift(AS_OF, -allowed - 1)}T18:00")
    [warning] = input_warnings({"usdclp": usable}, older, as_of=AS_OF, known_until=UNTIL)
    assert warning.kind == "estimates_old"
    assert f"{allowed + 1} business days before 2024-11-27. forex calibrate --write renews it." in warning.says


def test_estimates_of_a_later_day_are_told_and_not_compared() -> None:
    usable = rows()
    assert kinds(usable, block(usable, "2024-11-27T18:00"), as_of="2024-11-26") == ["estimates_later"]
    assert kinds(usable, block(usable, "2024-11-27T18:00")) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first": "2023-01-04"}, "other data: first differ"),
        ({"last": "2024-09-30"}, "other data: last differ"),
        ({"values": 3}, "other data: values differ"),
        ({"sha256": {"usdclp": 64 * "0"}}, "other data: sha256.usdclp differ"),
        ({"sha256": {"copper_lme": 64 * "0"}}, "other data: sha256.copper_lme differ"),
    ],
)
def test_what_differs_in_the_provenance_is_named(values: dict[str, Any], said: str) -> None:
    usable = rows()
    [warning] = input_warnings({"usdclp": usable}, block(usable, **values), as_of=AS_OF, known_until=UNTIL)
    assert warning.kind == "estimates_of_other_data" and said in warning.says


def test_an_appended_row_is_not_other_data_and_a_rewritten_one_is() -> None:
    usable = rows()
    estimates = block(usable.head(440), "2024-10-01T18:00")
    assert kinds(usable.head(440), estimates) == kinds(usable, estimates) == []
    rewritten = usable.with_columns(value=pl.when(pl.int_range(pl.len()) == 5).then(901.0).otherwise("value"))
    assert kinds(rewritten, estimates) == ["estimates_of_other_data"]
    revised = pl.concat([usable, usable[5:6].with_columns(known_at=pl.lit(UNTIL), usable_at=pl.lit(UNTIL))])
    assert kinds(revised, estimates) == []  # a revision that was not known then


def test_the_order_of_the_file_does_not_matter() -> None:
    usable = rows()
    shuffled = usable.sample(fraction=1.0, shuffle=True, seed=1)
    assert provenance({"usdclp": shuffled}, ["usdclp"], UNTIL) == provenance({"usdclp": usable}, ["usdclp"], UNTIL)


def test_the_cut_off_is_that_of_the_last_business_day() -> None:
    assert cut_off_instant("2024-11-30", "15:00") == cut_off_instant("2024-11-29", "15:00") == utc("2024-11-29T18:00")


# --- values that stand still, drivers that jump --------------------------------------------------------------------------


def at_the_end(usable: pl.DataFrame, count: int, value: pl.Expr) -> pl.DataFrame:
    """The rows with other values in the last `count` of them."""
    last = pl.int_range(pl.len()) >= pl.len() - count
    return usable.with_columns(value=pl.when(last).then(value).otherwise("value"))


@pytest.mark.parametrize(("count", "told"), [(2, False), (3, True), (25, True)])
def test_equal_values_at_the_end_are_told_with_their_days(count: int, told: bool) -> None:
    usable = rows()
    stuck = at_the_end(usable, count, pl.lit(usable["value"][-count]))
    found = input_warnings({"usdclp": stuck}, block(usable), as_of=AS_OF, known_until=UNTIL)
    unchanged = [warning.says for warning in found if warning.kind == "unchanged"]
    assert len(unchanged) == told
    if told:
        first, last = usable["date"][-count], usable["date"][-1]
        assert unchanged[0].startswith(f"usdclp: the newest {count} values are all ")
        assert f", from {first} to {last}. Check" in unchanged[0]


def test_equal_values_in_the_past_are_no_news() -> None:
    usable = rows()
    middle = pl.int_range(pl.len()).is_between(100, 140)
    stuck = usable.with_columns(value=pl.when(middle).then(900.0).otherwise("value"))
    assert "unchanged" not in kinds(stuck, block(usable))


@pytest.mark.parametrize(("factor", "told"), [(1.3, True), (1 / 1.3, True), (1.01, False)])
def test_a_driver_s_print_that_its_next_value_confirms_is_told(factor: float, told: bool) -> None:
    usable = rows()
    jump = at_the_end(usable, 2, pl.col("value") * factor)
    series = {"usdclp": usable, "aud": jump, "tpm": jump}
    found = input_warnings(series, block(usable), as_of=AS_OF, known_until=UNTIL, in_per_cent={"tpm"})
    unusual = [warning.says for warning in found if warning.kind == "unusual_driver"]
    assert len(unusual) == told
    if told:
        day = usable["date"][-2]
        size = usable["value"][-2] * factor / usable["value"][-3] - 1
        assert unusual[0].startswith(f"aud: {day} moved {size:+.1%} per business day, ")
        assert "times its usual move" in unusual[0]


def test_a_driver_that_stood_still_before_it_jumped_is_told_too() -> None:
    usable = rows()
    pegged = at_the_end(usable.with_columns(value=pl.lit(7.75)), 1, pl.lit(7.75 * 1.3))
    [found] = input_warnings({"usdclp": usable, "hkd": pegged}, block(usable), as_of=AS_OF, known_until=UNTIL)
    assert "moved +30.0% per business day, 2624 times" in found.says  # of a hundredth of a per cent
    nudged = at_the_end(usable.with_columns(value=pl.lit(7.75)), 1, pl.lit(7.75 * 1.0002))
    assert input_warnings({"usdclp": usable, "hkd": nudged}, block(usable), as_of=AS_OF, known_until=UNTIL) == []


def test_a_driver_s_move_over_a_gap_counts_at_its_daily_size() -> None:
    usable = rows()
    gap = usable.filter(~pl.col("date").is_between(dt.date(2024, 8, 20), dt.date(2024, 11, 22)))
    moved = gap.with_columns(
        value=pl.when(pl.col("date") > dt.date(2024, 11, 22)).then(pl.col("value") * 1.1).otherwise("value")
    )
    assert input_warnings({"usdclp": usable, "aud": moved}, block(usable), as_of=AS_OF, known_until=UNTIL) == []


@pytest.mark.parametrize("as_of", ["2024-11-23", "2024-11-24"])
def test_on_a_day_without_business_no_warning_knows_more_than_the_newest_origin(as_of: str) -> None:
    """Monday's observado is public on Friday evening, after the cut-off of Friday's forecast."""
    usable = rows()
    stuck = usable.with_columns(value=pl.when(pl.col("date") >= dt.date(2024, 11, 21)).then(905.5).otherwise("value"))
    series = {"usdclp": stuck}
    later = utc(f"{as_of}T18:00")
    told = [w.kind for w in input_warnings(series, block(usable), as_of=as_of, known_until=later)]
    assert "unchanged" not in told
    monday = [
        w.kind for w in input_warnings(series, block(usable), as_of="2024-11-25", known_until=utc("2024-11-25T18:00"))
    ]
    assert "unchanged" in monday


@pytest.mark.parametrize("value", [1e308, 5e-324])
def test_a_value_beyond_all_bounds_is_told_and_ends_nothing(value: float) -> None:
    usable = rows()
    series = {"usdclp": at_the_end(usable, 1, pl.lit(value)), "aud": at_the_end(usable, 1, pl.lit(value))}
    found = input_warnings(series, block(usable), as_of=AS_OF, known_until=UNTIL)
    assert {"extreme_move", "unusual_driver"} <= {warning.kind for warning in found}
    assert all(
        math.isfinite(number) for warning in found for number in warning.values.values() if isinstance(number, float)
    )
    assert all(len(warning.says) < 300 for warning in found)


def test_a_driver_with_a_short_history_or_values_that_have_no_move_says_nothing() -> None:
    usable = rows()
    short = usable.tail(50).with_columns(value=pl.when(pl.int_range(pl.len()) == 49).then(9999.0).otherwise("value"))
    negative = usable.with_columns(value=-pl.col("value"))
    found = input_warnings(
        {"usdclp": usable, "aud": short, "wti": negative}, block(usable), as_of=AS_OF, known_until=UNTIL
    )
    assert found == []
