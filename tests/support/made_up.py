"""What many tests make up: a store to fill, a folder to run stages in, and small series at level 900."""

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.timeline import calendar

ROOT = Path(__file__).parents[2]

AS_OF = "2024-11-27"  # the day of what is made up, whatever the committed one is
HOLIDAYS = "data/calendar/holidays_cl.csv"
EVENING = {"business_days": -1, "time": "18:00", "zone": "America/Santiago"}
NOON = {"business_days": 0, "time": "12:00", "zone": "America/New_York"}


def kept() -> list[str]:
    """The files of the working tree that git keeps, or would."""
    words = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy_of_tree(folder: Path, *, without: tuple[str, ...] = ()) -> None:
    """Copy what git keeps, but for the folders `without`, whose names end in a slash."""
    for name in kept():
        if not name.startswith(without):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


@dataclass
class MadeUpStore:
    """A store in `path`; `add` writes a series' file and its entry in series.yaml (JSON is YAML)."""

    path: Path
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, content: str | bytes | None, **entry: Any) -> None:
        """`content` None adds the entry only."""
        self.path.mkdir(parents=True, exist_ok=True)
        if content is not None:
            (self.path / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        usual = {"title": name, "unit": "per USD", "tier": "optional", "publication": NOON}
        if name == "usdclp":
            usual = {"title": name, "unit": "CLP per USD", "tier": "critical", "publication": EVENING}
        self.entries[name] = usual | entry
        (self.path / "series.yaml").write_text(json.dumps(self.entries), encoding="utf-8")


def params_text(as_of: str = AS_OF) -> str:
    """The committed params.yaml on that day."""
    text, count = re.subn(
        r'(?m)^as_of: "[0-9-]{10}"', f'as_of: "{as_of}"', (ROOT / "params.yaml").read_text(encoding="utf-8")
    )
    assert count == 1
    return text


@lru_cache(maxsize=8)
def _yaml(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    content: dict[str, Any] = YAML(typ="safe").load(text)
    return content


@dataclass
class Project:
    """A working directory with the committed params.yaml, its `as_of` early in the series of `store`."""

    root: Path
    store: MadeUpStore

    def set(self, **values: Any) -> None:
        """Rewrite params.yaml with `values` at its top level; a dict is merged into the block."""
        path = self.root / "params.yaml"
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if text.startswith("{") else dict(_yaml(text))
        for key, value in values.items():
            content[key] = content[key] | value if isinstance(value, dict) else value
        path.write_text(json.dumps(content), encoding="utf-8")

    def run(self, stage: Callable[[], None]) -> int:
        """The exit code of a stage's `main`."""
        from forex.core.stage import run

        with pytest.raises(SystemExit) as end:
            run(stage)
        assert isinstance(end.value.code, int)
        return end.value.code


def with_holidays(root: Path) -> None:
    """Put the committed holidays where a process in `root` reads them."""
    (root / "data/calendar").mkdir(parents=True, exist_ok=True)
    (root / HOLIDAYS).write_bytes((ROOT / HOLIDAYS).read_bytes())


def utc(text: str) -> dt.datetime:
    """An instant written as "2024-11-26T21:00"."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def observations(
    rows: Iterable[tuple[Any, float, dt.datetime] | tuple[Any, float, dt.datetime, dt.datetime]],
) -> pl.DataFrame:
    """A series as `validate` leaves it, from (date, value, known_at) or (date, value, known_at, usable_at)."""
    full = [(str(row[0]), row[1], row[2], row[-1]) for row in rows]
    instant = pl.Datetime("us", "UTC")
    schema = {"date": pl.String, "value": pl.Float64, "known_at": instant, "usable_at": instant}
    return _as_validated(pl.DataFrame(full, schema=schema, orient="row").with_columns(pl.col("date").str.to_date()))


def _as_validated(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index("line", 2).with_columns(source=pl.lit(None, pl.String)).sort("date", "known_at", "line")


def published(dates: Iterable[Any], values: Iterable[float], rule: dict[str, Any] = EVENING) -> pl.DataFrame:
    """A series whose rows are known by their publication rule."""
    days = calendar.as_dates(dates if isinstance(dates, np.ndarray) else [str(date) for date in dates])
    known = pl.Series(_known(days.tobytes(), rule["business_days"], rule["time"], rule["zone"]))
    known_at = known.dt.replace_time_zone("UTC")
    columns = {"date": days, "value": np.array(values, dtype=np.float64), "known_at": known_at, "usable_at": known_at}
    return _as_validated(pl.DataFrame(columns))


@lru_cache(maxsize=64)
def _known(days: bytes, business_days: int, time: str, zone: str) -> calendar.Instants:
    dates = calendar.shift(np.frombuffer(days, dtype="datetime64[D]"), business_days)
    return calendar.instants(dates, time, zone)


def made_up_series(
    rng: np.random.Generator, first: str, last: str, rule: dict[str, Any], *, business: bool
) -> pl.DataFrame:
    """A series with everything that happens: gaps, rows that come days late or are usable later, revisions.

    business: dated on Santiago's business days, as the observado is; else on weekdays and a few Saturdays.
    """
    if business:
        days = calendar.business_days(first, last)
    else:
        days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
        weekday = (days.astype(int) + 3) % 7
        days = days[(weekday < 5) | ((weekday == 5) & (rng.random(len(days)) < 0.2))]
    there = rng.random(len(days)) > 0.12
    there[0] = True
    days = days[there]
    values = 900 * np.exp(np.cumsum(0.01 * rng.standard_normal(len(days))))
    rows = []
    for row in published(days, values, rule).iter_rows(named=True):
        date, value, known_at = row["date"], row["value"], row["known_at"]
        if rows and rng.random() < 0.08:
            known_at += dt.timedelta(days=int(rng.integers(1, 9)), minutes=int(rng.integers(0, 600)))
        usable_at = known_at
        if rows and rng.random() < 0.05:
            usable_at += dt.timedelta(days=int(rng.integers(1, 4)))
        rows.append((date, value, known_at, usable_at))
        if rng.random() < 0.1:
            revised_at = known_at + dt.timedelta(days=int(rng.integers(0, 12)), hours=int(rng.integers(1, 30)))
            rows.append((date, value * (1 + 0.01 * rng.standard_normal()), revised_at, revised_at))
    return observations(rows)


AFTER_THE_CUT_OFF = {"business_days": 0, "time": "16:15", "zone": "America/New_York"}


def made_up_history(
    seed: int, first: str = "2024-08-20", last: str = "2024-11-15"
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """A target, drivers that are known before and after the usual cut-off, and a quote that at times stands still, across the
    holidays of September.
    """
    rng = np.random.default_rng(seed)
    target = made_up_series(rng, first, last, EVENING, business=True)
    earlier = str(np.datetime64(first) - 9)
    drivers = {
        "mxn": made_up_series(rng, earlier, last, NOON, business=False),
        "vix": made_up_series(rng, first, last, AFTER_THE_CUT_OFF, business=False),
        "tpm": made_up_series(rng, earlier, last, NOON, business=False),
        "usdclp_spot": made_up_series(rng, earlier, last, NOON, business=False),
    }
    spot = drivers["usdclp_spot"]
    stuck = pl.Series(rng.random(spot.height) < 0.2)
    drivers["usdclp_spot"] = spot.with_columns(
        value=pl.when(stuck).then(pl.col("value").shift(1)).otherwise("value").fill_null(strategy="backward")
    )
    return target, drivers
