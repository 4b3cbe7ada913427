"""The promises of everything that watches the forecast, by simulation: a few series here, all of them in `make study`."""

import csv
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from scipy.stats import binom

from forex.commands.keep.readme import block
from forex.core.status import DEGRADED, NONE
from forex.models.nowcast import Settings
from forex.monitoring.drift import drift
from forex.monitoring.early import EPOCH, Early, Path, fans
from forex.monitoring.looks import Looks, looks
from forex.monitoring.measured import EARLY, FALSE_ALARMS, EarlyRates, parse_early
from forex.monitoring.subjects import subjects
from forex.monitoring.verdict import CODE
from forex.observations import align
from forex.timeline.calendar import steps_between
from studies.worlds import study as whole
from studies.worlds.forecaster import (
    ADAPTS,
    FIRST,
    FIRST_DAY,
    FIXED,
    FORECASTERS,
    HORIZONS,
    PARAMS,
    SETTLED,
    Run,
    Seen,
    fixed_shape,
    run,
    seen,
)
from studies.worlds.monitors import (
    CHANGED_ON,
    CHANGES,
    LOOKS_FROM,
    NO_CHANGE,
    YEAR,
    Said,
    Share,
    a_chunk,
    delay,
    early_rates,
    ever,
    narrowing,
    returns_of,
    said_of,
    share,
    within,
)
from studies.worlds.predecessor import predecessor_p
from studies.worlds.results import Study, years_with
from studies.worlds.returns import CALM, OCTOBER_2008, WORLDS, estimated, shipped
from tests.support.made_up import ROOT
from tests.support.simulated import target_of

A_YEAR, FIVE_YEARS = 0.05, 0.05  # bounds on false alarms, where no stated rate of a world is larger


def measured() -> dict[tuple[str, str, str], Share]:
    """forex/monitoring/rates/false_alarms.csv, by world, forecaster and monitor."""
    with FALSE_ALARMS.open(encoding="utf-8", newline="") as file:
        return {
            (row["world"], row["forecaster"], row["monitor"]): Share(float(row["share"]), int(row["series"]))
            for row in csv.DictReader(file)
        }


# --- worlds and forecaster ------------------------------------------------------------------------------------------


def test_what_is_said_of_the_market_is_estimated_from_the_shipped_returns() -> None:
    like = estimated()
    dates, returns = shipped()
    size = np.abs(returns)
    month = (dates >= np.datetime64(OCTOBER_2008[0])) & (dates < np.datetime64(OCTOBER_2008[1]))
    before = size[: int(month.argmax())][-250:]
    assert like.shift == pytest.approx(size[month].mean() / before.mean())
    assert 0.9 < like.alpha + like.beta < 1 and like.nu > 4 and 0 < like.ar < 0.3
    assert 0 < like.jump_rate < 0.02 and like.jump_size > 3 * returns.std()


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_seeded_and_of_the_size_that_it_says(world: str) -> None:
    first, again = (WORLDS[world](np.random.default_rng(1), 900) for _ in range(2))
    assert first.shape == (900,) and np.array_equal(first, again)
    assert not np.array_equal(first, WORLDS[world](np.random.default_rng(2), 900))
    assert 0.003 < first.std() < 0.03


def test_the_forecaster_is_the_pipelines_own() -> None:
    """Its scale is the one of `fit`, factor by factor, and nothing after an origin moves it."""
    returns = WORLDS["fitted"](np.random.default_rng(4), 1900)
    made = run(returns)
    other = run(np.append(returns[:1700], 3 * returns[1700:]))
    known = made.history.days[made.origins] <= made.history.days[1699]
    for horizon in HORIZONS:
        assert np.array_equal(made.raw[horizon].scale[known], other.raw[horizon].scale[known])
        before, after = (series.quantiles(None)[horizon][known] for series in (made, other))
        assert np.array_equal(before, after, equal_nan=True)
    rule = PARAMS.fit.own("nowcast", Settings)
    assert rule.root_steps > 0 and rule.calendar_share > 0  # both are in the scale above


@pytest.mark.slow
@pytest.mark.parametrize("world", ["iid", "fitted"])
def test_a_fixed_shape_covers_in_the_long_run_of_its_world(world: str, steady: list[Run]) -> None:
    found: dict[tuple[str, float], list[float]] = {}
    for number in range(12):
        own = steady[number] if world == "fitted" else None
        made = own or run(WORLDS[world](np.random.default_rng([3, number]), 2600))
        for horizon, panel in seen(made, made.quantiles(fixed_shape(world))).panels.items():
            for level in PARAMS.levels:
                found.setdefault((horizon, level), []).append(float(1 - panel.covered(level).mean()))
    for (horizon, level), missed in found.items():
        error = np.std(missed, ddof=1) / np.sqrt(len(missed))
        assert abs(np.mean(missed) - (1 - level)) < 4 * error + 0.01, (horizon, level)


def test_an_interval_is_narrowed_to_the_misses_that_the_change_names() -> None:
    factor = narrowing("iid", level=0.8, share=0.4)
    assert 0.6 < factor < 0.7  # of a normal distribution 0.8416/1.2816 = 0.657
    made = run(WORLDS["iid"](np.random.default_rng(4), 2600))
    day = made.history.days[2000]
    narrowed = seen(made, made.quantiles(fixed_shape("iid")), narrow=factor, day=day)
    after = narrowed.panels["1d"].target_date >= day
    missed = narrowed.watched["1d"].missed[0.8]
    assert missed[after].mean() == pytest.approx(0.4, abs=0.06) and missed[~after].mean() == pytest.approx(
        0.2, abs=0.04
    )


def test_larger_errors_come_from_the_day_on_and_calibration_learns_of_them() -> None:
    made = run(WORLDS["iid"](np.random.default_rng(4), 2600))
    day = made.history.days[2000]
    worse = made.with_errors(2.0, day)
    before = made.target_dates["1d"] < day
    calm, wide = (series.quantiles(None)["1d"] for series in (made, worse))
    assert np.array_equal(calm[before[:-1].sum() - 1], wide[before[:-1].sum() - 1])
    assert wide[-1, -1] - wide[-1, 0] > 1.2 * (calm[-1, -1] - calm[-1, 0])


def test_the_predecessors_rule_is_the_one_its_audit_measured() -> None:
    """Section 27.1: a look at errors without a change calls them worse with 4.6, 16.5 and 19.4 % at 1, 5 and 7 steps."""
    returns = 0.006 * np.random.default_rng(5).standard_normal((100, 20_000))
    total = np.cumsum(returns, axis=0)
    for steps, expected in ((1, 0.046), (5, 0.165), (7, 0.194)):
        errors = total[steps:] - total[:-steps]
        found = float(np.mean(predecessor_p(errors, np.array([errors.shape[0] - 1])) < 0.05))
        assert found == pytest.approx(expected, abs=0.012), steps


def test_distances_of_a_rate_are_those_that_so_many_years_exceed_at_any_horizon() -> None:
    years = np.abs(np.random.default_rng(6).standard_normal((40, len(HORIZONS), 200)))
    rates = early_rates({"a": years, "b": 0.5 * years}, (1.0, 0.2, 0.05))
    last = {horizon: distances[-1] for horizon, distances in rates.distances.items()}
    beyond = [years[:, HORIZONS.index(horizon)] > distance for horizon, distance in last.items()]
    assert set(last) == {"15d", "30d", "90d"}
    assert np.any(beyond, axis=0).mean() == pytest.approx(0.05, abs=0.005)
    assert all(distances[0] == 0.0 for distances in rates.distances.values())


# --- the production path, series by series, repeats what the study states ----------------------------------------------

SEED = 11  # of series that no figure of the study stands on
SERIES, CHUNKED = 24, 20
DELAYS = ("misses x 2 at 80 %", "error x 1.5")


@pytest.fixture(scope="module")
def steady() -> list[Run]:
    """Series of the fitted world; whoever asks for their calibrated forecasts leaves them to the next."""
    return [run(returns_of("fitted", SEED, number)) for number in range(SERIES)]


@pytest.fixture(scope="module")
def calm(steady: list[Run]) -> list[dict[str, Looks]]:
    """The looks at each of them, with calibrated forecasts."""
    rates = parse_early(EARLY.read_text(encoding="utf-8"), str(EARLY))
    return [independent(made, made.quantiles(None), rates=rates) for made in steady]


@pytest.fixture(scope="module")
def delayed() -> dict[str, list[dict[str, Looks]]]:
    """By change, the looks at series of the GARCH-t world in which it happens, with intervals of fixed shape.

    Without the early signal, which does not look at 1d.
    """
    found: dict[str, list[dict[str, Looks]]] = {change: [] for change in DELAYS}
    for number in range(SERIES):
        made = run(returns_of("GARCH-t", SEED, number))
        for change, each in found.items():
            shift = CHANGES[change]("GARCH-t")
            changed = made.with_errors(shift.error, CHANGED_ON)
            each.append(independent(changed, changed.quantiles(fixed_shape("GARCH-t")), narrow=shift.narrow))
    return found


def independent(
    made: Run, quantiles: Mapping[str, np.ndarray], *, narrow: float = 1.0, rates: EarlyRates | None = None
) -> dict[str, Looks]:
    """What the pipeline's own functions say of one series, by horizon.

    Nothing of studies/worlds/monitors.py is used but the days of the looks: reports are made as the performance stage makes them.
    """
    observed = seen(made, quantiles, narrow=narrow, day=CHANGED_ON)
    own = subjects(observed.panels, levels=PARAMS.levels, settings=PARAMS.performance, models=("published",))
    known = made.history.anchor_date[-YEAR:]
    early = () if rates is None else (_early(made, observed, rates),)
    return looks(own["published"], known, PARAMS.performance, early)


def drifts(number: int) -> bool:
    """Whether any weekly look at a series of the fitted world calls a drift."""
    target = target_of(returns_of("fitted", SEED, number), first=FIRST_DAY)
    panel = align.panel(target, {}, set(), set(), as_of=str(target["date"].max()), cut_off=PARAMS.cut_off)
    return any(look.severity != NONE for look in drift(panel, (), PARAMS.drift).target.history)


def _early(made: Run, observed: Seen, rates: EarlyRates) -> Early:
    origins = made.origins[SETTLED - FIRST :]
    day, anchor = steps_between(EPOCH, made.history.anchor_date[origins]), made.history.anchor[origins]
    first = np.append(True, np.diff(day) > 0)
    path = Path(made.history.days[origins][first], day[first], np.log(anchor[first]))
    return Early(HORIZONS, fans(day, anchor, observed.steps, observed.quantiles), path, rates)


def agree(mine: np.ndarray, stated: Share) -> None:
    """Within three standard errors of their difference."""
    own = share(mine)
    assert abs(own.value - stated.value) <= 3 * np.hypot(own.error, stated.error), (own, stated)


@pytest.mark.slow
def test_an_independent_simulation_repeats_the_rates_without_a_change(calm: list[dict[str, Looks]]) -> None:
    stated = measured()
    windows = [np.any([worse(look) for look in each.values()]) for each in calm]
    alarm = [np.any([look.alarm for look in each.values()]) for each in calm]
    early = [np.any([look.early for look in each.values()]) for each in calm]
    agree(np.array(windows), stated["fitted", ADAPTS, "windows_year"])
    agree(np.array(alarm), stated["fitted", ADAPTS, "alarm_year"])
    agree(np.array(early), stated["fitted", ADAPTS, "early_year"])
    agree(np.array([drifts(number) for number in range(SERIES)]), stated["fitted", ADAPTS, "drift_year"])


def worse(look: Looks) -> np.ndarray:
    """Whether the windows of a horizon say that it is worse, at each look."""
    return np.max(list(look.windows.values()), axis=0) >= CODE[DEGRADED]


@pytest.mark.slow
@pytest.mark.parametrize("change", DELAYS)
def test_an_independent_simulation_repeats_a_delay(change: str, delayed: dict[str, list[dict[str, Looks]]]) -> None:
    assert "1d" not in parse_early(EARLY.read_text(encoding="utf-8"), str(EARLY)).distances
    mine = delay(np.stack([each["1d"].status >= CODE[DEGRADED] for each in delayed[change]], axis=1))
    page = (ROOT / "reports/monitors.md").read_text(encoding="utf-8")
    row = next(
        cells
        for cells in table(block(page, "delays"))
        if (cells["change at 1d"], cells["world"], cells["forecaster"]) == (change, "GARCH-t", FIXED)
    )
    value = float(row["within a year"].split("±")[0]) / 100
    agree(mine <= YEAR, Share(value, whole.Sizes().changed))
    sixty = float(row["within 60"].split("±")[0]) / 100
    agree(mine <= 60, Share(sixty, whole.Sizes().changed))


def table(text: str) -> Iterator[dict[str, str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]
    for cells in rows[2:]:
        yield dict(zip(rows[0], cells, strict=True))


def test_a_chunk_of_series_is_the_same_however_it_is_cut() -> None:
    both = a_chunk("iid", (NO_CHANGE,), (FIXED,), 5, 0, 2)[FIXED, NO_CHANGE]
    second = a_chunk("iid", (NO_CHANGE,), (FIXED,), 5, 1, 1)[FIXED, NO_CHANGE]
    assert np.array_equal(both.distance[:, :, 1:], second.distance, equal_nan=True)
    assert np.array_equal(both.predecessor[:, 1:], second.predecessor)
    assert both.farthest.shape[0] == (LOOKS_FROM - SETTLED) // YEAR


# --- what is stated holds --------------------------------------------------------------------------------------------


def test_the_stated_rates_are_under_the_bounds_or_stated_as_what_they_are() -> None:
    """Every world's own rate is in the tables; the page says in words where the bound of the sequential alarm does not hold."""
    stated = measured()
    assert {(world, forecaster) for world, forecaster, _ in stated} == {(w, f) for w in CALM for f in FORECASTERS}
    page = (ROOT / "reports/monitors.md").read_text(encoding="utf-8")
    cells = {(row["world"], row["forecaster"]): row for row in table(block(page, "steady"))}
    names = {
        "windows, a year": "windows_year",
        "either, a year": "either_year",
        "alarm, five years": "alarm_five_years",
    }
    for (world, forecaster), row in cells.items():
        if world not in CALM:
            continue
        for column, monitor in names.items():
            rate = stated[world, forecaster, monitor]
            assert row[column] == f"{100 * rate.value:.1f} ± {100 * rate.error:.1f} %"
    over = [key for key, rate in stated.items() if key[2] == "alarm_five_years" and rate.value > FIVE_YEARS]
    assert ("given the past" in page) and (not over or "the bound does not hold" in page)


def test_the_early_signal_is_rare_in_every_world_without_a_change() -> None:
    for (world, forecaster, monitor), rate in measured().items():
        if monitor == "early_year":
            assert rate.value <= PARAMS.performance.early_rate + 3 * rate.error, (world, forecaster)


@pytest.mark.slow
def test_false_alarms_of_a_few_years(steady: list[Run], calm: list[dict[str, Looks]]) -> None:
    """A count above this bound has a chance of one in a thousand under the rate that is stated.

    Of each series, the study's windows say at every look what those of the pipeline say.
    """
    chunked = steady[:CHUNKED]
    series = [returns_of("fitted", SEED, number) for number in range(CHUNKED)]
    found = said_of("fitted", series, chunked, (NO_CHANGE,), FORECASTERS)
    for horizon in HORIZONS:
        own = np.stack([worse(each[horizon]) for each in calm[:CHUNKED]], axis=1)
        assert np.array_equal(found[ADAPTS, NO_CHANGE].windows[horizon], own), horizon
    stated = measured()
    for forecaster in FORECASTERS:
        outcome = found[forecaster, NO_CHANGE]
        counts = {"either_year": ever(outcome.either(*HORIZONS)), "alarm_five_years": share(outcome.alarm_five_years)}
        for monitor, mine in counts.items():
            rate = stated["fitted", forecaster, monitor]
            assert CHUNKED * mine.value <= binom.isf(0.001, CHUNKED, rate.value + 3 * rate.error)


# --- the study ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study() -> Study:
    """Everything measured once, its tables written and printed."""
    found = whole.study(whole.Sizes(), processes=whole.cores())
    print(whole.write(found))
    return found


@pytest.mark.study
def test_false_alarms_of_kind_worlds(study: Study) -> None:
    """Where returns do not cluster the bounds hold; where they do, what is stated is what was measured."""
    for world in ("iid", "AR(1)"):
        for forecaster in FORECASTERS:
            shares = years_with(study, world, forecaster)
            for monitor in ("either_year", "alarm_five_years"):
                rate = shares[monitor]
                assert rate.value <= A_YEAR + 2 * rate.error, (world, forecaster, monitor)


@pytest.mark.study
def test_the_early_signal_keeps_its_rate(study: Study) -> None:
    for world in CALM:
        rate = ever(study.said[world][ADAPTS, NO_CHANGE].early(study.rates, *HORIZONS))
        assert rate.value <= PARAMS.performance.early_rate + 2 * rate.error, world


@pytest.mark.study
def test_power(study: Study) -> None:
    """At 1d in GARCH-t, with intervals of fixed shape: the power that the tolerance for clustered worlds must not cost."""

    def found(change: str) -> Said:
        return study.said["GARCH-t"][FIXED, change]

    assert within(delay(found("error x 1.5").either("1d")), YEAR).value >= 0.95
    assert within(delay(found("coverage 95 -> 90").either("1d")), YEAR).value >= 0.40
    narrowed = delay(found("misses x 2 at 80 %").either("1d"))
    assert within(narrowed, YEAR).value >= 0.95 and np.median(narrowed) <= 60
