"""What a provider is: something that answers which values of one of its series lie between two dates."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from forex.core.edges.validators import decimal_number
from forex.core.errors import ProviderError
from forex.providers.network.net import Answers
from forex.providers.network.secret import Secret

Row = TypeVar("Row")


@dataclass(frozen=True)
class Observation:
    """A value and the date it is about; `known_at` (UTC) where the service itself records when it became public.

    The date is ours, whatever day the service writes beside the value: each provider's file says in one place what that means.
    not_before (UTC): no rule makes the value known earlier: until then a market was still moving it, or nobody had written it down.
    """

    date: dt.date
    value: float
    known_at: dt.datetime | None = None
    not_before: dt.datetime | None = None


class Found(list[Observation]):
    """The sound values of an answer, in order of date.

    unsound: a sentence for each row that was left out, or each part that did not come.
    missing: first and last date of the parts that did not come, which the next fetch asks for.
    """

    def __init__(
        self,
        sound: Iterable[Observation] = (),
        unsound: Iterable[str] = (),
        missing: Iterable[tuple[dt.date, dt.date]] = (),
    ):
        super().__init__(sound)
        self.unsound = list(unsound)
        self.missing = list(missing)


@dataclass(frozen=True)
class Bar:
    """A stretch of a market's time (UTC) and the last price in it, which stood when the stretch had ended.

    The price of a moment is a bar that ends where it begins.
    """

    begins: dt.datetime
    ends: dt.datetime
    price: float


class Bars(list[Bar]):
    """The sound bars of an answer, in order of their ends.  unsound: a sentence for each row that was left out."""

    def __init__(self, sound: Iterable[Bar] = (), unsound: Iterable[str] = ()):
        super().__init__(sorted(sound, key=lambda bar: bar.ends))
        self.unsound = list(unsound)


class Provider(Protocol):
    """One service.  `name` is what operations.yaml calls it."""

    name: str

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """The values of the service's series `code` from `first` on; it is asked for none after `last`.

        Missing values are left out. A date after `last` that comes all the same is passed on, for the caller to refuse.
        Raises ProviderError where the answer is not in the documented format, is about another series, or has no sound row.
        """
        ...


@runtime_checkable
class Sharing(Provider, Protocol):
    """A provider one of whose answers holds several of its series."""

    def expect(self, codes: Sequence[str], first: dt.date) -> None:
        """Take note, before the first request, of the series that will be asked for, and from when on."""
        ...


@runtime_checkable
class Quoting(Provider, Protocol):
    """A provider that can be asked for a market's prices within the day."""

    def bars(self, client: Answers, code: str, first: dt.datetime, last: dt.datetime, width: dt.timedelta) -> Bars:
        """The bars of `width`, five minutes or an hour, that begin between two instants (UTC), but for those without a price.

        The price of this moment may come last; a bar that has not ended has an end that lies ahead.
        Raises ProviderError where the answer is not in the documented format, is about another series or of bars of another width,
        or has no sound row though it has rows.
        """
        ...


@dataclass(frozen=True)
class Declaration:
    """What a provider's file says of it, as its constant PROVIDER; its name is the file's.

    client: makes the `Provider` from its address, which is in operations.yaml, and from its credentials where it needs any.
    credentials: the sets of query fields by which the service knows its users, each field with the environment variable that
        holds it; the first set that the environment has in full is used.
    market: its prices are those of a market, so never the observado; it may be asked for the quote.
    latest_only: it serves the latest days and no history, and is asked for missing days only.
    shared: one answer holds several of its series; its client may be `Sharing`.
    per_second: how many requests it allows in a second.

    Flags are written as True in the file, for forex/operations/declared.py reads them from its text.
    """

    client: Callable[..., Provider]
    credentials: tuple[Mapping[str, str], ...] = ()
    market: bool = False
    latest_only: bool = False
    shared: bool = False
    per_second: float | None = None

    def client_at(self, url: str, name: str, environ: Mapping[str, str]) -> Provider:
        """The provider at `url`, with the credentials that the environment has.

        Raises ProviderError naming the environment variables where it needs credentials and no set of them is complete.
        """
        if not self.credentials:
            return self.client(url)
        for fields in self.credentials:
            if all(environ.get(variable) for variable in fields.values()):
                return self.client(url, {field: Secret(environ[variable]) for field, variable in fields.items()})
        wanted = ", or ".join(" and ".join(fields.values()) for fields in self.credentials)
        raise ProviderError(f"{name}: set {wanted} in the environment; the service answers registered users only")


def number(text: object, where: str) -> float:
    """A finite number from JSON's number or text; "933,42" is 933.42.  Raises ProviderError for anything else.

    >>> number("933,42", "dolar"), number(933.42, "dolar")
    (933.42, 933.42)
    """
    try:
        value = decimal_number(text.replace(",", ".").strip()) if isinstance(text, str) else float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if isinstance(text, bool) or not math.isfinite(value):
        raise ProviderError(f"{where}: expected a number, got {repr(text)[:60]}")
    return value


def sound_rows(
    rows: Iterable[Any], read: Callable[[Any], Row | None], expected: str, where: str
) -> tuple[list[Row], list[str]]:
    """What `read` makes of each row, and a sentence for each row that it cannot read.

    read: None for a row without a value, which is left out.  expected: what a row has, such as "fecha and valor".
    """
    found, unsound = [], []
    for row in rows:
        try:
            value = read(row)
        except ProviderError as error:
            unsound.append(str(error))
        except (TypeError, KeyError, IndexError, AttributeError, ValueError, OverflowError, OSError):
            unsound.append(f"{where}: expected rows with {expected}, got {repr(row)[:80]}")
        else:
            if value is not None:
                found.append(value)
    return found, unsound


def in_order(
    found: Iterable[Observation],
    first: dt.date,
    where: str,
    unsound: Iterable[str] = (),
    missing: Iterable[tuple[dt.date, dt.date]] = (),
) -> Found:
    """The observations from `first` on, in order; an exact repetition counts once, and a date with two values not at all.

    unsound, missing: what `Found` says of the rest of the answer.  Raises ProviderError where no row is sound and some are not.
    """
    by_date: dict[dt.date, Observation] = {}
    complaints, twice = list(unsound), set()
    for observation in found:
        date, value = observation.date, observation.value
        other = by_date.setdefault(date, observation)
        if other.value != value:
            twice.add(date)
            complaints.append(f"{where}: two values for {date}, {other.value:g} and {value:g}")
    sound = [by_date[date] for date in sorted(by_date) if date not in twice]
    if complaints and not sound:
        raise ProviderError(complaints[0] + (f"; and {len(complaints) - 1} more" if complaints[1:] else ""))
    return Found([observation for observation in sound if observation.date >= first], complaints, missing)


def weekday_before(date: dt.date) -> dt.date:
    """The last day from Monday to Friday before `date`: markets of currencies know no other holidays.

    >>> weekday_before(dt.date(2026, 9, 28)), weekday_before(dt.date(2026, 9, 26))
    (datetime.date(2026, 9, 25), datetime.date(2026, 9, 25))
    """
    return date - dt.timedelta(days={0: 3, 6: 2}.get(date.weekday(), 1))
