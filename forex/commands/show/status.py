"""`forex status`: the state of the last run, read back from its reports."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.commands.tables import NARROWEST, listed
from forex.commands.words import ENGLISH, Words
from forex.core.edges.shown import cut
from forex.core.files import json_text, read_parquet
from forex.core.names import PUBLISHED, percent
from forex.core.reports import plain, read_report
from forex.forecast.conditions import sentences
from forex.forecast.report import Conditions, Forecast
from forex.ledger.ledger import LEDGER, read
from forex.monitoring.report import PerformanceReport
from forex.observations.manifest import Manifest
from forex.params import load_params
from forex.timeline.calendar import horizon_days

FORECAST = Path("reports/forecast.json")
MANIFEST = Path("data/manifest.json")
QUARANTINE = Path("data/quarantine.parquet")
PERFORMANCE = Path("reports/performance.json")
LISTED = 4  # entries of a list, and then how many more there are: all of it is in the JSON
SENTENCES = 3
SCREEN = 22  # lines of a terminal with 24, less one for the prompt and one for what is said above
ROUGH = 10  # characters of a line that a break between words may cost


def view() -> dict[str, Any]:
    """As of when, freshness, regime, what was set aside and why, the ledger, and the coverage of the last matured forecasts."""
    forecast, manifest = read_report(FORECAST, Forecast), read_report(MANIFEST, Manifest)
    written = json.loads(json_text(plain(forecast)))  # with the keys in the order of the file
    wanted = load_params("as_of").as_of
    quarantine = read_parquet(QUARANTINE).group_by("series", "reason").len().sort("series", "reason")
    return {
        "as_of": written["as_of"],
        "as_of_in_params": wanted,
        "origin_date": written["origin_date"],
        "made_at": written["made_at"],
        "anchor": {
            "value": forecast.anchor,
            "date": written["anchor_date"],
            "business_days": forecast.anchor_age,
        },
        "regime": {"call": forecast.regime, "confidence": forecast.regime_confidence},
        **{name: written[name] for name in ("missing", "flagged", "stale", "conditions", "warnings")},
        "unlisted_files": list(manifest.unlisted_files),
        "quarantine": [{"series": name, "reason": why, "rows": count} for name, why, count in quarantine.iter_rows()],
        "ledger": _ledger(written["origin_date"]),
        "last_matured": _last_matured(read_report(PERFORMANCE, PerformanceReport)),
    }


def _ledger(newest: str) -> dict[str, Any]:
    """How many rows the ledger has, its last origin, and whether the forecast of the newest origin is in it."""
    origins = read(LEDGER)["origin_date"]
    last = str(origins.max()) if origins.len() else None
    return {"rows": origins.len(), "last_origin": last, "newest_issued": newest in origins.cast(str).to_list()}


def _last_matured(performance: PerformanceReport) -> dict[str, Any]:
    """By horizon, the longest window of the performance report: its status, how many forecasts, their coverage by level."""
    latest = {}
    for horizon, entry in sorted(performance.horizons.items(), key=lambda item: horizon_days(item[0])):
        windows = entry.models[PUBLISHED].windows if PUBLISHED in entry.models else {}
        window = windows[max(windows, key=int)] if windows else None
        means = window.recent.by_level if window and window.recent else {}
        latest[horizon] = {
            "status": window.status if window else entry.status,
            "forecasts": window.n if window else entry.n,
            "coverage": {percent(level): at.coverage for level, at in means.items()},
        }
    return latest


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The state as a list, on a terminal cut to fit a screen; above it, a line where the run is not that of params.yaml."""
    anchor, regime = content["anchor"], content["regime"]
    made = words.say(
        "{as_of:s}, newest origin {origin:s}, made at {made_at:s}",
        as_of=content["as_of"],
        origin=content["origin_date"],
        made_at=content["made_at"],
    )
    known = words.say(
        "{anchor:.2f} of {date:s}, {age} business days old",
        anchor=anchor["value"],
        date=anchor["date"],
        age=anchor["business_days"],
    )
    called = words.say(
        "{regime}, confidence {confidence:s}", regime=regime["call"], confidence=_confidence(regime, words)
    )
    said = sentences(Conditions.model_validate(content["conditions"]))
    stale = [
        words.say("{series} ({age} business days old)", series=entry["series"], age=entry["business_days"])
        for entry in content["stale"]
    ]
    quarantine = [
        f"{entry['rows']} {words.name(entry['series'])} {words.name(entry['reason'])}"
        for entry in content["quarantine"]
    ]
    rows = [
        [words.say("as of"), made],
        [words.say("anchor"), known],
        [words.say("regime"), called],
        [words.say("conditions"), "\n".join(_few([words.say(condition) for condition in said], words))],
        *(
            [words.say("warning"), told]
            for told in _few([words.say(warning) for warning in content["warnings"]], words)
        ),
        [words.say("missing"), _listed(_reasons(content["missing"], words), words)],
        [words.say("flagged"), _listed(_reasons(content["flagged"], words), words)],
        [words.say("late"), _listed(stale, words)],
        [words.say("not listed"), _listed(content["unlisted_files"], words)],
        [words.say("quarantine"), _listed(quarantine, words)],
        [words.say("ledger"), _issued(content["ledger"], words)],
    ]
    rows += [[horizon, _matured(entry, words)] for horizon, entry in content["last_matured"].items()]
    table = _on_a_screen(rows, words.width)
    if content["as_of_in_params"] == content["as_of"]:
        return table
    behind = words.say(
        "params.yaml says as_of {as_of:s}: no run for that day has finished. The last one:",
        as_of=content["as_of_in_params"],
    )
    return "\n".join([*words.wrapped(behind), table])


def _confidence(regime: Mapping[str, Any], words: Words) -> str:
    """Of the call; none where there is no call."""
    return words.chance(regime["confidence"]) if regime["confidence"] else words.share(0)


def _on_a_screen(rows: Sequence[Sequence[str]], width: int | None) -> str:
    """The rows as a list. Where it is longer than a screen, sentences are cut to two lines, or to one; the JSON has all."""
    whole = listed(rows, width=width)
    if width is None or whole.count("\n") < SCREEN:
        return whole
    room = max(width - max(len(label) for label, _ in rows) - 2, NARROWEST)
    for longest in (2 * room - ROUGH, room):
        kept = [[label, "\n".join(cut(line, longest) for line in said.split("\n"))] for label, said in rows]
        shorter = listed(kept, width=width)
        if shorter.count("\n") < SCREEN:
            break
    return shorter


def _few(sentences: list[str], words: Words) -> list[str]:
    more = len(sentences) - SENTENCES
    return (
        sentences
        if more < 1
        else [*sentences[:SENTENCES], words.say("and {more} more, in forex status --json", more=more)]
    )


def _reasons(series: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Each reason once, after the series that it is given for."""
    groups: dict[str, list[str]] = {}
    for entry in series:
        groups.setdefault(words.say(entry["why"]), []).append(words.name(entry["series"]))
    return [f"{_listed(names, words)} ({why})" for why, names in groups.items()]


def _matured(entry: Mapping[str, Any], words: Words) -> str:
    covered = [
        words.say("{share:.0%} at {level:s} %", share=share, level=level) for level, share in entry["coverage"].items()
    ]
    last = words.say(
        "{covered:s} of the last {forecasts} matured",
        covered=", ".join(covered) or words.say("no coverage"),
        forecasts=entry["forecasts"],
    )
    return f"{words.status(entry['status'])}: {last}"


def _issued(ledger: Mapping[str, Any], words: Words) -> str:
    if not ledger["rows"]:
        return words.say("nothing issued yet")
    last = words.say("{rows} rows, last issued origin {origin:s}", rows=ledger["rows"], origin=ledger["last_origin"])
    if ledger["newest_issued"]:
        return last
    return "; ".join([last, words.say("the newest origin's forecast is not issued")])


def _listed(parts: Sequence[str], words: Words) -> str:
    """The first of them, and how many more there are."""
    more = len(parts) - LISTED
    if more < 1:
        return ", ".join(parts) or words.say("none")
    return words.say("{listed:s} and {more} more", listed=", ".join(parts[:LISTED]), more=more)
