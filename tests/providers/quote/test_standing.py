"""Which bar stands at a cut-off, beside a readable loop; and which prices cannot be a quote of the peso."""

import csv
import datetime as dt
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.observations.store import read_series, read_series_list
from forex.operations import Quote, load_operations
from forex.params import Bounds
from forex.providers.protocol import Bar, Bars
from forex.providers.quote.standing import objection, standing, trading_hours
from tests.support.made_up import ROOT, utc

QUOTE: Quote = load_operations(ROOT / "operations.yaml").fetch.quote
BOUNDS = Bounds(min=300, max=1500)
HOUR, LONGEST = dt.timedelta(hours=1), dt.timedelta(hours=2)


def hourly(*prices: float | None, last: str = "2024-11-27T18:00") -> Bars:
    """Consecutive hours, the last of which ends at `last`; None for an hour without a price, which has no bar."""
    ends = [utc(last) - i * HOUR for i in reversed(range(len(prices)))]
    return Bars(Bar(end - HOUR, end, price) for end, price in zip(ends, prices, strict=True) if price is not None)


def why(bars: Bars, observado: float | None = 970.0) -> str | None:
    return objection(bars, len(bars) - 1, observado=observado, bounds=BOUNDS, settings=QUOTE)


@given(
    st.lists(st.integers(0, 400), max_size=12),
    st.lists(st.sampled_from([0, 5, 60]), min_size=12, max_size=12),
    st.integers(0, 500),
)
def test_it_is_the_last_that_had_ended_and_none_that_is_old(begins: list[int], widths: list[int], at: int) -> None:
    origin, minute = utc("2024-11-27T10:00"), dt.timedelta(minutes=1)
    bars = Bars(
        Bar(origin + begin * minute, origin + (begin + width) * minute, 900.0 + i)
        for i, (begin, width) in enumerate(zip(begins, widths, strict=False))
    )
    cut_off = origin + at * minute
    wanted = None
    for i, bar in enumerate(bars):  # in order of their ends
        if bar.ends <= cut_off and bar.ends >= cut_off - LONGEST:
            wanted = i
    assert standing(bars, cut_off, LONGEST) == wanted


def test_a_bar_that_ends_a_second_after_the_cut_off_does_not_count() -> None:
    bars, second = hourly(973.1, 973.4), dt.timedelta(seconds=1)
    assert standing(bars, utc("2024-11-27T18:00"), LONGEST) == 1
    assert standing(bars, utc("2024-11-27T18:00") - second, LONGEST) == 0


@pytest.mark.parametrize(
    ("prices", "stands"),
    [
        ((972.0, 973.0, 973.5, 974.0, 974.2), False),
        ((972.0, 973.0, 973.5, 974.0, 974.0), False),  # since 13:00 in Santiago: the market is open for an hour of it
        ((972.0, 973.0, 974.0, 974.0, 974.0), True),  # since 12:00
        ((974.0, 974.0, 974.0, 974.1, 974.1), False),  # it stood, and moved again
        ((973.0, 974.0, None, None, 974.0), True),  # in an hour without a price it did not move
        ((974.0,), False),
    ],
)
def test_a_feed_that_stands_still_for_two_hours_of_trading(prices: tuple[float | None, ...], stands: bool) -> None:
    said = why(hourly(*prices))
    assert (said is not None and said.startswith("the feed stands still: every bar since ")) is stands, said


def test_a_market_that_closes_does_not_stand_still() -> None:
    """A cut-off in the evening: the bars after the close repeat it."""
    bars = hourly(973.0, 973.5, *[974.0] * 6, last="2024-11-27T22:00")
    assert why(bars) is None


@pytest.mark.parametrize(
    ("price", "observado", "said"),
    [
        (1018.0, 970.0, None),  # 4.8 %
        (1020.0, 970.0, r"1020 is \+5.0% from the observado 970, more than 5.0%"),
        (922.0, 970.0, "922 is -5.1% from the observado 970"),
        (5.0, 970.0, "5 is outside 300 to 1500"),
        (973.4, None, "no observado is known to hold 973.4 against"),
    ],
)
def test_a_price_far_from_the_observado_is_none(price: float, observado: float | None, said: str | None) -> None:
    found = why(hourly(972.0, price), observado)
    if said is None:
        assert found is None
    else:
        assert found is not None and re.match(said, found)


@pytest.mark.skipif(
    not (os.environ.get("FOREX_RECORDINGS") and os.environ.get("FOREX_REAL_DATA")),
    reason="needs FOREX_RECORDINGS and FOREX_REAL_DATA",
)
def test_what_is_refused_of_the_service_s_recorded_days() -> None:
    """CLP=X by the day from 2016 on, the only real bars of the peso at hand: a print of 5, and a price that stood in July 2022."""
    days = Path(os.environ["FOREX_RECORDINGS"]) / "yahoo_csv/CLP.csv"
    real = Path(os.environ["FOREX_REAL_DATA"])
    rows = read_series(real, "usdclp", read_series_list(real)["usdclp"])
    in_force = dict(rows.select("date", "value").iter_rows())
    refused, count = dict[str, str](), 0
    bars = Bars()
    for row in csv.DictReader(days.read_text(encoding="utf-8").splitlines(), delimiter=";"):
        begins = dt.datetime.combine(dt.date.fromisoformat(row["Date"]), dt.time(), tzinfo=dt.UTC)
        bars.append(Bar(begins, begins + 24 * HOUR, float(row["Close"].replace(",", "."))))
        if begins.date() in in_force:
            count += 1
            said = why(bars, in_force[begins.date()])
            if said is not None and "stands still" not in said:
                refused[row["Date"]] = said
    assert count > 2000
    assert set(refused) == {"2016-12-22", "2019-12-02", "2022-07-18", "2022-07-19", "2022-07-20"}
    assert refused["2016-12-22"] == "5 is outside 300 to 1500"
    assert refused["2022-07-20"].startswith("1050.26 is +12.2% from the observado ")


def test_trading_hours_are_santiago_s_around_both_changes_of_the_clock_and_over_holidays() -> None:
    def between(first: str, last: str) -> float:
        return trading_hours(utc(first), utc(last), ("09:00", "14:00"))

    assert between("2024-04-05T12:00", "2024-04-05T17:00") == 5  # UTC−3
    assert between("2024-04-08T12:00", "2024-04-08T17:00") == 4  # UTC−4 since the Sunday: it opens at 13:00
    assert between("2024-09-06T12:00", "2024-09-06T17:00") == 4
    assert between("2024-09-09T12:00", "2024-09-09T17:00") == 5
    assert between("2024-09-17T16:00", "2024-09-23T13:00") == 2  # the national holidays, and a weekend
    assert between("2024-11-27T02:00", "2024-11-27T12:30") == 0.5  # from an evening in Santiago, the day before
    assert between("2024-11-27T17:00", "2024-11-28T12:00") == 0
