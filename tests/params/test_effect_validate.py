"""Every key of `validate` does something: on every series that has bounds, made up, with an error planted for every check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.errors import DataError, ForexError, StaleError, TooLittleData
from forex.core.files import read_json, read_parquet, write_json, write_parquet
from forex.timeline import calendar
from tests.support.changed_params import COMMITTED, LEAVES, Content, Folder, changed, run
from tests.support.made_up import AS_OF, MadeUpStore

pytestmark = pytest.mark.slow

BOUNDS = [key for key in LEAVES if key.startswith("validate.bounds.")]
CHECKS = [key for key in LEAVES if key.startswith("validate.") and key not in BOUNDS]
BETWEEN = "expect_column_values_to_be_between"

PLANTED = {
    "as_of": AS_OF,
    "ingest.store": "store",
    "validate.min_rows": {"critical": 30, "important": 30, "optional": 30},
    "validate.max_set_aside": 0.10,
}
DAYS = calendar.business_days("2024-08-01", "2024-11-25")[-65:]  # two business days short of as_of
LOW, HIGH, JUMP = 10, 30, 50  # rows that a tightened min, max and max_move concern
TIGHT = {"min": 0.99, "max": 1.01, "max_move": 0.003}  # min and max: times the usual value
ROWS_BY_BOUND = {"min": (LOW, "out_of_range"), "max": (HIGH, "out_of_range"), "max_move": (JUMP, "reverted")}

# A series whose check is concerned, and the other value.
CHECKED: dict[str, tuple[str, Any]] = {
    "validate.severity.type": ("text", "warning"),
    "validate.severity.unique": ("eur", "critical"),
    "validate.severity.too_early": ("eur", "critical"),
    "validate.severity.increasing": ("eur", "critical"),
    "validate.severity.range": ("eur", "critical"),
    "validate.severity.positive": ("eur", "critical"),
    "validate.severity.business_day": ("usdclp", "critical"),
    "validate.severity.max_move": ("eur", "critical"),
    "validate.severity.rows": ("short", "warning"),
    "validate.severity.staleness": ("old", "warning"),
    "validate.severity.longest_gap": ("eur", "critical"),
    "validate.severity.calendar_agreement": ("eur", "critical"),
    "validate.severity.set_aside": ("negative", "warning"),
    "validate.min_rows.critical": ("usdclp", 500),
    "validate.min_rows.important": ("eur", 500),
    "validate.min_rows.optional": ("aud", 500),
    "validate.max_age.critical": ("usdclp", 1),
    "validate.max_age.important": ("eur", 1),
    "validate.max_age.optional": ("aud", 1),
    "validate.max_gap": ("eur", 20),
    "validate.min_calendar_agreement": ("eur", 0.5),
    "validate.max_set_aside": ("negative", 0.5),
}


def usual(name: str) -> float:
    bounds = COMMITTED["validate"]["bounds"][name]
    return (bounds["min"] + bounds["max"]) / 2


def rows_of(level: float) -> list[tuple[str, float]]:
    values = level * (1 + 0.0001 * (-1.0) ** np.arange(len(DAYS)))
    values[[LOW, HIGH, JUMP]] = level * np.array([0.98, 1.02, 1.006])
    return list(zip(DAYS.astype(str).tolist(), values.tolist(), strict=True))


def text_of(rows: list[tuple[str, float]]) -> str:
    return "date,value\n" + "".join(f"{date},{value:.6g}\n" for date, value in rows)


def plant(store: MadeUpStore) -> None:
    """`eur` fails every check of a row but `business_day`, has a gap, and stays within the share set aside."""
    units = {"us_2y": "percent", "fed_funds": "percent", "tpm": "percent"}
    for name in COMMITTED["validate"]["bounds"]:
        if name not in ("usdclp", "eur"):
            store.add(name, text_of(rows_of(usual(name))), unit=units.get(name, "per USD"))
    rows = rows_of(usual("usdclp"))
    friday = next(row for row, day in enumerate(DAYS) if day.astype(int) % 7 == 1)  # 1970-01-01 was a Thursday
    saturdays = str(DAYS[friday] + 1), usual("usdclp")
    store.add("usdclp", text_of([*rows[: friday + 1], saturdays, *rows[friday + 1 : 40], *rows[42:]]))
    rows = rows_of(usual("eur"))
    rows[20] = rows[20][0], -1.0
    rows[25] = rows[25][0], 1.3 * usual("eur")
    vintage = f"{rows[16][0]}T20:00:00Z"  # two rows of one vintage, the newer first
    recorded = {rows[15][0]: vintage, rows[16][0]: vintage, rows[55][0]: f"{rows[50][0]}T20:00:00Z"}
    rows = [*rows[:6], rows[5], *rows[6:15], rows[16], rows[15], *rows[17:35], *rows[47:]]
    lines = [f"{date},{value:.6g},{recorded.get(date, '')}" for date, value in rows]
    store.add("eur", "\n".join(["date,value,known_at", *lines]) + "\n", tier="important")
    rows = rows_of(20.0)
    store.add("short", text_of(rows[-20:]))
    store.add("old", text_of(rows[:-15]))
    signs = np.where(np.arange(len(rows)) % 5 == 0, -1, 1).tolist()
    store.add("negative", text_of([(date, sign * value) for sign, (date, value) in zip(signs, rows, strict=True)]))
    store.add("text", text_of(rows))


@dataclass
class Planted(Folder):
    """`manifest`, `report`, `quarantine`: after ingest and validate of all series; `tightened`: rows set aside then, by series."""

    manifest: Content = field(default_factory=dict)
    report: Content = field(default_factory=dict)
    quarantine: pl.DataFrame = field(default_factory=pl.DataFrame)
    tightened: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def validate(self, name: str, values: Mapping[str, Any]) -> ForexError | None:
        """Run the stage on one series with these params and return the error that stopped it, if any."""
        self.write(values)
        write_json(Path("data/manifest.json"), self.manifest | {"series": {name: self.manifest["series"][name]}})
        try:
            run("validate")
        except ForexError as error:
            return error
        return None


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    path = tmp_path_factory.mktemp("planted")
    plant(MadeUpStore(path / "store"))
    project = Planted(path, changed(COMMITTED, PLANTED))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        project.write({})
        run("ingest")
        raw = Path("data/raw/text.parquet")  # no store brings text this far
        write_parquet(raw, read_parquet(raw).with_columns(pl.col("value").cast(pl.String)))
        project.manifest = read_json(Path("data/manifest.json"))
        run("validate")
        project.report = read_json(Path("reports/expectations.json"))
        project.quarantine = read_parquet(Path("data/quarantine.parquet"))
    return project


@pytest.fixture
def planted(ingested: Planted, monkeypatch: pytest.MonkeyPatch) -> Planted:
    monkeypatch.chdir(ingested.path)
    return ingested


def judged(series: Content) -> tuple[str, list[str], list[str]]:
    """The series' fate, the checks that failed, and those that its message blames."""
    failed = [check["check"] for check in series["checks"] if not check["success"]]
    blamed = re.findall(r"(\w+): [^:]+, where ", (series["why"] or {"says": ""})["says"].split(" Behind it: ")[0])
    return series["fate"], failed, blamed


@pytest.mark.parametrize("key", CHECKS)
def test_key_changes_what_becomes_of_a_series(key: str, planted: Planted) -> None:
    assert key in CHECKED, f"params.yaml: {key} is new: show in CHECKED what it does"
    name, value = CHECKED[key]
    stopped = planted.validate(name, {key: value})
    before, after = planted.report["series"][name], read_json(Path("reports/expectations.json"))["series"][name]
    assert judged(after) != judged(before)
    if stopped:
        check = key.split(".")[2] if "severity" in key else key
        assert after["fate"] == "stops_the_run" and check in str(stopped)


def rows_set_aside(frame: pl.DataFrame, name: str) -> dict[str, tuple[str, str]]:
    rows = frame.filter(pl.col("series") == name).select(pl.col("date").cast(pl.String), "reason", "expectation").rows()
    return {date: (reason, expectation) for date, reason, expectation in rows}


@pytest.mark.parametrize("key", BOUNDS)
def test_bound_tightened_sets_its_row_aside(key: str, planted: Planted) -> None:
    """All bounds of a series are tightened in one run; each concerns a row of its own."""
    *block, kind = key.split(".")
    name = block[-1]
    if name not in planted.tightened:
        usually = usual(name)
        given = COMMITTED["validate"]["bounds"][name]
        tight = {bound: TIGHT[bound] * (1 if bound == "max_move" else usually) for bound in given}
        planted.validate(name, {".".join(block): tight})
        planted.tightened[name] = rows_set_aside(read_parquet(Path("data/quarantine.parquet")), name)
    row, reason = ROWS_BY_BOUND[kind]
    date = str(DAYS[row])
    assert date not in rows_set_aside(planted.quarantine, name)
    assert planted.tightened[name][date] == (reason, BETWEEN)


@pytest.mark.parametrize(
    ("check", "asked", "values", "error"),
    [
        ("rows", "at least 500 dates", {"validate.min_rows.critical": 500}, TooLittleData),
        ("staleness", "at most 1 business day", {"validate.max_age.critical": 1}, StaleError),
        ("longest_gap", "at most 1 business day", {"validate.max_gap": 1}, DataError),
        ("calendar_agreement", "at least 99 % of business days", {"validate.min_calendar_agreement": 0.99}, DataError),
        (
            "set_aside",
            "at most 0.1 % of rows",
            {"validate.max_set_aside": 0.001, "validate.bounds.usdclp.min": 0.99 * usual("usdclp")},
            DataError,
        ),
    ],
)
def test_table_bound_tightened_stops_the_run(
    check: str, asked: str, values: Content, error: type[ForexError], planted: Planted
) -> None:
    stopped = planted.validate("usdclp", values | {f"validate.severity.{check}": "critical"})
    assert type(stopped) is error
    assert f"usdclp: {check}: " in str(stopped) and f", where {asked}" in str(stopped)
    assert all(key in str(stopped) for key in values if "bounds" not in key)


def test_every_case_is_of_a_key() -> None:
    assert set(CHECKED) == set(CHECKS)
