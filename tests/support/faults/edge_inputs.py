"""Every kind of file that is read, with a sound one, how it is read, and what a second, strict reader makes of the same bytes.

The second reader is written for the test alone: Python's csv, YAML's parser as it is, regular expressions. Where the project
accepts a file, both have to find the same in it.
"""

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML

from forex.commands.judge.gate import _files, _here
from forex.commands.live import issued_at
from forex.core import stage
from forex.core.files import json_text, write_parquet
from forex.core.reports import Report, plain, read_report
from forex.forecast.report import Forecast
from forex.ledger.ledger import FIRST_LINE, read
from forex.monitoring.alert_report import AlertsReport
from forex.observations.store import Series, read_series, read_series_list
from forex.operations import load_operations
from forex.params import load_params
from forex.params.file import plain as plain_params
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.schedule import environment, record
from forex.timeline.holidays import holidays_text, parse_holidays
from forex.validation.report import Expectations
from forex.weekly import history
from tests.support.forecasts_made_up import manifest
from tests.support.issued_rows import issued
from tests.support.made_up import EVENING, ROOT
from tests.support.reports_made_up import performance, validation
from tests.support.weekly_made_up import row

DAYS = ["2024-11-22", "2024-11-25", "2024-11-26", "2024-11-27"]
VALUES = [930.5, 931.5, 932.5, 933.5]
CSV = "date,value,known_at\n" + "".join(f"{day},93{i}.5,{day}T21:00:00Z\n" for i, day in enumerate(DAYS))
SERIES_YAML = (
    "usdclp:\n  title: observado\n  unit: CLP per USD\n  tier: critical\n"
    '  publication: {business_days: -1, time: "18:00", zone: America/Santiago}\n'
)


@dataclass(frozen=True)
class Input:
    """path: below the working directory.  read: the project's reader.  strict: what has to be found, from the bytes alone; it may
    raise whatever it likes where they are no such file."""

    path: str
    sound: Callable[[], bytes]
    read: Callable[[], Any]
    strict: Callable[[bytes], Any]


def committed(path: str) -> Callable[[], bytes]:
    return lambda: (ROOT / path).read_bytes()


# --- YAML -------------------------------------------------------------------------------------------------------------


def yaml_content(content: bytes) -> Any:
    return _plain_yaml(YAML(typ="safe").load(content.decode("utf-8-sig")))


def _plain_yaml(value: Any) -> Any:
    """300 and 300.0 are one number, and keys are text."""
    if isinstance(value, dict):
        return {str(key): _plain_yaml(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_yaml(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read_params() -> Any:
    return _plain_yaml(plain_params(load_params()))


def strict_operations(content: bytes) -> Any:
    """A source, "ecb BRL", is read as its parts."""
    found = yaml_content(content)

    def source(text: str) -> dict[str, str]:
        provider, code = text.split(" ", 1)
        return {"provider": provider, "code": code.strip()}

    fetch = found["fetch"]
    fetch["quote"]["source"] = source(fetch["quote"]["source"])
    fetch["series"] = {name: [source(text) for text in sources] for name, sources in fetch["series"].items()}
    return found


def read_operations() -> Any:
    return _plain_yaml(load_operations().model_dump(mode="json", exclude_unset=True))


def read_list() -> Any:
    return {
        name: _plain_yaml(entry.model_dump(mode="json", exclude_unset=True))
        for name, entry in read_series_list(Path("store")).items()
    }


def strict_deps(content: bytes) -> Any:
    found = yaml_content(content)
    try:
        entry = found["stages"]["ingest"]
        deps = entry["deps"]
    except (KeyError, TypeError, IndexError):
        deps = None
    if not (
        isinstance(found, dict)
        and isinstance(found.get("stages"), dict)
        and isinstance(found["stages"].get("ingest"), dict)
    ):
        return None
    return {dep for dep in deps if isinstance(dep, str) and dep} if isinstance(deps, list) else set()


def read_deps() -> Any:
    found = stage._declared("ingest")
    return None if found is None else {str(dep) for dep in found}


def read_metrics() -> Any:
    return _files(_here, "HEAD")


def strict_metrics(content: bytes) -> Any:
    found = yaml_content(content) or {}
    parts = [found, *(found.get("stages") or {}).values()]
    entries = [(key, entry) for part in parts for key in ("metrics", "outs") for entry in part.get(key) or []]
    paths = {(key, entry if isinstance(entry, str) else next(iter(entry))) for key, entry in entries}
    judged = {path for key, path in paths if key == "metrics" or path.startswith("reports/metrics/")}
    return sorted(judged - {"reports/metrics/headline.json"})


# --- rows of text -----------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def table(content: bytes) -> list[dict[str, str]]:
    """Rows of the same length below a header, by Python's own reader."""
    lines = [
        fields for fields in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True) if fields
    ]
    head = [name.strip() for name in lines[0]]
    return [dict(zip(head, fields, strict=True)) for fields in lines[1:]]


def rule() -> Series:
    return Series.model_validate({"title": "x", "unit": "u", "tier": "critical", "publication": EVENING})


def read_store() -> Any:
    frame = read_series(Path("store"), "usdclp", rule())
    return frame.select("date", "value").rows()


def strict_store(content: bytes) -> Any:
    found = []
    for fields in table(content):
        value = fields["value"].strip()
        if value and value.lower() != "nan":
            assert NUMBER.fullmatch(value), value
            day = fields["date"].strip().removesuffix(" 00:00:00")
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII), day
            found.append((dt.date.fromisoformat(day), float(value)))
    return found


def calendar(path: str, parse: Callable[[str, str], Any]) -> Callable[[], Any]:
    def read() -> Any:
        from forex.core.files import read_text

        return parse(read_text(Path(path)), path)

    return read


def strict_calendar(days: Mapping[str, bool], columns: int) -> Callable[[bytes], list[dict[str, str]]]:
    """days: the columns that hold one, and whether it may be empty."""

    def strict(content: bytes) -> list[dict[str, str]]:
        found = table(content)
        for fields in found:
            assert len(fields) == columns
            for name, empty in days.items():
                assert re.fullmatch(r"\d{4}-\d\d-\d\d", fields[name], re.ASCII) or (empty and not fields[name])
        return found

    return strict


HOLIDAYS, MEETINGS, INTERVENTIONS = (
    f"data/calendar/{name}.csv" for name in ("holidays_cl", "bcch_meetings", "bcch_interventions")
)


def holidays(text: str, source: str) -> Any:
    return table(holidays_text(parse_holidays(text, source)).encode())


def meetings(text: str, source: str) -> Any:
    found = parse_meetings(text, source)
    kinds = ["special" if special else "scheduled" for special in found.special]
    return [{"date": str(day), "kind": kind} for day, kind in zip(found.dates, kinds, strict=True)]


def interventions(text: str, source: str) -> Any:
    """Rows of kind none only say how far the list reaches."""
    found = parse_interventions(text, source)
    days = [
        ["" if day is None else str(day) for day in column.tolist()]
        for column in (found.announced, found.start, found.end)
    ]
    return [
        dict(zip(("announced", "start", "end", "kind"), cells, strict=True))
        for cells in zip(*days, found.kind, strict=True)
    ]


def strict_interventions(content: bytes) -> Any:
    found = strict_calendar({"announced": True, "start": False, "end": True}, 4)(content)
    return [entry for entry in found if entry["kind"] != "none"]


@cache
def ledger_lines() -> tuple[str, ...]:
    return tuple(issued(day, name).line for day in DAYS for name in ("1d", "7d", "30d"))


def strict_ledger(content: bytes) -> Any:
    """Whole lines of the sound file and no others: a changed one has another id."""
    first, *lines, last = content.decode().split("\n")
    assert first == FIRST_LINE and last == "" and set(lines) <= set(ledger_lines())
    keys = {tuple(line.split(",")[1:3]) for line in lines}
    return sorted(keys)


def read_ledger() -> Any:
    return sorted((str(day), name) for day, name in read(Path("ledger")).select("origin_date", "horizon").iter_rows())


ISSUED_AT = f"{issued_at.FIRST_LINE}\n" + "".join(f"{day},7d,{day}T18:05:00Z\n" for day in DAYS)


def strict_issued_at(content: bytes) -> Any:
    found: dict[tuple[str, str], str] = {}
    for entry in table(content):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["origin_date"], re.ASCII) and re.fullmatch(
            r"[1-9]\d{0,2}d", entry["horizon"], re.ASCII
        )
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["issued_at"], re.ASCII)
        key = entry["origin_date"], entry["horizon"]
        found[key] = min(entry["issued_at"], found.get(key, entry["issued_at"]))
    return found


def read_issued_at() -> Any:
    return {key: f"{at:{issued_at.STAMP}}" for key, at in issued_at.recorded().items()}


def read_history() -> Any:
    path = Path("history.csv")
    found = history.read(path)
    return history.text(found) if found else path.read_bytes().decode()  # a head alone gives no rows to write it from


def weekly() -> bytes:
    return history.text([row("2024-11-13"), row("2024-11-20", state="FAULT")]).encode()


# --- JSON -------------------------------------------------------------------------------------------------------------


def pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def json_content(content: bytes) -> Any:
    return _canonical(json.loads(content.decode("utf-8"), object_pairs_hook=pairs_once))


def _canonical(value: Any) -> Any:
    """5 and 5.0 are one number; an instant has many forms."""
    if isinstance(value, dict):
        return {key: _canonical(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_canonical(part) for part in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.Z+-]*", value, re.ASCII):
        with suppress(ValueError):
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    assert math.isfinite(value)
    return float(value)


def report(path: str, sound: Report | type[Report]) -> Input:
    """sound: a made-up one, or the type of the committed one."""
    model = sound if isinstance(sound, type) else type(sound)

    def read_it() -> Any:
        return _canonical(plain(read_report(Path(path), model)))

    made = committed(path) if isinstance(sound, type) else lambda: json_text(plain(sound)).encode()
    return Input(path, made, read_it, json_content)


BEGUN, TRIED = (dt.datetime(2024, 11, 27, 18, minute, tzinfo=dt.UTC) for minute in (0, 5))
RECORD = record.Record(BEGUN, TRIED, done=("fetch",))


def record_text(entry: record.Record) -> str:
    instants = {name: f"{at:{record.STAMP}}" for name, at in entry._asdict().items() if isinstance(at, dt.datetime)}
    return json.dumps(entry._asdict() | instants, indent=2)


def read_record() -> Any:
    found = record.read(Path("job.json"))
    assert found is not None
    return _canonical(json.loads(record_text(found)))


# --- other ------------------------------------------------------------------------------------------------------------


def parquet() -> bytes:
    path = Path("made.parquet")
    frame = pl.DataFrame({"date": DAYS, "value": VALUES}).with_columns(pl.col("date").str.to_date())
    write_parquet(path, frame)
    return path.read_bytes()


def read_parquet_store() -> Any:
    return read_series(Path("store"), "usdclp", rule()).select("date", "value").rows()


def strict_parquet(content: bytes) -> Any:
    """By polars' own reader, which is not Arrow's; what it alone refuses has to be read as it was."""
    try:
        found = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError:
        found = pl.DataFrame({"date": DAYS, "value": VALUES}).with_columns(pl.col("date").str.to_date())
    found = found.select(pl.col("date").cast(pl.Date), pl.col("value").cast(pl.Float64))
    return found.drop_nulls().filter(pl.col("value").is_not_nan()).rows()


ENVIRONMENT = b"# of the commands\nFOREX_SMTP_HOST='mail.example.org'\nexport BCCH_TOKEN='a$b'\n"


def read_environment() -> Any:
    path = Path("environment")
    path.chmod(0o600)
    return environment.credentials(path)


def strict_environment(content: bytes) -> Any:
    """What a shell would make of such lines, where nothing in them expands."""
    import shlex

    found = {}
    for line in content.decode("utf-8-sig").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, value = re.sub(r"^export\s+", "", line.strip()).split("=", 1)
            assert re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
            words = shlex.split(value)
            assert len(words) < 2
            found[name] = words[0] if words else ""
    return found


INPUTS: Mapping[str, Input] = {
    "params.yaml": Input("params.yaml", committed("params.yaml"), read_params, yaml_content),
    "operations.yaml": Input("operations.yaml", committed("operations.yaml"), read_operations, strict_operations),
    "series.yaml": Input("store/series.yaml", lambda: SERIES_YAML.encode(), read_list, yaml_content),
    "a series as CSV": Input("store/usdclp.csv", lambda: CSV.encode(), read_store, strict_store),
    "a series as parquet": Input("store/usdclp.parquet", parquet, read_parquet_store, strict_parquet),
    "holidays": Input(
        HOLIDAYS,
        committed(HOLIDAYS),
        calendar(HOLIDAYS, holidays),
        strict_calendar({"date": False, "known_from": False}, 3),
    ),
    "meetings": Input(MEETINGS, committed(MEETINGS), calendar(MEETINGS, meetings), strict_calendar({"date": False}, 2)),
    "interventions": Input(
        INTERVENTIONS, committed(INTERVENTIONS), calendar(INTERVENTIONS, interventions), strict_interventions
    ),
    "the ledger": Input(
        "ledger/2024.csv",
        lambda: "".join(f"{line}\n" for line in (FIRST_LINE, *ledger_lines())).encode(),
        read_ledger,
        strict_ledger,
    ),
    "issued_at.csv": Input("data/issued_at.csv", lambda: ISSUED_AT.encode(), read_issued_at, strict_issued_at),
    "the weekly history": Input("history.csv", weekly, read_history, lambda content: content.decode()),
    "alerts.json": report("reports/alerts.json", AlertsReport),
    "expectations.json": report("reports/expectations.json", Expectations),
    "forecast.json": report("reports/forecast.json", Forecast),
    "validation.json": report("reports/validation.json", validation()),
    "performance.json": report("reports/performance.json", performance()),
    "manifest.json": report("data/manifest.json", manifest({"usdclp": "CLP per USD", "vix": "index"})),
    "dvc.yaml, of a stage": Input("dvc.yaml", committed("dvc.yaml"), read_deps, strict_deps),
    "dvc.yaml, of metrics": Input("dvc.yaml", committed("dvc.yaml"), read_metrics, strict_metrics),
    "a record of the schedule": Input("job.json", lambda: record_text(RECORD).encode(), read_record, json_content),
    "credentials": Input("environment", lambda: ENVIRONMENT, read_environment, strict_environment),
}
