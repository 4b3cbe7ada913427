"""`forex advance` day by day, from a recorded provider, against one backfill and against the backtest."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from conftest import ROOT, utc
from replay import Compared, Replay, compare, cut_off, days
from web import Web, web

from forex import advance, calendar
from forex.errors import StaleError, UsageError
from forex.files import read_parquet
from forex.ledger_rows import parse

DAYS = days("2023-07-10", 5)  # a holiday, the 16th's Monday after it, lies within
REVISED = dt.date(2023, 7, 5)


@pytest.fixture(scope="module")
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture(scope="module")
def replayed(site: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Five days, each just after its cut-off; after the third, an old value is revised."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("live")
        patch.chdir(ROOT)
        replay = Replay(root, site)
        patch.chdir(root)
        for day in DAYS:
            if day == DAYS[3]:
                replay.revise(str(REVISED))
            replay.advance(cut_off(day))
        yield replay


def test_every_day_is_issued_once_at_its_cut_off(replayed: Replay) -> None:
    rows = [parse(line, "ledger") for line in replayed.ledger()]
    assert [str(row.origin_date) for row in rows] == [day for day in DAYS for _ in range(5)]
    assert all(row.as_of == row.origin_date for row in rows)


def test_the_ledger_is_what_one_backfill_writes_and_what_the_backtest_says(replayed: Replay) -> None:
    """Ids, hashes and all: the later revision changed no earlier forecast."""
    assert compare(replayed, DAYS[0], DAYS[-1]) == Compared(25, 25, 25, 0.0)


def test_the_revision_is_known_from_the_day_it_came(replayed: Replay) -> None:
    rows = read_parquet(Path("data/store/usdclp.parquet")).filter(pl.col("date") == REVISED)
    assert rows["known_at"].to_list()[1:] == [cut_off(DAYS[3])]


def test_nothing_new_is_said_and_what_came_since_is_shown(replayed: Replay) -> None:
    before = Path("params.yaml").read_bytes(), Path("dvc.lock").read_bytes()
    content = replayed.advance(cut_off(DAYS[-1], minutes=4 * 60))
    made = f"{cut_off(DAYS[-1], 0):%Y-%m-%dT%H:%M:%SZ}"
    since = content["published_since"]
    assert since["date"] == str(calendar.shift([DAYS[-1]], 1)[0])
    assert advance.text(content).splitlines() == [
        f"Nothing new since {made}: the forecast of {DAYS[-1]} is issued.",
        f"Published since, and not in it: {since['value']} for {since['date']}.",
    ]
    assert (Path("params.yaml").read_bytes(), Path("dvc.lock").read_bytes()) == before


def test_a_provider_that_stays_behind_ends_in_stale_and_changes_nothing(replayed: Replay) -> None:
    """The observado of the last two weeks does not come; the drivers do."""
    later = cut_off(str(calendar.shift([DAYS[-1]], 12)[0]))
    instants = replayed.providers.instants["usdclp"]
    kept = dict(instants)
    watched = [Path(name) for name in ("params.yaml", "dvc.lock", "reports/forecast.json", "reports/dashboard.html")]
    before = [path.read_bytes() for path in watched]
    last = cut_off(DAYS[-1])
    try:
        instants.update({date: utc("2030-01-01T00:00") for date, at in kept.items() if at > last})
        with pytest.raises(StaleError, match="5 business days are allowed"):
            replayed.advance(later)
    finally:
        instants.update(kept)
    assert [path.read_bytes() for path in watched] == before


def test_a_wrong_date_is_a_usage_error(replayed: Replay) -> None:
    with pytest.raises(UsageError, match='--to tomorrow: expected a date like "2024-11-27"'):
        replayed.advance(cut_off(DAYS[-1]), to="tomorrow")
