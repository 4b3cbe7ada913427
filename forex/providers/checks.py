"""Which provider is asked today to check another: one a day, in turn, so that every stand-by is compared now and then.

Those of the observado take every second day, those of the other series the days between. A provider that is asked anyway, as the
first one of some series, is no check; nor is one that serves the latest days only.
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
    """The check that is due on `day`.

    sources: of each series that is fetched, in the order in which they are asked.  target: the observado's id.

    >>> bank, other, third = (Source(provider=name, code="x") for name in ("bcch", "mindicador", "findic"))
    >>> turns = [check_of(dt.date(2026, 11, day), {"usdclp": (bank, other, third)}, "usdclp") for day in (26, 27, 28, 30)]
    >>> [list(check.sources.values())[0].provider for check in turns]
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
    return [Check(checked) for checked in checks.values()]
