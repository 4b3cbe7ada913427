"""Stores of real observations, and the stages from the store to the nowcast run on them in this process."""

import datetime as dt
import importlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from ruamel.yaml import YAML

from forex.core.files import read_json, read_parquet, write_parquet
from forex.core.quantiles import COLUMNS
from forex.observations.ingest import known_rows
from forex.observations.store import SERIES_FILE, TARGET, read_series_list
from forex.statistics.forecasts import CONTRIBUTION
from forex.statistics.scores import crps
from forex.timeline import calendar
from tests.support.changed_params import COMMITTED, changed
from tests.support.finished_project import once
from tests.support.made_up import ROOT

SAMPLE = ROOT / "data/sample"
REAL = Path(os.environ["FOREX_REAL_DATA"]) if "FOREX_REAL_DATA" in os.environ else None
NOON_PANEL = Path(os.environ["FOREX_NOON_DATA"]) if "FOREX_NOON_DATA" in os.environ else None
FROM, UNTIL = "2010-01-01", "2025-01-02"
NOON_UNTIL = "2024-11-27"  # the last day on which the noon rates are fresh
LATEST = "18:30"  # what is known by then holds what is known at every earlier cut-off
NOWCAST_ONLY = {
    "fit.models": ["random_walk", "nowcast"],
    "calibrate.conformal": ["nowcast"],
    "calibrate.ensemble.members": ["nowcast"],
    "calibrate.published.model": "nowcast",
}


def build_store(path: Path, *parts: tuple[Path, Iterable[str] | None], quotes: Iterable[str] = ()) -> None:
    """A store of the named series of each part (None: all); `quotes` are declared to be quotes of the target."""
    path.mkdir(parents=True)
    entries: dict[str, Any] = {}
    for source, names in parts:
        listed = YAML(typ="safe").load((source / SERIES_FILE).read_text(encoding="utf-8"))
        for name in listed if names is None else names:
            entries[name] = listed[name]
            shutil.copyfile(source / f"{name}.csv", path / f"{name}.csv")
    for name in quotes:
        entries[name]["quotes"] = TARGET
    (path / SERIES_FILE).write_text(json.dumps(entries), encoding="utf-8")


def panel_names() -> list[str]:
    """The drivers of the sample."""
    return [name for name in read_series_list(SAMPLE) if name != TARGET]


def run_stages(folder: Path, stages: Iterable[str], params: Mapping[str, Any]) -> None:
    """Stages on the committed params with `params`, in `folder`."""
    (folder / "params.yaml").write_text(json.dumps(changed(COMMITTED, params)), encoding="utf-8")
    _run(folder, stages)


def _run(folder: Path, stages: Iterable[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in stages:
            importlib.import_module(f"stages.{stage}").main()


@lru_cache(maxsize=4)
def _table(path: Path) -> pl.DataFrame:
    """No file of a run changes once it is there."""
    return read_parquet(path)


@dataclass(frozen=True)
class Fitted:
    """A folder after the stages up to fit, or up to validate where it is `judged`."""

    folder: Path

    def read(self, name: str) -> pl.DataFrame:
        return _table(self.folder / "data" / name)

    def forecasts(self, horizon: str, model: str = "nowcast", since: str = FROM, until: str = UNTIL) -> pl.DataFrame:
        """One model's matured forecasts with `actual`, the observado in force on the target as first published."""
        panel = self.read("panel.parquet").select(target_date="origin_date", actual="observado")
        chosen = (pl.col("horizon") == horizon) & (pl.col("model") == model)
        between = pl.col("origin_date").is_between(pl.lit(since).str.to_date(), pl.lit(until).str.to_date())
        rows = self.read("forecasts/raw.parquet").filter(chosen, between)
        return rows.join(panel, on="target_date", maintain_order="left").drop_nulls("actual")

    def r2(self, horizon: str = "1d", **between: str) -> float:
        """1 − Σ(y − ŷ)²/Σy² of the median's log-distance from the anchor against a rate that stays at the anchor."""
        rows = self.forecasts(horizon, **between)
        actual, predicted = (np.log(rows[name].to_numpy() / rows["anchor"].to_numpy()) for name in ("actual", "q0.5"))
        return float(1 - np.sum((actual - predicted) ** 2) / np.sum(actual**2))

    def crps(self, horizon: str, model: str = "nowcast", **between: str) -> float:
        """The mean score of the matured forecasts, CLP per USD."""
        rows = self.forecasts(horizon, model, **between)
        return float(crps(rows["actual"].to_numpy(), rows.select(COLUMNS).to_numpy()).mean())

    def contributions(self, horizon: str) -> pl.DataFrame:
        """location, what the file of forecasts has, beside the parts that should sum to it."""
        chosen = (pl.col("horizon") == horizon) & (pl.col("model") == "nowcast")
        made = self.read("forecasts/raw.parquet").filter(chosen).select("origin_date", "horizon", "location")
        parts = self.read("forecasts/nowcast.parquet")
        joined = made.join(parts, on=["origin_date", "horizon"], how="inner")
        assert joined.height == made.height == parts.filter(pl.col("horizon") == horizon).height
        return joined.select("location", pl.selectors.ends_with(CONTRIBUTION))

    def calibrated(self) -> pd.DataFrame:
        """data/forecasts/calibrated.parquet, for tests/support/scorer.py."""
        path = self.folder / "data/forecasts/calibrated.parquet"
        if not path.exists():
            shutil.copytree(ROOT / "data/calendar", self.folder / "data/calendar", dirs_exist_ok=True)
            _run(self.folder, ["regimes", "calibrate"])
        return pd.read_parquet(path)

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = read_json(self.folder / "data/manifest.json")
        return found

    def target(self) -> pl.DataFrame:
        """The observado's usable rows."""
        return self.read(f"clean/{TARGET}.parquet")

    def drivers(self) -> dict[str, pl.DataFrame]:
        """Each driver's usable rows."""
        files = sorted((self.folder / "data/clean").glob("*.parquet"))
        return {path.stem: read_parquet(path) for path in files if path.stem != TARGET}

    def beside(
        self,
        folder: Path,
        drivers: Mapping[str, pl.DataFrame],
        params: Mapping[str, Any] | None = None,
        target: pl.DataFrame | None = None,
        listed: "Fitted | None" = None,
    ) -> "Fitted":
        """The same with these usable rows of drivers and target instead, in `folder`: validate judges each series by itself.

        listed: the run whose manifest has the drivers that this one's has not.
        """
        (folder / "data/clean").mkdir(parents=True)
        manifest = self.manifest()
        if listed is not None:
            manifest["series"] = listed.manifest()["series"] | manifest["series"]
        (folder / "data/manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        settings = NOWCAST_ONLY | dict(params or {})
        until = _known_until(changed(COMMITTED, settings))
        for name, rows in {TARGET: self.target() if target is None else target, **drivers}.items():
            write_parquet(folder / f"data/clean/{name}.parquet", known_rows(rows, until))
        run_stages(folder, ["align", "fit"], settings)
        return Fitted(folder)


def _known_until(params: Mapping[str, Any]) -> dt.datetime:
    """Up to when `ingest` knows rows."""
    instant: dt.datetime = calendar.cut_offs([params["as_of"]], params["cut_off"]).tolist()[0]
    return instant.replace(tzinfo=dt.UTC)


def judged(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    *parts: tuple[Path, Iterable[str] | None],
    quotes: Iterable[str] = (),
    as_of: str = UNTIL,
) -> Fitted:
    """`ingest` and `validate` on a store of these parts, at LATEST, run once for all who ask by this name: not to be changed."""

    def make(folder: Path) -> None:
        build_store(folder / "store", *parts, quotes=quotes)
        run_stages(folder, ["ingest", "validate"], {"ingest.store": "store", "as_of": as_of, "cut_off": LATEST})

    return Fitted(once(tmp_path_factory, name, make))


def judged_sample(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return judged(tmp_path_factory, "judged_sample", (SAMPLE, None))


def judged_noon_panel(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """FOREX_NOON_DATA up to the last day on which its rates are fresh."""
    assert NOON_PANEL is not None
    return judged(tmp_path_factory, "judged_noon_panel", (NOON_PANEL, None), as_of=NOON_UNTIL)


def fitted_sample(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """The sample with the committed params, fitted once for all who ask; a copy of the caller's own."""

    def make(folder: Path) -> None:
        rows = judged_sample(tmp_path_factory)
        rows.beside(folder, rows.drivers())

    folder = tmp_path_factory.mktemp("sample") / "run"
    shutil.copytree(once(tmp_path_factory, "fitted_sample", make), folder)
    return Fitted(folder)
