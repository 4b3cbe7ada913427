"""What a provider is: something that answers which values of one of its series lie between two dates."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from forex.core.errors import ProviderError
from forex.providers.net import Client, Secret


@dataclass(frozen=True)
class Observation:
    """A value and the date it is about; `known_at` (UTC) where the service itself records when it became public.

    not_before: no rule makes the value known earlier: a market was still moving it until then.
    """

    date: dt.date
    value: float
    known_at: dt.datetime | None = None
    not_before: dt.datetime | None = None


class Provider(Protocol):
    """One service.  `name` is what params.yaml calls it."""

    name: str

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        """The values of the service's series `code` from `first` on, in order of date; it is asked for none after `last`.

        Missing values are left out. A date after `last` that comes all the same is passed on, for the caller to refuse.
        Raises ProviderError where the answer is not in the documented format, is about another
        series, or repeats a date with another value; nothing is taken from such an answer.
        """
        ...


@runtime_checkable
class Quoting(Provider, Protocol):
    """A provider that can be asked for the market's quote at the cut-off."""

    def last_price(self, client: Client, code: str, at: dt.datetime) -> tuple[dt.datetime, float] | None:
        """The last price made at or before `at` (UTC), with the instant from which it stood; None where the last days have none."""
        ...


@dataclass(frozen=True)
class Declaration:
    """What a provider's file says of it, as its constant PROVIDER; its name is the file's.

    client: makes the `Provider` from its address, which is in params.yaml, and from its credentials where it needs any.
    credentials: the sets of query fields by which the service knows its users, each field with the environment variable that
        holds it; the first set that the environment has in full is used.
    market: its prices are a market's, so never the observado; it may be asked for the quote.
    latest_only: it serves the latest days and no history.

    The last two are written as True in the file, for forex/params/declared.py reads them from its text.
    """

    client: Callable[..., Provider]
    credentials: tuple[Mapping[str, str], ...] = ()
    market: bool = False
    latest_only: bool = False

    def client_at(self, url: str, name: str, environ: Mapping[str, str]) -> Provider:
        """Raises ProviderError naming the environment variables where no set of them is complete."""
        if not self.credentials:
            return self.client(url)
        for fields in self.credentials:
            if all(environ.get(variable) for variable in fields.values()):
                return self.client(url, {field: Secret(environ[variable]) for field, variable in fields.items()})
        wanted = ", or ".join(" and ".join(fields.values()) for fields in self.credentials)
        raise ProviderError(f"{name}: set {wanted} in the environment; the service answers registered users only")


def number(text: object, where: str) -> float:
    """A finite number from JSON's number or text; "933,42" is 933.42.

    >>> number("933,42", "dolar"), number(933.42, "dolar")
    (933.42, 933.42)
    """
    try:
        value = float(text.replace(",", ".")) if isinstance(text, str) else float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if isinstance(text, bool) or (isinstance(text, str) and "_" in text) or not math.isfinite(value):
        raise ProviderError(f"{where}: expected a number, got {repr(text)[:60]}")
    return value


def in_order(found: list[Observation], first: dt.date, where: str) -> list[Observation]:
    """Those from `first` on, ordered; an exact repetition counts once.  Raises ProviderError for two values of one date."""
    by_date: dict[dt.date, Observation] = {}
    for one in found:
        other = by_date.setdefault(one.date, one)
        if other.value != one.value:
            raise ProviderError(f"{where}: two values for {one.date}, {other.value:g} and {one.value:g}")
    return [by_date[date] for date in sorted(by_date) if date >= first]
