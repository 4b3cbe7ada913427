"""One service within one run: no answer is asked for twice, a budget of requests, and an end where asking further makes no sense.

Series whose values stand in the same answer share it, and so do those that a failure is about: a service that is down, or that
asks for fewer requests, is asked no more until the next run.
"""

import time
from collections.abc import Callable, Mapping

from forex.core.errors import ProviderError, RequestRefused
from forex.operations import Fetch
from forex.providers.network.net import Answers, Client, ServiceDown
from forex.providers.network.secret import Secret

LAST_FAILURES = 2  # how many failed requests in a row, each after its attempts, end the asking in this run

Query = Mapping[str, str | Secret]


class Session(Answers):
    """What a provider asks in one run.

    ends_at: when the run's time is over, on the clock `monotonic`.  per_second: how many requests the service allows, None for no
    limit.  `down` is what ended the asking, None while it goes on.
    """

    def __init__(
        self,
        client: Client,
        name: str,
        settings: Fetch,
        *,
        ends_at: float,
        per_second: float | None,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._client, self._name = client, name
        self._left = settings.requests_of.get(name, settings.max_requests)
        self._budget = self._left
        self._patience = settings.patience.get(name)
        self._ends_at, self._monotonic = ends_at, monotonic
        self._pause = 1 / per_second if per_second else 0.0
        self._next_at = -float("inf")
        self._answers: dict[tuple[str, frozenset[tuple[str, str]]], bytes | ProviderError] = {}
        self._failures = 0
        self.down: ServiceDown | None = None

    def get(self, url: str, query: Query | None = None) -> bytes:
        """As `Answers.get`; what was asked before in this run is answered, or refused, as it was then.

        Once the service is down, nothing new is asked.
        """
        plain = {key: value.reveal() if isinstance(value, Secret) else value for key, value in (query or {}).items()}
        asked = url, frozenset(plain.items())
        if asked not in self._answers:
            if self.down:
                raise self.down
            self._answers[asked] = self._asked(url, query)
        answer = self._answers[asked]
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    def spend(self) -> None:
        """Take a request from the budget, and wait as long as `per_second` asks for.

        Raises ServiceDown where the budget is spent or the run's time is over.
        """
        if not self._left:
            raise self._ended(
                f"its {self._budget} requests of this run are spent (fetch.max_requests, fetch.requests_of)"
            )
        if self.seconds_left() <= 0:
            raise self._ended("the time of this run is over (fetch.longest_run)")
        self._left -= 1
        now = self._monotonic()
        if self._next_at > now:
            self._client.wait(self._next_at - now)
        self._next_at = max(now, self._next_at) + self._pause

    def seconds_left(self) -> float:
        """Until the run's time is over, 0 from then on."""
        return max(self._ends_at - self._monotonic(), 0.0)

    def _asked(self, url: str, query: Query | None) -> bytes | ProviderError:
        try:
            answer = self._client.get(url, query, read_timeout=self._patience, allowance=self)
        except RequestRefused as refusal:
            self._failures = 0
            return refusal
        except ServiceDown as error:
            self.down = error
            return error
        except ProviderError as error:
            self._failures += 1
            if self._failures == LAST_FAILURES:
                self.down = ServiceDown(str(error))
            return error
        self._failures = 0
        return answer

    def _ended(self, why: str) -> ServiceDown:
        return ServiceDown(f"{self._name}: {why}; the next fetch asks for the rest")
