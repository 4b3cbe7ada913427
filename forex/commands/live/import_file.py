"""`forex import`: a file as people have it, shown as it was understood, and brought into a store."""

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from forex.commands.live.fetch import SAMPLE, TEMPLATE
from forex.commands.live.own_file import refuse_folder
from forex.commands.tables import listed
from forex.commands.words import ENGLISH, Words
from forex.core import lock
from forex.core.clock import Clock, now
from forex.core.disk import make_folder
from forex.core.edges.shown import shown, visible
from forex.core.edges.validators import series_id
from forex.core.errors import UsageError
from forex.importing.about import Asked, Known
from forex.importing.grid import letters
from forex.importing.instants import known_from
from forex.importing.plausible import gaps, refuse_other_unit
from forex.importing.settled import SAID
from forex.importing.understood import Understood, reasons, understand
from forex.importing.writing import Addition, addition, enter, write
from forex.observations.store import SERIES_FILE, TARGET, Publication, Series, read_series_list, series_list
from forex.operations import load_operations
from forex.params import Params, load_params
from forex.timeline import calendar

OWN: Final = Path("mydata")  # the store that is begun where params.yaml still names the sample
SHOWN: Final = 2  # rows at either end
RULE: Final = "BUSINESS_DAYS HH:MM ZONE"


def view(
    path: Path,
    asked: Asked,
    *,
    store: Path | None = None,
    unit: str | None = None,
    public: str | None = None,
    dry_run: bool = False,
    clock: Clock = now,
) -> dict[str, Any]:
    """What the file says, and what it adds to the store; written unless `dry_run`.

    unit, public: for a series that neither the store nor the project knows, its unit and, in the form of RULE, when its values are
    public.

    Raises UsageError for the sample, for a series that is neither known nor described, and where the file can mean two things;
    DataError where it cannot be read; GateFailed where another process holds the store's lock.
    """
    if asked.series is not None:
        try:
            series_id(asked.series)
        except ValueError as error:
            raise UsageError(f"--series {shown(asked.series)}: {error}.") from error
    params, operations, at = load_params(), load_operations(), clock()
    store = _store(store, params)
    limits = params.ingest.limits
    entries = read_series_list(store, limits) if (store / SERIES_FILE).exists() else {}
    codes = {source.code: name for name, sources in operations.fetch.series.items() for source in sources}
    project = series_list(TEMPLATE)
    found = understand(path, asked, Known({**project, **entries}, params.validate_.bounds, codes), at)
    entry = entries.get(found.series) or _entry(found, project, unit, public)
    if unit not in {None, entry.unit}:
        raise UsageError(
            f"--unit {unit}: {store / SERIES_FILE} says that the unit of {found.series} is {entry.unit!r}."
        )
    if public is not None and _publication(public) != entry.publication:
        rule = entry.publication
        raise UsageError(
            f"--published {shown(public)}: {store / SERIES_FILE} says that {found.series} is public by the rule "
            f'"{rule.business_days} {rule.time} {rule.zone}".'
        )
    if TARGET not in entries and found.series != TARGET:
        raise UsageError(f"{store}: has no {TARGET} yet. Import the dólar observado first, then {found.series}.")
    refuse_other_unit(found.per_cent, entry.unit, found.series, str(path))
    if dry_run:
        added = addition(store, found.series, entry, found.values, _source(path), at, limits)
    else:
        make_folder(store / "fetches")
        with lock.held(store / "fetches" / "lock", timeout=operations.fetch.lock_timeout):
            added = addition(store, found.series, entry, found.values, _source(path), at, limits)
            write(added, entry, limits)
            enter(store, found.series, entry, limits)
    return _understood(path, found, entry) | _added(added, dry_run) | {"next": _next(store, found, added.dates, params)}


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """How the file was read and what was found in it, then what the store got or would get, and what is left to do."""
    table = listed(_rows(content), width=words.width)
    after = [line for said in (_written(content), *content["next"]) for line in words.wrapped(said)]
    return "\n".join([*words.wrapped(_headline(content)), table, "", *after])


def _headline(content: Mapping[str, Any]) -> str:
    how = [f"{label} {said}" for label, said in content["read"].items() if label != "file"]
    how += [SAID[content["decimal"]]] if content["decimal"] else []
    how += [f"dates as {SAID[content['dates']]}"] if content["dates"] else []
    return f"{content['file']}: {'; '.join([content['read']['file'], *how])}"


def _rows(content: Mapping[str, Any]) -> list[list[str]]:
    rows = [["title", title] for title in content["titles"]]
    rows.append(
        ["series", f"{content['series']}, said by {content['said_by']}; {content['unit']}, {content['published']}"]
    )
    others = f"; left out: {', '.join(content['other_columns'])}" if content["other_columns"] else ""
    rows.append(["column", f"{content['column']}{others}"])
    rows.append(["values", f"{content['values']:,} from {content['first']} to {content['last']}{_computed(content)}"])
    rows += [["", f"{row['date']}  {row['value']}  ({row['place']})"] for row in content["rows"]]
    rows.append(["gaps", _gaps(content["gaps"])])
    for number, group in enumerate(content["skipped"]):
        first = f"{group['place']}" + (f" {group['text']!r}" if group["text"] else "")
        said = f"{group['rows']:,} {group['why']}: {first}" + (" and others" if group["rows"] > 1 else "")
        rows.append(["" if number else "left out", said])
    return rows


def _computed(content: Mapping[str, Any]) -> str:
    count = content["computed"]
    return f"; {count:,} are results of formulas, as Excel last computed them" if count else ""


def _gaps(found: Mapping[str, Any]) -> str:
    if not found["missing"]:
        said = "none: every business day has a value"
    else:
        longest = ", ".join(
            f"{gap['first']} to {gap['last']} ({gap['days']})" if gap["days"] > 1 else gap["first"]
            for gap in found["longest"]
        )
        said = f"{found['missing']:,} business days without a value; the longest: {longest}"
    return said + (f"; {found['off']:,} dates are no business days" if found["off"] else "")


def _written(content: Mapping[str, Any]) -> str:
    done = "would get" if content["dry_run"] else "got"
    said = f"{content['to']} {done} {content['new']:,} new days"
    if content["revised"]:
        said += f" and {content['revised']:,} changed values, known from now on"
    return f"{said}; {content['same']:,} it had already." if content["same"] else f"{said}."


def _store(given: Path | None, params: Params) -> Path:
    own = Path(params.ingest.store)
    store = given or (OWN if own.resolve() == SAMPLE.resolve() else own)
    if store.resolve().is_relative_to(SAMPLE.resolve()):
        raise UsageError(f"{store}: {SAMPLE} never changes. Choose another --store, a folder of yours.")
    if store.exists() and not store.is_dir():
        raise UsageError(f"{store}: no folder. Choose another --store.")
    refuse_folder(store, own=params.ingest.store)
    return store


def _entry(found: Understood, project: Mapping[str, Series], unit: str | None, public: str | None) -> Series:
    """What series.yaml is to say of a series that the store does not have."""
    known = project.get(found.series)
    if known is not None:
        if unit not in {None, known.unit}:
            raise UsageError(
                f"--unit {shown(unit)}: the unit of {found.series} is known, {known.unit!r}. Leave out --unit; where the values "
                "are those of another series, give it an id of its own with --series."
            )
        return known if public is None else known.model_copy(update={"publication": _publication(public)})
    if unit is None or public is None:
        raise UsageError(
            f"{found.series}: a new series. Say its unit with --unit (percent for rates) and when a day's value is public with "
            f'--published "{RULE}": "0 16:00 Europe/Berlin" is the same day at 16:00 in Frankfurt.'
        )
    return Series(title=found.column.name, unit=unit, tier="optional", publication=_publication(public))


def _publication(text: str) -> Publication:
    parts = text.split()
    try:
        business_days, time, zone = parts
        return Publication(business_days=int(business_days), time=time, zone=zone)
    except (ValueError, ValidationError):
        raise UsageError(
            f'--published "{text}": expected business days after the date, a time and a zone, like "-1 18:00 America/Santiago".'
        ) from None


def _understood(path: Path, found: Understood, entry: Series) -> dict[str, Any]:
    values, rule = found.values, entry.publication
    ends = values if len(values) <= 2 * SHOWN else (*values[:SHOWN], *values[-SHOWN:])
    missing = gaps([value.date for value in values])
    return {
        "file": _written_name(str(path)),
        "read": dict(found.told),
        "titles": list(found.titles),
        "series": found.series,
        "said_by": found.why,
        "unit": entry.unit,
        "published": f"public {_on(rule.business_days)} at {rule.time} {rule.zone}",
        "column": f"{found.column.name} ({letters(found.column.index)})",
        "other_columns": list(found.others),
        "decimal": found.mark,
        "dates": found.order,
        "values": len(values),
        "first": str(values[0].date),
        "last": str(values[-1].date),
        "computed": found.computed,
        "rows": [{"date": str(value.date), "value": f"{value.number:f}", "place": value.place} for value in ends],
        "gaps": {
            "missing": missing.missing,
            "longest": [
                {"first": str(first), "last": str(last), "days": days} for first, last, days in missing.longest
            ],
            "off": missing.off,
        },
        "skipped": [
            {"why": why, "rows": count, "place": first.place, "text": first.text[:60]}
            for why, count, first in reasons(found.skipped)
        ],
    }


def _on(business_days: int) -> str:
    if business_days == 0:
        return "on its day"
    side = "before" if business_days < 0 else "after"
    return f"{abs(business_days)} business day{'s' if abs(business_days) > 1 else ''} {side} its day"


def _added(added: Addition, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "to": str(added.path),
        "new": added.new,
        "revised": added.revised,
        "same": added.same,
    }


def _next(store: Path, found: Understood, dates: int, params: Params) -> list[str]:
    """What is left to do before a forecast is made of it.  dates: how many days the series has."""
    said = []
    if Path(params.ingest.store).resolve() != store.resolve():
        said.append(f"To run on it, set ingest.store in params.yaml to {store}.")
    if found.series != TARGET:
        return said
    last = found.values[-1].date
    if days := _behind(last, params):
        said.append(
            f"as_of in params.yaml is {params.as_of}, {days} business days after the newest value: set it to {last} or before."
        )
    elif str(last) > params.as_of:
        said.append(f"as_of in params.yaml is {params.as_of}: set it to {last} to forecast from the newest value.")
    if dates < (least := params.validate_.min_rows.critical):
        said.append(
            f"A forecast needs the observado of {least:,} days (validate.min_rows in params.yaml); the store has {dates:,}. "
            "Import earlier ones as well."
        )
    return said


def _behind(last: dt.date, params: Params) -> int:
    """By how many business days the newest value is older than as_of, where that is more than validate.max_age allows; else 0."""
    as_of = dt.date.fromisoformat(params.as_of)
    days = int(calendar.steps_between(str(last), params.as_of)) if last < as_of else 0
    return days if days > params.validate_.max_age.critical else 0


def _source(path: Path) -> str:
    return f"import:{_written_name(path.name)}"


def _written_name(name: str) -> str:
    r"""A name of a file as UTF-8 can write it: bytes that are none of its characters as escapes, such as `\xff`."""
    return visible(os.fsencode(name).decode("utf-8", "backslashreplace"))


def instant(text: str, *, clock: Clock = now) -> dt.datetime:
    """The instant (UTC) that --known-at gives.

    Raises UsageError where the text is not one, has no zone, or lies before the calendar or in the future.
    """
    try:
        return known_from(text, clock())
    except ValueError as error:
        raise UsageError(f"--known-at {shown(text)}: {error}.") from None
