"""The countercyclical premium: as a readable loop computes it, causal, nothing on noise, and a model like any other."""

import math
from functools import cache

import numpy as np
import polars as pl
import pytest

from forex.calibration.calibrate import calibrate
from forex.models.premium import Premium, Settings, outcomes, slopes, turbulence
from forex.models.registry import build
from forex.observations.history import Floats, History
from tests.guarantee.test_lookahead import CHANGES, Change, history_changed
from tests.support.simulated import (
    DAILY,
    committed,
    driver_of,
    fit_params,
    garch_returns,
    history_of,
    outcomes_of,
    target_of,
)

pytestmark = pytest.mark.slow

HORIZONS = ("1d", "7d", "30d")
SETTINGS = Settings(currencies=("brl", "mxn", "zar", "nok"), refit_every=21)  # nok is in no store here
FIRST = 420
World = tuple[pl.DataFrame, dict[str, pl.DataFrame]]


def model() -> Premium:
    return Premium(build(fit_params("nowcast"))["nowcast"], SETTINGS)


@cache
def world(seed: int, days: int, premium: float) -> World:
    """Currencies whose volatility comes and goes within two years, and which drift by `premium` · x a day; `vix` is no currency."""
    rng = np.random.default_rng(seed)
    size = DAILY * np.exp(np.sin(2 * np.pi * np.arange(days) / 500))[:, None]
    noise = size * (rng.standard_normal((days, 1)) + rng.standard_normal((days, 4))) / np.sqrt(2)
    x = np.append(0.0, np.nan_to_num(turbulence(noise[:, 1:]))[:-1])
    moves = noise + premium * size * x[:, None]
    gaps = rng.random((days, 4)) < 0.06
    gaps[:2] = gaps[-6:] = False
    names = ("vix", "brl", "mxn", "zar")
    drivers = {name: driver_of(moves[:, j] * (9 if j == 0 else 1), gaps=gaps[:, j]) for j, name in enumerate(names)}
    return target_of(garch_returns(rng, days)), drivers


@pytest.fixture(scope="module")
def history() -> History:
    return history_of(*world(1, 800, -0.4))


# --- the definition, by a loop ----------------------------------------------------------------------------------------


class Mean:
    """An exponential mean that is fed one value after another, the plain mean of the first 60."""

    def __init__(self, half_life: float):
        self.kept, self.count, self.value = 0.5 ** (1 / half_life), 0, math.nan

    def add(self, value: float) -> None:
        self.count += 1
        if self.count <= 60:
            self.value = value if self.count == 1 else self.value + (value - self.value) / self.count
        else:
            self.value = self.kept * self.value + (1 - self.kept) * value


def by_loop(moves: Floats, origin: int, steps: int) -> tuple[float, float]:
    """x at an origin, and the slope in force there, from the moves up to it and no other."""
    count, width = moves.shape
    x, sizes = [], []
    g_mean, size_mean, before = Mean(120), [Mean(60) for _ in range(width)], [list[float]() for _ in range(width)]
    for day in range(origin + 1):
        relative = []
        for j in range(width):
            move = float(moves[day, j])
            if math.isnan(move):
                continue
            if len(before[j]) >= 60:
                relative.append(abs(move) / (sum(before[j]) / len(before[j])))
            before[j].append(abs(move))
            size_mean[j].add(abs(move))
        if relative:
            g_mean.add(sum(relative) / len(relative))
        x.append(math.log(g_mean.value) if g_mean.count else math.nan)
        sizes.append([1.25 * mean.value for mean in size_mean])
    refit = origin // 21 * 21
    rows = []
    for day in range(refit - steps + 1):
        scaled = []
        for j in range(width):
            between = [float(move) for move in moves[day + 1 : day + steps + 1, j] if not math.isnan(move)]
            if between and not math.isnan(sizes[day][j]):
                scaled.append(sum(between) / (sizes[day][j] * math.sqrt(steps)))
        if scaled and not math.isnan(x[day]):
            rows.append((day, x[day], sum(scaled) / len(scaled)))
    if not rows or refit - steps < rows[0][0] + 2 * steps * 10:
        return x[origin], 0.0
    penalised = sum(turbulent**2 for _, turbulent, _ in rows) + steps
    slope = sum(turbulent * then for _, turbulent, then in rows) / penalised
    blocks: dict[int, float] = {}
    for day, turbulent, then in rows:
        block = (day - rows[0][0]) // (2 * steps)
        blocks[block] = blocks.get(block, 0.0) + turbulent * (then - slope * turbulent)
    error = math.sqrt(sum(part**2 for part in blocks.values())) / penalised
    return x[origin], slope * max(1 - (error / slope) ** 2, 0.0)


def test_forecast_equals_a_loop_over_the_moves(history: History) -> None:
    origins = np.arange(FIRST, len(history.days))
    plain, moved = (forecaster.forecast(history, origins, HORIZONS) for forecaster in (model().nowcast, model()))
    currencies = history.moves[0][:, [0, 1, 3]]
    assert history.drivers == ("brl", "mxn", "vix", "zar")
    for field in ("location", "scale", "quantiles"):
        np.testing.assert_array_equal(getattr(moved["1d"], field), getattr(plain["1d"], field))
    shifted = 0
    for horizon, usual in (("7d", 5), ("30d", 22)):
        np.testing.assert_array_equal(moved[horizon].scale, plain[horizon].scale)
        for row in range(0, len(origins), 37):
            origin = origins[row]
            turbulent, slope = by_loop(currencies, origin, usual)
            own = Mean(60)
            for daily in history.daily[: history.known[origin]]:
                own.add(abs(float(daily)))
            steps = history.targets(horizon).steps[origin]
            by_hand = slope * turbulent * 1.25 * own.value * math.sqrt(steps)
            shift = moved[horizon].location[row] - plain[horizon].location[row]
            assert shift == pytest.approx(by_hand, rel=1e-9, abs=1e-14)
            difference = moved[horizon].quantiles[row] - plain[horizon].quantiles[row]
            np.testing.assert_allclose(difference, by_hand, rtol=1e-9, atol=1e-14)
            shifted += by_hand != 0
    assert shifted > 8


def test_a_sum_of_daily_moves_is_the_move_over_these_days(history: History) -> None:
    """Absent moves included: the next one spans them."""
    target, drivers = world(1, 800, -0.4)
    values = drivers["mxn"]
    known = [
        values.filter(pl.col("usable_at") <= cut)["value"][-1]
        for cut in pl.Series(history.cut_offs).dt.replace_time_zone("UTC").to_list()
    ]
    log = np.log(known)
    moves = np.nan_to_num(history.moves[0][:, 1])
    fresh = history.anchor_date == history.days
    for day in range(100, 700, 61):
        between = slice(day + 1, day + 6)
        if fresh[between].all() and fresh[day]:
            assert moves[between].sum() == pytest.approx(
                log[day + 5] - log[day], abs=1e-7
            )  # the panel has eight digits


def test_it_finds_a_premium_and_nothing_on_noise() -> None:
    def found(seed: int, premium: float) -> Floats:
        moves = history_of(*world(seed, 2000, premium)).moves[0][:, [0, 1, 3]]
        return slopes(turbulence(moves), outcomes(moves, 22), 22, 21)

    # The drift is in units of a day's size, the outcome in those of √22 days: the slope is about −0.4·22/√22.
    assert [found(seed, -0.4)[-1] for seed in range(1, 5)] == pytest.approx([-0.4 * math.sqrt(22)] * 4, abs=0.6)
    assert [found(seed, 0.0)[-1] for seed in range(1, 5)] == pytest.approx([0] * 4, abs=0.4)


def test_without_its_currencies_it_is_the_nowcast() -> None:
    target, drivers = world(1, 800, -0.4)
    origins = np.arange(FIRST, 790)
    for others in ({}, {"vix": drivers["vix"]}):
        alone = history_of(target, others)
        plain, moved = (forecaster.forecast(alone, origins, HORIZONS) for forecaster in (model().nowcast, model()))
        for horizon in HORIZONS:
            np.testing.assert_array_equal(moved[horizon].quantiles, plain[horizon].quantiles)


# --- the pipeline -----------------------------------------------------------------------------------------------------


@CHANGES
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_forecasts_do_not_depend_on_what_is_known_later(cut_off: str, change: Change) -> None:
    target, drivers = world(1, 800, -0.4)
    whole = history_of(target, drivers, cut_off=cut_off)
    usual = model().forecast(whole, np.arange(FIRST, len(whole.days)), HORIZONS)
    plain = model().nowcast.forecast(whole, np.arange(FIRST, len(whole.days)), HORIZONS)
    for last in (FIRST, 483, 560, 735):  # alone, the first origin after a refit, somewhere, a refit
        part = history_changed(target, drivers, whole.days[last], cut_off, change)
        other = model().forecast(part, np.arange(FIRST, len(part.days)), HORIZONS)
        rows = slice(last + 1 - FIRST)
        for horizon in HORIZONS:
            for field in ("location", "scale", "quantiles"):
                np.testing.assert_array_equal(
                    getattr(other[horizon], field)[rows], getattr(usual[horizon], field)[rows]
                )
        if change.__name__ == "replaced":
            assert (other["7d"].location != usual["7d"].location)[last + 2 - FIRST :].all()
    assert (usual["30d"].location != plain["30d"].location).mean() > 0.3


def test_it_is_calibrated_and_published_like_any_other_model(history: History) -> None:
    origins = np.arange(FIRST, len(history.days))
    raw = {horizon: {"premium": forecast} for horizon, forecast in model().forecast(history, origins, HORIZONS).items()}
    rules = committed().calibrate
    rules = rules.model_copy(
        update={
            "min_scores": 60,
            "conformal": ("premium",),
            "ensemble": rules.ensemble.model_copy(update={"members": ("premium",)}),
            "published": rules.published.model_copy(update={"model": "premium"}),
        }
    )
    made, start = calibrate(raw, outcomes_of(history, origins, HORIZONS), rules)
    for horizon in HORIZONS:
        np.testing.assert_array_equal(made[horizon].quantiles["published"], made[horizon].quantiles["premium"])
        assert np.isfinite(made[horizon].quantiles["premium"][start:]).all()
