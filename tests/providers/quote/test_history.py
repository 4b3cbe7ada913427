"""The quote's history: filled in from hourly bars at each past cut-off, and told apart from what was recorded live."""

import datetime as dt

import polars as pl
import pytest

from forex.core.files import read_parquet
from forex.providers.append import recorded_attempts
from forex.timeline import calendar
from tests.support.live import recorded
from tests.support.live.project import Live
from tests.support.live.services import DAYS, NOW, OBSERVADO, QUOTES, Providers, result, stored
from tests.support.live.web import Answer
from tests.support.made_up import utc

SPOT = "usdclp_spot"
PAST = DAYS[:-1]
LATER = [dt.date(2024, 11, 28), dt.date(2024, 11, 29), dt.date(2024, 12, 2)]
HOURLY, LIVE = "yahoo_hourly:CLP=X", "yahoo:CLP=X"


def rows(live: Live) -> pl.DataFrame:
    return read_parquet(live.store / f"{SPOT}.parquet")


def asked(live: Live, interval: str = "1h") -> list[dict[str, str]]:
    return [query for path, query in live.site.requests if query.get("interval") == interval]


def later(live: Live, providers: Providers, *days: dt.date) -> dict[str, object]:
    """What a fetch says of the quote five minutes after the cut-off of the last of these days, the market having gone on."""
    live.site.requests.clear()
    providers.bcch = providers.mindicador = OBSERVADO | dict.fromkeys(LATER, 970.0)
    providers.spot = [(dt.datetime.combine(days[-1], dt.time(17, 55), tzinfo=dt.UTC), 973.4)]
    if not isinstance(providers.hourly, Answer):
        providers.hourly = recorded.hours([*DAYS, *LATER], lambda day: QUOTES.get(day, 973.4))
    now = dt.datetime.combine(days[-1], dt.time(18, 5), tzinfo=dt.UTC)
    return result(live.fetch(now), SPOT)


def test_a_store_without_a_quote_gets_its_history_in_one_request(live: Live) -> None:
    content = result(live.fetch(NOW), SPOT)
    assert stored(live, SPOT) == QUOTES | {DAYS[-1]: 973.4}
    assert (content["added"], content["failures"], content["refused"]) == (len(DAYS), [], [])
    past, newest = rows(live)[:-1], rows(live)[-1]
    assert past["date"].to_list() == PAST and set(past["source"]) == {HOURLY}
    assert past["known_at"].to_list() == [dt.datetime.combine(day, dt.time(18), tzinfo=dt.UTC) for day in PAST]
    assert set(past["retrieved_at"]) == {NOW}
    assert newest.select("date", "source").row(0) == (DAYS[-1], LIVE)
    (query,) = asked(live)
    assert int(query["period1"]) == int((utc("2024-11-04T18:00") - dt.timedelta(days=5)).timestamp())
    assert int(query["period2"]) < NOW.timestamp() - 86_000  # nothing of today, which may still move
    assert len(asked(live, "5m")) == 1


def test_what_is_there_is_not_asked_for_again(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    before = rows(live)
    live.site.requests.clear()
    live.fetch(NOW + dt.timedelta(hours=3))
    assert not asked(live) and not asked(live, "5m") and rows(live).equals(before)
    later(live, providers, LATER[0])
    assert not asked(live)


def test_days_that_were_missed_are_filled_in(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    content = later(live, providers, *LATER)
    assert content["added"] == 3
    assert rows(live)[-3:].select("date", "source").rows() == [
        (LATER[0], HOURLY),
        (LATER[1], HOURLY),
        (LATER[2], LIVE),
    ]
    assert len(asked(live)) == 1


def test_live_rows_stay_and_the_past_before_them_is_filled_in(live: Live, providers: Providers) -> None:
    """A store that began before there was a history."""
    providers.hourly = Answer(status=500)
    live.fetch(NOW)
    assert rows(live)["source"].to_list() == [LIVE]
    providers.hourly = recorded.hours(DAYS, lambda day: QUOTES[day])
    live.fetch(NOW + dt.timedelta(minutes=5))
    assert rows(live)["source"].to_list() == [LIVE, *[HOURLY] * len(PAST)]
    assert stored(live, SPOT) == QUOTES | {DAYS[-1]: 973.4}


def test_only_bars_that_had_ended_by_the_cut_off_count(live: Live, providers: Providers) -> None:
    """Later ones are replaced, and nothing changes."""
    live.fetch(NOW)
    as_it_was = stored(live, SPOT)
    (live.store / f"{SPOT}.parquet").unlink()
    (live.store / "fetches/attempts.parquet").unlink()
    providers.hourly = [
        (stamp, price if stamp.hour <= 17 else 400.0) for stamp, price in recorded.hours(DAYS, lambda day: QUOTES[day])
    ]
    live.fetch(NOW)
    assert stored(live, SPOT) == as_it_was


@pytest.mark.parametrize(
    ("first", "last", "changed", "before", "after"),
    [  # between them Santiago's clock is changed, and on other days London's, in whose zone the service counts, and New York's
        ("2024-08-26", "2024-11-08", "2024-09-08", 19, 18),
        ("2025-03-03", "2025-04-11", "2025-04-06", 18, 19),
    ],
)
def test_the_cut_off_is_santiago_s_whatever_the_clocks_of_others(
    first: str, last: str, changed: str, before: int, after: int, live: Live, providers: Providers
) -> None:
    days = [dt.date.fromisoformat(str(day)) for day in calendar.business_days(first, last)]
    providers.bcch = providers.mindicador = dict.fromkeys(days, 950.0)
    providers.hourly = recorded.hours(days, lambda day: 950.0 + day.day / 10, last=22)
    live.set(fetch__first=first)
    live.fetch(dt.datetime.combine(days[-1], dt.time(after, 5), tzinfo=dt.UTC))
    past = rows(live)
    assert past["date"].to_list() == days[:-1] and set(past["source"]) == {HOURLY}
    hour = [before if str(day) < changed else after for day in days[:-1]]
    assert past["known_at"].dt.hour().to_list() == hour
    assert past["value"].to_list() == pytest.approx(
        [950.0 + day.day / 10 + (ends - 18) / 100 for day, ends in zip(days, hour, strict=False)]
    )


def test_a_price_that_stands_still_or_is_far_away_is_not_filled_in(live: Live, providers: Providers) -> None:
    stuck, far, silent, thin = DAYS[3], DAYS[6], DAYS[8], DAYS[10]
    bars = recorded.hours(DAYS, lambda day: QUOTES[day])
    providers.hourly = [
        (stamp, 955.0 if stamp.date() == stuck and stamp.hour > 13 else 5.46 if stamp.date() == far else price)
        for stamp, price in bars
        if stamp.date() != silent and (stamp.date() != thin or stamp.hour < 16)
    ]
    content = result(live.fetch(NOW), SPOT)
    assert set(DAYS) - set(stored(live, SPOT)) == {stuck, far, silent}
    assert content["refused"] == [
        f"usdclp_spot from yahoo, {stuck}: the feed stands still: every bar since 2024-11-07 14:00 UTC closes at 955, 3.0 hours of "
        "trading (fetch.quote.stuck_hours); not stored",
        f"usdclp_spot from yahoo, {far}: 5.46 is outside 300 to 1500; not stored",
    ]
    assert content["failures"] == ["usdclp_spot from yahoo: no price within 120 minutes of 2024-11-14 18:00:00+00:00"]
    known = rows(live).filter(pl.col("date") == thin)["known_at"].item()
    assert known == dt.datetime.combine(thin, dt.time(16), tzinfo=dt.UTC)  # the last one that had a price
    later(live, providers, LATER[0])
    assert not asked(live)  # it has been told what there is


def test_a_live_price_that_stands_still_is_not_stored(live: Live, providers: Providers) -> None:
    five = dt.timedelta(minutes=5)
    providers.spot = [(utc("2024-11-27T14:00") + i * five, 973.4) for i in range(48)]
    content = result(live.fetch(NOW), SPOT)
    assert content["refused"][-1].startswith("usdclp_spot from yahoo, 2024-11-27: the feed stands still: ")
    assert DAYS[-1] not in stored(live, SPOT) and not content["current"]
    providers.spot[-20] = (providers.spot[-20][0], 973.5)
    assert result(live.fetch(NOW + five), SPOT)["added"] == 1


def test_a_price_is_held_against_the_observado_that_the_same_run_brought(live: Live, providers: Providers) -> None:
    """The first run of a store has none before; and the past is held against what was known then."""
    providers.bcch = providers.mindicador = {
        day: value * (1.08 if day > DAYS[9] else 1) for day, value in OBSERVADO.items()
    }
    content = result(live.fetch(NOW), SPOT)
    assert set(stored(live, SPOT)) == set(DAYS[:10])
    assert len(content["refused"]) == len(DAYS) - 10
    assert "(fetch.quote.max_gap); not stored" in content["refused"][0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=500), "status 500"),
        (Answer("Edge: Too Many Requests", status=429), "status 429, too many requests"),
        (Answer("<html>"), "expected JSON"),
        (Answer(b'{"chart": {"result": [{"me'), "expected JSON"),
        (Answer(recorded.yahoo("CLP=X", [(utc("2024-11-26T00:00"), 970.0)], dataGranularity="1d")), "is of '1d'"),
        (Answer(recorded.yahoo("BRL=X", [])), "the answer is about 'BRL=X'"),
        (Answer(recorded.yahoo("CLP=X", [])), "no price within 120 minutes of 17 cut-offs"),
        (
            Answer(
                {
                    "chart": {
                        "result": None,
                        "error": {"code": "Unprocessable Entity", "description": "the last 730 days."},
                    }
                },
                status=422,
            ),
            "status 422: the last 730 days.",
        ),
    ],
)
def test_a_history_that_fails_costs_the_day_nothing_and_is_asked_for_again(
    answer: Answer, said: str, live: Live, providers: Providers
) -> None:
    providers.hourly = answer
    content = result(live.fetch(NOW), SPOT)
    assert said in content["failures"][-1] and content["failures"][-1].startswith("usdclp_spot from yahoo: ")
    assert stored(live, SPOT) == {DAYS[-1]: 973.4}
    assert stored(live) == OBSERVADO
    providers.hourly = recorded.hours(DAYS, lambda day: QUOTES[day])
    live.fetch(NOW + dt.timedelta(minutes=5))
    assert stored(live, SPOT) == QUOTES | {DAYS[-1]: 973.4}


def test_a_part_of_the_history_is_kept_and_the_rest_asked_for(live: Live, providers: Providers) -> None:
    """An answer that ends early, and one with two prices at one instant."""
    whole = recorded.hours(DAYS, lambda day: QUOTES[day])
    providers.hourly = [bar for bar in whole if bar[0].date() <= DAYS[7]]
    content = result(live.fetch(NOW), SPOT)
    assert set(stored(live, SPOT)) == {*DAYS[:8], DAYS[-1]}
    assert "no price within 120 minutes of 9 cut-offs from 2024-11-14 18:00" in content["failures"][0]
    live.site.requests.clear()
    providers.hourly = [*whole, (utc("2024-11-20T17:00"), 990.0)]
    content = result(live.fetch(NOW + dt.timedelta(minutes=5)), SPOT)
    (query,) = asked(live)
    assert int(query["period1"]) == int((utc("2024-11-14T18:00") - dt.timedelta(days=5)).timestamp())
    assert content["refused"] == [
        "usdclp_spot from yahoo: yahoo CLP=X: two prices at 2024-11-20 17:00:00+00:00; left out"
    ]
    (row,) = rows(live).filter(pl.col("date") == dt.date(2024, 11, 20)).select("value", "known_at").rows()
    assert row == (pytest.approx(QUOTES[dt.date(2024, 11, 20)] - 0.01), utc("2024-11-20T17:00"))


def test_days_that_an_unreadable_row_may_be_of_are_asked_for_again(live: Live, providers: Providers) -> None:
    whole = recorded.hours(DAYS, lambda day: QUOTES[day])
    providers.hourly = [bar for bar in whole if bar[0].date() != DAYS[5]] + [
        (stamp, price) for stamp, _ in whole if stamp.date() == DAYS[5] for price in (955.0, 956.0)
    ]
    live.fetch(NOW)
    assert set(stored(live, SPOT)) == set(DAYS) - {DAYS[5]}
    providers.hourly = whole
    live.fetch(NOW + dt.timedelta(minutes=5))
    assert stored(live, SPOT)[DAYS[5]] == QUOTES[DAYS[5]]


def test_the_price_of_a_moment_is_no_history(live: Live, providers: Providers) -> None:
    """It comes last, and once the market has stopped it may lie before a past cut-off."""
    whole = recorded.hours(PAST, lambda day: QUOTES[day])
    moment = dt.datetime.combine(PAST[-1], dt.time(17, 30, 12), tzinfo=dt.UTC)
    providers.hourly = [bar for bar in whole if bar[0] < moment - dt.timedelta(hours=3)] + [(moment, 970.0)]
    live.fetch(NOW)
    assert set(stored(live, SPOT)) == set(DAYS) - {PAST[-1]}


def test_where_today_s_price_fails_the_service_is_left_alone(live: Live, providers: Providers) -> None:
    live.site.route = lambda path, query: Answer(status=500) if "/yahoo/" in path else providers.route(path, query)
    live.fetch(NOW)
    assert asked(live, "5m") and not asked(live)


def test_what_a_clock_that_was_ahead_was_told_does_not_count(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    june = dt.date(2025, 6, 2)
    providers.hourly = recorded.hours([*DAYS, june], lambda day: 973.4)
    live.fetch(utc("2025-06-03T19:05"), strict=False)
    told = recorded_attempts(live.store).filter(pl.col("series") == SPOT)
    assert told.select("first", "last").row(-1) == (LATER[0], june)
    assert later(live, providers, *LATER)["added"] == 3
