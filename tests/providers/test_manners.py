"""How often services are asked: what can be shared is, what is down is left alone, and a day stays within its budget."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.operations import declared_providers
from tests.support.changed_params import OPERATIONS
from tests.support.live.project import Live, live_project
from tests.support.live.web import Answer, Web
from tests.support.live.whole_day import ACCOUNTS, CURRENCIES, Day
from tests.support.made_up import utc

TEMPLATE: dict[str, list[str]] = OPERATIONS["fetch"]["series"]
DEFAULT = {name: sources for name, sources in TEMPLATE.items() if name == "usdclp" or sources[0].startswith("ecb ")}
NOW = utc("2024-11-26T18:05")
DAYS = [NOW + dt.timedelta(days=i) for i in (1, 2, 3, 6, 7, 8, 9, 10, 13, 14)]  # two weeks of working days


@pytest.fixture
def day(server: Web) -> Iterator[Day]:
    made = Day(NOW)
    server.route = made.route
    yield made
    made.failing.clear()


def project(root: Path, site: Web, series: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> Live:
    monkeypatch.chdir(root)
    live = live_project(root, site, series)
    live.set(fetch__first="2024-10-01", fetch__network__attempts=2)
    return live


def requests(live: Live, day: Day, now: dt.datetime) -> Counter[str]:
    day.now, day.asked = now, []
    live.fetch(now, environ=ACCOUNTS)
    return Counter(day.asked)


@pytest.mark.slow
@pytest.mark.parametrize(("series", "most"), [(TEMPLATE, 12), (DEFAULT, 5)], ids=["every series", "default store"])
def test_a_day_with_all_services_up(
    series: dict[str, list[str]], most: int, tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = project(tmp_path, server, series, monkeypatch)
    requests(live, day, NOW)
    compared = set()
    for now in DAYS:
        asked = requests(live, day, now)
        assert asked.total() <= most, asked
        assert asked.pop("yahoo") <= 4 and asked["ecb"] == 1 and "jsdelivr" not in asked
        assert max(asked.values()) <= 3, asked
        compared |= set(asked) - {"bcch", "fred", "ecb"}
    assert len(compared & {"mindicador", "findic", "ecb_xml", "frankfurter"}) >= 3  # by turns


@pytest.mark.slow
def test_the_first_days_of_a_year_cost_no_more(
    tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without accounts: mindicador serves the observado, copper and the policy rate."""
    live = project(tmp_path, server, TEMPLATE, monkeypatch)
    day.now = utc("2025-01-02T18:05")
    live.fetch(day.now, environ={})
    for now in (utc("2025-01-03T18:05"), utc("2025-01-06T18:05")):
        day.now, day.asked = now, []
        live.fetch(now, environ={})
        asked = Counter(day.asked)
        assert asked["yahoo"] <= 4 and max(count for name, count in asked.items() if name != "yahoo") <= 3, asked


def test_the_quote_is_asked_for_first(tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    requests(project(tmp_path, server, TEMPLATE, monkeypatch), day, NOW)
    assert day.asked[0] == "yahoo"


@pytest.mark.slow
def test_a_429_ends_a_service_for_the_run(
    tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = project(tmp_path, server, TEMPLATE, monkeypatch)
    requests(live, day, NOW)
    day.failing["yahoo"] = Answer("Edge: Too Many Requests", status=429)
    asked = requests(live, day, DAYS[0])
    assert asked["yahoo"] <= 2 and "jsdelivr" not in asked
    said = [line for line in live.said if "status 429" in line]
    assert len(said) == 1 and "usdclp_spot from yahoo: " in said[0] and "ask again in a quarter of an hour" in said[0]


@pytest.mark.slow
def test_the_ecb_s_absence_costs_one_request_of_a_mirror(
    tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = project(tmp_path, server, DEFAULT, monkeypatch)
    requests(live, day, NOW)
    day.failing["ecb"] = Answer(status=500)
    asked = requests(live, day, DAYS[0])
    assert (asked["ecb"], asked["ecb_xml"]) == (2, 1) and "jsdelivr" not in asked
    day.failing["ecb_xml"] = day.failing["frankfurter"] = Answer(status=500)
    assert "jsdelivr" not in requests(live, day, DAYS[1])  # it has no rates of today
    assert requests(live, day, DAYS[2])["jsdelivr"] == 1  # the day before, of nineteen currencies


DOWN = {
    "silent": Answer(send=lambda handler: time.sleep(3)),
    "500": Answer(status=500),
    "HTML": Answer("<html>En mantencion</html>"),
    "reset": Answer(send=lambda handler: handler.connection.close()),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", DOWN)
def test_with_everything_down_a_run_ends_with_a_line_for_each_service(
    how: str, tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = project(tmp_path, server, TEMPLATE, monkeypatch)
    requests(live, day, NOW)
    day.failing = dict.fromkeys(declared_providers(), DOWN[how])
    live.set(fetch__longest_run=2.5, fetch__patience={}, fetch__network__read_timeout=0.3)
    monkeypatch.setattr("tests.support.live.web.Web.client", from_operations)
    begun = time.monotonic()
    live.fetch(DAYS[0], environ=ACCOUNTS, strict=False)
    assert time.monotonic() - begun < 2.5 + 5  # the last answer, and a machine that is busy
    reasons = [part for line in live.said for part in line.split("; ") if ": " in part]
    asked = [name for name in declared_providers() if any(f" from {name}: " in reason for reason in reasons)]
    assert len(reasons) == len(asked), reasons
    assert "was expected, the next fetch asks again" in next(line for line in live.said if line.startswith("usdclp "))


def from_operations(site: Web, **changes: object) -> object:
    from forex.operations import load_operations
    from forex.providers.network.net import Client

    return Client(load_operations().fetch.network, verify=site.trust, sleep=site.waits.append)


def test_a_budget_of_requests_is_kept(tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    live = project(tmp_path, server, TEMPLATE, monkeypatch)
    live.set(fetch__max_requests=2, fetch__requests_of={"fred": 1})
    asked = requests(live, day, NOW)
    assert (asked["yahoo"], asked["fred"], asked["bcch"]) == (2, 1, 2)
    said = "".join(live.said)
    assert "yahoo: its 2 requests of this run are spent (fetch.max_requests, fetch.requests_of)" in said


def test_a_series_that_no_provider_serves_is_named(
    tmp_path: Path, server: Web, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = project(tmp_path, server, {name: TEMPLATE[name] for name in ("usdclp", "brl")}, monkeypatch)
    live.set(fetch__series={"usdclp": TEMPLATE["usdclp"]})
    requests(live, day, NOW)
    assert live.said[-1].split(maxsplit=1) == ["brl", "no provider serves it (fetch.series): its file stays as it is"]


def test_the_currencies_of_the_default_store_are_the_ecb_s() -> None:
    assert len(CURRENCIES) == 19 and len(DEFAULT) == 20
