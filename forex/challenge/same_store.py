"""Whether two runs had the same observations, so that their scores can be compared.

A run states the hash of its store as it was known at the start of each month and at its own cut-off (`store` in
reports/expectations.json, from `forex.observations.ingest.store_hashes`). A store that has only grown by what came to be known
later has the same hash at every instant that both runs state; a date, value, instant or series that differs before such an
instant changes its hash.
"""

from collections.abc import Mapping
from typing import Any

Report = Mapping[str, Any]


def differences(base: Report, head: Report) -> list[str] | None:
    """How HEAD's observations differ from BASE's, in words; nothing where they are the same; None where it is not known.

    base, head: the parsed reports/expectations.json. It is not known where a report without hashes has the same series.

    >>> differences({"store": {"2024-01-01T00:00:00Z": "aa"}}, {"store": {"2024-01-01T00:00:00Z": "ab"}})
    ['what was known at 2024-01-01T00:00:00Z is not the same']
    """
    stated = [_mapping(report, "store") for report in (base, head)]
    common = sorted({*stated[0]} & {*stated[1]})
    first = next((at for at in common if stated[0][at] != stated[1][at]), None)
    if common and first is None:
        return []
    names = [{*_mapping(report, "series")} for report in (base, head)]
    found = [
        f"series only in {where}: {', '.join(sorted(more))}"
        for where, more in (("BASE", names[0] - names[1]), ("HEAD", names[1] - names[0]))
        if more
    ]
    if first is not None:
        found.append(f"what was known at {first} is not the same")
    return found or None


def _mapping(report: Report, key: str) -> Mapping[str, Any]:
    """The mapping under `key`; an empty one where there is none, as in a report of an older version."""
    found = report.get(key)
    return found if isinstance(found, Mapping) else {}
