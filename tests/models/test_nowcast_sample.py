"""The nowcast on the sample: before the evening's rate is published and after, and as its drivers cease."""

import datetime as dt
import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from forex.core.files import SIGNIFICANT_DIGITS
from forex.core.quantiles import COLUMNS
from forex.observations.store import TARGET
from forex.statistics.scores import crps
from forex.timeline import calendar
from tests.support import scorer
from tests.support.made_up import ROOT
from tests.support.nowcast_runs import (
    REAL,
    SAMPLE,
    UNTIL,
    Fitted,
    build_store,
    fitted_sample,
    judged_sample,
    panel_names,
    run_stages,
)

pytestmark = pytest.mark.slow

HORIZONS = ("1d", "7d", "15d", "30d", "90d")
BEFORE, AFTER = "15:00", "18:30"
KEYS = ["origin_date", "target_date", "steps", "anchor"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Fitted]:
    """By cut-off."""
    rows = judged_sample(tmp_path_factory)
    later = rows.beside(tmp_path_factory.mktemp("later"), rows.drivers(), {"cut_off": AFTER})
    return {BEFORE: fitted_sample(tmp_path_factory), AFTER: later}


def both(runs: Mapping[str, Fitted], horizon: str) -> pl.DataFrame:
    """The forecasts made at 15:00 beside those at 18:30 (`_after`), where either anchor is as fresh as it can be."""
    found = []
    for run in runs.values():
        chosen = (pl.col("horizon") == horizon) & (pl.col("model") == "nowcast")
        made = run.read("forecasts/raw.parquet").filter(chosen).select(*KEYS, "q0.5")
        found.append(
            made.join(run.read("panel.parquet").select("origin_date", "anchor_age", "anchor_date"), on="origin_date")
        )
    joined = found[0].join(found[1], on="origin_date", suffix="_after")
    return joined.filter(pl.col("anchor_age") == 0, pl.col("anchor_age_after") == -1)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_after_publication_the_next_days_rate_is_the_anchor(horizon: str, runs: Mapping[str, Fitted]) -> None:
    rows = both(runs, horizon)
    assert rows.height > 3500
    origins = rows["origin_date"].to_numpy()
    following = calendar.shift(origins, 1, known_at=origins)
    assert (rows["anchor_date_after"].to_numpy() == following).all()
    in_force = dict(runs[AFTER].read("panel.parquet").select("origin_date", "observado").iter_rows())
    assert rows["anchor_after"].to_list() == [in_force[date] for date in rows["anchor_date_after"]]
    if horizon == "1d":
        assert (rows["target_date"].to_numpy() == following).all()
        assert (rows["target_date_after"].to_numpy() == calendar.shift(following, 1, known_at=origins)).all()
        assert set(rows["steps"]) == set(rows["steps_after"]) == {1}
    else:
        assert rows["target_date_after"].equals(rows["target_date"])
        assert rows["steps_after"].equals(rows["steps"] - 1)


@pytest.mark.parametrize("cut_off", [BEFORE, AFTER])
@pytest.mark.parametrize("horizon", HORIZONS)
def test_contributions_are_those_of_the_forecasts_in_the_file(
    horizon: str, cut_off: str, runs: Mapping[str, Fitted]
) -> None:
    rows = runs[cut_off].contributions(horizon).to_numpy()
    location, parts = rows[:, 0], rows[:, 1:]
    assert parts.shape[1] == len(panel_names()) + 1 and (location != 0).mean() > 0.8
    rounding = 10.0 ** (1 - SIGNIFICANT_DIGITS) * (np.abs(parts).sum(axis=1) + np.abs(location))
    assert (np.abs(parts.sum(axis=1) - location) <= rounding).all()
    moved = (
        runs[cut_off]
        .read("forecasts/raw.parquet")
        .filter((pl.col("horizon") == horizon) & (pl.col("model") == "nowcast"))
    )
    start = moved["anchor"].to_numpy() * np.exp(location)
    np.testing.assert_allclose(moved["q0.5"].to_numpy(), start, atol=1e-4)


def test_before_publication_the_market_has_said_a_third_of_the_next_move(runs: Mapping[str, Fitted]) -> None:
    """Measured: 34.2 % at 1d, 5.8 % at 7d, 2.8 % at 15d, 1.4 % at 30d, 0.4 % at 90d."""
    r2 = [runs[BEFORE].r2(horizon) for horizon in HORIZONS]
    assert r2[0] > 0.335 and r2[1] > 0.052 and r2[2] > 0.025
    assert all(longer < shorter for shorter, longer in pairwise(r2))
    assert r2[-1] > 0


def test_after_publication_little_is_left_to_say_and_the_forecast_is_sharper(runs: Mapping[str, Fitted]) -> None:
    """Measured: 4.0 % at 1d, two business days ahead; CRPS at 7d 5.66 against 6.20 CLP for the same targets."""
    assert 0.015 < runs[AFTER].r2("1d") < 0.10
    assert runs[AFTER].r2("7d") < 0.02
    for horizon in HORIZONS[1:]:
        assert runs[AFTER].crps(horizon) < runs[BEFORE].crps(horizon)
    assert runs[AFTER].crps("7d") < 0.95 * runs[BEFORE].crps("7d")


@pytest.mark.parametrize("cut_off", [BEFORE, AFTER])
def test_nowcast_is_sharper_than_the_random_walk_at_either_cut_off(cut_off: str, runs: Mapping[str, Fitted]) -> None:
    """Measured, CRPS against random_walk from 1d to 90d: -20.8, -4.7, -2.5, -1.4, -0.2 % at 15:00, before calibration; -3.9, -1.7,
    -1.2, -0.5, -0.2 % at 18:30.
    """
    for horizon in HORIZONS:
        own, walk = (runs[cut_off].crps(horizon, model) for model in ("nowcast", "random_walk"))
        assert own < walk
    own, walk = (runs[cut_off].crps("1d", model) for model in ("nowcast", "random_walk"))
    assert own < (0.80 if cut_off == BEFORE else 0.97) * walk


def test_nowcast_degrades_smoothly_as_drivers_cease(
    runs: Mapping[str, Fitted], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The strongest drivers end first, then all: less is explained, never less than nothing; until then not a bit changes."""
    whole = runs[BEFORE]
    some, none = dt.date(2015, 12, 30), dt.date(2020, 12, 30)
    ceasing = {
        name: rows.filter(pl.col("date") <= (some if name in ("mxn", "brl", "zar", "aud") else none))
        for name, rows in whole.drivers().items()
    }
    gone = whole.beside(tmp_path_factory.mktemp("ceasing"), ceasing)
    until = pl.col("origin_date") <= some
    for name, least in (("raw", 25_000), ("nowcast", 13_000)):
        kept, expected = (run.read(f"forecasts/{name}.parquet").filter(until) for run in (gone, whole))
        assert kept.height > least and kept.equals(expected)

    spans = [("2016-02-01", "2020-12-30"), ("2021-02-01", UNTIL)]
    fewer, without = ({"since": since, "until": until} for since, until in spans)
    assert 0.10 < gone.r2(**fewer) < whole.r2(**fewer) - 0.05
    assert -0.01 < gone.r2(**without) < 0.10
    for between in (fewer, without):
        for horizon in HORIZONS[:3]:
            assert gone.crps(horizon, **between) < 1.005 * gone.crps(horizon, "random_walk", **between)
    # Without any move there remain the anchor and what is left of the target's own last return.
    parts = gone.read("forecasts/nowcast.parquet").filter(pl.col("origin_date") >= dt.date(2021, 2, 1))
    assert not parts.drop("origin_date", "horizon", "quote", "usdclp_contribution").to_numpy().any()


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA names no folder")
def test_rows_with_the_next_days_rate_change_next_to_nothing(
    runs: Mapping[str, Fitted], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As docs/reference/data.md says: beside a store with the Banco Central's rates in the fifteen places.

    Measured at 1d: CRPS 1.35 against 0.99 of the forecasts that are scored against them, 0.91 against 0.94 of those that have them
    as anchor; over all origins -0.04, +0.01, -0.01, -0.02, 0.00 % from 1d to 90d.
    """
    assert REAL is not None
    page = (ROOT / "docs/reference/data.md").read_text(encoding="utf-8")
    places = re.findall(r"\| (\d{4}-\d\d-\d\d) \| [+-]", page)
    folder = tmp_path_factory.mktemp("official")
    build_store(folder / "store", (SAMPLE, [TARGET]))
    official = dict(line.split(",") for line in (REAL / "usdclp.csv").read_text(encoding="utf-8").splitlines())
    path = folder / "store/usdclp.csv"
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [f"{day},{official[day] if day in places else value}\n" for day, value in rows]
    path.write_text("".join(kept), encoding="utf-8")
    run_stages(folder, ["ingest", "validate"], {"ingest.store": "store"})
    whole = runs[BEFORE]
    mended = whole.beside(folder / "mended", whole.drivers(), target=Fitted(folder).target())

    at = pl.Series(places).str.to_date().implode()
    for role, expected in (("target_date", (1.35, 0.99)), ("origin_date", (0.91, 0.94))):
        chosen = [run.forecasts("1d").filter(pl.col(role).is_in(at)) for run in (runs[BEFORE], mended)]
        assert [table.height for table in chosen] == [15 if role == "target_date" else 14] * 2
        scores = [crps(table["actual"].to_numpy(), table.select(COLUMNS).to_numpy()).mean() for table in chosen]
        assert scores == [pytest.approx(score, abs=0.05) for score in expected]
    for horizon in HORIZONS:
        assert mended.crps(horizon) == pytest.approx(runs[BEFORE].crps(horizon), rel=0.0005)
        made = [scorer.matured(run.calibrated(), horizon, "published") for run in (runs[BEFORE], mended)]
        for percent in (50, 80, 95):
            shares = [scorer.coverage(rows, percent) for rows in made]
            assert abs(shares[1] - shares[0]) < 0.2
