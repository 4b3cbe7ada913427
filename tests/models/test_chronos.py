"""The Chronos challenger without its packages: what the model would be shown, what is made of its answer, what is said."""

import sys

import numpy as np
import pytest
from scipy.special import ndtri

from forex.core.errors import DataError, UsageError
from forex.core.quantiles import MEDIAN
from forex.models import chronos
from forex.models.registry import build
from forex.observations.history import History
from forex.statistics.predictive import LEVELS
from tests.support.simulated import DAILY, fit_params, garch_returns, history_of, target_of

SETTINGS = chronos.Settings(model="models/none", context=64, steps=70, batch=16)
DECILES = [round(0.1 * k, 1) for k in range(1, 10)]


@pytest.fixture(scope="module")
def history() -> History:
    rng = np.random.default_rng(1)
    gaps = rng.random(420) < 0.08
    gaps[[0, -1]] = False
    return history_of(target_of(garch_returns(rng, 420), gaps=gaps))


# --- without the packages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["chronos", "torch"])
def test_missing_packages_are_named_with_the_command_that_installs_them(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=r"Install them with `pip install -r requirements-extras\.txt`") as error:
        build(fit_params("random_walk", "chronos").model_copy(update={"chronos": SETTINGS}))
    assert error.value.exit_code == 2
    assert missing in str(error.value) or "chronos" in str(error.value)


def test_a_block_without_its_model_enabled_needs_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chronos", None)
    assert list(build(fit_params("random_walk").model_copy(update={"chronos": SETTINGS}))) == ["random_walk"]


# --- what the model is shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [5, 64, 600])
def test_contexts_are_the_last_business_days_up_to_the_anchor(history: History, length: int) -> None:
    origins = np.arange(50, len(history.days), 23)
    got = chronos.contexts(history, origins, length)
    assert got.shape == (len(origins), length)
    assert (got[:, -1] == 0).all()
    values = dict(zip(history.in_force.tolist(), history.observado.tolist(), strict=True))
    days = history.days.tolist()  # every business day from the first value on, and so the days of the contexts
    for row, origin in enumerate(origins):
        newest = days.index(history.anchor_date[origin].item())
        for back in range(length):
            there = days[newest - back] if back <= newest else None
            expected = np.log(values[there] / history.anchor[origin]) if there in values else np.nan
            assert got[row, length - 1 - back] == pytest.approx(expected, abs=1e-7, nan_ok=True)


# --- what is made of its answer -------------------------------------------------------------------------------------


def test_normal_quantiles_stay_normal_on_the_grid() -> None:
    centre, spread = np.array([[0.0], [0.01]]), np.array([[DAILY], [3 * DAILY]])
    for levels in (DECILES, [0.01, 0.05, *DECILES, 0.95, 0.99], [0.001, 0.25, 0.5, 0.75, 0.999]):
        got = chronos.on_grid(centre + spread * ndtri(levels), levels)
        np.testing.assert_allclose(got, centre + spread * ndtri(LEVELS), rtol=1e-12, atol=1e-17)


def test_the_grid_keeps_the_levels_it_is_given_and_never_crosses() -> None:
    rng = np.random.default_rng(2)
    given = rng.standard_normal((200, 9))  # in no order
    got = chronos.on_grid(given, DECILES)
    assert (np.diff(got, axis=1) >= 0).all()
    kept = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in DECILES]
    np.testing.assert_allclose(got[:, kept], np.sort(given, axis=1), rtol=1e-12)


class Narrow:
    """Stands in for a pipeline whose intervals have no width."""

    quantiles = DECILES

    def predict_quantiles(
        self, inputs: list[object], steps: int, *, quantile_levels: list[float]
    ) -> tuple[np.ndarray, None]:
        return np.zeros((len(inputs), steps, len(quantile_levels))), None


class Passing:
    """Stands in for torch, of which the model needs one function here."""

    @staticmethod
    def from_numpy(values: np.ndarray) -> np.ndarray:
        return values


class Spread(Narrow):
    """Deciles that grow with the step, around the first value that the model is shown."""

    def predict_quantiles(
        self, inputs: list[object], steps: int, *, quantile_levels: list[float]
    ) -> tuple[np.ndarray, None]:
        ahead = np.sqrt(np.arange(1, steps + 1))[:, None] * ndtri(quantile_levels)
        return np.stack([np.nanmean(np.asarray(context)) + ahead for context in inputs]), None


def with_pipeline(monkeypatch: pytest.MonkeyPatch, pipeline: object, **changes: int) -> chronos.Chronos:
    monkeypatch.setattr(chronos, "load", lambda name: pipeline)
    monkeypatch.setitem(sys.modules, "torch", Passing)
    return chronos.Chronos(SETTINGS.model_copy(update=changes))


def test_each_origin_gets_its_own_steps_in_logs(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    origins = np.arange(300, 353)  # not a multiple of the batch
    predicted = with_pipeline(monkeypatch, Spread()).forecast(history, origins, ("1d", "90d"))
    past = chronos.contexts(history, origins, 64)
    for horizon, forecast in predicted.items():
        steps = history.targets(horizon).steps[origins]
        np.testing.assert_allclose(forecast.location, np.nanmean(past, axis=1), rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(forecast.scale, 0.01 * np.sqrt(steps), rtol=1e-12)
        np.testing.assert_allclose(forecast.quantiles[:, MEDIAN], forecast.location)
        assert (np.diff(forecast.quantiles, axis=1) > 0).all()


def test_no_width_and_targets_out_of_reach_are_said(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="the 80 % interval at 7d has no width at origin 2009-"):
        with_pipeline(monkeypatch, Narrow()).forecast(history, np.arange(300, 310), ("7d",))
    with pytest.raises(UsageError, match=r"fit\.chronos\.steps = 20: a target of 30d lies \d+ business days ahead"):
        with_pipeline(monkeypatch, Spread(), steps=20).forecast(history, np.arange(300, 310), ("7d", "30d"))
