"""Runs of the pipeline whose metrics are committed in a git repository of their own, and what spoils a run."""

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.files import read_parquet, write_parquet
from forex.core.quantiles import COLUMNS
from tests.support.changed_params import COMMITTED, changed
from tests.support.made_up import AS_OF, ROOT
from tests.support.nowcast_runs import NOWCAST_ONLY

CALIBRATED = Path("data/forecasts/calibrated.parquet")
WHOLE = ("ingest", "validate", "align", "regimes", "fit", "calibrate", "performance", "evaluate")
SERIES = ("usdclp", "aud", "eur", "zar")  # with a few drivers a run takes half the time
# A day that follows one with a rate of its own; the bootstrap takes most of the time and decides nothing here.
USUAL = NOWCAST_ONLY | {"as_of": AS_OF, "evaluate.draws": 200}


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def repository(folder: Path) -> Path:
    """`folder` as a git repository of the project with SERIES of the sample as its store, nothing run yet."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dvc.yaml", folder)
    shutil.copy(ROOT / ".gitignore", folder)
    for name in ("calendar", "ledger"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    sample, store = ROOT / "data/sample", folder / "data/sample"
    store.mkdir()
    head, *entries = re.split(r"(?m)^(?=\w+:)", (sample / "series.yaml").read_text(encoding="utf-8"))
    kept = [entry for entry in entries if entry.partition(":")[0] in SERIES]
    (store / "series.yaml").write_text(head + "".join(kept), encoding="utf-8")
    for name in SERIES:
        shutil.copy(sample / f"{name}.csv", store)
    git(folder, "init", "-q")
    return folder


def run(folder: Path, *stages: str, params: Mapping[str, Any] | None = None) -> None:
    """The stages in this process, on the committed params with USUAL and with `params`."""
    content = changed(COMMITTED, USUAL | dict(params or {}))
    (folder / "params.yaml").write_text(json.dumps(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in stages:
            importlib.import_module(f"stages.{stage}").main()


def commit(folder: Path, name: str) -> None:
    """All that git sees, tagged `name`; a commit even where nothing changed."""
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--allow-empty", "-m", name)
    git(folder, "tag", name)


def spoil(folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], *judging: str) -> None:
    """Replace the calibrated forecasts by what `change` makes of them, then run the stages that judge them."""
    with chdir(folder):  # so that the file is vouched for as if by its stage
        write_parquet(CALIBRATED, change(read_parquet(CALIBRATED)))
    run(folder, *judging)


def narrowed(calibrated: pl.DataFrame, factor: float) -> pl.DataFrame:
    """Half-widths of `published` times `factor`, at every level."""
    published = (calibrated["model"] == "published").to_numpy()[:, None]
    quantiles, median = calibrated.select(COLUMNS).to_numpy(), calibrated["q0.5"].to_numpy()[:, None]
    return _with(calibrated, np.where(published, median + factor * (quantiles - median), quantiles))


def shaken(calibrated: pl.DataFrame) -> pl.DataFrame:
    """Every quantile up, down or not by one unit of the last digit that the file has."""
    quantiles = calibrated.select(COLUMNS).to_numpy()
    moved = quantiles + 1e-4 * np.random.default_rng(1).integers(-1, 2, quantiles.shape)
    return _with(calibrated, np.sort(moved, axis=1))


def _with(calibrated: pl.DataFrame, quantiles: np.ndarray) -> pl.DataFrame:
    rounded = np.round(quantiles, 4)
    return calibrated.with_columns(pl.Series(name, rounded[:, k]) for k, name in enumerate(COLUMNS))
