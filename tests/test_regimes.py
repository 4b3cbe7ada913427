"""The regime of each origin: causal, equal to a readable loop, and right about the storms that everybody remembers."""

import math
import os
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex import align, calendar, copper, regimes
from forex.errors import DataError
from forex.files import read_json, read_parquet, write_parquet
from forex.interventions import Interventions, parse_interventions
from forex.meetings import Meetings, days_to_effects, is_covered, parse_meetings
from forex.moves import daily_moves, moves_over
from forex.params import Regimes, load_params
from forex.regimes import REGIMES, STRESSED, classify
from forex.store import read_series, read_series_list

ROOT = Path(__file__).parents[1]
COMMITTED = load_params("regimes", "usdclp", path=ROOT / "params.yaml")
PARAMS, MOVE = COMMITTED.regimes, COMMITTED.usdclp.thresholds.copper_move
QUICK_MOVE = 0.03
CALENDAR = ROOT / "data/calendar/bcch_meetings.csv"
MEETINGS = parse_meetings(CALENDAR.read_text(encoding="utf-8"), CALENDAR.name)
LIST = ROOT / "data/calendar/bcch_interventions.csv"
INTERVENTIONS = parse_interventions(LIST.read_text(encoding="utf-8"), LIST.name)
REAL = os.environ.get("FOREX_REAL_DATA")


def changed(**values: object) -> Regimes:
    return Regimes.model_validate(PARAMS.model_dump() | values)


QUICK = changed(
    fast_window=8, min_fast=4, reference_window=60, min_reference=30, copper_min_reference=30, copper_sigmas=1.5,
    copper_correlation_window=12, confidence_prior=3,
)  # fmt: skip


# --- panels ---------------------------------------------------------------------------------------------------------


def made_up_panel(
    rng: np.random.Generator, rows: int = 420, *, gaps: float = 0.05, first: str = "2019-01-02"
) -> pl.DataFrame:
    """Business days from `first` with calm and stormy stretches at level 900, values that are missing, and copper."""
    origins = calendar.business_days(first, "2030-12-31")[:rows]
    storm = np.repeat(rng.choice([1.0, 1.0, 3.0], rows // 20 + 1), 20)[:rows]

    def carried(values: np.ndarray, lead: int) -> tuple[np.ndarray, np.ndarray]:
        there = rng.random(rows) >= gaps
        there[:lead] = False
        at = np.maximum.accumulate(np.where(there, np.arange(rows), -1))
        dates = np.where(at >= 0, origins[at], np.datetime64("NaT", "D"))
        return np.where(at >= 0, values[at], np.nan), dates

    anchor, anchor_date = carried(900.0 * np.exp(np.cumsum(0.006 * storm * rng.standard_normal(rows))), lead=2)
    copper, copper_date = carried(
        4.0 * np.exp(np.cumsum(0.012 * rng.permutation(storm) * rng.standard_normal(rows))), lead=30
    )
    frame = pl.DataFrame(
        {
            "origin_date": origins,
            "cut_off_at": calendar.cut_offs(origins, "15:00"),
            "anchor": anchor,
            "anchor_date": anchor_date,
            "copper_lme": copper,
            "copper_lme_date": copper_date,
        }
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def usable(store: Path, name: str) -> pl.DataFrame:
    rows = read_series(store, name, read_series_list(store)[name])
    if name == "usdclp":
        rows = rows.filter(pl.Series(calendar.is_business_day(rows["date"].to_numpy())))
    return rows.with_columns(usable_at="known_at").sort("date", "known_at")


@cache
def sample(name: str) -> pl.DataFrame:
    return usable(ROOT / "data/sample", name)


def sample_panel(
    target: pl.DataFrame, *, as_of: str = "2024-11-27", cut_off: str = "15:00", **drivers: pl.DataFrame
) -> pl.DataFrame:
    until = calendar.cut_offs([as_of], cut_off).item()
    known = {
        name: rows.filter(pl.col("usable_at").dt.replace_time_zone(None) <= until) for name, rows in drivers.items()
    }
    target = target.filter(pl.col("usable_at").dt.replace_time_zone(None) <= until)
    return align.panel(target, known, set(), as_of=as_of, cut_off=cut_off)


@pytest.fixture(scope="module")
def on_sample() -> pl.DataFrame:
    return classify(sample_panel(sample("usdclp")), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)


# --- what everybody remembers ---------------------------------------------------------------------------------------


def stressed(frame: pl.DataFrame, first: str, last: str) -> np.ndarray:
    days = frame["origin_date"].to_numpy().astype("datetime64[D]")
    inside = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return frame["regime"].is_in(STRESSED).to_numpy()[inside]


EPISODES = [
    ("2008-10-06", "2008-12-31"),
    ("2019-11-12", "2019-12-20"),
    ("2020-03-16", "2020-05-08"),
    ("2022-07-08", "2022-08-12"),
]


@pytest.mark.parametrize(("first", "last"), EPISODES)
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_an_episode_is_called_in_time_and_without_a_break(first: str, last: str, cut_off: str) -> None:
    frame = classify(
        sample_panel(sample("usdclp"), as_of=last, cut_off=cut_off), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE
    )
    on = stressed(frame, first, last)
    assert on.argmax() <= 10 and on[on.argmax() :].all()


def test_states_on_the_sample(on_sample: pl.DataFrame) -> None:
    assert {"NORMAL", "HIGH_VOL", "BCCH_INTERVENTION", "UNKNOWN"} == set(on_sample["regime"])
    assert stressed(on_sample, "2008-10-06", "2009-01-30").mean() >= 0.6
    assert stressed(on_sample, "2020-03-20", "2020-05-08").mean() >= 0.6
    assert stressed(on_sample, "2013-01-01", "2013-12-31").mean() <= 0.1
    in_2013 = on_sample.filter(pl.col("origin_date").dt.year() == 2013)["regime"]
    assert np.mean(in_2013.to_numpy() == "NORMAL") >= 0.9


@pytest.fixture(scope="module", params=["sample", "real"])
def on_real(request: pytest.FixtureRequest) -> pl.DataFrame:
    """With copper, on both targets."""
    store = Path(str(REAL))
    target = usable(store, "usdclp") if request.param == "real" else sample("usdclp")
    return classify(
        sample_panel(target, copper_lme=usable(store, "copper_lme")), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE
    )


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_copper_shocks_in_the_years_that_had_them(on_real: pl.DataFrame) -> None:
    shocks = on_real.filter(pl.col("regime") == "COPPER_SHOCK")
    assert {2008, 2020, 2022} <= set(shocks["origin_date"].dt.year())
    assert shocks.height <= 0.1 * on_real.height
    assert np.nanmean(on_real["copper_correlation"].to_numpy()) < -0.2  # a dearer pound of copper is a dearer peso
    assert (
        0.0 < on_real["copper_correlation_broken"].mean() < 2 * (1 - PARAMS.copper_correlation_band)
    )  # a clustered tail


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_episodes_on_the_real_store(on_real: pl.DataFrame) -> None:
    for first, last in EPISODES:
        on = stressed(on_real, first, last)
        assert on.argmax() <= 10 and on[on.argmax() :].all()
    in_2013 = on_real.filter(pl.col("origin_date").dt.year() == 2013)["regime"]
    assert np.mean(in_2013.to_numpy() == "NORMAL") >= 0.9


def _one_series(returns: np.ndarray) -> pl.DataFrame:
    days = calendar.business_days("1990-01-02", "2010-12-31")[: returns.size]  # where no calendar of meetings reaches
    columns = {"origin_date": days, "cut_off_at": calendar.cut_offs(days, "15:00"), "anchor_date": days}
    return pl.DataFrame(columns | {"anchor": 900.0 * np.exp(np.cumsum(returns))})


# --- nothing later counts -------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), at=st.integers(0, 419))
def test_rows_do_not_depend_on_rows_below(seed: int, at: int) -> None:
    rng = np.random.default_rng(seed)
    panel = made_up_panel(rng)
    noise = made_up_panel(rng)
    whole = classify(panel, MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)[: at + 1]
    assert whole.equals(
        classify(pl.concat([panel[: at + 1], noise[at + 1 :]]), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)[
            : at + 1
        ]
    )
    assert whole.equals(classify(panel[: at + 1], MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE))


@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_observations_known_later_do_not_count(cut_off: str) -> None:
    """Replaced by noise, or deleted with as_of at T: every origin up to T, at both cut-offs, has the same row."""
    rng = np.random.default_rng(1)
    at = "2020-03-25"
    cut = pl.Series(calendar.cut_offs([at], cut_off)).dt.replace_time_zone("UTC").item()
    known, later = {}, {}
    for name in ("usdclp", "aud"):  # aud stands in for copper, which the sample does not have
        rows = sample(name)
        known[name] = rows.filter(pl.col("usable_at") <= cut)
        after = rows.filter(pl.col("usable_at") > cut)
        noise = np.exp(0.03 * rng.standard_normal(after.height))
        later[name] = after.with_columns(value=pl.Series(after["value"].to_numpy() * noise))
    params = changed(copper_series=["aud"])
    whole = classify(
        sample_panel(sample("usdclp"), cut_off=cut_off, aud=sample("aud")),
        MEETINGS,
        INTERVENTIONS,
        params,
        copper_move=0.02,
    )
    noisy = {name: pl.concat([known[name], later[name]]).sort("date", "known_at") for name in known}
    replaced = classify(
        sample_panel(noisy["usdclp"], cut_off=cut_off, aud=noisy["aud"]),
        MEETINGS,
        INTERVENTIONS,
        params,
        copper_move=0.02,
    )
    deleted = classify(
        sample_panel(known["usdclp"], as_of=at, cut_off=cut_off, aud=known["aud"]),
        MEETINGS,
        INTERVENTIONS,
        params,
        copper_move=0.02,
    )
    count = deleted.height
    assert str(deleted["origin_date"][-1]) == at and not whole.equals(replaced)
    assert "COPPER_SHOCK" in deleted["regime"]
    assert whole[:count].equals(deleted) and replaced[:count].equals(deleted)


def test_a_special_meeting_is_unknown_before_its_day(on_sample: pl.DataFrame) -> None:
    days = dict(
        on_sample.filter(pl.col("origin_date").dt.year() == 2020)
        .select(pl.col("origin_date").cast(str), "meeting_days")
        .rows()
    )
    assert days["2020-03-13"] == 14  # still only the meeting of 31 March, in effect on 2 April
    assert days["2020-03-16"] == 2
    assert days["2020-03-18"] == 0
    assert days["2020-03-23"] == -3
    scheduled = Meetings(MEETINGS.dates[~MEETINGS.special], MEETINGS.special[~MEETINGS.special])
    without = classify(sample_panel(sample("usdclp")), scheduled, INTERVENTIONS, PARAMS, copper_move=MOVE)
    before = pl.col("origin_date") < pl.date(2020, 3, 16)
    assert without.filter(before).equals(on_sample.filter(before))
    assert not without.equals(on_sample)


# --- the readable form ----------------------------------------------------------------------------------------------


def oracle(
    panel: pl.DataFrame, meetings: Meetings, announced: Interventions, params: Regimes
) -> list[tuple[str, float, float | None]]:
    """regime, confidence and volatility ratio of each origin, one origin after the other, from the definitions."""
    rows = panel.rows(named=True)

    def move(name: str, now: int, window: int) -> tuple[float, int] | None:
        if now < window or rows[now][name] is None or rows[now - window][name] is None:
            return None
        date, earlier = rows[now][f"{name}_date"], rows[now - window][f"{name}_date"]
        steps = int(calendar.steps_between(earlier, date))
        return (math.log(rows[now][name] / rows[now - window][name]), steps) if steps > 0 else None

    def volatility(name: str, now: int) -> float | None:
        moves = [move(name, row, 1) for row in range(max(now - params.fast_window + 1, 0), now + 1)]
        squares = [found[0] ** 2 / found[1] for found in moves if found]
        return math.sqrt(sum(squares) / len(squares)) if len(squares) >= params.min_fast else None

    current = {name: [volatility(name, now) for now in range(len(rows))] for name in ("anchor", "copper_lme")}

    def reference(name: str, now: int, at_least: int) -> float | None:
        end = now - params.fast_window + 1
        past = [
            value for value in current[name][max(end - params.reference_window, 0) : max(end, 0)] if value is not None
        ]
        return float(np.median(past)) if len(past) >= at_least else None

    def effects(today: np.datetime64) -> list[int]:
        scheduled = meetings.dates[~meetings.special]
        if not scheduled[0] <= today <= scheduled[-1]:
            return []
        out = []
        for date, special in zip(meetings.dates, meetings.special, strict=True):
            if not special or date <= today:
                effect = calendar.shift(date, params.meeting_effect)
                later = int(calendar.steps_between(today, effect)) if effect >= today else 0
                out.append(later or -int(calendar.steps_between(effect, today)))
        return out

    def since(today: np.datetime64) -> float:
        found = math.inf
        for told, start, end in zip(announced.announced, announced.start, announced.end, strict=True):
            first = calendar.on_or_after(start) if np.isnat(told) else calendar.shift(told, 1)
            if first <= today:
                found = math.inf if today > end else int(calendar.steps_between(first, today))
        return found

    def near(days: list[int]) -> bool:
        return any(-params.meeting_after <= day <= params.meeting_before for day in days)

    calls: list[str] = []
    likeness: list[tuple[str, int, bool]] = []
    results = []
    last_shock, high = -math.inf, False
    for now, row in enumerate(rows):
        days, news = effects(np.datetime64(row["origin_date"])), since(np.datetime64(row["origin_date"]))
        base = reference("anchor", now, params.min_reference)
        fast = current["anchor"][now]
        ratio = fast / base if base and fast is not None else None
        if ratio is not None:
            high = ratio > params.enter_ratio or (high and ratio >= params.exit_ratio)
        copper, copper_base = (
            move("copper_lme", now, params.copper_window),
            reference("copper_lme", now, params.copper_min_reference),
        )
        sigmas = abs(copper[0]) / (copper_base * math.sqrt(copper[1])) if copper and copper_base else None
        if copper and sigmas and abs(copper[0]) > QUICK_MOVE and sigmas > params.copper_sigmas:
            last_shock = now

        if ratio is None:
            call, margin = "UNKNOWN", 0.0
        elif (near(days) or news <= params.intervention_hold) and ratio > params.meeting_ratio:
            call, margin = "BCCH_INTERVENTION", ratio / params.meeting_ratio
        elif now - last_shock <= params.copper_hold:
            call, margin = "COPPER_SHOCK", (sigmas or 0.0) / params.copper_sigmas
        elif high:
            call, margin = "HIGH_VOL", ratio / params.exit_ratio
        else:
            call, margin = "NORMAL", ratio / params.enter_ratio

        calls.append(call)
        due = near([day - params.confidence_days for day in days])
        due = due or news + params.confidence_days <= params.intervention_hold
        likeness.append((call, sum(margin > cut for cut in params.confidence_cuts), due))
        decided = [row for row in range(now - params.confidence_days + 1) if calls[row] != "UNKNOWN"]
        stood = {row: calls[row + params.confidence_days] == calls[row] for row in decided}
        probability = (sum(stood.values()) + 1) / (len(stood) + 2)
        for alike in (
            [row for row in decided if calls[row] == call],
            [row for row in decided if likeness[row] == likeness[now]],
        ):
            evidence = len(alike) + params.confidence_prior
            if evidence:
                probability = (sum(stood[row] for row in alike) + params.confidence_prior * probability) / evidence
        told = announced.complete_from <= np.datetime64(row["origin_date"]) <= announced.complete_until
        discount = 1.0 if days and told else 1.0 - params.uncovered_discount
        results.append((call, 0.0 if call == "UNKNOWN" else probability * discount, ratio))
    return results


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("prior", [0, 3])
def test_the_loop_and_the_vectorised_form_agree(seed: int, prior: int) -> None:
    panel = made_up_panel(np.random.default_rng(seed), first="2019-06-03", gaps=0.25 if seed == 3 else 0.05)
    params = QUICK.model_copy(update={"confidence_prior": prior})
    frame = classify(panel, MEETINGS, INTERVENTIONS, params, copper_move=QUICK_MOVE)
    calls, confidences, ratios = zip(*oracle(panel, MEETINGS, INTERVENTIONS, params), strict=True)
    assert frame["regime"].to_list() == list(calls)
    assert set(calls) == set(REGIMES)
    np.testing.assert_allclose(frame["confidence"].to_numpy(), confidences, rtol=1e-12)
    np.testing.assert_allclose(frame["volatility_ratio"].to_numpy(), np.array(ratios, dtype=float), rtol=1e-9)


def test_correlation_equals_numpy() -> None:
    left, right = np.random.default_rng(3).standard_normal((2, 80))
    right[20] = np.nan
    found = copper.rolling_correlation(left, right, 12)
    for row in range(80):
        window = slice(row - 11, row + 1)
        known = row >= 11 and not np.isnan(right[window]).any()
        expected = np.corrcoef(left[window], right[window])[0, 1] if known else np.nan
        np.testing.assert_allclose(found[row], expected, rtol=1e-9)


# --- signals and states ---------------------------------------------------------------------------------------------


def test_a_return_over_three_days_counts_once_at_its_daily_size() -> None:
    days = calendar.business_days("2024-05-02", "2024-05-17")[:6]
    values, dates = np.array([900.0, 909.0, 909.0, 909.0, 927.0, 927.0]), days[[0, 1, 1, 1, 4, 5]]
    found = daily_moves(values, dates)
    np.testing.assert_allclose(found, [np.nan, np.log(1.01), np.nan, np.nan, np.log(927 / 909) / np.sqrt(3), 0.0])


def test_the_level_does_not_matter(on_sample: pl.DataFrame) -> None:
    panel = sample_panel(sample("usdclp"))
    other = classify(
        panel.with_columns(anchor=pl.col("anchor") / 123.0), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE
    )
    assert other["regime"].equals(on_sample["regime"])


def test_unknown_until_there_is_a_reference(on_sample: pl.DataFrame) -> None:
    first_call = (on_sample["regime"] != "UNKNOWN").arg_max()
    assert first_call is not None and first_call >= PARAMS.min_reference + PARAMS.fast_window
    early = on_sample[:first_call]
    assert early["volatility_ratio"].is_null().all() and (early["confidence"] == 0).all()
    assert (on_sample[first_call:]["regime"] != "UNKNOWN").all()


def test_a_flat_or_silent_series_is_unknown_never_normal() -> None:
    flat = _one_series(np.zeros(600))
    assert set(classify(flat, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]) == {"UNKNOWN"}
    silent = flat.with_columns(anchor=pl.lit(None, pl.Float64), anchor_date=pl.lit(None, pl.Date))
    assert set(classify(silent, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]) == {"UNKNOWN"}


def test_a_hole_in_the_data_is_unknown_and_does_not_end_a_storm() -> None:
    rng = np.random.default_rng(5)
    returns = 0.006 * rng.standard_normal(500)
    returns[400:] *= 4
    panel = _one_series(returns)
    hole = pl.int_range(pl.len()).is_between(430, 449)
    carried = panel.with_columns(pl.when(~hole).then(pl.col("anchor", "anchor_date")).forward_fill())
    calls = classify(carried, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]
    assert (calls[425:438] == "HIGH_VOL").all()
    assert calls[449] == "UNKNOWN"
    assert (calls[465:] == "HIGH_VOL").all()


def test_hysteresis_keeps_a_state_between_the_two_ratios() -> None:
    rng = np.random.default_rng(8)
    ratio = np.exp(np.cumsum(0.1 * rng.standard_normal(500)) * 0.3 + 0.3)
    on, found = False, regimes.switched(ratio, enter=1.5, leave=1.25)
    for row, value in enumerate(ratio):
        on = value > 1.5 or (on and value >= 1.25)
        assert found[row] == on
    between = (ratio <= 1.5) & (ratio >= 1.25)
    assert len(set(found[between])) == 2


def test_no_copper_is_no_shock_and_the_first_listed_series_counts() -> None:
    panel = made_up_panel(np.random.default_rng(0))
    without = classify(
        panel.drop("copper_lme", "copper_lme_date"), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE
    )
    assert "COPPER_SHOCK" not in without["regime"]
    for signal in ("copper_move", "copper_sigmas", "copper_correlation"):
        assert without[signal].is_null().all()
    other = panel.with_columns(copper_comex=pl.col("anchor"), copper_comex_date=pl.col("anchor_date"))
    assert classify(other, MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE).equals(
        classify(panel, MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    )
    assert "COPPER_SHOCK" in classify(panel, MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)["regime"]


def test_a_value_carried_forward_is_no_copper_move() -> None:
    days = calendar.business_days("2024-05-02", "2024-06-28")
    moves, _ = moves_over(np.full(days.size, 4.0), np.full(days.size, days[0]), 5)
    assert np.isnan(moves).all()


# --- the calendar of meetings ---------------------------------------------------------------------------------------


def test_coverage_and_signed_days(on_sample: pl.DataFrame) -> None:
    covered = on_sample["calendar_covered"] == 1
    assert str(on_sample.filter(covered)["origin_date"][0]) == "2018-02-01"
    assert on_sample.filter(~covered)["meeting_days"].is_null().all()
    alone = on_sample.filter(~covered & (pl.col("regime") == "BCCH_INTERVENTION"))["intervention_days"]
    assert alone.len() > 0 and alone.is_not_null().all()
    assert on_sample.filter(covered)["meeting_days"].is_not_null().all()
    interventions = on_sample.filter(pl.col("regime") == "BCCH_INTERVENTION")
    near = interventions["meeting_days"].is_between(-PARAMS.meeting_after, PARAMS.meeting_before).fill_null(False)
    news = (interventions["intervention_days"] <= PARAMS.intervention_hold).fill_null(False)
    assert (near | news).all() and (near & ~news).any() and (news & ~near).any()
    assert (interventions["volatility_ratio"] > PARAMS.meeting_ratio).all()
    origins = calendar.as_dates(["2018-01-31", "2018-02-01", "2026-01-27", "2026-01-28"])
    assert is_covered(origins, MEETINGS).tolist() == [False, True, True, False]
    assert days_to_effects(origins[1:2], MEETINGS, effect=2)[0, 0] == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns date,kind; found nothing"),
        ("day,kind\n2020-01-29,scheduled\n", r"line 1: expected the columns date,kind; found \['day', 'kind'\]"),
        ("date,kind\n29/01/2020,scheduled\n", "line 2: date '29/01/2020' is not a date"),
        ("date,kind\n2020-01-29,planned\n", "line 2: kind 'planned' is not one of scheduled, special"),
        ("date,kind\n2020-01-29,scheduled\n2020-01-29,special\n", "line 3: 2020-01-29 does not come after 2020-01-29"),
        ("date,kind\n2020-03-16,special\n", "no scheduled meeting"),
        ("date,kind\n2020-03-16\n", "line 2: kind None"),
    ],
)
def test_a_wrong_calendar_names_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_meetings(text, "meetings.csv")


# --- confidence -----------------------------------------------------------------------------------------------------


def test_confidence_is_right_and_better_than_the_base_rate(on_sample: pl.DataFrame) -> None:
    _check_confidence(on_sample)


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_confidence_on_the_real_store(on_real: pl.DataFrame) -> None:
    _check_confidence(on_real)


def _check_confidence(frame: pl.DataFrame) -> None:
    """The bound of the metrics, from definitions: every call whose day has come, ten bins, the causal base rate."""
    days = PARAMS.confidence_days
    calls, said = frame["regime"].to_list(), frame["confidence"].to_list()
    bins: dict[int, list[float]] = {}
    ours, base, outcomes = 0.0, 0.0, []
    for row in range(len(calls) - days):
        if calls[row] == "UNKNOWN":
            continue
        stood = float(calls[row + days] == calls[row])
        known = [one for at, one in outcomes if at + days <= row]
        rate = (sum(known) + 1) / (len(known) + 2)
        outcomes.append((row, stood))
        ours, base = ours + (said[row] - stood) ** 2, base + (rate - stood) ** 2
        bins.setdefault(min(int(10 * said[row]), 9), []).append(said[row] - stood)
    count = len(outcomes)
    error = sum(abs(sum(gaps)) for gaps in bins.values()) / count
    assert error <= 0.1
    assert ours < 0.8 * base
    metrics = regimes.summary(frame, PARAMS)["confidence"]
    expected = {"calls": count, "brier": ours / count, "brier_base_rate": base / count, "reliability_error": error}
    assert {name: metrics[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def test_confidence_is_lower_where_no_calendar_covers_the_origin() -> None:
    panel = _one_series(0.006 * np.random.default_rng(2).standard_normal(900))
    around = parse_meetings("date,kind\n1985-01-08,scheduled\n2005-01-11,scheduled\n", "meetings.csv")
    listed = parse_interventions("announced,start,end,kind\n,1985-01-08,,none\n,2005-01-11,,none\n", "list.csv")
    covered = classify(panel, around, listed, PARAMS, copper_move=MOVE)
    not_covered = classify(panel, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)
    assert classify(panel, around, INTERVENTIONS, PARAMS, copper_move=MOVE).equals(
        not_covered.with_columns(covered["meeting_days"])
    )
    assert covered["regime"].equals(not_covered["regime"])
    np.testing.assert_allclose(
        not_covered["confidence"], (1 - PARAMS.uncovered_discount) * covered["confidence"], rtol=1e-12
    )


# --- params, guards, metrics, stage ---------------------------------------------------------------------------------

CHANGES = {
    "fast_window": 12, "min_fast": 8, "reference_window": 40, "min_reference": 45, "enter_ratio": 1.8,
    "exit_ratio": 1.0, "copper_series": ("copper_comex",), "copper_window": 4,
    "copper_sigmas": 2.5, "copper_min_reference": 60, "copper_hold": 2, "copper_correlation_window": 20,
    "copper_correlation_band": 0.5, "intervention_hold": 30,
    "meeting_effect": 5, "meeting_before": 4, "meeting_after": 8, "meeting_ratio": 1.6, "confidence_days": 3,
    "confidence_cuts": (1.0,), "confidence_prior": 9.0, "uncovered_discount": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("key", list(Regimes.model_fields))
def test_every_param_changes_the_result(key: str) -> None:
    panel = made_up_panel(np.random.default_rng(11), first="2017-06-01", gaps=0.2)
    listed = parse_interventions("announced,start,end,kind\n2018-02-12,2018-02-14,,sales\n", "list.csv")
    other = QUICK.model_copy(update={key: CHANGES[key]})
    assert not classify(panel, MEETINGS, listed, other, copper_move=QUICK_MOVE).equals(
        classify(panel, MEETINGS, listed, QUICK, copper_move=QUICK_MOVE)
    )


def test_the_copper_move_of_the_block_changes_the_result() -> None:
    panel = made_up_panel(np.random.default_rng(11), first="2017-06-01", gaps=0.2)
    calls = [classify(panel, MEETINGS, INTERVENTIONS, QUICK, copper_move=move)["regime"] for move in (QUICK_MOVE, 0.1)]
    shocked = [(call == "COPPER_SHOCK").sum() for call in calls]
    assert shocked[0] > shocked[1] > 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"exit_ratio": 1.6}, "expected exit_ratio ≤ enter_ratio, got 1.6 and 1.5"),
        ({"min_fast": 21}, "expected min_fast ≤ fast_window"),
        ({"min_reference": 751}, "expected min_reference ≤ reference_window"),
        ({"copper_min_reference": 751}, "expected copper_min_reference ≤ reference_window"),
        ({"confidence_cuts": [1.0, 0.9]}, "expected increasing confidence_cuts"),
    ],
)
def test_params_that_contradict_each_other_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        changed(**values)


def test_a_wrong_panel_is_named() -> None:
    panel = made_up_panel(np.random.default_rng(0), rows=60)
    with pytest.raises(DataError, match="no column anchor_date"):
        classify(panel.drop("anchor_date"), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    with pytest.raises(DataError, match="row 60: 2019-01-02 does not come after"):
        classify(pl.concat([panel[1:], panel[:1]]), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    with pytest.raises(DataError, match="origin 2019-01-02: anchor is 0; logs need a positive number"):
        classify(panel.with_columns(anchor=pl.lit(0.0)), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    assert classify(panel[:1], MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)["regime"].to_list() == [
        "UNKNOWN"
    ]


def test_summary_counts_what_a_loop_counts(on_sample: pl.DataFrame) -> None:
    summary = regimes.summary(on_sample, PARAMS)
    runs: list[list[str]] = []
    for call in on_sample["regime"]:
        if runs and (runs[-1][-1] in STRESSED) == (call in STRESSED):
            runs[-1].append(call)
        else:
            runs.append([call])
    episodes = [run for run in runs if run[0] in STRESSED]
    assert summary["episodes"] == len(episodes)
    assert summary["mean_episode_length"] == pytest.approx(np.mean([len(run) for run in episodes]))
    share = summary["share"]
    assert isinstance(share, dict) and list(share) == list(REGIMES) and sum(share.values()) == pytest.approx(1)


def test_the_stage_writes_the_same_bytes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stages import regimes as stage

    shutil.copytree(CALENDAR.parent, tmp_path / "data/calendar")
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    write_parquet(tmp_path / "data/panel.parquet", sample_panel(sample("usdclp")))
    monkeypatch.chdir(tmp_path)
    stage.main()
    written = {path: path.read_bytes() for path in (stage.REGIMES, stage.METRICS, stage.TIMELINE)}
    stage.main()
    assert written == {path: path.read_bytes() for path in written}
    frame = read_parquet(stage.REGIMES)
    assert all(float(f"{value:.8g}") == value for value in frame["volatility_ratio"].drop_nulls())
    assert frame["volatility_ratio"].is_nan().sum() == 0
    assert set(read_json(stage.METRICS)["regimes"]["share"]) == set(REGIMES)
    assert stage.TIMELINE.read_text().startswith("origin_date,regime,volatility_ratio\n")
    for path in (stage.INTERVENTIONS, stage.MEETINGS):
        path.unlink()
        with pytest.raises(DataError, match=rf"{path.name}: not readable"):
            stage.main()
