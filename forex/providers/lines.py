"""What people read while a fetch runs: a line for each series; what a provider fails with is said once."""

import re
from collections.abc import Sequence

from forex.providers.asking import Fetched

# An address, or provider and code: these differ from series to series, what went wrong does not.
ASKED = re.compile(r"^(https://\S+|\w+ \S+): ")


class Lines:
    """Remembers what has been said: a service that is down is down for twenty series, and one line says why."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}  # what is wrong, and the series whose line says so

    def of(self, result: Fetched) -> str:
        """What a series got and from whom, or why not, and what happens next."""
        got = f"{result.added} new, {result.revised} revised" if result.added or result.revised else "nothing new"
        parts = [f"{result.series:<14} {got}, newest {result.newest or 'none'}"]
        if result.source:
            parts.append(f"from {result.source}")
        parts += self._failures(result)
        parts += few(result.refused) + result.disagreements
        if not result.current:
            parts.append(f"{result.expected} was expected, the next fetch asks again")
        return "; ".join(parts)

    def _failures(self, result: Fetched) -> list[str]:
        """What went wrong; what the line of another series has said already is only referred to."""
        new: list[str] = []
        known: dict[str, list[str]] = {}
        for sentence in result.failures:
            who, _, why = sentence.removeprefix(f"{result.series} from ").partition(": ")
            first = self._said.setdefault(f"{who}: {ASKED.sub('', why)}", result.series)
            if first == result.series:
                new.append(sentence)
            else:
                known.setdefault(first, []).append(who)
        return new + [f"nothing from {', '.join(who)}, as for {first}" for first, who in known.items()]


def few(sentences: Sequence[str]) -> list[str]:
    """The last sentence, and how many more there are: a provider that is wrong may be wrong for years.

    >>> few(["2024-11-25: 9754", "2024-11-26: 9768", "2024-11-27: 9750"])
    ['2024-11-27: 9750', 'and 2 more values']
    """
    more = len(sentences) - 1
    return [*sentences[-1:], *([f"and {more} more value{'s' * (more > 1)}"] if more > 0 else [])]
