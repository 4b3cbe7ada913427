"""What the market's volatility says of the peso's: features, scores and estimate equal to loops, causal, and 1 without drivers."""

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.optimize import minimize

from forex.models import panel_volatility
from forex.models.panel_volatility import FASTEST, MIN_ROWS, Member, Settings, correction, pool
from forex.observations.history import Floats, History
from forex.statistics import volatility
from forex.statistics.volatility import WARM_UP, Reversion
from tests.support.simulated import driver_of, garch_returns, history_of, led_by_drivers, regime_switch, target_of

pytestmark = pytest.mark.slow

REVERSION = Reversion((4.0, 16.0, 64.0), 1.5, 2000.0, 20.0)
USUAL = {"horizons": ["7d"], "root": 0.5, "half_life": 5000, "penalty": 100, "refit_every": 126, "every": 2, "cap": 6}
SETTINGS = Settings.model_validate(USUAL)
STEPS = 5


def changed(**values: object) -> Settings:
    return Settings.model_validate(USUAL | values)


def history(seed: int, days: int = 260) -> History:
    return history_of(*led_by_drivers(seed, days, gaps=0.1))


def errors(made: History) -> Floats:
    """Made-up scores of the target."""
    return np.abs(np.random.default_rng(9).standard_normal(len(made.days)))


def mean_so_far(values: list[float], half_life: float) -> float:
    if len(values) <= WARM_UP:
        return statistics.fmean(values)
    fading, mean = 0.5 ** (1 / half_life), statistics.fmean(values[:WARM_UP])
    for value in values[WARM_UP:]:
        mean = fading * mean + (1 - fading) * value
    return mean


def panel_by_hand(made: History, cap: float) -> Floats:
    """Logs of running means of the drivers' average |move| over its usual size, each ratio at most `cap`; shape (days, 3)."""
    rows, todays = [], []
    sizes: dict[int, list[float]] = {driver: [] for driver in range(len(made.drivers))}
    for moves in made.moves[0]:
        relative = []
        for driver, move in enumerate(moves):
            if math.isnan(move):
                continue
            before = sizes[driver]
            if len(before) > WARM_UP:
                relative.append(min(abs(move) / statistics.fmean(before), cap))
            before.append(abs(move))
        if relative:
            todays.append(statistics.fmean(relative))
        speeds = (FASTEST, 16.0, 64.0)
        rows.append([math.log(mean_so_far(todays, speed)) if todays else math.nan for speed in speeds])
    return np.array(rows)


def own_by_hand(moves: list[float]) -> list[float]:
    """Logs of the current mean |move| over the long run's, and the signed means over it."""
    if not moves:
        return [math.nan] * 5
    sizes = [abs(move) for move in moves]
    long_run = statistics.fmean(sizes)  # as long as there are fewer than 250
    means = [math.log(mean_so_far(sizes, half_life) / long_run) for half_life in (4.0, 16.0, 64.0)]
    return [*means, *(mean_so_far(moves, half_life) / long_run for half_life in (16.0, 64.0))]


def test_features_are_what_a_loop_over_days_has() -> None:
    made = history(1, 240)
    cap = 1.5  # which many moves exceed
    members = pool(made, errors(made), np.arange(240) + 7, STEPS, REVERSION, cap=cap)
    panel = panel_by_hand(made, cap)
    known: list[list[list[float]]] = [[made.daily[:count].tolist() for count in made.known]]
    for moves in made.moves[0].T:
        known.append([[move for move in moves[: day + 1] if not math.isnan(move)] for day in range(len(made.days))])
    assert len(members) == len(known) == 3
    for member, moves_known in zip(members, known, strict=True):
        expected = np.array([own_by_hand(moves) for moves in moves_known])
        np.testing.assert_allclose(member.features, np.hstack([expected, panel]), rtol=1e-8, atol=1e-10)


def test_a_drivers_scores_are_its_next_moves_over_the_size_that_its_past_makes_usual() -> None:
    made = history(2)
    members = pool(made, errors(made), np.arange(len(made.days)) + 7, STEPS, REVERSION, cap=SETTINGS.cap)
    for member, moves in zip(members[1:], made.moves[0].T, strict=True):
        assert np.isfinite(member.scores).mean() > 0.7
        assert member.matured.tolist() == [day + STEPS for day in range(len(moves))]
        for day in range(len(moves)):
            following = moves[day + 1 : day + 1 + STEPS]
            expected = math.nan
            if not math.isnan(moves[day]) and len(following) == STEPS and np.isfinite(following).sum() >= STEPS - 2:
                past = np.array([abs(move) for move in moves[: day + 1] if not math.isnan(move)])
                level, now, steady = (component[-1:] for component in volatility.components(past, REVERSION))
                [daily] = volatility.over_horizon(level, now, steady, np.array([STEPS]), REVERSION)
                if daily > 0:
                    expected = abs(np.nansum(following)) / (daily * math.sqrt(STEPS))
            assert member.scores[day] == pytest.approx(expected, rel=1e-8, nan_ok=True)


def made_up_pool(seed: int, days: int = 700, slope: float = 0.5) -> list[Member]:
    """Three series whose scores grow with the first of two features."""
    rng = np.random.default_rng(seed)
    members = []
    for _ in range(3):
        features = rng.standard_normal((days, 2))
        features[: rng.integers(1, 40)] = np.nan
        scores = np.exp(slope * np.nan_to_num(features[:, 0])) * np.abs(rng.standard_normal(days))
        scores[rng.random(days) < 0.05] = np.nan
        members.append(Member(features, scores, np.arange(days) + rng.integers(STEPS, STEPS + 4, days)))
    return members


def loss(theta: Floats, rows: list[tuple[Floats, float, float]], penalty: float) -> float:
    total = 0.5 * penalty * float(theta[1:] @ theta[1:])
    return total + sum(weight * (x @ theta + z * math.exp(-x @ theta)) for x, z, weight in rows)


def test_the_correction_is_the_root_of_what_minimises_the_loss_over_the_matured_rows() -> None:
    settings = changed(refit_every=350, half_life=300, cap=3)
    members = made_up_pool(3)
    ours = correction(members, STEPS, settings)
    refit, rows = 350, []
    for member in members:
        for day in range(0, len(member.scores), 2):
            f, score = member.features[day], member.scores[day]
            before = [
                i
                for i in range(len(member.scores))
                if member.matured[i] <= day and np.isfinite(member.scores[i]) and np.isfinite(member.features[i]).all()
            ]
            if np.isfinite(score) and np.isfinite(f).all() and len(before) >= WARM_UP and member.matured[day] <= refit:
                z = min(score / statistics.fmean(member.scores[before]), 3.0)
                rows.append((np.array([1.0, *f]), z, 0.5 ** ((refit - day) / 300)))
    assert len(rows) >= MIN_ROWS
    theta = minimize(loss, np.zeros(3), (rows, 100 * STEPS), method="BFGS", options={"gtol": 1e-8}).x
    assert (ours[:refit] == 1.0).all()
    expected = np.exp(0.5 * (members[0].features[refit:] @ theta[1:]))
    np.testing.assert_allclose(ours[refit:], expected, rtol=1e-5)


def test_it_finds_what_there_is_and_next_to_nothing_where_there_is_nothing() -> None:
    settings = changed(penalty=1, root=1.0)
    for slope, least, most in ((0.5, 0.3, 0.7), (0.0, -0.1, 0.1)):
        members = made_up_pool(4, 2000, slope)
        log_factor = np.log(correction(members, STEPS, settings)[-100:])
        found = np.linalg.lstsq(members[0].features[-100:], log_factor, rcond=None)[0]
        assert least < found[0] < most and abs(found[1]) < 0.1


def test_a_rate_that_hardly_ever_moves_has_no_say() -> None:
    """Except on the day of a step, its current size is nothing beside its usual one."""
    target, drivers = led_by_drivers(12, 900)
    rate = driver_of(np.where(np.arange(900) % 220 == 219, 0.2, 0.0))
    factors = []
    for series in (drivers, drivers | {"tpm": rate}):
        made = history_of(target, series)
        targets = made.targets("7d")
        members = pool(made, np.abs(targets.log_return) / 0.01, targets.matured, STEPS, REVERSION, cap=SETTINGS.cap)
        factors.append(correction(members, STEPS, changed(penalty=1, root=1.0, refit_every=21)))
    assert (factors[0][400:] != 1.0).all()
    np.testing.assert_array_equal(factors[1], factors[0])


def test_steps_that_overshoot_are_halved() -> None:
    """From a start far off, Newton's first step leaves the range of floating-point numbers."""
    rng = np.random.default_rng(13)
    x = np.column_stack([np.ones(400), rng.standard_normal((400, 2))])
    z, weights, start = np.abs(rng.standard_normal(400)), np.ones(400), np.array([8.0, 0.0, 0.0])
    found = panel_volatility._estimate(start, x, z, weights, 0.1)
    for _ in range(2):
        found = panel_volatility._estimate(found, x, z, weights, 0.1)
    rows = [(row, size, 1.0) for row, size in zip(x, z, strict=True)]
    expected = minimize(loss, np.zeros(3), (rows, 0.1), method="BFGS", options={"gtol": 1e-8}).x
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_with_the_root_at_nought_nothing_is_corrected() -> None:
    assert (correction(made_up_pool(5), STEPS, changed(root=0)) == 1.0).all()


# --- what is known when -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [500, 503, 504, 505, 630])
@pytest.mark.parametrize("half_lives", [(4.0, 16.0, 64.0), (4.0, 16.0, 64.0, 256.0)], ids=["3 speeds", "4 speeds"])
def test_it_has_the_same_bits_whatever_comes_later(half_lives: tuple[float, ...], last: int) -> None:
    """`brl` has 130 moves at the first of these days and 260 at the end: it joins by its past alone. With eleven features a
    product of matrices would have other bits for another number of rows.
    """
    reversion = replace(REVERSION, half_lives=half_lives)
    target, drivers = led_by_drivers(6, 640, gaps=0.05)
    drivers["brl"] = driver_of(0.01 * np.random.default_rng(7).standard_normal(640))[370:]
    whole = history_of(target, drivers)
    part = history_of(target, drivers, as_of=str(whole.days[last]))
    found = []
    for made in (whole, part):
        targets = made.targets("7d")
        scores = np.abs(targets.log_return) / 0.01
        members = pool(made, scores, targets.matured, STEPS, reversion, cap=SETTINGS.cap)
        found.append(correction(members, STEPS, changed(penalty=1)))
    np.testing.assert_array_equal(found[1], found[0][: last + 1])
    assert (found[0][last + 1 - 100 : last + 1] != 1.0).all()


def test_without_drivers_or_moves_it_is_one() -> None:
    alone = history_of(target_of(garch_returns(np.random.default_rng(8), 700)))
    pegged = history_of(
        target_of(garch_returns(np.random.default_rng(8), 700)), {"hkd": driver_of(np.zeros(700), level=7.8)}
    )
    for made in (alone, pegged):
        members = pool(made, errors(made), np.arange(700) + 7, STEPS, REVERSION, cap=SETTINGS.cap)
        assert (correction(members, STEPS, SETTINGS) == 1.0).all()


def test_a_market_in_a_storm_widens_what_follows() -> None:
    """Storms that all series share: a day into one, the correction is above that of a calm day."""
    rng = np.random.default_rng(10)
    size = np.abs(regime_switch(np.random.default_rng(11), 2500)) > 0.012
    size = np.convolve(size, np.ones(5), "same") > 1
    moves = 0.005 * np.where(size, 3.0, 1.0)[:, None] * rng.standard_normal((2500, 5))
    made = history_of(target_of(moves[:, 0]), {f"d{j}": driver_of(moves[:, j]) for j in range(1, 5)})
    targets = made.targets("7d")
    spread = np.abs(made.daily).mean() * np.sqrt(targets.steps)
    members = pool(made, np.abs(targets.log_return) / spread, targets.matured, STEPS, REVERSION, cap=SETTINGS.cap)
    factor = correction(members, STEPS, SETTINGS)[1500:]
    stormy = size[1500:]
    assert np.median(factor[stormy]) > 1.04 * np.median(factor[~stormy])


def test_the_next_day_has_no_correction_and_the_settings_say_so() -> None:
    with pytest.raises(ValidationError, match='expected horizons beyond "1d"'):
        changed(horizons=["1d", "7d"])
    assert panel_volatility.Settings.model_validate(USUAL | {"horizons": []}).horizons == ()
