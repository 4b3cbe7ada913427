"""Stores of real observations, and the stages from the store to the nowcast run on them in this process."""

import importlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from ruamel.yaml import YAML

from forex.core.files import read_parquet, write_parquet
from forex.core.quantiles import COLUMNS
from forex.observations.store import SERIES_FILE, TARGET, read_series_list
from forex.statistics.forecasts import CONTRIBUTION
from forex.statistics.scores import crps
from tests.support.changed_params import COMMITTED, changed
from tests.support.finished_project import once
from tests.support.made_up import ROOT

SAMPLE = ROOT / "data/sample"
REAL = Path(os.environ["FOREX_REAL_DATA"]) if "FOREX_REAL_DATA" in os.environ else None
NOON_PANEL = Path(os.environ["FOREX_NOON_DATA"]) if "FOREX_NOON_DATA" in os.environ else None
FROM, UNTIL = "2010-01-01", "2025-01-02"
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


@dataclass(frozen=True)
class Fitted:
    """A folder after the stages up to fit."""

    folder: Path

    def read(self, name: str) -> pl.DataFrame:
        return read_parquet(self.folder / "data" / name)

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
    ) -> "Fitted":
        """The same with these usable rows of drivers and target instead, in `folder`: validate judges each series by itself."""
        (folder / "data/clean").mkdir(parents=True)
        shutil.copyfile(self.folder / "data/manifest.json", folder / "data/manifest.json")
        own = read_parquet(self.folder / f"data/clean/{TARGET}.parquet") if target is None else target
        for name, rows in {TARGET: own, **drivers}.items():
            write_parquet(folder / f"data/clean/{name}.parquet", rows)
        run_stages(folder, ["align", "fit"], NOWCAST_ONLY | dict(params or {}))
        return Fitted(folder)


def fitted_sample(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """`fitted` on the sample with the committed params, run once for all who ask; a copy of the caller's own."""

    def make(folder: Path) -> None:
        folder.mkdir()
        fitted(folder, {"ingest.store": str(SAMPLE)})

    folder = tmp_path_factory.mktemp("sample") / "run"
    shutil.copytree(once(tmp_path_factory, "fitted_sample", make), folder)
    return Fitted(folder)


def fitted(folder: Path, params: Mapping[str, Any]) -> Fitted:
    """The stages up to fit, with the nowcast and the random walk."""
    run_stages(folder, ["ingest", "validate", "align", "fit"], NOWCAST_ONLY | dict(params))
    return Fitted(folder)
