"""A fetch counts when it has ended, and never from the future."""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from forex.core.files import read_parquet
from forex.providers.append import recorded_attempts
from tests.support.live.project import ACCOUNT, Live
from tests.support.live.services import DAYS, NOW, OBSERVADO, Providers, stored
from tests.support.live.web import Answer, Query
from tests.support.made_up import utc

THURSDAY = dt.date(2024, 11, 28)


class Killed(BaseException):
    """Ends a process as a signal does: nothing catches it."""


def known_at(live: Live, date: dt.date) -> dt.datetime:
    rows = read_parquet(live.store / "usdclp.parquet")
    return rows.filter(pl.col("date") == date).sort("known_at")["known_at"].item(-1)  # type: ignore[no-any-return]


def test_a_clock_that_was_ahead_makes_nothing_late(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    live.fetch(utc("2025-06-01T15:00"))
    providers.bcch = providers.mindicador = OBSERVADO | {THURSDAY: 975.41}
    live.fetch(utc("2024-11-27T21:30"))
    assert known_at(live, THURSDAY) == utc("2024-11-27T21:00")
    assert recorded_attempts(live.store)["attempted_at"].max() == utc("2024-11-27T21:30")


def test_a_revision_that_a_clock_ahead_recorded_is_one_from_now_on(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    providers.bcch = providers.mindicador = OBSERVADO | {DAYS[-1]: 967.77}
    live.fetch(utc("2025-06-01T15:00"))
    night = utc("2024-11-28T02:00")
    live.fetch(night)
    rows = read_parquet(live.store / "usdclp.parquet").filter(pl.col("known_at") <= night)
    assert rows.filter(pl.col("date") == DAYS[-1])["value"].to_list() == [OBSERVADO[DAYS[-1]], 967.77]


def test_a_fetch_that_is_killed_while_it_waits_has_asked_nothing(live: Live, providers: Providers) -> None:
    """The next one brings what was public at the cut-off, as known then."""
    before = {day: value for day, value in OBSERVADO.items() if day < DAYS[-1]}
    providers.bcch = providers.mindicador = before
    live.fetch(NOW - dt.timedelta(days=2))

    def killed() -> Iterator[dt.datetime]:
        yield from [NOW] * 4
        raise Killed

    instants = killed()
    live.site.requests.clear()
    from forex.commands.live import fetch

    with pytest.raises(Killed):
        fetch.view(
            lambda said: None,
            clock=lambda: next(instants),
            environ=ACCOUNT,
            client=lambda: live.site.client(attempts=1),
            strict=False,
        )
    assert live.site.requests and DAYS[-1] not in stored(live)
    providers.bcch = OBSERVADO
    live.fetch(NOW + dt.timedelta(hours=2))
    assert known_at(live, DAYS[-1]) == utc("2024-11-26T21:00")


def test_an_attempt_counts_from_its_end(live: Live, providers: Providers) -> None:
    """It began before the publication, and the last answer came after it, without the value."""
    live.fetch(NOW)
    instants = iter([utc("2024-11-27T20:59")] * 3)
    clock = lambda: next(instants, utc("2024-11-27T21:01"))  # noqa: E731
    from forex.commands.live import fetch

    fetch.view(lambda said: None, clock=clock, environ=ACCOUNT, client=lambda: live.site.client(attempts=1))
    providers.bcch = providers.mindicador = OBSERVADO | {THURSDAY: 975.41}
    late = utc("2024-11-27T22:00")
    live.fetch(late)
    assert known_at(live, THURSDAY) == late


@pytest.mark.parametrize(
    "body", [{"date": "0001-01-01", "usd": {"brl": 5.8}}, {"date": "9999-12-31", "usd": {"brl": 5.8}}]
)
def test_no_date_of_an_optional_series_ends_the_day(body: object, live: Live, providers: Providers) -> None:
    providers.ecb, providers.jsdelivr = Answer(status=500), Answer(body)
    live.fetch(NOW)
    assert stored(live) == OBSERVADO


@pytest.mark.parametrize(
    "there", ["data:x", "javascript:alert(1)", "https://xn--zzzz-zzz/", "//", "https://[::1", "\x7f"]
)
def test_no_redirect_of_an_optional_series_ends_the_day(there: str, live: Live, providers: Providers) -> None:
    def route(path: str, query: Query) -> Answer:
        if path.startswith(("/ecb", "/jsdelivr")):
            return Answer(status=302, headers={"Location": there})
        return providers.route(path, query)

    live.site.route = route
    live.fetch(NOW)
    assert stored(live) == OBSERVADO


def test_an_answer_that_nobody_thought_of_costs_itself(
    live: Live, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("no such rate")

    monkeypatch.setattr("forex.providers.ecb.Ecb.observations", broken)
    providers.jsdelivr = dict.fromkeys(DAYS, 5.8)
    live.fetch(NOW)
    assert stored(live) == OBSERVADO
    assert "ecb BRL: its answer could not be read (ZeroDivisionError: no such rate)" in "".join(live.said)
