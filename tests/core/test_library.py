"""The functions of `import forex` give what the pipeline gives, on the caller's own frames."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import forex
from forex.core.errors import DataError
from forex.core.runtime import PINNED
from tests.support.finished_project import first_run
from tests.support.made_up import ROOT

# In a process that is pinned as a stage's is; in another one a last digit may differ.
AS_THE_PIPELINE = """
import sys
from pathlib import Path
import forex
from forex.core.files import read_parquet

run = Path(sys.argv[1])
panel, regimes = (read_parquet(run / f"data/{name}.parquet") for name in ("panel", "regimes"))
raw = forex.fit(panel)
assert raw.equals(read_parquet(run / "data/forecasts/raw.parquet"))
calibrated = forex.calibrate(raw, panel, regimes=regimes)
assert calibrated.equals(read_parquet(run / "data/forecasts/calibrated.parquet"))
assert forex.latest(calibrated)["horizon"].to_list() == ["1d", "7d", "15d", "30d", "90d"]
forex.score(calibrated, origins_from="2010-01-01").write_csv(sys.argv[2])
"""
DAY = datetime(2024, 11, 26, 21, tzinfo=UTC)


@pytest.mark.slow
def test_on_the_pipelines_panel_and_regimes_they_are_the_pipeline(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = first_run(tmp_path_factory)
    words = [sys.executable, "-c", AS_THE_PIPELINE, str(run), str(tmp_path / "scores.csv")]
    done = subprocess.run(words, env=os.environ | PINNED, cwd=run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scores = pl.read_csv(tmp_path / "scores.csv")
    committed = pl.read_csv(run / "reports/plots/scores.csv").select("horizon", "model", "n", crps_="crps")
    both = scores.join(committed, on=["horizon", "model"])
    assert both.height == committed.height and (both["n"] == both["n_right"]).all()
    assert ((both["crps"] - both["crps_"]).abs() < 1e-6 * both["crps"]).all()


def test_a_frame_of_pandas_is_as_good() -> None:
    series = {name: frame for name, frame in forex.read_store().items() if name in ("usdclp", "eur")}
    other = {name: frame.to_pandas() for name, frame in series.items()}
    assert forex.panel(other, as_of="2024-11-27").equals(forex.panel(series, as_of="2024-11-27"))


def test_what_is_missing_is_named() -> None:
    rows = pl.DataFrame({"date": ["2024-11-27"], "value": [950.0], "known_at": [DAY]})
    with pytest.raises(DataError, match=r"usdclp: not among the series \(eur\)"):
        forex.panel({"eur": rows})
    with pytest.raises(DataError, match="usdclp: no column known_at, only date, value. Add it"):
        forex.panel({"usdclp": rows.drop("known_at")})


def test_percent_series_move_by_differences() -> None:
    series = {"usdclp": forex.read_store()["usdclp"]}
    rate = series["usdclp"].with_columns(value=pl.lit(3.0), unit=pl.lit("percent"))
    move = forex.panel(series | {"tpm": rate}, as_of="2004-01-05")["tpm_move_0"].drop_nulls()
    assert len(move) > 100 and (move == 0).all()


def test_importing_forex_loads_nothing_heavy() -> None:
    code = "import sys, forex; print(*[name for name in ('numpy', 'polars', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
    assert set(forex.__all__) <= set(dir(forex))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = forex.nothing
