"""The block of live data: limits of the network, providers, and which series comes from which of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, StrictStr, model_validator

from forex.params.types import Block, Date, PositiveFloat, unique

ProviderName = Literal["bcch", "mindicador", "fred", "yahoo", "ecb", "jsdelivr"]


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError(f'expected an address that begins with "https://", got "{url}"')
    return url


class Network(Block):
    """Times in seconds; `deadline` is for one whole answer, `longest_wait` between two attempts."""

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


def _source(text: Any) -> Any:
    provider, _, code = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if not (provider in get_args(ProviderName) and code.strip()):
        raise ValueError(f'expected a provider and a code like "ecb BRL", got "{text}"')
    return {"provider": provider, "code": code.strip()}


class Quote(Block):
    """The market's last price at the cut-off, stored as the driver `series`."""

    series: StrictStr
    code: StrictStr
    max_age_minutes: PositiveInt


class Fetch(Block):
    network: Network
    providers: Mapping[ProviderName, Annotated[StrictStr, AfterValidator(_https)]]
    first: Date
    overlap_days: PositiveInt
    lock_timeout: PositiveFloat
    max_ratio: Annotated[float, Field(gt=1)]
    max_early_hours: PositiveFloat
    max_disagreement: PositiveFloat
    quote: Quote
    series: Mapping[StrictStr, Annotated[tuple[Annotated[Source, BeforeValidator(_source)], ...], Field(min_length=1)]]

    @model_validator(mode="after")
    def _consistent(self) -> "Fetch":
        for name, sources in self.series.items():
            for source in sources:
                if source.provider not in self.providers:
                    raise ValueError(f"series.{name}: {source.provider} has no address under providers")
        wrong = [source.provider for source in self.series.get("usdclp", ()) if source.provider == "yahoo"]
        if wrong or self.quote.series == "usdclp":
            raise ValueError("series.usdclp: a market quote is never the observado; take it from bcch or mindicador")
        return self
