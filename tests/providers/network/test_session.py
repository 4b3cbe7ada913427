"""One service within one run: answers are shared, a budget is kept, and a service that is down is left alone."""

from collections.abc import Callable

import pytest

from forex.core.errors import ProviderError, RequestRefused
from forex.operations import Fetch, load_operations
from forex.providers.network.agent import user_agent
from forex.providers.network.net import Client, ServiceDown
from forex.providers.network.session import Session
from tests.support.live.web import Answer, Web, web
from tests.support.made_up import ROOT

SETTINGS = load_operations(ROOT / "operations.yaml").fetch


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    server.waits.clear()
    return server


def session(client: Client, settings: Fetch = SETTINGS, **options: object) -> Session:
    clock: Callable[[], float] = lambda: 0.0  # noqa: E731
    usual = {"ends_at": 600.0, "per_second": None, "monotonic": clock}
    return Session(client, "bcch", settings, **usual | options)  # type: ignore[arg-type]


def test_the_same_request_is_sent_once(site: Web) -> None:
    site.route = lambda path, query: Answer({"said": query["code"]})
    with site.client() as client:
        service = session(client)
        for _ in range(3):
            assert service.json(f"{site.url}/series", {"code": "a"}) == {"said": "a"}
        assert service.json(f"{site.url}/series", {"code": "b"}) == {"said": "b"}
    assert len(site.requests) == 2


def test_so_is_one_that_is_refused(site: Web) -> None:
    site.route = lambda path, query: Answer({"detail": "No results found."}, status=404)
    with site.client() as client:
        service = session(client)
        for _ in range(3):
            with pytest.raises(RequestRefused, match=r"status 404: No results found\."):
                service.get(f"{site.url}/series")
        with pytest.raises(RequestRefused):
            service.get(f"{site.url}/another")
    assert len(site.requests) == 2 and service.down is None


@pytest.mark.parametrize(
    ("answer", "requests"),
    [
        (Answer("Edge: Too Many Requests", status=429, headers={"Retry-After": "1"}), 1),
        (Answer(send=lambda handler: handler.connection.close()), 3),
        (Answer(status=500), 6),  # two in a row: one year of many may fail
    ],
    ids=["429", "out of reach", "500"],
)
def test_a_service_that_is_down_is_left_alone(answer: Answer, requests: int, site: Web) -> None:
    site.route = lambda path, query: answer
    with site.client() as client:
        service = session(client)
        for i in range(5):
            with pytest.raises(ProviderError):
                service.get(f"{site.url}/{i}")
    assert isinstance(service.down, ServiceDown)
    assert len(site.requests) == requests


def test_a_budget_counts_repeated_requests_too(site: Web) -> None:
    site.route = lambda path, query: Answer(status=500)
    with site.client(attempts=3) as client:
        service = session(client, SETTINGS.model_copy(update={"max_requests": 2, "requests_of": {}}))
        with pytest.raises(ServiceDown, match=r"bcch: its 2 requests of this run are spent .*the next fetch asks"):
            service.get(f"{site.url}/series")
    assert len(site.requests) == 2


def test_no_request_is_sent_when_the_run_s_time_is_over(site: Web) -> None:
    with (
        site.client() as client,
        pytest.raises(ServiceDown, match=r"the time of this run is over \(fetch.longest_run\)"),
    ):
        session(client, ends_at=0.0).get(f"{site.url}/series")
    assert not site.requests


def test_five_requests_a_second_are_a_fifth_of_one_apart(site: Web) -> None:
    site.route = lambda path, query: Answer("fine")
    with site.client() as client:
        service = session(client, per_second=5)
        for i in range(3):
            service.get(f"{site.url}/{i}")
    assert site.waits == pytest.approx([0.2, 0.4])  # counted from the first request, on a clock that stands still


def test_a_certificate_that_is_not_accepted_is_named_and_not_tried_again(site: Web) -> None:
    with Client(site.network(attempts=3), sleep=site.waits.append) as client:
        service = session(client)
        for i in range(2):
            with pytest.raises(ServiceDown, match=r"certificate is not accepted \(.*\). Check this machine's clock"):
                service.get(f"{site.url}/{i}")
    assert not site.requests and not site.waits


def test_a_certificate_for_another_host_is_not_accepted() -> None:
    with web(names=("example.org",)) as other, other.client(attempts=3) as client:
        with pytest.raises(ServiceDown, match=r"not accepted \(.*not valid for 'localhost'"):
            client.get(f"{other.url}/series")
        assert not other.requests and not other.waits


def test_we_name_ourselves_as_browsers_do() -> None:
    agent = user_agent(SETTINGS.network.user_agent)
    assert agent.startswith("Mozilla/5.0 (compatible; forex/") and agent.endswith(")") and "VERSION" not in agent
