"""The one place that touches the network: GET over https from listed hosts, within limits of time and size.

A request is retried on time-outs, broken connections and 5xx, after the server's Retry-After or with exponential jitter; never
after a 429, nor where the certificate is not accepted. Redirects are followed by hand, to listed hosts only. What ends a request
names its address without the query: it may hold a password. The deadline is for all of an answer, from the look-up of the host's
name to the last byte unpacked: each attempt is a task that is cancelled when it has passed. Where a host could not be reached and
none has answered yet, the next ones are tried once, and briefly: without a network a run ends within half a minute.
"""

import asyncio
import json
import logging
import math
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from ssl import SSLCertVerificationError, SSLContext
from types import TracebackType
from typing import Any, Protocol

import anyio
import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from forex.core.errors import ProviderError, RequestRefused
from forex.operations import Network
from forex.providers.network.agent import user_agent
from forex.providers.network.refusals import refusal_text
from forex.providers.network.secret import Secret, hidden

PACKED = ("identity", "gzip", "deflate")  # once: what is packed twice unpacks to a million times its size at one go
REDIRECTS = {301, 302, 303, 307, 308}
MAX_REDIRECTS = 3
LAST_PORT = 65535
QUICK = 1.0  # seconds for a connection where there seems to be no network
MAX_REFUSAL = 4096  # bytes of a refusal's text that are read


class ServiceDown(ProviderError):
    """It makes no sense to ask this service again in the same run: it throttles us, is out of reach, or is not who it should be."""


class _Transient(Exception):
    """A failed attempt that another may make good.

    wait: what the server asked for, in seconds.  answered: it has said a status.  unconnected: no connection was made.
    """

    def __init__(self, reason: str, wait: float | None = None, *, answered: bool = False, unconnected: bool = False):
        super().__init__(reason)
        self.wait = wait
        self.answered = answered
        self.unconnected = unconnected


class Allowance(Protocol):
    """What requests may still cost."""

    def spend(self) -> None:
        """Called before each request that is sent, repeated and redirected ones too.  Raises ProviderError where none is left."""
        ...

    def seconds_left(self) -> float:
        """How long the whole answer may still take."""
        ...


class Unlimited:
    """An `Allowance` that never ends."""

    def spend(self) -> None:
        """Take nothing."""

    def seconds_left(self) -> float:
        """Infinity."""
        return math.inf


class Answers(ABC):
    """What a provider asks: an address and a query give an answer's bytes, or JSON."""

    @abstractmethod
    def get(self, url: str, query: Mapping[str, str | Secret] | None = None) -> bytes:
        """The body of a successful answer.

        Raises ProviderError saying what went wrong at which address, the query left out: RequestRefused where the service
        answered with a status that no retry changes, ServiceDown where the next request would fare no better.
        """

    def json(self, url: str, query: Mapping[str, str | Secret] | None = None, *, encoding: str = "utf-8") -> Any:
        """The answer read as JSON.  Raises as `get`, and ProviderError where it is not JSON.

        encoding: of services that write another than UTF-8; UTF-8 is tried first.
        """
        body = self.get(url, query)
        try:
            return json.loads(_decoded(body, encoding))
        except (ValueError, RecursionError):
            raise ProviderError(
                f"{address(url)}: expected JSON, got {len(body)} bytes beginning {_text(body, query)[:40]!r}"
            ) from None


class Client(Answers):
    """A polite https client.

    Use it as a context manager, outside any event loop: it has one of its own, which only runs while an answer is awaited and keeps
    connections for the next request.

    network: limits and listed hosts, from operations.yaml.  verify: the certificates that count; the system's by default.
    sleep, rng: how to wait between attempts, and the jitter.
    """

    def __init__(
        self,
        network: Network,
        *,
        verify: SSLContext | bool = True,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ):
        for name in ("httpx", "httpcore"):  # they log addresses with their query
            logging.getLogger(name).setLevel(logging.WARNING)
        self._network = network
        self._rng = rng or random.Random()
        self._sleep = sleep
        self._loop = asyncio.Runner()
        self._answered = False  # whether any host has, in this run
        self._lost: set[str] = set()  # hosts to which no connection could be made
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(network.read_timeout, connect=network.connect_timeout),
            follow_redirects=False,
            event_hooks={"response": [_set_location_aside]},
            verify=verify,
            headers={"User-Agent": user_agent(network.user_agent), "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._loop:
            self._loop.run(self._http.aclose())

    def get(
        self,
        url: str,
        query: Mapping[str, str | Secret] | None = None,
        *,
        read_timeout: float | None = None,
        allowance: Allowance = Unlimited(),  # noqa: B008  (it has no state)
    ) -> bytes:
        """As `Answers.get`.

        read_timeout: seconds, in place of fetch.network.read_timeout for a service that is slow.  allowance: what the request and
        its repetitions may cost.
        """
        asked = _with(url, query or {})
        host, seconds = asked.raw_host.decode(), self._network.read_timeout if read_timeout is None else read_timeout
        tries, connect = self._network.attempts, self._network.connect_timeout
        if not self._answered and self._lost - {host}:  # most likely no network: not waited for at every host
            tries, connect = 1, min(connect, QUICK)
        timeout = httpx.Timeout(seconds, connect=connect)
        attempts = Retrying(
            stop=stop_after_attempt(tries),
            wait=self._wait,
            retry=retry_if_exception_type(_Transient),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return attempts(lambda: self._loop.run(self._attempt(asked, query, timeout, allowance)))
        except _Transient as error:
            if error.unconnected:
                self._lost.add(host)
            kind = ProviderError if error.answered else ServiceDown
            raise kind(f"{address(asked)}: {error}, after {tries} attempt{'s' * (tries > 1)}") from None

    @property
    def offline(self) -> bool:
        """Whether none of the hosts that were asked, two at least, could be reached."""
        return not self._answered and len(self._lost) > 1

    def wait(self, seconds: float) -> None:
        """Wait as between attempts."""
        self._sleep(seconds)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _Transient) else None
        if asked is not None:
            return asked
        return self._rng.uniform(0.5, 1.0) * min(2.0 ** (state.attempt_number - 1), self._network.longest_wait)

    async def _attempt(
        self, url: httpx.URL, query: Mapping[str, str | Secret] | None, timeout: httpx.Timeout, allowance: Allowance
    ) -> bytes:
        seconds = min(self._network.deadline, allowance.seconds_left())
        with anyio.move_on_after(seconds):
            try:
                return await self._followed(url, query, timeout, allowance)
            except httpx.TimeoutException as error:
                unconnected = isinstance(error, httpx.ConnectTimeout)
                raise _Transient("no answer in time", unconnected=unconnected) from None
            except (httpx.HTTPError, OSError) as error:  # OSError: a broken TLS record, which httpx hands on as ssl's
                if refused := _certificate_fault(error):
                    raise ServiceDown(
                        f"{address(url)}: its certificate is not accepted ({refused}). Check this machine's clock, the "
                        "certificates that it trusts (SSL_CERT_FILE) and whether a proxy stands in between"
                    ) from None
                raise _Transient(
                    f"the connection failed ({type(error).__name__})", unconnected=isinstance(error, httpx.ConnectError)
                ) from None
        raise _Transient(f"not complete within {seconds:g} s")

    async def _followed(
        self, url: httpx.URL, query: Mapping[str, str | Secret] | None, timeout: httpx.Timeout, allowance: Allowance
    ) -> bytes:
        self._refuse_unlisted(url, address(url))
        for _ in range(MAX_REDIRECTS + 1):
            allowance.spend()
            async with self._http.stream("GET", url, timeout=timeout) as answer:
                self._answered = True
                location = answer.extensions["location"]
                if answer.status_code in REDIRECTS and location is not None:
                    url = self._redirected(url, location)
                    continue
                await self._refuse_failed(answer, query)
                return await self._body(answer, self._network.max_bytes)
        raise ProviderError(f"{address(url)}: more than {MAX_REDIRECTS} redirects")

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            there = url.join(location)
        except (httpx.InvalidURL, ValueError):
            raise ProviderError(f"{address(url)}: redirects to what is no address") from None
        host = there.raw_host.decode()  # no more of it is shown: it may repeat the query
        self._refuse_unlisted(there, f"{address(url)}: redirects to {there.scheme}:{f'//{host}' if host else ''}")
        return there

    def _refuse_unlisted(self, url: httpx.URL, where: str) -> None:
        if url.scheme != "https" or url.raw_host.decode() not in self._network.hosts:  # `host` fails where IDNA does
            raise ProviderError(
                f"{where}: expected https and a host among {', '.join(self._network.hosts)} (fetch.network.hosts)"
            )
        if url.port is not None and url.port > LAST_PORT:
            raise ProviderError(f"{where}: {url.port} is no port")

    async def _refuse_failed(self, answer: httpx.Response, query: Mapping[str, str | Secret] | None) -> None:
        status, where = answer.status_code, address(answer.url)
        if status == 429:
            raise ServiceDown(f"{where}: status 429, too many requests; ask again in a quarter of an hour")
        if status >= 500:
            wait = _retry_after(answer.headers.get("retry-after", ""), answer.headers.get("date", ""))
            if wait is not None and wait > self._network.longest_wait:
                raise ProviderError(f"{where}: status {status}, asks to wait {wait:.0f} s")
            raise _Transient(f"status {status}", wait, answered=True)
        if status != 200:
            try:
                body = await self._body(answer, MAX_REFUSAL)
            except (ProviderError, httpx.HTTPError):  # the status says enough
                body = b""
            said = refusal_text(_text(body, query))
            raise RequestRefused(f"{where}: status {status}{': ' if said else ''}{said}")

    async def _body(self, answer: httpx.Response, max_bytes: int) -> bytes:
        packed = answer.headers.get("content-encoding", PACKED[0]).strip().lower()
        if packed not in PACKED:
            raise ProviderError(
                f"{address(answer.url)}: packed as {packed[:40]!r}, expected one of {', '.join(PACKED)}"
            )
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise ProviderError(f"{address(answer.url)}: more than {max_bytes} bytes (fetch.network.max_bytes)")
        return bytes(body)


def _certificate_fault(error: BaseException | None) -> str | None:
    """What is wrong with a certificate, where that ended the connection; else None."""
    while error is not None:
        if isinstance(error, SSLCertVerificationError):
            return error.verify_message or "not verified"
        error = error.__cause__ or error.__context__
    return None


def _text(body: bytes, query: Mapping[str, str | Secret] | None) -> str:
    """What a service wrote, without the secrets of the query."""
    return hidden(
        body.decode("utf-8", "replace").strip(),
        [value for value in (query or {}).values() if isinstance(value, Secret)],
    )


async def _set_location_aside(answer: httpx.Response) -> None:
    """Hide the header from httpx, which would prepare the next request and fail where it is not an address."""
    answer.extensions["location"] = answer.headers.pop("location", None)


def _with(url: str, query: Mapping[str, str | Secret]) -> httpx.URL:
    plain = {key: value.reveal() if isinstance(value, Secret) else value for key, value in query.items()}
    try:
        return httpx.URL(url, params=plain) if plain else httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ProviderError(f"{url.partition('?')[0][:200]!r} is no address") from None


def address(url: httpx.URL | str) -> str:
    """Scheme, host and path of an address, without its query, its fragment and its user and password.

    >>> address("https://api.example.org/series?key=abc")
    'https://api.example.org/series'
    """
    return str(httpx.URL(url).copy_with(query=None, fragment=None, userinfo=b""))


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(encoding)


def _retry_after(text: str, sent: str) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date later than the answer's own; None where it says neither.

    >>> _retry_after("12", ""), _retry_after("Wed, 27 Nov 2024 18:00:05 GMT", "Wed, 27 Nov 2024 18:00:00 GMT")
    (12.0, 5.0)
    >>> _retry_after("-1", ""), _retry_after("Wed, 27 Nov 2024 18:00:05 GMT", "")
    (None, None)
    """
    if text.strip().isdecimal():
        return float(text)
    try:
        asked = parsedate_to_datetime(text) - parsedate_to_datetime(sent)
    except (ValueError, TypeError):
        return None
    return max(asked.total_seconds(), 0.0)
