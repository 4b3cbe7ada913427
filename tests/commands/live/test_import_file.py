"""`forex import`: what it says before it writes, what it writes, and what it leaves alone."""

import datetime as dt
import json
import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from ruamel.yaml import YAML

from forex.commands.live import import_file
from forex.core.errors import DataError, GateFailed, UsageError
from forex.core.files import read_parquet
from forex.core.lock import held
from forex.importing.about import Asked
from forex.observations.store import read_series, read_series_list
from stages import ingest, validate
from tests.importing.peoples_files import FILES, VALUES, comma, delimited
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, Project, utc, with_holidays

NOW = utc("2024-12-03T12:00")
OTHER = "date,value\n2024-11-27,20.6\n2024-11-28,20.7\n"
RULE = ["--unit", "MXN per USD", "--published", "0 12:00 America/New_York"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose store is still the sample, and a file in it."""
    copied = ["dvc.yaml", "params.yaml", "operations.yaml", "data/live_series.yaml", "data/sample/series.yaml"]
    with_holidays(tmp_path)
    for name in copied:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    name, content = FILES["excel_chile"]
    (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bring(path: str = "dolar.csv", at: dt.datetime = NOW, **options: object) -> dict[str, object]:
    asked = options.pop("asked", Asked())
    return import_file.view(Path(path), asked, clock=lambda: at, **options)  # type: ignore[arg-type]


def stored(store: str = "mydata", name: str = "usdclp") -> pl.DataFrame:
    return read_series(Path(store), name, read_series_list(Path(store))[name])


def test_it_says_what_it_understood_and_writes_a_store_that_is_read(folder: Path) -> None:
    told = forex("import", "dolar.csv", cwd=folder)
    assert (told.returncode, told.stderr) == (0, "")
    said = told.stdout
    for part in (
        "text, UTF-8; separator semicolon; a decimal comma; dates as day, month, year",
        "CLP per USD",
        "5 from 2024-11-25 to 2024-12-02",
        "2024-11-26  1000.2  (line 3)",
        "1 business days without a value; the longest: 2024-11-28",
        "1 no value: line 5 'ND'",
        "mydata/usdclp.parquet got 5 new days.",
        "To run on it, set ingest.store in params.yaml to mydata.",
    ):
        assert part in said
    assert {date: Decimal(repr(value)) for date, value in stored().select("date", "value").iter_rows()} == VALUES
    assert set(stored()["source"]) == {"import:dolar.csv"}
    assert stored().filter(pl.col("date") == dt.date(2024, 11, 27))["known_at"].item() == utc("2024-11-26T21:00")


def test_the_same_as_json(folder: Path) -> None:
    found = json.loads(forex("import", "dolar.csv", "--json", "--dry-run", cwd=folder).stdout)
    assert found["rows"][0] == {"date": "2024-11-25", "value": "978.61", "place": "line 2"}
    assert (found["series"], found["decimal"], found["dates"], found["new"]) == ("usdclp", "comma", "dmy", 5)
    assert found["skipped"] == [{"why": "no value", "rows": 1, "place": "line 5", "text": "ND"}]


def test_a_dry_run_leaves_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert "would get 5 new days" in forex("import", "dolar.csv", "--dry-run", cwd=folder).stdout
    assert sorted(folder.rglob("*")) == before


def test_a_second_time_adds_nothing_and_a_newer_file_what_is_new(folder: Path) -> None:
    bring()
    first = Path("mydata/usdclp.parquet").read_bytes()
    again = bring()
    assert (again["new"], again["revised"], again["same"]) == (0, 0, 5)
    assert Path("mydata/usdclp.parquet").read_bytes() == first
    Path("newer.csv").write_text("Fecha;Valor\n02-12-2024;979\n13-12-2024;988,2\n", encoding="utf-8")
    newer = bring("newer.csv", at=utc("2024-12-16T12:00"))
    assert (newer["new"], newer["same"]) == (1, 1)
    assert read_parquet(Path("mydata/usdclp.parquet"))["date"].to_list() == [*VALUES, dt.date(2024, 12, 13)]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_changed_value_is_a_revision_known_from_now_on(folder: Path, kind: str) -> None:
    if kind == "csv":
        Path("mydata").mkdir()
        rows = "".join(f"{date},{number}\n" for date, number in VALUES.items())
        Path("mydata/usdclp.csv").write_text(f"date,value\n{rows}", encoding="utf-8")
        Path("mydata/series.yaml").write_bytes(Path("data/live_series.yaml").read_bytes())
    else:
        bring()
    text = Path("dolar.csv").read_text(encoding="utf-8").replace("975,00", "975,10")
    Path("dolar.csv").write_text(text, encoding="utf-8")
    later = utc("2024-12-05T12:00")
    changed = bring(at=later)
    assert (changed["new"], changed["revised"], changed["same"]) == (0, 1, 4)
    vintages = stored().filter(pl.col("date") == dt.date(2024, 11, 27)).select("value", "known_at").rows()
    assert vintages == [(975.0, utc("2024-11-26T21:00")), (975.1, later)]


def test_a_csv_series_stays_one_with_its_rows_as_they_were(folder: Path) -> None:
    Path("mydata").mkdir()
    Path("mydata/usdclp.csv").write_text("date,value\n2024-11-25,978.610\n", encoding="utf-8")
    Path("mydata/series.yaml").write_bytes(Path("data/live_series.yaml").read_bytes())
    listed = Path("mydata/series.yaml").read_bytes()
    bring()
    assert Path("mydata/usdclp.csv").read_text(encoding="utf-8") == (
        "date,value\n2024-11-25,978.610\n2024-11-26,1000.2\n2024-11-27,975.00\n2024-11-29,1012.345\n2024-12-02,979\n"
    )
    assert Path("mydata/series.yaml").read_bytes() == listed


@pytest.mark.parametrize("store", ["data/sample", "data/sample/mine", "link"])
def test_the_sample_never_changes(folder: Path, store: str) -> None:
    os.symlink("data/sample", "link")
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError, match="data/sample never changes"):
        bring(store=Path(store))
    assert sorted(folder.rglob("*")) == before


def test_a_driver_needs_the_observado_a_unit_and_a_rule(folder: Path) -> None:
    Path("mxn.csv").write_text(OTHER, encoding="utf-8")
    with pytest.raises(UsageError, match="has no usdclp yet"):
        bring("mxn.csv")
    bring()
    bring("mxn.csv")  # the project knows it
    assert read_series_list(Path("mydata"))["mxn"].unit == "MXN per USD"
    Path("iron.csv").write_text(OTHER, encoding="utf-8")
    iron = Asked(series="iron_ore")
    with pytest.raises(UsageError, match="--unit .* --published"):
        bring("iron.csv", asked=iron)
    bring("iron.csv", asked=iron, unit="USD per t", public="1 09:00 Asia/Singapore")
    entry = read_series_list(Path("mydata"))["iron_ore"]
    assert (entry.unit, entry.publication.business_days, entry.publication.zone) == ("USD per t", 1, "Asia/Singapore")
    assert list(read_series_list(Path("mydata"))) == ["usdclp", "mxn", "iron_ore"]
    with pytest.raises(UsageError, match="the unit of iron_ore is 'USD per t'"):
        bring("iron.csv", asked=iron, unit="EUR per t", public="1 09:00 Asia/Singapore")
    for wrong in ("soon", "0 16:00", "0 25:00 Europe/Berlin", "0 16:00 Europe/Nowhere"):
        with pytest.raises(UsageError, match="--published"):
            bring("iron.csv", asked=Asked(series="tin"), unit="USD per t", public=wrong)


def test_per_cent_is_no_price(folder: Path) -> None:
    bring()
    Path("mxn.csv").write_text("Fecha;MXN\n27-11-2024;20,6 %\n", encoding="utf-8")
    with pytest.raises(DataError, match="its values are per cent, and the unit of mxn is 'MXN per USD'"):
        bring("mxn.csv")


def test_known_at_of_all_values(folder: Path) -> None:
    at = utc("2024-12-01T15:00")
    bring(asked=Asked(known_at=at))
    assert set(stored()["known_at"]) == {at}
    assert forex("import", "dolar.csv", "--known-at", "2024-12-01", cwd=folder).returncode == 2


def test_a_file_of_the_stores_own_columns_keeps_its_instants(folder: Path) -> None:
    Path("a.csv").write_text(
        "date,value,known_at,source\n2024-11-27,975.0,2024-11-26T21:00:00Z,x\n2024-11-27,975.1,2024-12-01T09:00:00Z,x\n",
        encoding="utf-8",
    )
    bring("a.csv")
    assert stored().select("value", "known_at").rows() == [
        (975.0, utc("2024-11-26T21:00")),
        (975.1, utc("2024-12-01T09:00")),
    ]


def test_another_process_keeps_the_store(folder: Path) -> None:
    bring()
    text = Path("operations.yaml").read_text(encoding="utf-8").replace("lock_timeout: 30 ", "lock_timeout: 0.1 ")
    Path("operations.yaml").write_text(text, encoding="utf-8")
    with held(Path("mydata/fetches/lock"), timeout=1), pytest.raises(GateFailed, match="mydata/fetches/lock is held"):
        bring()


def test_paths_are_those_of_the_folder_where_one_stands(folder: Path) -> None:
    (folder / "downloads").mkdir()
    (folder / "dolar.csv").rename(folder / "downloads/dolar.csv")
    done = forex("import", "dolar.csv", "--store", "own", cwd=folder / "downloads")
    assert "downloads/own/usdclp.parquet got 5 new days." in done.stdout
    assert (folder / "downloads/own/series.yaml").is_file()


def test_it_says_what_else_keeps_a_run_from_it(folder: Path) -> None:
    assert "22 business days after" not in str(bring()["next"])
    Path("old.csv").write_text(delimited([["Fecha", "Valor"]]).replace("2024", "2023"), encoding="utf-8")
    store, behind, few = bring("old.csv", store=Path("old"))["next"]  # type: ignore[misc]
    assert store == "To run on it, set ingest.store in params.yaml to old."
    assert behind.startswith("as_of in params.yaml is 2025-01-02,")
    assert few == (
        "A forecast needs the observado of 1,000 days (validate.min_rows in params.yaml); the store has 5. "
        "Import earlier ones as well."
    )


@pytest.mark.slow
def test_later_values_ask_for_a_later_as_of_and_the_steps_that_it_names_are_all(folder: Path) -> None:
    days = pl.date_range(dt.date(2021, 1, 1), dt.date(2025, 3, 3), eager=True)
    days = days.filter(days.dt.weekday() <= 5)
    lines = [f"{day},{900 + number % 7}" for number, day in enumerate(days)]
    Path("later.csv").write_text("date,value\n" + "\n".join(lines[:-40]) + "\n", encoding="utf-8")
    bring("later.csv")
    Path("later.csv").write_text("date,value\n" + "\n".join(lines[-40:]) + "\n", encoding="utf-8")
    found = bring("later.csv", at=utc("2025-03-04T12:00"))
    assert found["new"] == 40
    assert found["next"] == [
        "To run on it, set ingest.store in params.yaml to mydata.",
        "as_of in params.yaml is 2025-01-02: set it to 2025-03-03 to forecast from the newest value.",
    ]
    params = Path("params.yaml").read_text(encoding="utf-8")
    params = params.replace("store: data/sample", "store: mydata").replace("2025-01-02", "2025-03-03", 1)
    Path("params.yaml").write_text(params, encoding="utf-8")
    ingest.main()
    validate.main()
    assert pl.read_parquet("data/clean/usdclp.parquet")["date"].max() == dt.date(2025, 3, 3)


def test_ingest_reads_it(project: Project) -> None:
    """With ingest.store alone set to the folder."""
    for name in ("operations.yaml", "data/live_series.yaml"):
        (project.root / name).parent.mkdir(exist_ok=True)
        (project.root / name).write_bytes((ROOT / name).read_bytes())
    lines = [f"{date:%d-%m-%Y};{comma(number)}" for date, number in VALUES.items()]
    Path("dolar.csv").write_text("\n".join(["Fecha;Valor", *lines]), encoding="utf-8")
    bring(store=Path("own"))
    project.set(ingest={"store": "own"}, as_of="2024-12-02")
    assert project.run(ingest.main) == 0
    raw = read_parquet(Path("data/raw/usdclp.parquet"))
    assert {date: Decimal(repr(value)) for date, value in raw.select("date", "value").iter_rows()} == VALUES


def vintages(count: int, day: str = "2024-11-27") -> str:
    return "date,value,known_at\n" + "".join(
        f"{day},{900 + number},2024-11-27T{number // 60:02}:{number % 60:02}:00Z\n" for number in range(count)
    )


def test_a_day_with_several_values_is_one_new_day(folder: Path) -> None:
    Path("days.csv").write_text(vintages(3), encoding="utf-8")
    found = bring("days.csv")
    assert (found["new"], found["revised"]) == (1, 2) and stored()["value"].to_list() == [900, 901, 902]


LISTED = "mydata/series.yaml"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("file", "listing", "says"),
    [
        (vintages(100), None, "101 rows of 2024-11-27, more than the 100"),
        (OTHER, lambda text: f"{text}...\n", "series.yaml"),
        (OTHER, lambda text: "".join(f"  {line}\n" for line in text.split("\n")), "series.yaml"),
        (OTHER, lambda text: json.dumps(YAML(typ="safe").load(text)), "series.yaml"),
    ],
    ids=["too many of a day", "an end of the document", "indented", "in braces"],
)
def test_what_could_not_be_read_afterwards_is_not_written(
    file: str, listing: Callable[[str], str] | None, says: str, dry_run: bool, folder: Path
) -> None:
    bring()
    if listing:
        Path(LISTED).write_text(listing(Path(LISTED).read_text(encoding="utf-8")), encoding="utf-8")
    before = {path: path.read_bytes() for path in Path("mydata").rglob("*") if path.is_file()}
    Path("more.csv").write_text(file, encoding="utf-8")
    asked = Asked(series="usdmxn") if listing else Asked()
    rule = {"unit": "MXN per USD", "public": "0 12:00 America/New_York"} if listing else {}
    with pytest.raises(
        DataError, match="Nothing was written, for then the store could not be read any more"
    ) as refused:
        bring("more.csv", asked=asked, dry_run=dry_run, **rule)
    assert says in str(refused.value) and "mydata" in str(refused.value)
    assert {path: path.read_bytes() for path in Path("mydata").rglob("*") if path.is_file()} == before


def test_a_value_that_contradicts_one_known_at_the_same_instant_is_refused(folder: Path) -> None:
    Path("first.csv").write_text(vintages(2), encoding="utf-8")
    bring("first.csv")
    Path("second.csv").write_text("date,value,known_at\n2024-11-27,950.5,2024-11-27T00:01:00Z\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2: 2024-11-27 is 950.5, known at 2024-11-27T00:01:00Z; .* has 901"):
        bring("second.csv")


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
@pytest.mark.parametrize("locale", ["en", "es-CL"])
def test_what_is_exported_and_imported_again_adds_nothing(locale: str, name: str, folder: Path) -> None:
    """Values whose shortest form has 16 and 17 digits, as averages have them."""
    averages = {"2024-11-25": 2851 / 3, "2024-11-26": 950.1 + 0.2, "2024-11-27": 900 / 0.97}
    assert max(len(repr(value)) for value in averages.values()) >= 17
    Path("mean.csv").write_text("date,value\n" + "".join(f"{day},{value!r}\n" for day, value in averages.items()))
    bring("mean.csv")
    assert dict(stored().select(pl.col("date").cast(pl.String), "value").iter_rows()) == averages
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace("store: data/sample", "store: mydata"))
    assert forex("export", name, "--of", "usdclp", "--locale", locale, cwd=folder).returncode == 0
    found = bring(name)
    assert (found["new"], found["revised"], found["same"]) == (0, 0, 3)


def test_an_export_holds_the_numbers_themselves(folder: Path) -> None:
    Path("mean.csv").write_text(f"date,value\n2024-11-25,{2851 / 3!r}\n2024-11-26,950.25\n")
    bring("mean.csv")
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace("store: data/sample", "store: mydata"))
    assert forex("export", "out.csv", "--of", "usdclp", cwd=folder).returncode == 0
    assert [line.split(",")[1] for line in Path("out.csv").read_text().splitlines()[1:]] == [repr(2851 / 3), "950.25"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0001-01-01T00:00:00+23:00", "lies before 1980"),
        ("9999-12-31T23:59:59-12:00", "lies in the future: no value can be known later than now, 2024-12-03T12:00:00Z"),
        ("2099-01-01T00:00:00Z", "lies in the future"),
        ("1677-01-01T00:00:00Z", "lies before 1980"),
        ("2024-12-01T12:00:00", "expected an instant with its zone"),
    ],
)
def test_an_instant_is_within_the_calendar_and_by_now(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"^--known-at '{re.escape(text)}': {why}"):
        import_file.instant(text, clock=lambda: NOW)
    assert import_file.instant("2024-12-03T09:00:00-03:00", clock=lambda: NOW) == NOW


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_name_of_other_bytes_is_written_with_escapes(folder: Path, kind: str) -> None:
    if kind == "csv":
        Path("mydata").mkdir()
        Path("mydata/usdclp.csv").write_text("date,value,source\n2024-11-25,978.61,x\n", encoding="utf-8")
        Path("mydata/series.yaml").write_bytes(Path("data/live_series.yaml").read_bytes())
    name = os.fsdecode(b"d\xff.csv")
    Path("dolar.csv").rename(name)
    done = forex("import", name, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"d\xff.csv: text, UTF-8")
    assert r"import:d\xff.csv" in set(stored()["source"])
    assert json.loads(forex("import", name, "--json", cwd=folder).stdout)["file"] == r"d\xff.csv"


def test_what_the_project_knows_of_a_series_stands(folder: Path) -> None:
    for public in (None, "0 18:00 America/Santiago"):
        with pytest.raises(
            UsageError, match=r"--unit 'EUR': the unit of usdclp is known, 'CLP per USD'. Leave out --unit;"
        ):
            bring(unit="EUR", public=public)
    bring(public="0 18:00 America/Santiago")
    entry = read_series_list(Path("mydata"))["usdclp"]
    assert (entry.unit, entry.tier, entry.publication.business_days) == ("CLP per USD", "critical", 0)
    with pytest.raises(UsageError, match='usdclp is public by the rule "0 18:00 America/Santiago"'):
        bring(public="-1 18:00 America/Santiago")


@pytest.mark.parametrize(
    "store", ["data/ledger", "reports", "reports/mine", "data/raw", "data/calendar", ".git/x", ".", ""]
)
def test_a_store_is_no_folder_of_the_run(folder: Path, store: str) -> None:
    before = sorted(folder.rglob("*"))
    for dry_run in (True, False):
        with pytest.raises(UsageError, match=r"Choose another --store, a folder of yours\.$"):
            bring(store=Path(store), dry_run=dry_run)
    assert sorted(folder.rglob("*")) == before
