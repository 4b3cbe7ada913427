"""What becomes of a forecast when series stop coming: by tier, from the store to what people read."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from forex.commands.show import status
from forex.core.errors import StaleError
from forex.core.files import read_json, read_parquet, write_parquet
from forex.core.sentence import Sentence
from forex.presentation.language import language
from forex.statistics.forecasts import CONTRIBUTION
from tests.support.changed_params import COMMITTED, STAGES, changed, run
from tests.support.finished_project import sample
from tests.support.key_changes import AS_OF, REAL
from tests.support.made_up import MadeUpStore

STOPPED = "2020-03-31"  # the last day that still came; as_of is a month later
HELD = [
    "data/forecasts/calibrated.parquet",
    "reports/forecast.json",
    "reports/forecast.csv",
    "reports/dashboard.html",
    "reports/forecast.xlsx",
]


def until(content: str, day: str) -> str:
    lines = content.splitlines()
    return "\n".join([lines[0], *(line for line in lines[1:] if line[:10] <= day)]) + "\n"


@pytest.fixture(scope="module")
def degraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """After all stages on a store whose important `mxn` and optional `thb` stopped, and whose optional `vix` never came."""
    path = tmp_path_factory.mktemp("degraded")
    store = MadeUpStore(path / "store")
    store.add("usdclp", sample("usdclp"))
    store.add("aud", sample("aud"), tier="important")
    store.add("mxn", until(sample("mxn"), STOPPED), tier="important")
    store.add("thb", until(sample("thb"), STOPPED), tier="optional")
    store.add("vix", None, tier="optional", unit="index")
    usual = {key: value for key, value in REAL.items() if not key.startswith("usdclp")}
    (path / "params.yaml").write_text(json.dumps(changed(COMMITTED, usual)), encoding="utf-8")
    (path / "data/calendar").mkdir(parents=True)
    for name in ("bcch_meetings.csv", "bcch_interventions.csv", "holidays_cl.csv"):
        (path / "data/calendar" / name).write_bytes((Path(__file__).parents[2] / "data/calendar" / name).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        for stage in STAGES:
            run(stage)
        yield path


def test_the_forecast_is_made_without_them_and_says_so(degraded: Path) -> None:
    forecast = read_json(Path("reports/forecast.json"))
    assert forecast["origin_date"] == AS_OF
    assert [(entry["series"], entry["tier"]) for entry in forecast["missing"]] == [("vix", "optional")]
    assert "vix.csv: not found" in forecast["missing"][0]["why"]["says"]
    assert [(entry["series"], entry["tier"]) for entry in forecast["flagged"]] == [
        ("mxn", "important"),
        ("thb", "optional"),
    ]
    for entry in forecast["flagged"]:
        assert "21 business days" in entry["why"]["says"], entry["why"]["says"]
    assert {entry["series"]: entry["business_days"] for entry in forecast["stale"]} == {"mxn": 21, "thb": 21}


def test_a_stopped_series_moves_the_forecast_no_more(degraded: Path) -> None:
    parts = read_parquet(Path("data/forecasts/nowcast.parquet")).filter(pl.col("horizon") == "1d").sort("origin_date")
    before = parts.filter(pl.col("origin_date") <= dt.date.fromisoformat(STOPPED)).tail(100)
    newest = parts.tail(1)
    assert str(newest["origin_date"].item()) == AS_OF
    for name in ("aud", "mxn"):
        assert (before[name + CONTRIBUTION] != 0).mean() > 0.8
    newest_parts = {name: newest[name + CONTRIBUTION].item() for name in ("aud", "mxn", "thb")}
    assert newest_parts["aud"] != 0 and (newest_parts["mxn"], newest_parts["thb"]) == (0, 0)


def test_status_has_a_line_for_each(degraded: Path) -> None:
    lines = {line.split(" ")[0]: line for line in status.text(status.view()).splitlines()}
    assert "vix (" in lines["missing"]
    assert all(f"{name} ({name}: " in lines["flagged"] for name in ("mxn", "thb"))


def test_the_dashboard_shows_them(degraded: Path) -> None:
    page = Path("reports/dashboard.html").read_text(encoding="utf-8")
    assert "falta 1, 2 atrasadas" in page
    listed = (
        ("peso mexicano", "importante"),
        ("baht tailandés", "opcional"),
        ("índice de volatilidad (VIX)", "opcional"),
    )
    for name, tier in listed:
        assert f"<li>{name} ({tier}): " in page


def test_the_dashboard_shows_what_the_run_reports_and_says_what_it_could_not(degraded: Path) -> None:
    contributions, dashboard = Path("data/forecasts/nowcast.parquet"), Path("reports/dashboard.html")
    page = dashboard.read_text(encoding="utf-8")
    parts = read_json(Path("reports/performance.json"))["drift"]["drivers"]["series"]["mxn"]
    assert language("es").say(Sentence.model_validate(parts["why"])) in page  # too short a history for drift
    assert "todavía no se ha emitido ningún pronóstico" in page
    assert '<h2 id="nowcast">' in page and '<th scope="row">Dólar australiano</th>' in page
    whole = contributions.read_bytes()
    write_parquet(contributions, read_parquet(contributions).clear())
    try:
        run("report")
        without = dashboard.read_text(encoding="utf-8")
    finally:
        contributions.write_bytes(whole)
        dashboard.write_text(page, encoding="utf-8")
    assert "No evaluado: params.yaml no incluye el nowcast entre los modelos." in without
    assert '<th scope="row">Dólar australiano</th>' not in without


def test_a_stale_observado_ends_with_4_and_leaves_the_last_good_state(degraded: Path) -> None:
    before = [Path(name).read_bytes() for name in HELD]
    rows = Path("store/usdclp.csv")
    whole = rows.read_bytes()
    rows.write_text(until(whole.decode(), STOPPED), encoding="utf-8")
    try:
        run("ingest")
        with pytest.raises(StaleError, match="usdclp: staleness") as stale:
            run("validate")
    finally:
        rows.write_bytes(whole)
    assert stale.value.exit_code == 4
    assert [Path(name).read_bytes() for name in HELD] == before
