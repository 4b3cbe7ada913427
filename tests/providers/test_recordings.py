"""Recorded answers of the real services, one by one: to how many values, dates and instants each is read, or to which error.

The files are not in the repository; FOREX_RECORDINGS names their folder.
"""

import datetime as dt
import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from forex.core.errors import ProviderError
from forex.observations.store import Series, read_series_list
from forex.providers.append import ATTEMPTS, ROWS, Arrived, additions
from forex.providers.quote.standing import standing
from forex.providers.yahoo import Yahoo
from tests.support.live.provider_clients import CLIENTS
from tests.support.live.recordings import PRICES, READ, REFUSED, Read
from tests.support.live.web import Answer, Query, Web
from tests.support.made_up import ROOT, utc

FOLDER = Path(os.environ.get("FOREX_RECORDINGS", ""))
pytestmark = pytest.mark.skipif(not os.environ.get("FOREX_RECORDINGS"), reason="needs FOREX_RECORDINGS")


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def provider_of(name: str) -> str:
    return "findic" if "findic" in name else name.partition("/")[0]


def serving(name: str, status: int = 200) -> Answer:
    return Answer((FOLDER / name).read_bytes(), status=status)


@pytest.mark.parametrize(("name", "read"), [(name, read) for name, reads in READ.items() for read in reads])
def test_a_recording_is_read_to_these_values(name: str, read: Read, site: Web, tmp_path: Path) -> None:
    whole = serving(name)
    provider = provider_of(name)

    def route(path: str, query: Query) -> Answer:
        return whole if provider != "jsdelivr" or "@latest" in path else Answer(status=404)

    site.route = route
    client_of, _ = CLIENTS[provider]
    with site.client(attempts=1) as client:
        found = client_of(site.url).observations(
            client, read.code, dt.date.fromisoformat(read.first), dt.date.fromisoformat(read.last)
        )
    later = utc("2026-11-26T12:00")
    rows = additions(
        pl.DataFrame(schema=ROWS),
        [Arrived(observation, provider, later) for observation in found],
        rules(tmp_path)[read.rule].publication,
        pl.DataFrame(schema=ATTEMPTS),
    )
    table = [(str(date), value, at) for date, value, at in rows.select("date", "value", "known_at").iter_rows()]
    assert len(table) == read.count and (provider == "jsdelivr" or not found.unsound)
    for row, (date, value, known_at) in ((table[0], read.begins), (table[-1], read.ends)):
        assert row == (date, pytest.approx(value, rel=1e-7), utc(known_at))


@pytest.mark.parametrize(("name", "status", "code", "kind", "said"), REFUSED)
def test_a_refusal_is_told_in_the_service_s_words(
    name: str, status: int, code: str, kind: type[ProviderError], said: str, site: Web
) -> None:
    answer = serving(name, status)
    site.route = lambda path, query: answer
    client_of, _ = CLIENTS[provider_of(name)]
    with site.client() as client, pytest.raises(kind, match=said):
        client_of(site.url).observations(client, code, dt.date(2026, 8, 1), dt.date(2026, 8, 14))
    assert len(site.requests) == 1


@pytest.mark.parametrize(("name", "code", "at", "price", "since"), PRICES)
def test_a_price_within_the_day_is_read_with_its_instant(
    name: str, code: str, at: str, price: float, since: str, site: Web
) -> None:
    answer = serving(name)
    site.route = lambda path, query: answer
    width, cut_off = dt.timedelta(minutes=5), utc(at)
    with site.client() as client:
        bars = Yahoo(site.url).bars(client, code, cut_off - dt.timedelta(days=5), cut_off, width)
    i = standing(bars, cut_off, width)
    assert i is not None and not bars.unsound
    assert (bars[i].ends, bars[i].price) == (utc(since), pytest.approx(price, rel=1e-6))


def test_a_recording_of_five_minutes_is_no_history_by_the_hour(site: Web) -> None:
    answer = serving("yahoo/AAPL_5m.json")
    site.route = lambda path, query: answer
    with site.client() as client, pytest.raises(ProviderError, match="asked for bars of 1h, the answer is of '5m'"):
        Yahoo(site.url).bars(client, "AAPL", utc("2026-10-01T00:00"), utc("2026-10-05T14:00"), dt.timedelta(hours=1))


def test_every_recording_is_in_a_table() -> None:
    stated = {*READ, *(name for name, *_ in REFUSED), *(name for name, *_ in PRICES)}
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*") if path.parent.name != "yahoo_csv"}
    assert there - {"PROVENANCE.md"} == stated


def rules(folder: Path) -> dict[str, Series]:
    shutil.copy(ROOT / "data/live_series.yaml", folder / "series.yaml")
    return read_series_list(folder)
