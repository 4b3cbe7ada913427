"""The Chronos challenger with the real packages: loading from a folder, inference, and the guarantees every model gives."""

import socket
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tiny_models import CHRONOS_2_LEVELS, DECILES, save_bolt, save_chronos_2, save_chronos_t5

from forex.calibration.calibrate import calibrate
from forex.core.errors import UsageError
from forex.core.quantiles import MEDIAN
from forex.models.chronos import Chronos, Settings, load
from forex.models.registry import build
from forex.observations.history import History
from tests.guarantee.test_lookahead import CHANGES, Change, history_changed
from tests.support.simulated import DAILY, committed, fit_params, history_of, led_by_drivers, outcomes_of

HORIZONS = ("1d", "7d", "90d")
FIRST = 420


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*address: object, **options: object) -> None:
        raise AssertionError(f"a connection to {address}")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture(scope="module", params=["bolt", "chronos_2"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp(request.param)
    save = {"bolt": save_bolt, "chronos_2": save_chronos_2}[request.param]
    return Settings(model=str(save(folder)), context=96, steps=64, batch=32)


@pytest.fixture(scope="module")
def led() -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    return led_by_drivers(1, 520)


@pytest.fixture(scope="module")
def history(led: tuple[pl.DataFrame, dict[str, pl.DataFrame]]) -> History:
    return history_of(*led)


# --- loading --------------------------------------------------------------------------------------------------------


def test_a_saved_model_comes_back_from_its_folder(settings: Settings) -> None:
    assert sorted(path.name for path in Path(settings.model).iterdir()) == ["config.json", "model.safetensors"]
    assert load(settings.model).quantiles in (DECILES, CHRONOS_2_LEVELS)


def test_what_is_no_model_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"model_type": "t5"}')
    for name in (str(tmp_path / "empty"), str(tmp_path / "other"), "amazon/chronos-bolt-not-there", "no such/folder/x"):
        with pytest.raises(
            UsageError, match=r"fit\.chronos\.model = .* neither the folder of a Chronos model"
        ) as error:
            load(name)
        assert name in str(error.value) and "hf download" in str(error.value) and "\n" not in str(error.value)


def test_a_model_that_draws_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a model that gives quantiles"):
        load(str(save_chronos_t5(tmp_path)))


# --- inference ------------------------------------------------------------------------------------------------------


def test_quantiles_are_complete_and_their_own(settings: Settings, history: History) -> None:
    predicted = Chronos(settings).forecast(history, np.arange(FIRST, len(history.days)), HORIZONS)
    assert list(predicted) == list(HORIZONS)
    for forecast in predicted.values():
        assert forecast.quantiles.shape == (len(history.days) - FIRST, 25)
        assert np.isfinite(forecast.quantiles).all() and (np.diff(forecast.quantiles, axis=1) >= 0).all()
        assert (forecast.scale > 0).all()
        np.testing.assert_array_equal(forecast.quantiles[:, MEDIAN], forecast.location)
        assert len(np.unique(forecast.location)) > 0.9 * len(forecast.location)


def test_rows_equal_the_pipeline_asked_for_one_origin(settings: Settings, history: History) -> None:
    """By the library's plain call on logs of CLP values over the anchor, one origin at a time."""
    import torch

    pipeline, origins = load(settings.model), np.arange(FIRST, len(history.days))
    predicted = Chronos(settings).forecast(history, origins, ("7d",))["7d"]
    values = dict(zip(history.in_force.tolist(), history.observado.tolist(), strict=True))
    days = history.days.tolist()
    for row in (0, 31, 32, 77):
        newest = days.index(history.anchor_date[origins[row]].item())
        past = [values.get(day, np.nan) / history.anchor[origins[row]] for day in days[newest - 95 : newest + 1]]
        context = torch.tensor(100 * np.log(past), dtype=torch.float32)
        steps = history.targets("7d").steps[origins[row]]
        got = predicted.quantiles[row, [4, MEDIAN, -5]]
        every, _ = pipeline.predict_quantiles([context], 64, quantile_levels=list(pipeline.quantiles))
        ordered = np.sort(np.asarray(every[0]).reshape(64, -1)[steps - 1]) / 100
        levels = list(pipeline.quantiles)
        expected = [ordered[levels.index(level)] for level in (0.1, 0.5, 0.9)]
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-7)


def test_a_forecast_depends_neither_on_the_batch_nor_on_the_other_horizons(
    settings: Settings, history: History
) -> None:
    origins = np.arange(FIRST, len(history.days))
    usual = Chronos(settings).forecast(history, origins, HORIZONS)["7d"].quantiles
    again = Chronos(settings).forecast(history, origins, ("7d",))["7d"].quantiles
    np.testing.assert_array_equal(again, usual)
    other = Chronos(settings.model_copy(update={"batch": 7})).forecast(history, origins, ("7d",))["7d"].quantiles
    np.testing.assert_allclose(other, usual, rtol=1e-3, atol=1e-7)


def test_nothing_depends_on_the_level(
    settings: Settings, led: tuple[pl.DataFrame, dict[str, pl.DataFrame]], history: History
) -> None:
    target, drivers = led
    origins = np.arange(FIRST, len(history.days))
    usual = Chronos(settings).forecast(history, origins, HORIZONS)
    for factor in (2.0, 0.01):
        moved = history_of(target.with_columns(pl.col("value") * factor), drivers)
        other = Chronos(settings).forecast(moved, origins, HORIZONS)
        for horizon in HORIZONS:
            np.testing.assert_allclose(other[horizon].quantiles, usual[horizon].quantiles, rtol=1e-3, atol=1e-3 * DAILY)


def test_no_origins_no_forecasts(settings: Settings, history: History) -> None:
    assert Chronos(settings).forecast(history, np.array([], dtype=np.int64), ("1d",))["1d"].quantiles.shape == (0, 25)


@pytest.mark.filterwarnings("ignore:We recommend keeping prediction length")  # that is what is tested
def test_steps_beyond_the_models_own_are_rolled_on(tmp_path: Path, history: History) -> None:
    short = Settings(model=str(save_bolt(tmp_path, prediction_length=16)), context=96, steps=64, batch=32)
    predicted = Chronos(short).forecast(history, np.arange(FIRST, FIRST + 5), ("90d",))["90d"]
    assert np.isfinite(predicted.quantiles).all() and (predicted.scale > 0).all()


# --- the guarantees -------------------------------------------------------------------------------------------------


@CHANGES
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_forecasts_do_not_depend_on_what_is_known_later(
    settings: Settings, cut_off: str, change: Change, led: tuple[pl.DataFrame, dict[str, pl.DataFrame]]
) -> None:
    target, drivers = led
    model, whole = Chronos(settings), history_of(target, drivers, cut_off=cut_off)
    usual = model.forecast(whole, np.arange(FIRST, len(whole.days)), HORIZONS)
    for last in (FIRST, FIRST + 31, FIRST + 50):  # alone, the end of a batch, the middle of one
        part = history_changed(target, drivers, whole.days[last], cut_off, change)
        other = model.forecast(part, np.arange(FIRST, len(part.days)), HORIZONS)
        rows = slice(last + 1 - FIRST)
        for horizon in HORIZONS:
            for field in ("location", "scale", "quantiles"):
                np.testing.assert_array_equal(
                    getattr(other[horizon], field)[rows], getattr(usual[horizon], field)[rows]
                )


def test_it_is_calibrated_and_published_like_any_other_model(settings: Settings, history: History) -> None:
    fit = fit_params("random_walk", "chronos").model_copy(update={"chronos": settings})
    origins = np.arange(260, len(history.days))
    by_model = {name: model.forecast(history, origins, HORIZONS) for name, model in build(fit).items()}
    raw = {horizon: {name: by_model[name][horizon] for name in by_model} for horizon in HORIZONS}
    rules = committed().calibrate
    rules = rules.model_copy(
        update={
            "min_scores": 60,
            "conformal": ("chronos",),
            "ensemble": rules.ensemble.model_copy(update={"members": ("chronos",)}),
            "published": rules.published.model_copy(update={"model": "chronos"}),
        }
    )
    made, first = calibrate(raw, outcomes_of(history, origins, HORIZONS), rules)
    for horizon in HORIZONS:
        np.testing.assert_array_equal(made[horizon].quantiles["published"], made[horizon].quantiles["chronos"])
        assert np.isfinite(made[horizon].quantiles["chronos"][first:]).all()
