"""The functions of `import forex` give what the pipeline gives, on the caller's own frames."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import forex
from forex.core.errors import DataError, ForexError, ParamsError, TooLittleData, UsageError
from forex.core.runtime import PINNED
from forex.params import load_params
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


@pytest.mark.slow
def test_a_frame_of_pandas_is_as_good() -> None:
    series = two_series()
    other = {name: frame.to_pandas() for name, frame in series.items()}
    assert forex.panel(other, as_of="2024-11-27").equals(forex.panel(series, as_of="2024-11-27"))


@pytest.mark.slow
def test_what_pandas_makes_of_every_frame_is_as_good() -> None:
    table, raw, calibrated = (frame.to_pandas() for frame in made())
    assert forex.fit(table, horizons=["1d"]).equals(made()[1])
    again = forex.calibrate(raw, table, regimes=regimes().to_pandas())
    assert again.equals(made()[2])
    assert forex.latest(calibrated).equals(forex.latest(made()[2]))
    assert forex.score(calibrated).equals(forex.score(made()[2]))


@cache
def store() -> dict[str, pl.DataFrame]:
    return forex.read_store()


def two_series() -> dict[str, pl.DataFrame]:
    return {name: store()[name] for name in ("usdclp", "eur")}


@cache
def made() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """A panel, the raw forecasts and the calibrated ones."""
    table = forex.panel(two_series(), as_of="2008-06-30")
    raw = forex.fit(table, horizons=["1d"])
    return table, raw, forex.calibrate(raw, table)


def regimes() -> pl.DataFrame:
    return made()[1].select("origin_date", regime=pl.lit("UNKNOWN")).unique(maintain_order=True)


def observed(**columns: Any) -> pl.DataFrame:
    """Three observations, with these columns instead of theirs."""
    days = [date(2024, 11, day) for day in (25, 26, 27)]
    usual = {"date": days, "value": [942.0, 941.5, 934.5], "known_at": [DAY - timedelta(days=at) for at in (2, 1, 0)]}
    return pl.DataFrame(usual | columns)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"known_at": [date(2024, 11, day) for day in (24, 25, 26)]},
            "column known_at: expected instants .* got Date: a day does",
        ),
        ({"known_at": [1, 2, 3]}, "column known_at: expected instants"),
        ({"known_at": ["2024-11-26T21:00:00Z"] * 3}, "column known_at: expected instants .* got String"),
        ({"known_at": [DAY, None, DAY]}, "row 1: known_at is missing"),
        ({"date": ["2024-11-25", "2024-11-26", "2024-11-27"]}, "column date: expected days .* got String"),
        ({"date": [DAY, DAY, DAY]}, "column date, row 0: expected a day, got the instant 2024-11-26 21:00:00"),
        ({"date": [date(2024, 11, 25), None, date(2024, 11, 27)]}, "row 1: date is missing"),
        (
            {"date": [date(2024, 11, 25), date(20, 11, 26), date(2024, 11, 27)]},
            "row 1: date 0020-11-26 is outside the years",
        ),
        ({"value": [942.0, float("inf"), 934.5]}, "row 1: value inf is not finite"),
        ({"value": [942.0, -941.5, 934.5]}, "row 1: value -941.5 is not positive"),
        ({"value": [942.0, 0.0, 934.5]}, "row 1: value 0.0 is not positive"),
        ({"value": ["942", "941.5", "934.5"]}, "column value: expected numbers, got String"),
        ({"value": [True, True, True]}, "column value: expected numbers, got Boolean"),
        ({"value": [None, float("nan"), None]}, "no row has a value"),
        (
            {"date": [date(2024, 11, 26)] * 3, "known_at": [DAY] * 3, "value": [942.0, 942.0, 942.00001]},
            "rows 0 and 2: 2024-11-26 has the values 942.0 and 942.00001, both known at 2024-11-26T21:00:00Z",
        ),
    ],
)
@pytest.mark.parametrize("name", ["usdclp", "eur"])
def test_an_observation_that_would_change_results_unseen_is_refused(
    name: str, columns: dict[str, Any], said: str
) -> None:
    series = {"usdclp": observed(), "eur": observed()} | {name: observed(**columns)}
    with pytest.raises(DataError, match=f"^{name}.*{said}") as refused:
        forex.panel(series)
    assert "\n" not in str(refused.value)


def test_instants_of_any_unit_and_zone_are_the_same_instants() -> None:
    there = forex.panel({"usdclp": observed()})
    naive = pl.col("known_at").dt.replace_time_zone(None)
    for kind in (
        naive,
        naive.cast(pl.Datetime("ms")),
        pl.col("known_at").dt.convert_time_zone("Asia/Tokyo").cast(pl.Datetime("ns", "Asia/Tokyo")),
    ):
        assert forex.panel({"usdclp": observed().with_columns(kind)}).equals(there)
    absent = observed(value=[942.0, 941.5, float("nan")])
    assert forex.panel({"usdclp": absent}, as_of="2024-11-27").equals(
        forex.panel({"usdclp": observed().head(2)}, as_of="2024-11-27")
    )


def test_a_day_may_be_a_date() -> None:
    there = forex.panel({"usdclp": observed()}, as_of="2024-11-26")
    assert forex.panel({"usdclp": observed()}, as_of=date(2024, 11, 26)).equals(there)


def test_the_order_of_rows_changes_nothing() -> None:
    twice = pl.concat([observed(), observed().head(1)])
    assert forex.panel({"usdclp": twice.reverse()}).equals(forex.panel({"usdclp": observed()}))


def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sample(fraction=1, shuffle=True, seed=7)


def changed(frame: pl.DataFrame, column: str, value: Any, row: int = -5) -> pl.DataFrame:
    return frame.with_columns(
        pl.when(pl.int_range(pl.len()) == row % frame.height)
        .then(pl.lit(value, frame.schema[column]))
        .otherwise(column)
        .alias(column)
    )


WRONG: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no series by id": (lambda: forex.panel(observed()), DataError, "series: expected frames by id"),
    "no frame": (
        lambda: forex.panel({"usdclp": [1, 2]}),
        DataError,
        "usdclp: expected a frame of polars or pandas, got list",
    ),
    "lazy": (lambda: forex.panel({"usdclp": observed().lazy()}), DataError, r"got LazyFrame\. Call its \.collect"),
    "an empty target": (
        lambda: forex.panel({"usdclp": observed().clear()}),
        TooLittleData,
        "usdclp: no row has a value",
    ),
    "an empty driver": (
        lambda: forex.panel({"usdclp": observed(), "eur": observed().clear()}),
        TooLittleData,
        "eur: no row has a value. Leave",
    ),
    "as_of": (
        lambda: forex.panel({"usdclp": observed()}, as_of="27-11-2024"),
        UsageError,
        'as_of: expected a date like .* got "27-11-2024"',
    ),
    "an empty as_of": (lambda: forex.panel({"usdclp": observed()}, as_of=""), UsageError, "as_of: expected a date"),
    "cut_off": (
        lambda: forex.panel({"usdclp": observed()}, cut_off="25:00"),
        UsageError,
        'cut_off: expected a time .* got "25:00"',
    ),
    "a quote that is not there": (
        lambda: forex.panel({"usdclp": observed(), "eur": observed()}, quotes=["nosuch"]),
        UsageError,
        r"quotes: 'nosuch' is not among the series \(eur\)",
    ),
    "quotes as a text": (
        lambda: forex.panel({"usdclp": observed(), "eur": observed()}, quotes="eur"),
        UsageError,
        "quotes: expected ids .* got 'eur'",
    ),
    "the target as a quote": (
        lambda: forex.panel({"usdclp": observed()}, quotes=["usdclp"]),
        UsageError,
        "quotes: usdclp is the series",
    ),
    "a rate as a quote": (
        lambda: forex.panel({"usdclp": observed(), "tpm": observed(unit=["percent"] * 3)}, quotes=["tpm"]),
        UsageError,
        "quotes: tpm is a rate",
    ),
    **{
        f"the horizon {name}": (
            lambda name=name: forex.fit(made()[0], horizons=[name]),
            UsageError,
            f'horizons: expected .* got "{name}"',
        )
        for name in ("0d", "-5d", "366d", "400d", "7", "1_0d")
    },
    "horizons as a text": (
        lambda: forex.fit(made()[0], horizons="7d"),
        UsageError,
        "horizons: expected horizons .* got '7d'",
    ),
    "no horizon": (lambda: forex.fit(made()[0], horizons=[]), UsageError, "horizons: expected at least one"),
    "a horizon twice": (
        lambda: forex.fit(made()[0], horizons=["7d", "7d"]),
        UsageError,
        "horizons: '7d' stands there twice",
    ),
    "a model that is none": (
        lambda: forex.fit(made()[0], models=["nosuch"]),
        ParamsError,
        "models: 'nosuch' is not a model; those are chronos",
    ),
    "models as a text": (lambda: forex.fit(made()[0], models="theta"), UsageError, "models: expected names"),
    "params that are none": (
        lambda: forex.fit(made()[0], params={"fit": 1}),
        ParamsError,
        "params: expected .* got dict",
    ),
    "a panel that is none": (lambda: forex.fit(observed()), DataError, "panel: no column origin_date"),
    "a shuffled panel": (
        lambda: forex.fit(shuffled(made()[0])),
        DataError,
        r'panel, row \d+: origin_date .* Sort by "origin_date"',
    ),
    "an infinite move": (
        lambda: forex.fit(changed(made()[0], "eur_move_0", float("inf"))),
        DataError,
        "panel, row [0-9]+: eur_move_0 inf is not finite",
    ),
    "a negative anchor": (
        lambda: forex.fit(changed(made()[0], "anchor", -1.0)),
        DataError,
        "panel, row [0-9]+: anchor -1.0 is not positive",
    ),
    "an anchor without a cut-off": (
        lambda: forex.fit(changed(made()[0], "cut_off_at", None)),
        DataError,
        "cut_off_at is missing beside",
    ),
    "an empty panel": (lambda: forex.fit(made()[0].clear()), TooLittleData, "panel: has no rows with an observado"),
    "a panel without an observado": (
        lambda: forex.fit(made()[0].with_columns(observado=None)),
        TooLittleData,
        "panel: has no rows with an observado",
    ),
    "an id that is no text": (
        lambda: forex.panel({"usdclp": observed(), 3: observed()}),
        DataError,
        "series: expected ids",
    ),
    "a horizon in raw that is none": (
        lambda: forex.calibrate(made()[1].with_columns(horizon=pl.lit("0d")), made()[0]),
        DataError,
        'raw, column horizon: expected calendar days .* got "0d"',
    ),
    "raw that is none": (lambda: forex.calibrate(made()[0], made()[0]), DataError, "raw: no column target_date"),
    "shuffled raw": (
        lambda: forex.calibrate(shuffled(made()[1]), made()[0]),
        DataError,
        r'raw, row \d+: .* Sort by "origin_date", "horizon", "model"',
    ),
    "raw without a row": (
        lambda: forex.calibrate(made()[1][:-1], made()[0]),
        DataError,
        "raw, row [0-9]+: origin_date 2008-06-30 has not all models",
    ),
    "raw without a scale": (
        lambda: forex.calibrate(changed(made()[1], "scale", None), made()[0]),
        DataError,
        "scale is missing",
    ),
    "a decreasing quantile": (
        lambda: forex.calibrate(changed(made()[1], "q0.5", 1.0), made()[0]),
        DataError,
        "q0.5 1.0 is below q0.45",
    ),
    "a shorter panel": (
        lambda: forex.calibrate(made()[1], made()[0].head(1000)),
        DataError,
        "panel: has no origin 20.*, which raw has",
    ),
    "another panel": (
        lambda: forex.calibrate(made()[1], changed(made()[0], "anchor", 400.0)),
        DataError,
        "panel: the anchor of 2008-06-.* is 400, and in raw",
    ),
    "a hole in raw": (
        lambda: forex.calibrate(made()[1].filter(pl.col("origin_date") != date(2008, 5, 30)), made()[0]),
        DataError,
        "raw: has no origin 2008-05-30",
    ),
    "too few models": (
        lambda: forex.calibrate(made()[1].filter(model="random_walk"), made()[0]),
        DataError,
        "raw: at 1d there is random_walk; params.calibrate needs",
    ),
    "too few regimes": (
        lambda: forex.calibrate(*made()[1::-1], regimes=regimes()[:-1]),
        DataError,
        r"regimes: the origin 2008-06-30 has none \(1 in all\)",
    ),
    "two regimes a day": (
        lambda: forex.calibrate(*made()[1::-1], regimes=pl.concat([regimes()] * 2)),
        DataError,
        "regimes, row [0-9]+: origin_date .* stands there twice",
    ),
    "a regime that is null": (
        lambda: forex.calibrate(*made()[1::-1], regimes=changed(regimes(), "regime", None)),
        DataError,
        "regime is missing",
    ),
    "a model that is not there": (
        lambda: forex.latest(made()[2], model="nosuch"),
        UsageError,
        "model: no forecast of 'nosuch' at the newest origin, 2008-06-30; of ensemble",
    ),
    "a level off the grid": (
        lambda: forex.latest(made()[2], levels=[0.85]),
        ValueError,
        "levels: expected one of .* got 0.85",
    ),
    "a level in per cent as a text": (
        lambda: forex.score(made()[2], levels=["80"]),
        ValueError,
        "levels: expected numbers such as 0.8, got '80'",
    ),
    "a level twice": (lambda: forex.latest(made()[2], levels=[0.8, 0.8]), ValueError, "levels: expected no repetition"),
    "no level": (lambda: forex.score(made()[2], levels=[]), ValueError, "levels: expected at least one"),
    "shuffled calibrated": (lambda: forex.score(shuffled(made()[2])), DataError, "calibrated, row .* Sort by"),
    "shuffled calibrated, for latest": (
        lambda: forex.latest(shuffled(made()[2])),
        DataError,
        "calibrated, row .* Sort by",
    ),
    "no forecast": (lambda: forex.score(made()[2].clear()), TooLittleData, "calibrated: has no rows"),
    "two outcomes": (
        lambda: forex.score(changed(made()[2], "actual", 500.0, row=5)),
        DataError,
        "calibrated, row [56]: actual .* is not that of",
    ),
    "no outcome": (
        lambda: forex.score(made()[2].filter(pl.col("actual").is_null())),
        TooLittleData,
        "calibrated: no outcome at 1d is known",
    ),
    "no outcome since": (
        lambda: forex.score(made()[2], origins_from="2030-01-01"),
        TooLittleData,
        "origins_from: at 1d no outcome is known from 2030-01-01 on; the last origin with one is 2008-06-",
    ),
    "origins_from": (
        lambda: forex.score(made()[2], origins_from="2010"),
        UsageError,
        'origins_from: expected a date like .* got "2010"',
    ),
}


@pytest.mark.parametrize(("call", "kind", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_by_name(call: Callable[[], Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as refused:
        call()
    assert isinstance(refused.value, ForexError) or kind is ValueError
    assert "dvc repro" not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.slow
def test_what_may_be_left_out_may_be() -> None:
    table, raw, calibrated = made()
    assert forex.calibrate(raw, forex.panel(store(), as_of="2008-07-31")).height == calibrated.height
    published = calibrated.filter(model="published", horizon="1d")
    assert forex.latest(published).equals(forex.latest(calibrated))
    assert forex.score(published.tail(20))["n"].item() == 20
    assert forex.fit(table, horizons=["1d"], params=load_params()).equals(raw)


def test_what_is_missing_is_named() -> None:
    rows = pl.DataFrame({"date": ["2024-11-27"], "value": [950.0], "known_at": [DAY]})
    with pytest.raises(DataError, match=r"usdclp: not among the series \(eur\)"):
        forex.panel({"eur": rows})
    with pytest.raises(DataError, match="usdclp: no column known_at, only date, value. Add it"):
        forex.panel({"usdclp": rows.drop("known_at")})


def test_percent_series_move_by_differences() -> None:
    series = {"usdclp": store()["usdclp"]}
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
