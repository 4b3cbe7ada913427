"""A quote as a level: which of several counts, what it adds from its first day on, and how it loses its say."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.models import quote
from forex.models.quote import Quote, Settings
from forex.observations.history import Floats, History, Targets
from forex.statistics import ridge
from tests.support.simulated import garch_returns, history_of, target_of

SETTINGS = Settings(prior=0.8, settled_prior=0.95, penalty=100, largest_gap=0.05, min_rows=63, prior_days=20)
SCHEDULE = ridge.Schedule(refit_every=21, half_life=1000.0, penalty=200.0, min_rows=250, floor=1.0)
DAYS = 600
seeds = st.integers(0, 2**32 - 1)


def quoted(gaps: Floats, ages: Floats, names: tuple[str, ...]) -> History:
    """A history of as many days with these quotes."""
    plain = history_of(target_of(garch_returns(np.random.default_rng(0), len(gaps) + 1)))
    assert len(plain.days) == len(gaps) + 1
    pad = np.full((1, len(names)), np.nan)
    return replace(plain, quotes=names, gaps=np.vstack([pad, gaps]), quote_ages=np.vstack([pad, ages]))


# --- which one --------------------------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 3))
def test_the_newest_usable_quote_is_what_a_loop_finds(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    gaps = np.where(rng.random((30, count)) < 0.3, np.nan, 0.04 * rng.standard_normal((30, count)))
    ages = np.where(np.isnan(gaps), np.nan, rng.integers(0, 3, (30, count)).astype(float))
    history = quoted(gaps, ages, tuple("abc"[:count]))
    moves = {age: rng.standard_normal((31, count)) for age in (0, 1)}
    found = quote.newest(history, moves, 0.05)
    for day in range(1, 31):
        usable = [j for j in range(count) if abs(history.gaps[day, j]) <= 0.05]
        assert found.present[day] == bool(usable)
        if usable:
            newest = min(usable, key=lambda j: (history.quote_ages[day, j], j))
            assert found.gap[day] == history.gaps[day, newest] and found.which[day] == newest
            assert found.moves[day].tolist() == [moves[0][day, newest], moves[1][day, newest]]


def test_a_quote_that_is_as_far_off_as_allowed_counts_and_one_beyond_does_not() -> None:
    history = quoted(np.array([[0.05], [-0.05], [0.0501], [np.nan]]), np.zeros((4, 1)), ("a",))
    found = quote.newest(history, {0: np.zeros((5, 1)), 1: np.zeros((5, 1))}, 0.05)
    assert found.present.tolist() == [False, True, True, False, False]


def test_without_quotes_none_is_present() -> None:
    history = history_of(target_of(garch_returns(np.random.default_rng(0), 20)))
    found = quote.newest(history, history.quote_moves, 0.05)
    assert not found.present.any() and found.moves.shape == (20, 2)


# --- what it says -----------------------------------------------------------------------------------------------------


class World:
    """Outcomes of which a quote knows `weight` · gap, on the days from `begins` on; and one feature that says nothing."""

    def __init__(self, seed: int, *, weight: float = 1.0, begins: int = 300):
        rng = np.random.default_rng(seed)
        gap = np.where(rng.random(DAYS) < 0.1, np.nan, 0.005 * rng.standard_normal(DAYS))
        gap[:begins] = np.nan
        self.quote = Quote(gap, 0.005 * rng.standard_normal((DAYS, 2)), np.zeros(DAYS, dtype=np.int64))
        self.features = 0.005 * rng.standard_normal((DAYS, 1))
        outcome = weight * np.nan_to_num(gap) + 0.002 * rng.standard_normal(DAYS)
        days = np.arange(DAYS)
        self.ahead = Targets(days.astype("datetime64[D]"), days * 0 + 1, days * 0 + 1, outcome, days + 1)
        self.variance = np.full(DAYS, 0.005**2)

    def terms(self, prior: float = 0.8) -> Floats:
        return quote.level(self.quote, self.features, self.ahead, self.variance, prior, SETTINGS, SCHEDULE)


def test_the_level_is_the_prior_and_a_ridge_of_what_it_leaves() -> None:
    world = World(1)
    terms, gap = world.terms(), np.nan_to_num(world.quote.gap)
    there = np.isfinite(world.quote.gap)
    seen = np.column_stack([world.features, world.quote.moves, world.quote.gap])
    own = ridge.Schedule(21, 1000.0, SETTINGS.penalty, SETTINGS.min_rows, 1.0)
    rest = np.full(DAYS, np.nan)
    for day in np.flatnonzero(there):
        rest[day] = world.ahead.log_return[day] - 0.8 * gap[day]
    x = np.where(there[:, None], seen, np.nan)
    beta = ridge.predictions(x, rest, world.variance, world.ahead.matured, own).coefficients
    for day in range(DAYS):
        expected = np.zeros(4)
        if there[day]:
            expected = beta[day] * np.nan_to_num(seen[day])
            expected[-1] += 0.8 * gap[day]
        np.testing.assert_allclose(terms[day], expected, rtol=1e-9, atol=1e-15)


def test_from_its_first_day_on_a_quote_says_its_prior_and_after_min_rows_what_it_was_worth() -> None:
    world = World(2, weight=1.0)
    terms, there = world.terms(), np.isfinite(world.quote.gap)
    assert not terms[:300].any() and not terms[~there].any()
    first = np.flatnonzero(there)[: SETTINGS.min_rows]
    np.testing.assert_allclose(terms[first, -1], 0.8 * world.quote.gap[first], rtol=1e-12)
    assert not terms[first, :-1].any()
    late = np.flatnonzero(there)[-20:]
    assert (terms[late, -1] / world.quote.gap[late] > 0.85).all()


# --- how far it is trusted --------------------------------------------------------------------------------------------


@given(seeds, st.sampled_from([5.0, 200.0]), st.sampled_from([1.0, 20.0]))
def test_trust_is_what_a_loop_over_origins_has(seed: int, half_life: float, prior_days: float) -> None:
    rng = np.random.default_rng(seed)
    count = 40
    q, m, y = rng.standard_normal((3, count))
    y[rng.random(count) < 0.1] = np.nan
    present = rng.random(count) < 0.6
    days = np.arange(count)
    ahead = Targets(days.astype("datetime64[D]"), days, days, y, days + rng.integers(1, 5, count))
    ours = quote.trust(q, m, ahead, present, half_life, prior_days)
    for origin in range(count):
        known = [i for i in range(count) if present[i] and ahead.matured[i] <= origin and not math.isnan(y[i])]
        weight = {i: 0.5 ** ((origin - i) / half_life) for i in known}
        expected = 1.0
        if known:
            squares = sum(weight[i] * (q[i] - m[i]) ** 2 for i in known)
            products = sum(weight[i] * (q[i] - m[i]) * (y[i] - m[i]) for i in known)
            prior = prior_days * squares / sum(weight.values())
            expected = min(max((products + prior) / (squares + prior), 0.0), 1.0)
        assert ours[origin] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_quote_that_becomes_noise_loses_its_say_and_a_good_one_keeps_it() -> None:
    good, lost = World(3, begins=0), World(3, begins=0)
    noise = np.random.default_rng(4).permutation(lost.quote.gap[300:])
    lost.quote.gap[300:] = np.where(np.isnan(lost.quote.gap[300:]), np.nan, noise)
    none = np.zeros(DAYS)
    trusts = [
        quote.trust(np.nan_to_num(world.quote.gap), none, world.ahead, world.quote.present, 60.0, 20.0)
        for world in (good, lost)
    ]
    assert trusts[0].min() > 0.9
    assert trusts[1][:300].min() > 0.9 and trusts[1][-1] < 0.3


def test_a_quote_that_says_what_the_drivers_say_is_believed() -> None:
    world, same = World(5), np.full(DAYS, 0.001)
    assert (quote.trust(same, same, world.ahead, world.quote.present, 60.0, 20.0) == 1.0).all()
