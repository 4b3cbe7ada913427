"""`forex nowcast` on a small run: parts that sum to the move, ages, what is not there yet."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forex.commands.show import nowcast
from forex.core.errors import DataError, UsageError
from forex.core.files import write_parquet
from forex.core.reports import write_report
from forex.evaluation.report import Explained, Record, Scoreboard, SeriesPart, Unexplained, ValidationReport

pytestmark = pytest.mark.slow

DAYS = [dt.date(2024, 11, 26), dt.date(2024, 11, 27)]
RECORD = Record(
    r2=0.3,
    r2_se=0.02,
    n=3000,
    n_direction=3000,
    direction=0.7,
    direction_se=None,
    series={"usdclp": SeriesPart(r2=-0.0001, r2_lost=0.0), "mxn": SeriesPart(r2=0.3001, r2_lost=0.3)},
)
NOTHING = Unexplained(status="INSUFFICIENT_DATA")


def write(record: dict[str, Explained | Unexplained]) -> None:
    scores = Scoreboard(origins_from="2010-01-01", levels=(), band=0.9, horizons={}, verdicts={})
    write_report(nowcast.VALIDATION, ValidationReport(**dict(scores), nowcast=record))


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        (day, horizon, -0.001, mxn, 0.0)
        for day, factor in zip(DAYS, (1.0, 2.0), strict=True)
        for horizon, mxn in (("15d", 0.004 * factor), ("1d", 0.003 * factor), ("7d", 0.004 * factor))
    ]
    columns = ["origin_date", "horizon", *(f"{name}_contribution" for name in ("usdclp", "mxn", "zar"))]
    write_parquet(nowcast.CONTRIBUTIONS, pl.DataFrame(rows, schema=columns, orient="row"))
    panel = {"origin_date": DAYS, "anchor": [900.0, 910.0], "anchor_date": DAYS, "anchor_age": [0, 0]}
    panel |= {"mxn": [20.5, 20.6], "mxn_date": [DAYS[0], DAYS[0]], "mxn_age": [0, 1]}
    nothing: dict[str, Any] = {"zar": [None, None], "zar_date": [None, None], "zar_age": [None, None]}
    types = {"zar": pl.Float64, "zar_date": pl.Date, "zar_age": pl.Int32}
    write_parquet(nowcast.PANEL, pl.DataFrame(panel | nothing, schema_overrides=types))
    full = Explained(
        **dict(RECORD),
        by_year={"2023": RECORD.model_copy(update={"r2": None}), "2024": RECORD},
        by_quote={"none": RECORD},
    )
    write({"1d": full, "7d": full.model_copy(update={"r2": -0.00001}), "15d": NOTHING})


def test_parts_in_clp_sum_to_the_move() -> None:
    content = nowcast.view(at=None)
    assert (content["origin_date"], content["anchor"]) == ("2024-11-27", 910.0)
    assert content["moves"] == pytest.approx(
        {"1d": 910 * 0.0050125, "7d": 910 * 0.0070246, "15d": 910 * 0.0070246}, rel=1e-4
    )
    assert content["series"]["mxn"]["moves"]["1d"] == pytest.approx(content["moves"]["1d"] * 6 / 5, abs=1e-3)
    assert {key: content["series"]["mxn"][key] for key in ("value", "date", "business_days")} == {
        "value": 20.6,
        "date": "2024-11-26",
        "business_days": 1,
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_table_has_a_column_for_each_different_estimate() -> None:
    head, _, first, *others = nowcast.text(nowcast.view(at=None)).splitlines()[2:7]
    assert _cells(head)[4:] == ["1d, CLP", "7d to 15d, CLP", "R² 1d, points"]
    assert _cells(first) == ["mxn", "20.6", "2024-11-26", "1", "+5.47", "+7.31", "+30.0"]
    assert _cells(others[0]) == [
        "usdclp",
        "910",
        "2024-11-27",
        "0",
        "-0.91",
        "-0.91",
        "+0.0",
    ]
    # A driver of which nothing is known yet moves nothing and has no record.
    assert _cells(others[1]) == ["zar", "", "", "none", "+0.00", "+0.00", "-"]


def test_a_quote_is_called_one_and_keeps_its_record() -> None:
    """The panel says which series is: it has a gap. Its parts sum with the others as before."""
    plain = nowcast.view(at=None)
    panel = pl.read_parquet(nowcast.PANEL).with_columns(mxn_gap=pl.Series([0.001, None], dtype=pl.Float64))
    write_parquet(nowcast.PANEL, panel)
    content = nowcast.view(at=None)
    assert {name: series["quote"] for name, series in content["series"].items()} == {
        "usdclp": False,
        "mxn": True,
        "zar": False,
    }
    assert content["moves"] == plain["moves"]
    for horizon, move in content["moves"].items():
        assert sum(series["moves"][horizon] for series in content["series"].values()) == pytest.approx(move, abs=1e-3)
    first = nowcast.text(content).splitlines()[4]
    assert _cells(first) == ["mxn (quote)", "20.6", "2024-11-26", "1", "+5.47", "+7.31", "+30.0"]


def test_record_shows_what_is_evaluated_and_only_that() -> None:
    lines = nowcast.text(nowcast.view(at=None)).splitlines()
    cells = [_cells(line) for line in lines]
    assert ["1d", "3000", "30.0 ± 2.0", "70.0"] in cells
    assert ["7d", "3000", "0.0 ± 2.0", "70.0"] in cells
    assert ["1d", "-", "30"] in cells
    assert not any(row[0] == "15d" for row in cells)


def test_without_a_matured_forecast_it_says_so() -> None:
    write(dict.fromkeys(("1d", "7d", "15d"), NOTHING))
    page = nowcast.text(nowcast.view(at=None))
    assert page.endswith("No forecast that is scored has matured yet: what the nowcast explains is not evaluated.")
    assert "R²" not in page


def test_another_day() -> None:
    assert nowcast.view(at="2024-11-26")["anchor"] == 900.0
    with pytest.raises(UsageError, match="--at 2020-01-02: forecasts were made from 2024-11-26 to 2024-11-27"):
        nowcast.view(at="2020-01-02")


def test_without_a_nowcast_it_says_what_to_do() -> None:
    empty = pl.read_parquet(nowcast.CONTRIBUTIONS).clear()
    write_parquet(nowcast.CONTRIBUTIONS, empty)
    with pytest.raises(UsageError, match="fit.models lists no nowcast"):
        nowcast.view(at=None)
    nowcast.CONTRIBUTIONS.unlink()
    with pytest.raises(DataError, match="nowcast.parquet: not found"):
        nowcast.view(at=None)
