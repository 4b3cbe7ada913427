"""The block of live data: limits of the network, providers, and which series comes from which of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, StrictStr, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from forex.operations.declared import declared_providers, provider_name
from forex.params.types import Block, ClockTime, Date, PositiveFloat, unique

ProviderName = Annotated[StrictStr, AfterValidator(provider_name)]


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError(f'expected an address that begins with "https://", got "{url}"')
    return url


class Network(Block):
    """Which hosts may be asked, and how patiently; times in seconds, `deadline` for one whole answer, `longest_wait` between two
    attempts.
    """

    hosts: Annotated[tuple[StrictStr, ...], Field(min_length=1), AfterValidator(unique)]
    user_agent: StrictStr
    connect_timeout: PositiveFloat
    read_timeout: PositiveFloat
    deadline: PositiveFloat
    attempts: PositiveInt
    longest_wait: PositiveFloat
    max_bytes: PositiveInt


class Source(Block):
    """A series at a provider, written as "ecb BRL"."""

    provider: ProviderName
    code: StrictStr

    @property
    def label(self) -> str:
        """How the store names it, such as "ecb:BRL"."""
        return f"{self.provider}:{self.code}"


def _source(text: Any) -> Any:
    provider, _, code = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if not code.strip():
        raise PydanticCustomError("source", 'expected a provider and a code like "ecb BRL"')
    return {"provider": provider_name(provider), "code": code.strip()}


SourceText = Annotated[Source, BeforeValidator(_source), WithJsonSchema({"type": "string"})]


def _hours(trading: tuple[str, str]) -> tuple[str, str]:
    if trading[0] >= trading[1]:
        raise ValueError(f'expected an opening before the closing, like ["09:00", "14:00"], got {list(trading)}')
    return trading


class Quote(Block):
    """The market's last price at the cut-off, stored as the series `series`.

    max_gap: largest |log(price/observado)|.  trading: when the market opens and closes, Santiago.  stuck_hours: a price that has
    not moved for so long in trading is not stored.  history_days: how far back past cut-offs are filled in, calendar days.
    """

    series: StrictStr
    source: SourceText
    max_age_minutes: PositiveInt
    max_gap: PositiveFloat
    trading: Annotated[tuple[ClockTime, ClockTime], AfterValidator(_hours)]
    stuck_hours: PositiveFloat
    history_days: PositiveInt


class Fetch(Block):
    """Which series is fetched from which providers, and how much is asked of them.

    first: where a new store begins.  overlap_days: calendar days before a series' newest value that are asked for again.
    lock_timeout, longest_run, patience: seconds, patience by provider.  max_requests, requests_of: to one provider in one run.
    max_ratio: factor from the value before, beyond which a value is not stored.  max_disagreement: relative, beyond which two
    providers' values are reported.  series: by id, the sources in the order in which they are asked.
    """

    network: Network
    providers: Mapping[ProviderName, Annotated[StrictStr, AfterValidator(_https)]]
    first: Date
    overlap_days: PositiveInt
    lock_timeout: PositiveFloat
    longest_run: PositiveFloat
    max_requests: PositiveInt
    requests_of: Mapping[ProviderName, PositiveInt]
    patience: Mapping[ProviderName, PositiveFloat]
    max_ratio: Annotated[float, Field(gt=1)]
    max_early_hours: PositiveFloat
    max_disagreement: PositiveFloat
    quote: Quote
    series: Mapping[StrictStr, Annotated[tuple[SourceText, ...], Field(min_length=1)]]

    @model_validator(mode="after")
    def _consistent(self) -> "Fetch":
        asked = {f"series.{name}": sources for name, sources in self.series.items()}
        for key, sources in {**asked, "quote.source": (self.quote.source,)}.items():
            for source in sources:
                if source.provider not in self.providers:
                    raise ValueError(f"{key}: {source.provider} has no address under providers")
        markets = {name for name, traits in declared_providers().items() if "market" in traits}
        if self.quote.source.provider not in markets:
            raise ValueError(
                f"quote.source: expected the price of a market, from {' or '.join(sorted(markets))}, "
                f"not from {self.quote.source.provider}"
            )
        wrong = markets & {source.provider for source in self.series.get("usdclp", ())}
        if wrong or self.quote.series == "usdclp":
            raise ValueError("series.usdclp: a market quote is never the observado; take it from bcch or mindicador")
        return self
