"""Which provider is asked today to check another: one a day, by turns, so that every one that stands by is compared now and then.

The observado's take every second day, the other series' the days between. No check is a provider that is asked anyway, as the first
one of another series: its answers of the day are counted; nor one that serves the latest days only.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from forex.operations import Source, declared_providers

Sources = Mapping[str, tuple[Source, ...]]


@dataclass(frozen=True)
class Check:
    """The source that checks each of these series today: one series, or all that stand in one answer."""

    sources: Mapping[str, Source]


NONE = Check({})


def check_of(day: dt.date, sources: Sources, target: str) -> Check:
    """Today's.  sources: of the series that are fetched, in the order in which they are asked.  target: the observado's name.

    >>> bank, other, third = (Source(provider=name, code="x") for name in ("bcch", "mindicador", "findic"))
    >>> turns = [check_of(dt.date(2026, 11, day), {"usdclp": (bank, other, third)}, "usdclp") for day in (26, 27, 28, 30)]
    >>> [list(one.sources.values())[0].provider for one in turns]
    ['findic', 'findic', 'mindicador', 'findic']
    """
    turns = [
        _turns({name: own for name, own in sources.items() if (name == target) is ours}, sources)
        for ours in (True, False)
    ]
    turn, parity = divmod(day.toordinal(), 2)
    due = turns[parity] or turns[1 - parity]
    return due[turn % len(due)] if due else NONE


def _turns(some: Sources, every: Sources) -> list[Check]:
    asked = {own[0].provider for own in every.values()}
    traits = declared_providers()
    checks: dict[tuple[str, str], dict[str, Source]] = {}
    for name, own in some.items():
        for source in own[1:]:
            if source.provider not in asked and "latest_only" not in traits[source.provider]:
                shared = "shared" in traits[source.provider]
                checks.setdefault((source.provider, "" if shared else name), {})[name] = source
    return [Check(one) for one in checks.values()]
