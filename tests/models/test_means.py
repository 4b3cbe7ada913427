"""The three runs of the nowcast against a loop over days, what they add up to, and how wide each has to be."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from forex.models import quote
from forex.models.design import own_returns, scaled_moves
from forex.models.means import Means, Rules, _centred, means
from forex.models.nowcast import Nowcast, Settings
from forex.observations.history import Floats, History
from forex.statistics import ridge
from forex.statistics.volatility import exponential_mean
from tests.support.simulated import AT_ELEVEN, SPOT, fit_params, history_of, led_by_drivers, spot_of

pytestmark = pytest.mark.slow

RULES: Rules = Nowcast(fit_params().own("nowcast", Settings))._rules
QUICK = replace(RULES, schedule=replace(RULES.schedule, min_rows=60))
LATER = {"business_days": 0, "time": "14:30", "zone": "America/Santiago"}


def world(seed: int, days: int = 500, *, quoted: bool = True) -> History:
    """Drivers published at two times of day in turn, on most days, and a quote in the second half."""
    target, drivers = led_by_drivers(seed, days, gaps=0.08, rule=AT_ELEVEN)
    late = led_by_drivers(seed, days, gaps=0.08, rule=LATER)[1]
    drivers = {
        name: pl.concat([rows[: days // 3], late[name].filter(pl.col("date") > rows["date"][days // 3 - 1])])
        for name, rows in drivers.items()
    }
    return history_of(target, drivers | ({SPOT: spot_of(target)[days // 2 :]} if quoted else {}))


def variance_by_hand(history: History) -> Floats:
    """0.8 of the current and 0.2 of the usual square of a daily return, from those known on each day."""
    variance = np.full(len(history.days), np.nan)
    now = exponential_mean(history.daily**2, 23)
    for day, known in enumerate(history.known):
        if known:
            variance[day] = 0.8 * now[known - 1] + 0.2 * np.mean(history.daily[:known] ** 2)
    return variance


def terms_of(features: Floats, coefficients: Floats) -> Floats:
    return np.nan_to_num(features) * coefficients


def hours_by_hand(history: History) -> Floats:
    hours, seen = np.zeros(len(history.days)), []
    for day, value in enumerate(history.news_hours):
        if np.isfinite(value):
            seen.append(value)
            hours[day] = value - np.mean(seen)
    return hours


def drivers_run_by_hand(history: History, steps: int, rules: Rules) -> tuple[Floats, Floats]:
    """(parts by series, mean) of the run on own returns and drivers."""
    schedule, ahead, variance = rules.schedule, history.ahead(steps), variance_by_hand(history)
    own = own_returns(history, rules.scaling.own_returns)
    moves = scaled_moves(history.moves, history, rules.scaling)
    features = np.concatenate([own, moves[0], moves[1]], axis=1)
    estimates = ridge.predictions(features, ahead.log_return, variance, ahead.matured, schedule)
    terms = terms_of(features, estimates.coefficients)
    count, lags, drivers = len(own), own.shape[1], len(history.drivers)
    groups = {"own": range(lags), "0": range(lags, lags + drivers), "1": range(lags + drivers, lags + 2 * drivers)}

    hours = hours_by_hand(history) if steps == 1 else np.zeros(count)
    seen = np.full((count, 6), np.nan)
    rest = np.full(count, np.nan)
    for day in range(count):
        sums = [sum(terms[day, j] for j in group) for group in groups.values()]
        if any(sums):
            rest[day] = ahead.log_return[day] - sum(sums)
        for j, total in enumerate(sums):
            if total:
                seen[day, j], seen[day, 3 + j] = total, total * hours[day]
    second = ridge.Schedule(schedule.refit_every, schedule.half_life, rules.unshrink_penalty, schedule.min_rows, 0.0)
    grow = ridge.predictions(seen, rest, variance, ahead.matured, second).coefficients
    parts = np.zeros((count, 1 + drivers + len(history.quotes)))
    for day in range(count):
        for j, group in enumerate(groups.values()):
            factor = 1 + grow[day, j] + grow[day, 3 + j] * hours[day]
            for position, term in enumerate(group):
                parts[day, 0 if j == 0 else 1 + position] += factor * terms[day, term]
    said = parts.sum(axis=1)
    share = ridge.earned(said, ahead.log_return, variance, ahead.matured, schedule)
    return parts * share[:, None], said * share


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("quoted", [True, False])
def test_the_runs_are_what_a_loop_over_days_puts_together(steps: int, quoted: bool) -> None:
    history = world(1, quoted=quoted)
    made = means(history, steps, QUICK)
    parts, mean = drivers_run_by_hand(history, steps, QUICK)
    np.testing.assert_allclose(made.drivers.parts, parts, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(made.drivers.mean, mean, rtol=1e-7, atol=1e-12)

    ahead, variance = history.ahead(steps), variance_by_hand(history)
    own = own_returns(history, 2)
    alone = ridge.predictions(own, ahead.log_return, variance, ahead.matured, QUICK.schedule)
    share = ridge.earned(alone.predicted, ahead.log_return, variance, ahead.matured, QUICK.schedule)
    np.testing.assert_allclose(made.without.mean, alone.predicted * share, rtol=1e-7, atol=1e-12)
    assert not made.without.parts[:, 1:].any()

    assert made.quoted.any() == quoted
    assert np.abs(made.drivers.mean).max() > 0.002


def test_the_second_stage_grows_what_the_ridge_has_shrunk_and_by_the_hour() -> None:
    """The world's drivers explain 60 %: at ten times the penalty its parts are small, and the second stage makes up for it."""
    history = world(2, 900, quoted=False)
    heavy = replace(QUICK, schedule=replace(QUICK.schedule, penalty=2000.0))
    none = replace(heavy, unshrink_penalty=1e12)
    explained = []
    for rules in (none, heavy):
        outcome, mean = history.ahead(1).log_return, means(history, 1, rules).best.mean
        there = np.isfinite(outcome) & (np.arange(len(outcome)) > 500)
        explained.append(1 - np.sum((outcome - mean)[there] ** 2) / np.sum(outcome[there] ** 2))
    assert explained[1] > explained[0] + 0.05
    moved = replace(history, news_hours=np.where(np.arange(len(history.days)) % 2 == 0, 1.0, 5.0))
    next_day, later = (means(moved, steps, QUICK).drivers.mean for steps in (1, 2))
    assert (next_day != means(history, 1, QUICK).drivers.mean).any()
    np.testing.assert_array_equal(later, means(history, 2, QUICK).drivers.mean)  # at two steps no hours enter


@pytest.mark.parametrize("steps", [1, 2])
def test_the_parts_of_every_run_sum_to_its_mean(steps: int) -> None:
    made = means(world(4), steps, QUICK)
    for run in (made.without, made.drivers, made.quote, made.best):
        np.testing.assert_allclose(run.parts.sum(axis=1), run.mean, rtol=1e-9, atol=1e-15)
        assert run.parts.shape[1] == 1 + 2 + 1
    assert not made.drivers.parts[:, -1].any() and made.best.parts[made.quoted, -1].any()
    assert not made.best.parts[~made.quoted, -1].any()


def test_at_each_day_the_run_counts_that_knows_what_the_day_knew() -> None:
    history = world(5)
    silent = {age: values.copy() for age, values in history.moves.items()}
    for values in silent.values():
        values[[100, 400]] = np.nan
    made = means(replace(history, moves=silent), 1, QUICK)
    assert not made.moved[[100, 400]].any()
    for day in range(len(history.days)):
        run = made.quote if made.quoted[day] else made.drivers if made.moved[day] else made.without
        assert made.best.mean[day] == run.mean[day]
        np.testing.assert_array_equal(made.best.parts[day], run.parts[day])


def test_the_quotes_run_goes_from_the_drivers_to_the_quote_as_far_as_it_is_trusted() -> None:
    history = world(6)
    made = means(history, 1, QUICK)
    moves = scaled_moves(history.moves, history, QUICK.scaling)
    features = np.concatenate([own_returns(history, 2), moves[0], moves[1]], axis=1)
    found = quote.newest(history, scaled_moves(history.quote_moves, history, QUICK.scaling), QUICK.quote.largest_gap)
    ahead, variance = history.ahead(1), variance_by_hand(history)
    said = quote.level(found, features, ahead, variance, QUICK.quote.prior, QUICK.quote, QUICK.schedule).sum(axis=1)
    trust = quote.trust(said, made.drivers.mean, ahead, found.present, QUICK.record_half_life, QUICK.quote.prior_days)
    expected = trust * said + (1 - trust) * made.drivers.mean
    np.testing.assert_allclose(made.quote.mean[made.quoted], expected[made.quoted], rtol=1e-9)
    assert (trust[made.quoted] > 0.8).all()


# --- what each needs --------------------------------------------------------------------------------------------------


def widths_by_hand(made: Means, history: History) -> Floats:
    targets, rules = history.ahead(1), made.rules
    outcome, widths = targets.log_return, np.empty(len(made.share))
    for day in range(len(widths)):
        known = [i for i in range(day) if targets.matured[i] <= day and np.isfinite(outcome[i])]
        weight = {i: 0.5 ** ((day - i) / rules.record_half_life) for i in known}

        def ratio(mean: Floats, days: list[int], prior: float, weight: dict[int, float] = weight) -> float:
            ours, theirs = (
                sum(weight[i] * abs(outcome[i] - expected[i]) for i in days) for expected in (mean, made.drivers.mean)
            )
            extra = prior * theirs / sum(weight[i] for i in days) if days else 0.0
            return float((ours + extra) / (theirs + extra)) if days else 1.0

        if made.quoted[day]:
            widths[day] = ratio(made.quote.mean, [i for i in known if made.quoted[i]], rules.quote.prior_days)
        else:
            most = [i for i in known if made.moved[i] and made.share[i] >= 0.5]
            kappa = max(ratio(made.without.mean, most, 0.0), 1.0)
            share = made.share[day] if made.moved[day] else 0.0
            widths[day] = np.sqrt(share + (1 - share) * kappa**2)
    return widths


def test_widths_are_what_a_loop_over_days_has() -> None:
    history = world(7)
    made = means(history, 1, QUICK)
    ours = made.widths(history.ahead(1))
    np.testing.assert_allclose(ours, widths_by_hand(made, history), rtol=1e-9)
    assert (ours[made.quoted][-50:] < 0.9).all()
    assert (ours[~made.quoted] >= 1.0).all() and ours[~made.quoted].max() > 1.1


def test_without_drivers_every_forecast_is_as_wide_as_usual() -> None:
    target, _ = led_by_drivers(8, 400)
    history = history_of(target)
    made = means(history, 1, QUICK)
    assert not made.moved.any() and not made.quoted.any()
    np.testing.assert_array_equal(made.widths(history.ahead(1)), np.ones(len(history.days)))
    np.testing.assert_array_equal(made.best.mean, made.without.mean)


def test_a_quote_without_drivers_is_used_all_the_same() -> None:
    target, _ = led_by_drivers(9, 500)
    history = history_of(target, {SPOT: spot_of(target)})
    assert (history.drivers, history.quotes) == ((), (SPOT,))
    made = means(history, 1, QUICK)
    outcome = history.ahead(1).log_return
    there = np.isfinite(outcome) & made.quoted
    assert np.sum((outcome - made.best.mean)[there] ** 2) < 0.2 * np.sum(outcome[there] ** 2)
    assert (made.widths(history.ahead(1))[made.quoted][-100:] < 0.6).all()
    nowcast = Nowcast(fit_params().own("nowcast", Settings))
    predicted = nowcast.forecast(history, np.arange(420, len(history.days)), ("1d", "7d"))
    assert all(np.isfinite(forecast.quantiles).all() for forecast in predicted.values())


@pytest.mark.parametrize("hours", [325 / 60, 5.4166667, 4.0])
def test_hours_that_never_changed_say_nothing_until_they_do(hours: float) -> None:
    """The ridge would take a rounding error for a unit: the first change of the clocks once moved the mean by e^20000."""
    values = np.r_[np.full(3, np.nan), np.full(700, hours), hours - 1]
    centred = _centred(values)
    assert not centred[:-1].any()
    assert centred[-1] == pytest.approx(-700 / 701, abs=1e-3)


# --- whatever there is ------------------------------------------------------------------------------------------------


def sparse(what: str) -> History:
    target, drivers = led_by_drivers(10, 480)
    spot = spot_of(target)
    values = target["value"].to_numpy()
    match what:
        case "one driver":
            drivers = {"mxn": drivers["mxn"]}
        case "a pegged driver":
            drivers["hkd"] = drivers["mxn"].with_columns(value=pl.lit(7.8))
        case "a quote that is always too far off":
            drivers[SPOT] = spot.with_columns(pl.col("value") * 1.1)
        case "a quote that never moves":
            drivers[SPOT] = spot.with_columns(value=pl.lit(900.0))
        case "a quote on the last day only":
            drivers[SPOT] = spot[-1:]
        case "a driver of three values":
            drivers["brl"] = drivers["mxn"][-3:]
        case "a rate that stands still at first":
            still = np.where(np.arange(len(values)) < 70, values[70], values)
            target = target.with_columns(value=pl.Series(still))
    return history_of(target, drivers)


@pytest.mark.parametrize("horizons", [("1d", "7d"), ("7d",), ("1d",)])
@pytest.mark.parametrize(
    "what",
    [
        "one driver",
        "a pegged driver",
        "a quote that is always too far off",
        "a quote that never moves",
        "a quote on the last day only",
        "a driver of three values",
        "a rate that stands still at first",
    ],
)
def test_there_is_a_forecast_whatever_there_is(what: str, horizons: tuple[str, ...]) -> None:
    history = sparse(what)
    nowcast = Nowcast(fit_params().own("nowcast", Settings))
    predicted = nowcast.forecast(history, np.arange(400, len(history.days)), horizons)
    for forecast in predicted.values():
        assert np.isfinite(forecast.quantiles).all() and (forecast.scale > 0).all()
        assert (np.diff(forecast.quantiles, axis=1) > 0).all()


def test_a_rate_that_stood_still_for_long_leaves_a_forecast_of_what_moved_since() -> None:
    """Until it moves, its errors and their scale are zero: a ratio that is undefined counts for nothing."""
    target, drivers = led_by_drivers(10, 700)
    values = target["value"].to_numpy()
    still = np.where(np.arange(len(values)) < 400, values[400], values)
    history = history_of(target.with_columns(value=pl.Series(still)), drivers)
    nowcast = Nowcast(fit_params().own("nowcast", Settings))
    for forecast in nowcast.forecast(history, np.arange(300, len(history.days)), ("1d", "7d")).values():
        assert (forecast.scale[:60] == 0).all() and (forecast.scale[-200:] > 0).all()
        assert np.isfinite(forecast.quantiles[-200:]).all() and (np.diff(forecast.quantiles[-200:], axis=1) > 0).all()


def test_a_quote_that_is_never_usable_changes_nothing() -> None:
    plain, odd = sparse(""), sparse("a quote that is always too far off")
    assert odd.quotes and not means(odd, 1, QUICK).quoted.any()
    np.testing.assert_array_equal(means(odd, 1, QUICK).best.mean, means(plain, 1, QUICK).best.mean)


def test_a_long_run_that_forgets_within_a_day_is_refused() -> None:
    """At 0.01 the scale of a week is 10²⁷, and its quantiles overflow."""
    usual = fit_params().own("nowcast", Settings).model_dump()
    Settings.model_validate(usual | {"long_run_half_life": 1})
    with pytest.raises(ValidationError, match="long_run_half_life"):
        Settings.model_validate(usual | {"long_run_half_life": 0.99})
