"""The whole pipeline on the sample's panel with real series beside it, copper among them: FOREX_REAL_DATA names their folder.

One run of all ten stages on everything; the smaller stores are chosen from its usable rows, since validate judges each series
by itself, and run through align and fit.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import copytree

import numpy as np
import polars as pl
import pytest

from forex.commands.show import nowcast
from forex.core.files import read_json, read_parquet
from forex.core.quantiles import COLUMNS
from forex.observations.store import read_series_list
from forex.timeline import calendar
from tests.support.changed_params import COMMITTED, STAGES
from tests.support.made_up import ROOT
from tests.support.nowcast_runs import FROM, REAL, SAMPLE, Fitted, build_store, panel_names, run_stages

pytestmark = pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA names no folder")

COPPER = "copper_lme"
AS_OF = "2024-11-27"  # a day on which every series is fresh: the real ones end in December


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """After all ten stages on every series of both folders; the target is the real one."""
    assert REAL is not None
    folder = tmp_path_factory.mktemp("whole")
    build_store(folder / "store", (SAMPLE, panel_names()), (REAL, None))
    copytree(ROOT / "data/calendar", folder / "data/calendar")
    run_stages(folder, STAGES, {"ingest.store": "store", "as_of": AS_OF})
    return Fitted(folder)


@pytest.fixture(scope="module")
def stores(whole: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Fitted]:
    """By name: the real observado with these drivers."""
    assert REAL is not None
    rows = whole.drivers()
    delay = pl.col("known_at", "usable_at") + pl.duration(days=1)

    def chosen(names: Iterable[str]) -> dict[str, pl.DataFrame]:
        return {name: rows[name] for name in names}

    drivers = {
        "panel": chosen(panel_names()),
        "panel and copper": chosen([*panel_names(), COPPER]),
        "a day later": {name: series.with_columns(delay) for name, series in chosen([*panel_names(), COPPER]).items()},
        "real folder": chosen(name for name in read_series_list(REAL) if name != "usdclp"),
        "copper": chosen([COPPER]),
        "none": {},
    }
    return {
        name: whole.beside(tmp_path_factory.mktemp("store"), chosen, {"as_of": AS_OF})
        for name, chosen in drivers.items()
    }


# --- what the nowcast explains ----------------------------------------------------------------------------------------


def test_with_copper_the_nowcast_explains_a_third_and_more_than_the_panel_alone(
    stores: Mapping[str, Fitted],
) -> None:
    """Measured: 34.6 % with LME copper, 32.7 % with the panel alone."""
    assert stores["panel and copper"].r2() >= 0.33
    assert stores["panel and copper"].r2() > stores["panel"].r2() + 0.01


def test_the_real_folder_by_itself_explains_its_part(stores: Mapping[str, Fitted]) -> None:
    """Measured: 35.7 %, most of it by the market's close of the day before, which its store does not declare to be a quote."""
    assert stores["real folder"].r2() >= 0.34


def test_a_day_later_little_is_left(stores: Mapping[str, Fitted]) -> None:
    """Measured: 4.4 % where every driver is known a day later."""
    assert stores["a day later"].r2() < 0.25 * stores["panel and copper"].r2()
    assert stores["a day later"].r2("7d") < 0.25 * stores["panel and copper"].r2("7d")


def test_fewer_drivers_explain_less_down_to_the_own_last_return(stores: Mapping[str, Fitted]) -> None:
    """Measured: 34.6, 32.7, 19.3 and 3.2 %; every store has a forecast at every origin."""
    r2 = [stores[name].r2() for name in ("panel and copper", "panel", "copper", "none")]
    assert r2 == sorted(r2, reverse=True)
    assert 0.0 < r2[-1] < 0.06
    counts = {name: run.read("forecasts/raw.parquet").height for name, run in stores.items()}
    assert len(set(counts.values())) == 1
    for run in stores.values():
        assert np.isfinite(run.read("forecasts/raw.parquet").select(COLUMNS).to_numpy()).all()
        for horizon in ("1d", "7d", "15d"):
            assert run.crps(horizon) < run.crps(horizon, "random_walk")


# --- all ten stages ---------------------------------------------------------------------------------------------------


def test_every_series_reaches_the_panel_and_a_forecast_comes_out(whole: Fitted) -> None:
    report = read_json(whole.folder / "reports/expectations.json")
    assert REAL is not None
    assert set(report["series"]) == {*panel_names(), *read_series_list(REAL)}
    assert {series["fate"] for series in report["series"].values()} <= {"used", "flagged"}
    panel = whole.read("panel.parquet")
    assert panel[f"{COPPER}_move_0"].drop_nulls().len() > 3500
    regimes = whole.read("regimes.parquet")
    assert regimes.filter(pl.col("regime") == "COPPER_SHOCK").height > 20

    forecast = json.loads((whole.folder / "reports/forecast.json").read_text(encoding="utf-8"))
    assert (forecast["origin_date"], forecast["missing"]) == (AS_OF, [])
    assert set(forecast["horizons"]) == set(COMMITTED["horizons"])
    for stage in STAGES.values():
        for out in [*stage["outs"], *stage.get("metrics", [])]:
            assert (whole.folder / (out if isinstance(out, str) else next(iter(out)))).exists()


def test_calibrated_covers_on_real_data(whole: Fitted) -> None:
    calibrated = whole.read("forecasts/calibrated.parquet")
    assert calibrated.height == np.prod([calibrated[key].n_unique() for key in ("origin_date", "horizon", "model")])
    days = calendar.business_days(str(calibrated["origin_date"].min()), AS_OF)
    assert calibrated["origin_date"].unique().sort().to_list() == days.tolist()
    published = calibrated.filter(
        pl.col("model") == "published",
        pl.col("origin_date") >= dt.date.fromisoformat(FROM),
        pl.col("actual").is_not_null(),
    )
    for _, rows in published.group_by("horizon"):
        assert rows.height > 3500
        for level, tolerance, low, high in ((0.80, 0.03, "q0.1", "q0.9"), (0.95, 0.02, "q0.025", "q0.975")):
            covered = rows.select(pl.col("actual").is_between(pl.col(low), pl.col(high)).mean()).item()
            assert abs(covered - level) <= tolerance


@pytest.mark.parametrize("horizon", COMMITTED["horizons"])
def test_the_report_on_the_nowcast_is_that_of_the_forecasts_in_the_file(horizon: str, whole: Fitted) -> None:
    rows = whole.contributions(horizon).to_numpy()
    assert np.abs(rows[:, 1:].sum(axis=1) - rows[:, 0]).max() < 1e-8
    said = read_json(whole.folder / "reports/validation.json")["nowcast"][horizon]
    assert said["r2"] == pytest.approx(whole.r2(horizon), abs=2e-5)  # quantiles have four decimals
    assert sum(series["r2"] for series in said["series"].values()) == pytest.approx(said["r2"], abs=1e-7)
    metrics = read_json(whole.folder / "reports/metrics/nowcast.json")["nowcast"][horizon]["nowcast"]
    assert (metrics["r2"], metrics[f"r2_from_{COPPER}"]) == (said["r2"], said["series"][COPPER]["r2"])


def test_the_command_explains_the_newest_nowcast(whole: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(whole.folder)
    content = nowcast.view(at=None)
    assert content["origin_date"] == AS_OF
    published = read_parquet(Path("data/forecasts/calibrated.parquet")).filter(
        pl.col("origin_date") == dt.date.fromisoformat(AS_OF), pl.col("model") == "nowcast"
    )
    for horizon, median in published.select("horizon", "q0.5").iter_rows():
        assert content["anchor"] + content["moves"][horizon] == pytest.approx(median, abs=2e-4)
        parts = [series["moves"][horizon] for series in content["series"].values()]
        assert sum(parts) == pytest.approx(content["moves"][horizon], abs=len(parts) * 5e-5)
    page = nowcast.text(content)
    [cells] = [line.split() for line in page.splitlines() if COPPER in line.split()]
    assert AS_OF in cells and "0" in cells
