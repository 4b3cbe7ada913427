"""FRED's client: vintages, periods of the archive, and refusals."""

import datetime as dt

import pytest

from forex.core.errors import ProviderError
from tests.support.live import recorded
from tests.support.live.provider_clients import (
    MONDAY,
    TUESDAY,
    ask,
    fred,
)
from tests.support.live.web import Answer, Web
from tests.support.made_up import utc


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def test_fred_with_vintages(site: Web) -> None:
    rows = [
        ("2024-11-22", "2024-11-22", "4.37"),  # stood there on the first day asked for: known by the rule
        ("2024-11-26", "2024-11-25", "4.25"),
        ("2024-11-27", "2024-11-25", "4.26"),  # revised
        ("2024-11-27", "2024-11-26", "."),
    ]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    found = ask(site, fred, "DGS2", dt.date(2024, 11, 22))
    assert [(row.date, row.value) for row in found] == [(dt.date(2024, 11, 22), 4.37), (MONDAY, 4.25), (MONDAY, 4.26)]
    assert [row.known_at for row in found] == [None, utc("2024-11-27T06:00"), utc("2024-11-28T06:00")]
    query = site.requests[0][1]
    assert query["series_id"] == "DGS2" and query["api_key"] == "hunter2"
    assert (query["realtime_start"], query["realtime_end"]) == (
        "2024-11-22",
        "9999-12-31",
    )  # its today may be before ours


def test_fred_asks_for_long_histories_in_parts(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.fred([(query["realtime_start"], "2003-01-02", "1.0")]))
    found = ask(site, fred, "DGS2", dt.date(2003, 1, 1))
    assert [(row.date, row.value, row.known_at) for row in found] == [(dt.date(2003, 1, 2), 1.0, None)]
    periods = sorted((query["realtime_start"], query["realtime_end"]) for _, query in site.requests)
    assert periods[0][0] == "2003-01-01" and periods[-1][1] == "9999-12-31"
    for (_, end), (start, _) in zip(periods, periods[1:], strict=False):
        assert dt.date.fromisoformat(start) == dt.date.fromisoformat(end) + dt.timedelta(days=1)


@pytest.mark.parametrize(
    "before",
    [
        Answer(
            {
                "error_code": 400,
                "error_message": "Bad Request. The series does not exist in ALFRED but may exist in FRED.",
            },
            status=400,
        ),
        Answer(recorded.fred([])),
    ],
    ids=["refused", "empty"],
)
def test_fred_an_archive_that_begins_later_holds_what_the_rule_dates(before: Answer, site: Web) -> None:
    """What stood in the archive's first vintage had been published before; what came later has its own day."""
    rows = [
        ("2019-02-07", "2006-01-03", "101.1"),
        ("2019-02-07", "2019-02-01", "110.0"),
        ("2019-02-11", "2019-02-08", "110.5"),
    ]
    site.route = lambda path, query: Answer(recorded.fred(rows)) if query["realtime_end"] >= "2019-02-11" else before
    found = ask(site, fred, "DTWEXBGS", dt.date(2006, 1, 1), dt.date(2019, 2, 12))
    assert [(str(row.date), row.known_at) for row in found] == [
        ("2006-01-03", None),
        ("2019-02-01", None),
        ("2019-02-08", utc("2019-02-12T06:00")),
    ]


def test_fred_a_refusal_of_the_newest_part_is_an_error(site: Web) -> None:
    site.route = lambda path, query: Answer({"error_message": "Bad Request."}, status=400)
    with pytest.raises(ProviderError, match="status 400"):
        ask(site, fred, "DGS2", dt.date(2003, 1, 1))


def test_fred_says_what_it_said(site: Web) -> None:
    site.route = lambda path, query: Answer(
        {"error_code": 400, "error_message": "Bad Request. api_key is not registered."}
    )
    with pytest.raises(ProviderError, match=r"fred DGS2: refused: Bad Request. api_key is not registered."):
        ask(site, fred, "DGS2")


def test_fred_has_no_vintage_from_the_future(site: Web) -> None:
    """Its value would stay hidden until then."""
    rows = [("2024-11-26", "2024-11-25", "4.1"), ("2034-11-27", "2024-11-26", "4.2")]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    with pytest.raises(ProviderError, match="fred DGS2: a vintage of 2034-11-27, which lies after 2024-11-2"):
        ask(site, fred, "DGS2")


def test_fred_takes_nothing_from_before_it_was_asked_for(site: Web) -> None:
    """A date that no store can hold would make the whole series unreadable."""
    rows = [("2024-11-26", "0001-01-01", "4.1"), ("2024-11-27", "2024-11-26", "4.2")]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    assert [(row.date, row.value) for row in ask(site, fred, "DGS2")] == [(TUESDAY, 4.2)]
