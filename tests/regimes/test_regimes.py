"""The regime of each origin: causal, from signals that do what they say, and written the same twice."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.core.errors import DataError
from forex.core.files import read_json, read_parquet, write_parquet
from forex.regimes import regimes
from forex.regimes.meetings import Meetings
from forex.regimes.regimes import REGIMES, STRESSED, classify
from forex.regimes.rules.high_vol import switched
from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.regimes.panels import (
    CALENDAR,
    INTERVENTIONS,
    MEETINGS,
    MOVE,
    PARAMS,
    QUICK,
    QUICK_MOVE,
    changed,
    classified_sample,
    made_up_panel,
    one_series,
    sample,
    sample_panel,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def on_sample() -> pl.DataFrame:
    return classified_sample()


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


# --- signals and states ---------------------------------------------------------------------------------------------


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
    flat = one_series(np.zeros(600))
    assert set(classify(flat, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]) == {"UNKNOWN"}
    silent = flat.with_columns(anchor=pl.lit(None, pl.Float64), anchor_date=pl.lit(None, pl.Date))
    assert set(classify(silent, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]) == {"UNKNOWN"}


def test_a_hole_in_the_data_is_unknown_and_does_not_end_a_storm() -> None:
    rng = np.random.default_rng(5)
    returns = 0.006 * rng.standard_normal(500)
    returns[400:] *= 4
    panel = one_series(returns)
    hole = pl.int_range(pl.len()).is_between(430, 449)
    carried = panel.with_columns(pl.when(~hole).then(pl.col("anchor", "anchor_date")).forward_fill())
    calls = classify(carried, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)["regime"]
    assert (calls[425:438] == "HIGH_VOL").all()
    assert calls[449] == "UNKNOWN"
    assert (calls[465:] == "HIGH_VOL").all()


def test_hysteresis_keeps_a_state_between_the_two_ratios() -> None:
    rng = np.random.default_rng(8)
    ratio = np.exp(np.cumsum(0.1 * rng.standard_normal(500)) * 0.3 + 0.3)
    on, found = False, switched(ratio, enter=1.5, leave=1.25)
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


# --- guards, metrics, stage -----------------------------------------------------------------------------------------


def test_a_wrong_panel_is_named() -> None:
    panel = made_up_panel(np.random.default_rng(0), rows=60)
    with pytest.raises(DataError, match="no column anchor_date"):
        classify(panel.drop("anchor_date"), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    with pytest.raises(DataError, match="row 60: 2019-01-02 does not come after"):
        classify(pl.concat([panel[1:], panel[:1]]), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
    for at in (1, 30, 59):
        twice = pl.concat([panel[:at], panel[at - 1 :]])
        day = panel["origin_date"][at - 1]
        with pytest.raises(DataError, match=f"row {at + 1}: {day} does not come after the row before it"):
            classify(twice, MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE)
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
        with pytest.raises(DataError, match=rf"{path.name}: not found"):
            stage.main()
