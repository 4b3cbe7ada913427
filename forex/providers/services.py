"""The services of one run: each provider with its session, made when it is first asked.

Whatever a service sends, what comes out is values or a ProviderError: the answer about one optional series must never end the run.
And whatever it says, what comes out is a sentence: short, with nothing that a terminal acts on and none of the credentials.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from forex.core.edges.shown import cut, visible
from forex.core.errors import ForexError, ProviderError, UsageError
from forex.operations import Fetch, Source
from forex.providers.network.net import Client
from forex.providers.network.secret import Secret, hidden
from forex.providers.network.session import Session
from forex.providers.protocol import Bars, Found, Provider, Quoting, Sharing
from forex.providers.registry import declaration, provider

Answer = TypeVar("Answer")
LONGEST = 600  # characters of a sentence about an answer


class Services:
    """The services of one run, whose time, fetch.longest_run, begins here, on the clock `monotonic`.

    environ: where credentials come from.
    """

    def __init__(
        self,
        settings: Fetch,
        environ: Mapping[str, str],
        client: Client,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._settings, self._environ, self._client, self._monotonic = settings, environ, client, monotonic
        self._ends_at = monotonic() + settings.longest_run
        self._made: dict[str, tuple[Provider, Session] | ProviderError] = {}

    def expect(self, name: str, codes: Sequence[str], first: dt.date) -> None:
        """Tell a provider which of its series it will be asked for, and from when on, so that one answer can hold them."""
        made = self._service(name)
        if not isinstance(made, ProviderError) and isinstance(made[0], Sharing):
            made[0].expect(codes, first)

    def observations(self, source: Source, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`."""
        client, session = self._up(source.provider)
        answer = self._reading(source, lambda: client.observations(session, source.code, first, last))
        found = answer if isinstance(answer, Found) else Found(answer)
        found.unsound = [self._sentence(source, text) for text in found.unsound]
        return found

    def bars(self, source: Source, first: dt.datetime, last: dt.datetime, width: dt.timedelta) -> Bars:
        """As `Quoting.bars`.  Raises UsageError where the provider has no bars."""
        client, session = self._up(source.provider)
        if not isinstance(client, Quoting):
            raise UsageError(f"fetch.quote.source: {source.provider} has no last price; name a provider that has one")
        bars = self._reading(source, lambda: client.bars(session, source.code, first, last, width))
        bars.unsound = [self._sentence(source, text) for text in bars.unsound]
        return bars

    def _reading(self, source: Source, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except ProviderError as error:
            raise type(error)(self._sentence(source, str(error))) from None
        except ForexError:
            raise
        except Exception as error:  # a value nobody thought of: it costs this answer, and not the run
            said = self._sentence(source, f"{type(error).__name__}: {error}")
            raise ProviderError(
                f"{source.provider} {source.code}: its answer could not be read ({said}). It may have a new "
                "format; please report it"
            ) from None

    def _sentence(self, source: Source, text: str) -> str:
        """A text that a service may have had a hand in, fit to be shown."""
        variables = {variable for fields in declaration(source.provider).credentials for variable in fields.values()}
        secrets = [Secret(self._environ[variable]) for variable in variables if self._environ.get(variable)]
        return visible(cut(hidden(text, secrets), LONGEST))

    def _up(self, name: str) -> tuple[Provider, Session]:
        made = self._service(name)
        if isinstance(made, ProviderError):
            raise made
        return made

    def _service(self, name: str) -> tuple[Provider, Session] | ProviderError:
        if name not in self._made:
            try:
                client = provider(name, self._settings, self._environ)
            except ProviderError as error:  # no credentials
                self._made[name] = error
                return error
            session = Session(
                self._client,
                name,
                self._settings,
                ends_at=self._ends_at,
                per_second=declaration(name).per_second,
                monotonic=self._monotonic,
            )
            self._made[name] = client, session
        return self._made[name]
