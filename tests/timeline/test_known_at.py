"""An origin looks ahead by the holidays known at its cut-off: a law of the week after moves none of its targets."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.models.registry import build
from forex.observations.history import History
from forex.statistics.forecasts import calibrated_frame
from forex.statistics.scores import matured
from forex.timeline import calendar
from forex.timeline.holidays import Holiday, parse_holidays
from tests.support import scorer
from tests.support.made_up import HOLIDAYS, ROOT
from tests.support.simulated import fit_params, garch_returns, history_of, target_of

LISTED = parse_holidays((ROOT / HOLIDAYS).read_text(encoding="utf-8"), HOLIDAYS)
KNOWN_FROM = {holiday.date: holiday.known_from for holiday in LISTED}
HORIZONS = ("1d", "7d", "15d", "30d", "90d")
ONE = dt.timedelta(days=1)
SOLSTICE, LAW = dt.date(2021, 6, 21), dt.date(2021, 6, 19)  # law 21.357, published on a Saturday for the Monday after

# Half of the origins lie in the months before a holiday that was known for less than 90 days: few others can show a fault.
LATE = [day for day, known in KNOWN_FROM.items() if known.year > 1980 and day.weekday() < 5 and (day - known).days < 90]
any_day = st.dates(dt.date(1980, 6, 1), dt.date(2039, 12, 31))
before_late = st.tuples(st.sampled_from(LATE), st.integers(-10, 120)).map(lambda drawn: drawn[0] - drawn[1] * ONE)
origins = st.one_of(any_day, before_late)


def is_business(day: dt.date, origin: dt.date) -> bool:
    return day.weekday() < 5 and not (day in KNOWN_FROM and KNOWN_FROM[day] <= origin)


def loop_target(origin: dt.date, anchor: dt.date, horizon: str) -> dt.date:
    day = max(origin + int(horizon[:-1]) * ONE, anchor + ONE)
    while not is_business(day, origin):
        day += ONE
    return day


def loop_shift(day: dt.date, steps: int, origin: dt.date) -> dt.date:
    for _ in range(steps):
        day += ONE
        while not is_business(day, origin):
            day += ONE
    return day


def loop_steps(start: dt.date, end: dt.date, origin: dt.date) -> int:
    return sum(is_business(start + k * ONE, origin) for k in range(1, (end - start).days + 1))


@settings(max_examples=40)
@given(st.lists(origins, min_size=1, max_size=20), st.integers(0, 12), st.sampled_from(HORIZONS), st.integers(1, 66))
def test_each_origin_counts_by_what_it_knew(days: list[dt.date], lag: int, horizon: str, steps: int) -> None:
    anchors = [calendar.on_or_before(day - lag * ONE).item() for day in days]
    targets = calendar.target_dates(days, anchors, horizon)
    assert targets.tolist() == [loop_target(*pair, horizon) for pair in zip(days, anchors, strict=True)]
    counted = calendar.steps_between(anchors, targets, known_at=days)
    loops = zip(anchors, targets.tolist(), days, strict=True)
    assert counted.tolist() == [loop_steps(*dates) for dates in loops]
    assert (calendar.steps_between(targets, anchors, known_at=days) == -counted).all()
    assert (calendar.shift(anchors, counted[0], known_at=days)[0] == targets[0]).all()
    moved = calendar.shift(anchors, steps, known_at=days)
    assert moved.tolist() == [loop_shift(anchor, steps, day) for anchor, day in zip(anchors, days, strict=True)]
    assert calendar.is_business_day(moved, known_at=days).all()
    path = calendar.business_days(anchors[0], targets[0], known_at=days[0])
    assert path.tolist() == [anchors[0], *(loop_shift(anchors[0], k, days[0]) for k in range(1, counted[0] + 1))]


@given(any_day, st.integers(0, 400))
def test_what_lies_behind_an_origin_is_known_to_it(day: dt.date, back: int) -> None:
    earlier = max(day - back * ONE, dt.date(1980, 1, 2))
    assert calendar.steps_between(earlier, day, known_at=day) == calendar.steps_between(earlier, day)
    assert calendar.is_business_day(earlier, known_at=day) == calendar.is_business_day(earlier)


def test_the_law_of_2021_moves_no_target_of_an_origin_before_it() -> None:
    """Counted with the complete list, six fell on the Tuesday."""
    days = calendar.business_days("2021-01-04", "2021-12-30")
    moved = {}
    for horizon in HORIZONS:
        due = np.maximum(days + calendar.horizon_days(horizon), days + 1)
        targets, afterwards = calendar.target_dates(days, days, horizon), calendar.on_or_after(due)
        changed = targets != afterwards
        assert set(targets[changed].tolist()) <= {SOLSTICE}
        assert set(afterwards[changed].tolist()) <= {SOLSTICE + ONE}
        moved[horizon] = days[changed].astype(str).tolist()
    assert moved == {
        "1d": ["2021-06-18"],
        "7d": ["2021-06-14"],
        "15d": ["2021-06-04"],
        "30d": ["2021-05-20"],
        "90d": ["2021-03-22", "2021-03-23"],
    }


def test_the_targets_that_laws_moved_are_those_that_the_calendars_readme_counts() -> None:
    days = calendar.business_days("2007-01-02", "2024-12-30")
    lost: Counter[str] = Counter()
    for horizon in HORIZONS:
        targets = calendar.target_dates(days, days, horizon)
        lost.update(targets[~calendar.is_business_day(targets)].astype(str).tolist())
    bicentenary = {"2010-09-17": 1, "2010-09-20": 4}
    assert lost == {"2007-09-17": 6, "2017-01-02": 6, "2021-06-21": 6, "2008-10-31": 1, "2022-09-16": 1} | bicentenary


# --- what follows for a history and its forecasts ---------------------------------------------------------------------


def market() -> History:
    return history_of(target_of(garch_returns(np.random.default_rng(21), 520), first="2020-01-02"))


def test_a_target_that_became_a_holiday_never_matures_and_counts_nowhere() -> None:
    history = market()
    assert history.days[-1] > np.datetime64("2021-12-31")
    at = np.flatnonzero(history.days >= np.datetime64("2021-01-04"))
    predictive = build(fit_params("random_walk"))["random_walk"].forecast(history, at, HORIZONS)
    value = dict(zip(history.in_force.tolist(), history.observado.tolist(), strict=True))
    quantiles, actual = {}, {}
    for horizon in HORIZONS:
        targets = history.targets(horizon)
        lost = targets.dates == np.datetime64(SOLSTICE)
        assert 1 <= lost.sum() <= 2
        assert (targets.matured[lost] == len(history.days)).all()
        assert np.isnan(targets.log_return[lost]).all()
        quantiles[horizon] = {"random_walk": predictive[horizon].quantiles}
        actual[horizon] = np.array([value.get(day, np.nan) for day in targets.dates[at].tolist()])
    frame = calibrated_frame(history, at, ["NORMAL"] * len(at), quantiles, actual)
    for horizon in HORIZONS:
        panel = matured(frame, horizon)
        assert np.datetime64(SOLSTICE) not in panel.target_date
        assert (np.diff(panel.target_date) >= np.timedelta64(0, "D")).all()
        scored = scorer.matured(frame.to_pandas(), horizon, "random_walk")
        assert len(scored) == panel.n > 150
        assert scored["actual"].notna().all()


def test_steps_count_the_day_that_only_later_became_a_holiday() -> None:
    history = market()
    at = int(np.searchsorted(history.days, np.datetime64("2021-06-17")))
    assert str(history.targets("7d").dates[at]) == "2021-06-24"
    assert history.targets("7d").steps[at] == 5  # four in the end
    assert history.ahead(2).dates[at] == np.datetime64(SOLSTICE)
    assert history.ahead(2).matured[at] == len(history.days)


def test_in_the_evening_the_anchor_is_dated_by_the_business_days_then_known() -> None:
    """That Friday evening the next business day was the Monday: a rate dated Tuesday is nobody's anchor before."""
    history = history_of(target_of(garch_returns(np.random.default_rng(21), 520), first="2020-01-02"), cut_off="18:30")
    anchors = dict(zip(history.days.astype(str).tolist(), history.anchor_date.astype(str).tolist(), strict=True))
    assert [anchors[f"2021-06-{day}"] for day in (17, 18, 22)] == ["2021-06-18", "2021-06-18", "2021-06-23"]


# --- look-ahead: a row of the list with a later known_from ------------------------------------------------------------


Enact = Callable[[dt.date, dt.date], None]


@pytest.fixture
def enact(monkeypatch: pytest.MonkeyPatch) -> Iterator[Enact]:
    """A law that makes a day a holiday, known from another day on."""

    def add(day: dt.date, known_from: dt.date) -> None:
        longer = tuple(sorted([*LISTED, Holiday(day, "Feriado nuevo", known_from)]))
        monkeypatch.setattr(calendar, "_holidays", lambda: longer)
        calendar._versions.cache_clear()

    yield add
    calendar._versions.cache_clear()


@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
@pytest.mark.parametrize("day", ["2021-10-06", "2021-10-08", "2021-10-18"])  # a Wednesday, a Friday, a Monday
@pytest.mark.parametrize("notice", [0, 1, 4, 40])
def test_a_later_law_leaves_every_earlier_origin_as_it_was(enact: Enact, day: str, notice: int, cut_off: str) -> None:
    target = target_of(garch_returns(np.random.default_rng(3), 520), first="2020-01-02")
    before = history_of(target, cut_off=cut_off)
    seen = [before.targets(horizon) for horizon in HORIZONS] + [before.ahead(1), before.ahead(2)]
    new = dt.date.fromisoformat(day)
    enact(new, new - notice * ONE)
    after = history_of(target, cut_off=cut_off)
    again = [after.targets(horizon) for horizon in HORIZONS] + [after.ahead(1), after.ahead(2)]
    upto = slice(int(np.searchsorted(before.days, np.datetime64(new - notice * ONE))))
    for name in ("days", "anchor", "anchor_date"):
        assert getattr(after, name)[upto].tobytes() == getattr(before, name)[upto].tobytes()
    for earlier, later in zip(seen, again, strict=True):
        assert later.dates[upto].tobytes() == earlier.dates[upto].tobytes()
        assert later.steps[upto].tobytes() == earlier.steps[upto].tobytes()
        of_that_day = later.dates == np.datetime64(new)
        assert (later.matured[of_that_day] == len(after.days)).all()
    assert not after.targets("7d").dates[upto.stop :].tolist().count(new)
    assert (again[2].dates == np.datetime64(new)).any() == (notice < 15)
