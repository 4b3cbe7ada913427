"""Reading a store: a folder with one file per series and a series.yaml that says what each series is and when it is published.

A series comes back as a frame with the columns `line` (where the row stands in its file), `date`, `value`, `known_at` (UTC) and
`source`, in the order of the file. An empty value is absent: its row is not returned.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from forex.core.disk import exists, files_in
from forex.core.edges import table, yaml
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.edges.shown import LONGEST_VALUE, cut, shown, visible
from forex.core.edges.validators import decimal_number, iso_day, series_id
from forex.core.errors import DataError, UsageError
from forex.core.faults import in_words
from forex.observations.foreign import foreign
from forex.params import Block, ClockTime, StoreLimits, Tier
from forex.timeline import calendar
from forex.timeline.holidays import FIRST_YEAR, LAST_YEAR

TARGET = "usdclp"
SERIES_FILE = "series.yaml"
HOURLY = "_hourly"  # ends the provider's name in the source of a quote that was filled in afterwards, from hourly bars
PERCENT = "percent"  # the unit of rates: values may be zero or negative, and moves are differences, not logs
RESTORE = "Restore it from a backup, with git or with dvc: when its values were known stands nowhere else."
# For whoever reads a store without a params.yaml.
USUAL = StoreLimits(series=500, file_mb=16, rows=100_000, columns=50, line_length=2_000, revisions=100)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "date": pl.Date,
    "value": pl.Float64,
    "known_at": pl.Datetime("us", "UTC"),
    "source": pl.String,
}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "America" is a folder
        raise ValueError(f'expected a time zone like "America/Santiago", got "{name}"') from error
    return name


class Publication(Block):
    """A value is public at `time` in `zone`, on its date shifted by `business_days` Santiago business days."""

    business_days: Annotated[int, Field(ge=-30, le=250)]
    time: ClockTime
    zone: Annotated[str, AfterValidator(_zone)]


def _target(name: str) -> str:
    if name != TARGET:
        raise ValueError(f"expected {TARGET}, the series that is forecast")
    return name


class Series(Block):
    """What series.yaml says of a series.

    quotes: the target, where every value of this series is a price of it, in its unit: then the level counts, not only the moves.
    None: the series is a driver like any other, whatever its id.
    """

    title: str
    unit: str
    tier: Tier
    publication: Publication
    quotes: Annotated[str, AfterValidator(_target)] | None = None


def read_series_list(store: Path, limits: StoreLimits = USUAL) -> dict[str, Series]:
    """What series.yaml says of each id, in its order.

    Raises UsageError where the folder or the file is missing, malformed, or without the target `usdclp`; where a quote is of
    another series or in another unit than the target, or where the target says that it quotes itself.
    """
    path = store / SERIES_FILE
    if not store.is_dir():
        raise UsageError(f"{store}: no such folder. Set ingest.store in params.yaml to a store; data/sample is one.")
    listed = series_list(path)
    if TARGET not in listed:
        raise UsageError(
            f"{path}: {TARGET} is not listed. It is the series that is forecast; add its entry and its file."
        )
    if len(listed) > limits.series:
        raise UsageError(limits.limit("series", "series").passed(path, len(listed)))
    for name in listed:
        try:
            series_id(name)
        except ValueError as error:
            raise UsageError(f"{path}: {shown(name)} cannot be an id: {error}.") from error
    _refuse_wrong_quotes(listed, path)
    return listed


def series_list(path: Path) -> dict[str, Series]:
    """What a file in the format of series.yaml says of each id.  Raises UsageError where it is missing or malformed."""
    try:
        text = read_utf8(path, YAML_BYTES, fault=UsageError, mend="Save it as UTF-8.")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: not found. A store needs it; data/sample/{SERIES_FILE} shows the format.") from error
    try:
        listed = TypeAdapter(dict[str, Series]).validate_python(yaml.parsed(text, path, fault=UsageError), strict=True)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(cut(str(part), LONGEST_VALUE) for part in problem["loc"])
        raise UsageError(f"{path}: {key or 'the file'}: {in_words(problem)}{_held(problem)}") from error
    return listed


def _held(problem: ErrorDetails) -> str:
    return "" if problem["type"] in {"missing", "extra_forbidden"} else f", got {shown(problem['input'])}"


def _refuse_wrong_quotes(listed: dict[str, Series], path: Path) -> None:
    if (quoted := listed[TARGET].quotes) is not None:
        raise UsageError(
            f"{path}: {TARGET}.quotes: {quoted!r} is the series itself, and no quote of it. Remove the line."
        )
    unit = listed[TARGET].unit
    for name, entry in listed.items():
        if entry.quotes is not None and entry.unit != unit:
            raise UsageError(
                f"{path}: {name}.unit: a quote of {TARGET} is in its unit, {unit!r}, got {entry.unit!r}. "
                f"Correct the unit, or remove {name}.quotes."
            )


def unlisted_files(store: Path, listed: dict[str, Series]) -> list[str]:
    """Names of data files that no entry of series.yaml claims; they are not read."""
    found = [*files_in(store, ".csv"), *files_in(store, ".parquet")]
    return sorted(path.name for path in found if path.stem not in listed)


def read_series(store: Path, name: str, series: Series, limits: StoreLimits = USUAL) -> pl.DataFrame:
    """Every row of one series that has a value.

    Raises DataError naming file, line and value where the file is missing or empty, a column is missing, a date or a value cannot
    be read, or two rows with the same date and known_at hold different values; and naming the limit where one is passed.
    """
    path = series_file(store, name)
    rows = list(_csv_rows(path, limits) if path.suffix == ".csv" else _parquet_rows(path, limits))
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    frame = frame.with_columns(known_at=pl.coalesce("known_at", published(frame["date"], series.publication)))
    refuse_conflicts(frame, str(path), "line")
    _refuse_revisions(frame, path, limits)
    return frame


def series_file(store: Path, name: str) -> Path:
    """The one file of a series.  Raises DataError where there is none, or a CSV and a parquet file."""
    found = [path for path in (store / f"{name}.csv", store / f"{name}.parquet") if exists(path)]
    if not found:
        raise DataError(
            f"{store / name}.csv: not found, though {SERIES_FILE} lists it. Add the file or remove the entry."
        )
    if len(found) > 1:
        raise DataError(f"{found[0]} and {found[1]}: a series has one file. Remove one of them.")
    return found[0]


def published(dates: pl.Series, rule: Publication) -> pl.Series:
    """The instants (UTC) from which values of these dates are public."""
    published_on = calendar.shift(dates.to_numpy(), rule.business_days)
    instants = calendar.instants(published_on, rule.time, rule.zone)
    return pl.Series("known_at", instants, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")


def usual_age(rule: Publication, origin: dt.date, cut_off_at: dt.datetime) -> int:
    """Business days from the newest date that the rule makes public by the cut-off to the origin; negative: it lies ahead.

    >>> observado = Publication(business_days=-1, time="18:00", zone="America/Santiago")
    >>> usual_age(observado, dt.date(2024, 11, 27), dt.datetime(2024, 11, 27, 18, tzinfo=dt.UTC))  # 15:00 in Santiago
    0
    """
    first = calendar.shift(str(origin), -max(rule.business_days, 0) - 5)
    last = calendar.shift(str(origin), max(-rule.business_days, 0) + 1)
    days = pl.Series(calendar.business_days(first, last))
    newest = days.filter(published(days, rule) <= cut_off_at).max()
    return int(calendar.steps_between(str(newest), str(origin)))


Row = tuple[int, dt.date, float, dt.datetime | None, str | None]


def _csv_rows(path: Path, limits: StoreLimits) -> Iterator[Row]:
    text = read_utf8(path, limits.file_bytes(), mend="Save it as UTF-8 CSV.")
    _refuse_large(text, path, limits)
    try:
        yield from _strict_rows(text, path)
    except DataError as error:
        raise DataError(f"{error}{foreign(text)}") from error


def _strict_rows(text: str, path: Path) -> Iterator[Row]:
    rows = table.rows(text, path)
    _, first = next(rows, (1, []))
    header = [column.strip() for column in first]
    _require_columns(header, path)
    for line, fields in rows:
        row = _row(dict(zip(header, fields, strict=True)), line, path)
        if row is not None:
            yield row


def _refuse_large(text: str, path: Path, limits: StoreLimits) -> None:
    lines = text.split("\n")
    for limit, found in (
        (limits.limit("rows", "lines"), len(lines) - 2),  # the header, and what follows the last end of a line
        (limits.limit("line_length", "characters in a line"), max(map(len, lines))),
        (limits.limit("columns", "columns"), lines[0].count(",") + 1),
    ):
        if found > limit.most:
            raise DataError(limit.passed(path, found))


def _parquet_rows(path: Path, limits: StoreLimits) -> Iterator[Row]:
    from forex.core.files import read_parquet

    frame = read_parquet(path, mend=RESTORE, rows=limits.limit("rows", "rows"), size=limits.file_bytes())
    _require_columns(frame.columns, path)
    wanted = [column for column in ("date", "value", "known_at", "source") if column in frame.columns]
    for line, fields in enumerate(frame.select(wanted).iter_rows(named=True), start=1):
        texts = {key: "" if value is None else str(value) for key, value in fields.items()}
        row = _row(texts, line, path)
        if row is not None:
            yield row


def _require_columns(header: list[str], path: Path) -> None:
    missing = [column for column in ("date", "value") if column not in header]
    if missing:
        found = cut(visible(", ".join(header)), LONGEST_VALUE) if header else "nothing (the file is empty)"
        raise DataError(f"{path}, line 1: no column {' and '.join(missing)}; found {found}. Expected date,value.")
    repeated = sorted(column for column, count in Counter(header).items() if count > 1)
    if repeated:
        raise DataError(f"{path}, line 1: column {shown(repeated[0])} stands there twice. Remove one.")


def _row(fields: dict[str, str], line: int, path: Path) -> Row | None:
    date = _parse_date(fields["date"].strip(), f"{path}, line {line}")
    value = _parse_value(fields["value"].strip(), f"{path}, line {line}")
    if value is None:
        return None
    known_at = _parse_instant(fields.get("known_at", "").strip(), f"{path}, line {line}")
    return line, date, value, known_at, fields.get("source", "").strip() or None


def _parse_date(text: str, where: str) -> dt.date:
    try:
        date = iso_day(text.removesuffix(" 00:00:00"))
    except ValueError as error:
        raise DataError(
            f"{where}: date {shown(text)} is not a date like 2024-11-27. Correct or remove the row."
        ) from error
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        years = f"the years of the calendar, {FIRST_YEAR} to {LAST_YEAR}"
        raise DataError(f"{where}: date {shown(text)} is outside {years}. Correct or remove the row.")
    return date


def _parse_value(text: str, where: str) -> float | None:
    if not text or text.lower() == "nan":
        return None
    try:
        return decimal_number(text)
    except ValueError as error:
        raise DataError(
            f"{where}: value {shown(text)} is not a number like 934.54. Correct it, or leave it empty."
        ) from error


def _parse_instant(text: str, where: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
        if len(text) > 10:
            return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise DataError(f"{where}: known_at {shown(text)} is not an instant like 2024-11-26T21:00:00Z. Correct it.")


def _refuse_revisions(frame: pl.DataFrame, path: Path, limits: StoreLimits) -> None:
    most = frame.group_by("date").len().sort("len", "date").tail(1)
    if most.height and most["len"].item() > limits.revisions:
        limit = limits.limit("revisions", f"rows of {most['date'].item()}")
        raise DataError(limit.passed(path, most["len"].item()))


def refuse_conflicts(rows: pl.DataFrame, name: str, place: str) -> None:
    """Raise DataError where a date has two values that were known at the same instant.

    rows: with date, value, known_at and, in the column `place`, where each stands.  name: what the message begins with.
    """
    wrong = rows.filter(pl.col("value").n_unique().over("date", "known_at") > 1).sort("date", "known_at", place)
    if wrong.height:
        first = wrong.row(0, named=True)
        same = (pl.col("date") == first["date"]) & (pl.col("known_at") == first["known_at"])
        second = wrong.filter(same & (pl.col("value") != first["value"])).row(0, named=True)
        raise DataError(
            f"{name}, {place}s {first[place]} and {second[place]}: {first['date']} has the values {first['value']} and "
            f"{second['value']}, both known at {first['known_at']:%Y-%m-%dT%H:%M:%SZ}. Remove the wrong one, or give the "
            "revision its own known_at."
        )
