"""What the manifest says of each series."""

import datetime as dt
from pathlib import Path

import polars as pl

from forex.core.reports import read_report, write_report
from forex.observations.manifest import Manifest
from tests.support.forecasts_made_up import manifest


def test_moves_are_differences_where_the_unit_is_per_cent() -> None:
    assert manifest({"usdclp": "CLP per USD", "tpm": "percent", "vix": "index"}).in_per_cent == {"tpm"}


def test_quotes_are_the_series_that_say_so_whatever_their_id() -> None:
    units = dict.fromkeys(("usdclp", "usdclp_spot", "usdclp_close", "desk"), "CLP per USD")
    assert manifest(units, quotes=["usdclp_spot", "desk"]).quotes == {"usdclp_spot", "desk"}


def test_the_cut_off_comes_back_as_an_instant_that_rows_can_be_compared_with(tmp_path: Path) -> None:
    path, until = tmp_path / "manifest.json", dt.datetime(2024, 11, 27, 18, tzinfo=dt.UTC)
    write_report(path, manifest({}, known_until=until))
    assert '"2024-11-27T18:00:00Z"' in path.read_text(encoding="utf-8")
    read = read_report(path, Manifest).known_until
    assert read == until and read.tzinfo is dt.UTC
    rows = pl.DataFrame({"usable_at": [until, until + dt.timedelta(seconds=1)]})
    assert rows.filter(pl.col("usable_at") <= read).height == 1
