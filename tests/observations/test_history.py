"""The history: at each origin, which returns are known and which forecasts have matured, not one earlier or later."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forex.core.errors import TooLittleData
from forex.observations.align import panel
from forex.observations.history import History, forecast_origins, from_panel
from forex.timeline import calendar
from tests.support.made_up import EVENING, NOON, made_up_history, observations, published, utc

HORIZONS = ["1d", "7d", "15d", "30d", "90d"]
DAYS = calendar.business_days("2024-10-01", "2024-12-20").tolist()
VALUES = (900 + np.arange(len(DAYS))).astype(float).tolist()

seeds = st.integers(0, 2**32 - 1)
cut_offs = st.sampled_from(["15:00", "18:00", "18:30"])  # at 18:00 sharp the evening's value is there


def last_return(history: History) -> NDArray[np.float64]:
    """The newest return known at each origin, NaN before the first."""
    return np.array([history.returns[count - 1] if count else np.nan for count in history.known])


def history(target: pl.DataFrame, as_of: str, cut_off: str = "15:00", **drivers: pl.DataFrame) -> History:
    return from_panel(panel(target, drivers, {"tpm"}, {"usdclp_spot"}, as_of=as_of, cut_off=cut_off))


def late(target: pl.DataFrame, date: str, known_at: dt.datetime) -> pl.DataFrame:
    """`target` with one date known at another instant."""
    moved = pl.when(pl.col("date") == dt.date.fromisoformat(date)).then(known_at)
    return target.with_columns(moved.otherwise(name).alias(name) for name in ("known_at", "usable_at"))


def position(made: History, day: str) -> int:
    return int(np.searchsorted(made.days, np.datetime64(day)))


# --- returns ----------------------------------------------------------------------------------------------------------


def test_at_15_00_the_newest_known_return_is_into_today_at_18_30_into_tomorrow() -> None:
    target = published(DAYS, VALUES)
    early, evening = history(target, "2024-12-02"), history(target, "2024-12-02", "18:30")
    at = position(early, "2024-11-27")
    into_today = np.log(VALUES[at] / VALUES[at - 1])
    assert early.known[at] == at  # the first value has no return
    assert last_return(early)[at] == pytest.approx(into_today)
    assert evening.known[at] == at + 1
    assert last_return(evening)[at] == pytest.approx(np.log(VALUES[at + 1] / VALUES[at]))
    assert np.isnan(last_return(early)[0])
    assert not np.isnan(last_return(evening)[0])


def test_a_return_over_several_days_is_scaled_to_one() -> None:
    made = history(published([DAYS[0], DAYS[1], DAYS[5]], [900.0, 909.0, 918.0]), str(DAYS[6]))
    assert made.return_steps.tolist() == [1, 4]
    assert made.daily == pytest.approx([np.log(909 / 900), np.log(918 / 909) / 2])
    assert made.known.tolist() == [0, 1, 1, 1, 1, 2, 2]


@pytest.mark.slow
@settings(max_examples=25)
@given(seeds, cut_offs)
def test_known_is_the_number_of_returns_usable_at_the_cut_off(seed: int, cut_off: str) -> None:
    target, drivers = made_up_history(seed)
    table = panel(target, drivers, {"tpm"}, as_of="2024-11-15", cut_off=cut_off)
    made = from_panel(table)
    returns = table.filter(pl.col("log_return").is_not_null()).to_dicts()
    assert [row["observado_usable_at"] for row in returns] == sorted(row["observado_usable_at"] for row in returns)
    origins = table.filter(pl.col("anchor").is_not_null()).to_dicts()
    for t, origin in enumerate(origins):
        usable = [row["log_return"] for row in returns if row["observado_usable_at"] <= origin["cut_off_at"]]
        assert made.known[t] == len(usable)
        assert made.returns[: made.known[t]].tolist() == usable
        assert usable == [] or last_return(made)[t] == usable[-1]


# --- drivers and quotes -----------------------------------------------------------------------------------------------


def test_a_quote_is_no_driver_and_each_has_its_own_columns() -> None:
    target, drivers = made_up_history(5)
    table = panel(target, drivers, {"tpm"}, {"usdclp_spot"}, as_of="2024-11-15", cut_off="15:00")
    made = from_panel(table)
    origins = table.filter(pl.col("anchor").is_not_null())
    assert made.drivers == ("mxn", "tpm", "vix") and made.quotes == ("usdclp_spot",)
    expected = {
        "moves": [made.moves[age][:, j] for age in (0, 1) for j in range(3)],
        "names": [f"{name}_move_{age}" for age in (0, 1) for name in made.drivers],
    }
    for values, name in zip(expected["moves"], expected["names"], strict=True):
        np.testing.assert_array_equal(values, origins[name].to_numpy())
    np.testing.assert_array_equal(made.gaps[:, 0], origins["usdclp_spot_gap"].to_numpy())
    np.testing.assert_array_equal(made.quote_ages[:, 0], origins["usdclp_spot_age"].to_numpy())
    np.testing.assert_array_equal(made.news_hours, origins["news_hours"].to_numpy())
    for age in (0, 1):
        np.testing.assert_array_equal(made.quote_moves[age][:, 0], origins[f"usdclp_spot_move_{age}"].to_numpy())
    assert np.isfinite(made.gaps).any() and np.isnan(made.gaps).any() and np.isfinite(made.news_hours).any()


def test_a_driver_whose_id_ends_like_a_gap_makes_no_quote() -> None:
    target, drivers = made_up_history(5)
    made = history(target, "2024-11-15", output_gap=drivers["mxn"])
    assert (made.drivers, made.quotes) == (("output_gap",), ())


def test_without_drivers_there_are_no_moves_and_no_hours() -> None:
    made = history(published(DAYS, VALUES), str(DAYS[9]))
    count = len(made.days)
    assert made.moves[0].shape == made.gaps.shape == made.quote_ages.shape == made.quote_moves[1].shape == (count, 0)
    assert made.news_hours.shape == (count,) and np.isnan(made.news_hours).all()


# --- targets and maturity ---------------------------------------------------------------------------------------------


def loop_targets(table: pl.DataFrame, horizon: str) -> list[dict[str, Any]]:
    """What each origin's forecast is about, by the words of its definition."""
    one_day = dt.timedelta(days=1)
    origins = table.filter(pl.col("anchor").is_not_null()).to_dicts()
    values = {row["origin_date"]: row for row in table.to_dicts() if row["observado"] is not None}
    found = []
    for origin in origins:
        day = origin["origin_date"] + int(horizon[:-1]) * one_day
        while not (calendar.is_business_day(day, known_at=origin["origin_date"]) and day > origin["anchor_date"]):
            day += one_day
        value = values.get(day)
        matured = [
            t for t, later in enumerate(origins) if value and value["observado_usable_at"] <= later["cut_off_at"]
        ]
        found.append(
            {
                "date": day,
                "steps": int(calendar.steps_between(origin["anchor_date"], day, known_at=origin["origin_date"])),
                "days": (day - origin["anchor_date"]).days,
                "log_return": np.log(value["observado"] / origin["anchor"]) if value else np.nan,
                "matured": min(matured, default=len(origins)),
            }
        )
    return found


@settings(max_examples=12)
@given(seeds, cut_offs, st.sampled_from(HORIZONS))
def test_targets_are_what_the_definition_says(seed: int, cut_off: str, horizon: str) -> None:
    target, drivers = made_up_history(seed)
    table = panel(target, drivers, {"tpm"}, as_of="2024-11-15", cut_off=cut_off)
    made = from_panel(table).targets(horizon)
    expected = loop_targets(table, horizon)
    assert made.dates.tolist() == [row["date"] for row in expected]
    assert made.steps.tolist() == [row["steps"] for row in expected]
    assert made.days.tolist() == [row["days"] for row in expected]
    assert made.matured.tolist() == [row["matured"] for row in expected]
    assert made.log_return == pytest.approx([row["log_return"] for row in expected], nan_ok=True, rel=1e-12)
    assert (made.steps >= 1).all()


@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
@pytest.mark.parametrize("horizon", HORIZONS[:3])
def test_a_forecast_matures_at_the_first_origin_that_knows_its_value_and_not_one_earlier(
    horizon: str, cut_off: str
) -> None:
    made = history(published(DAYS, VALUES), "2024-12-16", cut_off)
    targets = made.targets(horizon)
    matured = targets.matured < len(made.days)
    assert matured.sum() > 20
    at = targets.matured[matured]
    usable_at = made.usable_at[np.searchsorted(made.in_force, targets.dates[matured])]
    assert (usable_at <= made.cut_offs[at]).all()
    assert (usable_at > made.cut_offs[at - 1]).all()
    # By rule the value appears on the evening before its date: seen at 18:30 that day, at 15:00 on its own day.
    on = targets.dates[matured] if cut_off == "15:00" else calendar.shift(targets.dates[matured], -1)
    assert (made.days[at] == on).all()


@pytest.mark.parametrize(
    ("known_at", "first_origin"),
    [
        ("2024-11-26T21:00", "2024-11-27"),  # the evening before, as by rule
        ("2024-11-27T18:00", "2024-11-27"),  # at the cut-off sharp
        ("2024-11-27T18:00:00.000001", "2024-11-28"),  # a microsecond later
        ("2024-11-29T18:00:01", "2024-12-02"),  # days later, over a weekend
        ("2024-11-25T17:00", "2024-11-25"),  # early
    ],
)
def test_maturity_follows_the_instant_the_value_became_known(known_at: str, first_origin: str) -> None:
    made = history(late(published(DAYS, VALUES), "2024-11-27", utc(known_at)), "2024-12-16")
    targets = made.targets("7d")
    of_that_day = targets.dates == np.datetime64("2024-11-27")
    assert of_that_day.any()
    assert set(made.days[targets.matured[of_that_day]].astype(str)) == {first_origin}


def test_a_day_later_for_every_value_is_an_origin_later_for_every_score() -> None:
    target = published(DAYS, VALUES)
    delayed = target.with_columns(pl.col("known_at", "usable_at") + dt.timedelta(days=1))
    on_time, later = history(target, "2024-12-16").targets("7d"), history(delayed, "2024-12-16").targets("7d")
    assert len(later.matured) == len(on_time.matured) - 1  # the first day has no anchor yet
    weekday = (on_time.matured[1:] < len(on_time.matured)) & (on_time.dates[1:] == later.dates)
    assert weekday.sum() > 30
    # A day after Friday evening is Saturday: Monday's value is still there at Monday's cut-off.
    monday = (on_time.dates[1:].astype(int) + 3) % 7 == 0
    assert (later.matured[weekday & ~monday] + 1 >= on_time.matured[1:][weekday & ~monday] + 1).all()
    assert (later.matured[weekday & ~monday] + 1 > on_time.matured[1:][weekday & ~monday]).mean() > 0.8


def test_a_value_that_never_appears_never_matures_and_no_neighbour_stands_in() -> None:
    missing = "2024-11-27"
    there = [day for day in DAYS if str(day) != missing]
    made = history(published(there, [900.0 + n for n in range(len(there))]), "2024-12-16")
    targets = made.targets("7d")
    of_that_day = targets.dates == np.datetime64(missing)
    assert of_that_day.any()
    assert (targets.matured[of_that_day] == len(made.days)).all()
    assert np.isnan(targets.log_return[of_that_day]).all()


def test_targets_beyond_the_last_value_are_open() -> None:
    made = history(published(DAYS[:40], VALUES[:40]), str(DAYS[39]))
    for horizon in HORIZONS:
        targets = made.targets(horizon)
        beyond = targets.dates > np.datetime64(DAYS[39])
        assert beyond.any()
        assert (targets.matured[beyond] == len(made.days)).all()
        assert np.isnan(targets.log_return[beyond]).all()
        assert not np.isnan(targets.log_return[~beyond]).any()


def test_at_18_30_the_next_day_is_the_anchor_and_the_day_after_it_the_target() -> None:
    evening = history(published(DAYS, VALUES), "2024-12-02", "18:30")
    targets = evening.targets("1d")
    t = position(evening, "2024-11-27")
    assert (str(evening.anchor_date[t]), str(targets.dates[t]), targets.steps[t]) == ("2024-11-28", "2024-11-29", 1)
    assert (targets.steps == 1).all()
    assert targets.matured[t] == t + 1  # the evening of the 28th publishes the 29th's
    friday = position(evening, "2024-11-29")
    assert (str(evening.anchor_date[friday]), str(targets.dates[friday]), targets.days[friday]) == (
        "2024-12-02",
        "2024-12-03",
        1,
    )


def test_ahead_counts_business_days_from_the_anchor() -> None:
    made = history(published(DAYS, VALUES), "2024-12-02")
    targets = made.ahead(2)
    assert (targets.steps == 2).all()
    t = position(made, "2024-11-28")
    assert str(targets.dates[t]) == "2024-12-02"
    assert targets.log_return[t] == pytest.approx(np.log(VALUES[t + 2] / VALUES[t]))
    assert targets.matured[t] == t + 2


def test_a_late_anchor_leaves_the_target_where_it_is_and_adds_steps() -> None:
    made = history(late(published(DAYS, VALUES), "2024-11-27", utc("2024-11-29T12:00")), "2024-12-16")
    t = position(made, "2024-11-27")
    targets = made.targets("1d")
    assert (str(made.anchor_date[t]), str(targets.dates[t]), targets.steps[t]) == ("2024-11-26", "2024-11-28", 2)
    assert targets.log_return[t] == pytest.approx(np.log(VALUES[t + 1] / VALUES[t - 1]))


def test_a_revision_after_the_first_value_changes_no_score() -> None:
    target = published(DAYS, VALUES)
    rows = [(row["date"], row["value"], row["known_at"]) for row in target.iter_rows(named=True)]
    revised = observations([*rows, ("2024-11-27", 700.0, utc("2024-12-10T12:00"))])
    with_it, without = history(revised, "2024-12-16").targets("7d"), history(target, "2024-12-16").targets("7d")
    assert with_it.log_return.tobytes() == without.log_return.tobytes()
    assert with_it.matured.tolist() == without.matured.tolist()


# --- drivers, and what is left off ------------------------------------------------------------------------------------


def test_moves_stand_by_age_in_the_order_of_the_drivers() -> None:
    mxn, brl = (
        published(DAYS, [20 * 1.01**n for n in range(len(DAYS))], NOON),
        published(DAYS[5:], [5.0] * (len(DAYS) - 5), NOON),
    )
    made = history(published(DAYS, VALUES), "2024-12-02", mxn=mxn, brl=brl)
    assert made.drivers == ("brl", "mxn")
    assert made.moves[0].shape == made.moves[1].shape == (len(made.days), 2)
    assert made.moves[0][1:, 1] == pytest.approx(np.log(1.01))
    assert np.isnan(made.moves[0][:6, 0]).all()
    assert (made.moves[0][6:, 0] == 0).all()


def test_an_observado_alone_has_moves_of_no_drivers() -> None:
    made = history(published(DAYS, VALUES), "2024-12-02")
    assert made.drivers == ()
    assert made.moves[0].shape == (len(made.days), 0)


def test_days_before_the_first_anchor_and_after_the_newest_origin_are_no_origins() -> None:
    target = late(published(DAYS, VALUES, EVENING), str(DAYS[0]), utc(f"{DAYS[0]}T22:00"))
    made = history(target, "2024-12-01", "18:30")
    assert str(made.days[0]) == str(DAYS[0])  # that evening the second value is known
    assert str(made.days[-1]) == "2024-11-29"
    assert str(made.in_force[-1]) == "2024-12-02"  # published on that Friday's evening
    early = history(target, "2024-12-01")
    assert str(early.days[0]) == str(DAYS[1])


@pytest.mark.slow
@settings(max_examples=20)
@given(seeds, st.integers(5, 45), cut_offs)
def test_what_an_origin_knows_does_not_depend_on_anything_later(seed: int, t: int, cut_off: str) -> None:
    target, drivers = made_up_history(seed)
    whole = history(target, "2024-11-15", cut_off, **drivers)
    cut = whole.cut_offs[t].item().replace(tzinfo=dt.UTC)

    def then(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("usable_at") <= cut)

    part = history(then(target), str(whole.days[t]), cut_off, **{name: then(frame) for name, frame in drivers.items()})
    upto = slice(t + 1)
    assert part.days.tolist() == whole.days[upto].tolist()
    for name in ("anchor", "anchor_date", "known"):
        assert getattr(part, name).tobytes() == getattr(whole, name)[upto].tobytes(), name
    known = whole.known[t]
    assert part.returns.tobytes() == whole.returns[:known].tobytes()
    assert part.daily.tobytes() == whole.daily[:known].tobytes()
    for name in ("news_hours", "gaps", "quote_ages"):
        assert getattr(part, name).tobytes() == getattr(whole, name)[upto].tobytes(), name
    for age in (0, 1):
        assert part.moves[age].tobytes() == whole.moves[age][upto].tobytes()
        assert part.quote_moves[age].tobytes() == whole.quote_moves[age][upto].tobytes()
    for horizon in HORIZONS:
        before, after = part.targets(horizon), whole.targets(horizon)
        assert before.dates.tolist() == after.dates[upto].tolist()
        matured = after.matured[upto] <= t
        assert (before.matured < len(part.days)).tolist() == matured.tolist()
        assert before.matured[matured].tolist() == after.matured[upto][matured].tolist()
        assert before.log_return[matured].tobytes() == after.log_return[upto][matured].tobytes()


# --- which origins are fitted -------------------------------------------------------------------------------------------

KNOWING = history(published(DAYS, VALUES), str(DAYS[38]))  # 39 days; day k knows k returns


@pytest.mark.parametrize(
    ("first_origin", "warm_up", "min_returns", "first"),
    [
        (20, 5, 0, 14),  # day 20 is position 19; five before it
        (20, 0, 0, 19),
        (20, 1, 0, 18),
        (20, 19, 0, 0),  # as far back as there are days
        (20, 20, 0, 0),  # and no farther
        (20, 5, 14, 14),  # 14 returns are known there
        (20, 5, 15, 15),  # one more is not
        (20, 5, 19, 19),
        (20, 5, 20, 19),  # the first origin is fitted whatever it knows: the model says what it needs
        (20, 5, 1000, 19),
        (1, 5, 0, 0),
        (39, 5, 0, 33),  # the last day alone, with what is before it
        (39, 0, 0, 38),
    ],
)
def test_origins_are_fitted_from_the_first_on_and_a_warm_up_before_it(
    first_origin: int, warm_up: int, min_returns: int, first: int
) -> None:
    assert KNOWING.known.tolist() == list(range(39))
    origins = forecast_origins(KNOWING, first_origin=first_origin, warm_up=warm_up, min_returns=min_returns)
    assert origins.tolist() == list(range(first, 39))


@pytest.mark.parametrize("first_origin", [40, 41, 1000])
def test_a_history_that_ends_before_the_first_origin_is_too_little(first_origin: int) -> None:
    with pytest.raises(TooLittleData, match=rf"usdclp: 39 business days .* needs {first_origin} \(fit\.first_origin\)"):
        forecast_origins(KNOWING, first_origin=first_origin, warm_up=0, min_returns=0)


def test_returns_that_come_late_put_the_warm_up_off() -> None:
    """Nothing is known until the twelfth day, and then a dozen returns at once."""
    day = np.arange(39)
    late = replace(KNOWING, known=np.where(day < 12, 0, day))
    for min_returns, first in ((1, 12), (8, 12), (12, 12), (13, 13)):
        origins = forecast_origins(late, first_origin=20, warm_up=19, min_returns=min_returns)
        assert origins[0] == first
