"""No look-ahead through the stages: on a stretch of the sample, what is known after the cut-off of T is noise or gone.

Noise keeps within each series' range and largest move; where all is gone, as_of is T. Rows with origin ≤ T stay.
"""

import csv
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.files import read_parquet
from forex.core.quantiles import COLUMNS
from forex.observations.store import read_series, read_series_list
from forex.timeline import calendar
from tests.support.made_up import AFTER_THE_CUT_OFF, EVENING, NOON, ROOT, Project
from tests.support.simulated import committed, instant

Observations = list[tuple[str, float]]
DRIVERS = ("aud", "brl", "mxn", "eur")
QUOTE = "usdclp_spot"
FROM, UNTIL = "2006-01-02", "2011-12-30"
BOUNDS = committed().validate_.bounds


def stretch(name: str) -> Observations:
    """The sample's rows of one series from FROM to UNTIL."""
    with (ROOT / "data/sample" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [(row["date"], float(row["value"])) for row in csv.DictReader(file) if row["value"]]
    return [row for row in rows if FROM <= row[0] <= UNTIL]


def quote() -> Observations:
    """Most of the way from the day's rate to the next one, on two days in three from the third year on."""
    rates = stretch("usdclp")
    there = np.random.default_rng(3).random(len(rates)) < 2 / 3
    ahead = [value for _, value in [*rates[1:], rates[-1]]]
    rows = [(day, round(0.2 * value + 0.8 * later, 4)) for (day, value), later in zip(rates, ahead, strict=True)]
    return [row for row, kept in zip(rows, there, strict=True) if kept and row[0] >= "2008"]


def write(project: Project, rows: dict[str, Observations], publication: dict[str, Any]) -> None:
    for name, values in rows.items():
        rule: dict[str, Any] = {} if name == "usdclp" else {"publication": publication}
        if name == QUOTE:
            rule |= {"unit": "CLP per USD", "quotes": "usdclp"}
        project.store.add(name, "".join(["date,value\n", *(f"{date},{value!r}\n" for date, value in values)]), **rule)


def known_later(project: Project, name: str, at: str) -> list[bool]:
    """Of each row of a series in the store, whether it became known after the cut-off of `at`."""
    listed = read_series_list(project.store.path)
    known_at = read_series(project.store.path, name, listed[name])["known_at"]
    return (known_at > instant(at, "15:00")).to_list()


def noise(name: str, values: Observations, later: list[bool], rng: np.random.Generator) -> Observations:
    """Other values where `later`: a walk from the last good row, within the range and 0.9 of the largest move."""
    bounds = BOUNDS[name]
    assert bounds.max_move is not None
    known = [value for (_, value), after in zip(values, later, strict=True) if not after]
    last = known[-1] if abs(known[-1] / known[-2] - 1) <= bounds.max_move else known[-2]
    made = []
    for (date, value), after in zip(values, later, strict=True):
        if after:
            move = 0.9 * bounds.max_move * rng.uniform(-1, 1)
            outside = not bounds.min <= last * (1 + move) <= bounds.max
            last = value = last * (1 - move if outside else 1 + move)
        made.append((date, value))
    return made


def forecast(project: Project, as_of: str) -> pl.DataFrame:
    """calibrated.parquet after the stages from the store up to it; the later ones read it and nothing of the store."""
    from stages import align, calibrate, fit, ingest, regimes, validate

    project.set(
        as_of=as_of,
        fit={"first_origin": 500},
        calibrate={"min_scores": 120},
    )
    for stage in (ingest, validate, align, regimes, fit, calibrate):
        stage.main()
    return read_parquet(project.root / "data/forecasts/calibrated.parquet")


def upto(frame: pl.DataFrame, at: str) -> pl.DataFrame:
    wanted = ["origin_date", "target_date", "horizon", "model", "regime", "steps", "anchor", *COLUMNS]
    return frame.filter(pl.col("origin_date") <= dt.date.fromisoformat(at)).select(wanted)


def check(
    project: Project, rows: dict[str, Observations], publication: dict[str, Any], at: str, whole: pl.DataFrame
) -> None:
    """Forecasts up to `at` stay those of `whole` where noise, or nothing, follows its cut-off."""
    later = {name: known_later(project, name, at) for name in rows}
    rng = np.random.default_rng(1)
    noisy = {name: noise(name, values, later[name], rng) for name, values in rows.items()}
    cut = {
        name: [row for row, after in zip(values, later[name], strict=True) if not after]
        for name, values in rows.items()
    }
    expected = upto(whole, at)
    assert str(expected["origin_date"].max()) == at and expected["origin_date"].n_unique() > 100

    write(project, noisy, publication)
    other = forecast(project, UNTIL)
    assert upto(other, at).equals(expected)
    assert not upto(other, UNTIL).equals(upto(whole, UNTIL))

    write(project, cut, publication)
    newest = forecast(project, at)
    assert str(newest["origin_date"].max()) == at
    assert upto(newest, at).equals(expected)


@pytest.fixture
def empty_project(project: Project) -> Project:
    calendar_folder = project.root / "data/calendar"
    calendar_folder.mkdir(parents=True, exist_ok=True)
    for name in ("bcch_meetings.csv", "bcch_interventions.csv", "holidays_cl.csv"):
        (calendar_folder / name).write_bytes((ROOT / "data/calendar" / name).read_bytes())
    return project


@pytest.mark.parametrize(
    ("publication", "at"),
    [(NOON, "2011-01-11"), (AFTER_THE_CUT_OFF, "2010-10-08")],
    ids=["known at the cut-off", "known after the cut-off"],
)
def test_the_stages_do_not_look_ahead_on_the_sample(
    empty_project: Project, publication: dict[str, Any], at: str
) -> None:
    rows = {name: stretch(name) for name in ("usdclp", *DRIVERS)}
    write(empty_project, rows, publication)
    check(empty_project, rows, publication, at, forecast(empty_project, UNTIL))


def test_the_stages_do_not_look_ahead_with_a_quote_in_the_store(empty_project: Project) -> None:
    rows = {name: stretch(name) for name in ("usdclp", *DRIVERS)} | {QUOTE: quote()}
    write(empty_project, rows, NOON)
    whole = forecast(empty_project, UNTIL)
    panel = read_parquet(empty_project.root / "data/panel.parquet")
    assert panel[f"{QUOTE}_gap"].is_not_null().sum() > 500
    parts = read_parquet(empty_project.root / "data/forecasts/nowcast.parquet")
    assert parts.filter(pl.col("origin_date") >= dt.date(2009, 1, 2))[f"{QUOTE}_contribution"].abs().max() > 0.005
    check(empty_project, rows, NOON, "2011-01-11", whole)


def test_the_stages_do_not_look_ahead_with_errors_in_the_store(empty_project: Project) -> None:
    """A +10 % print, a +15 % jump that lasts, a bad newest row at T and at the end: their fates, and the same check."""
    project, at = empty_project, "2011-01-12"
    printed, jumped, last = "2009-06-10", "2010-03-17", "2011-12-30"
    rows = {name: stretch(name) for name in ("usdclp", "mxn")}
    dates = [date for date, _ in rows["usdclp"]]
    assert {printed, jumped, at, last} <= set(dates)
    factor = {date: 1.15 if date >= jumped else 1.0 for date in dates}
    factor[printed] *= 1.10
    factor[at] *= 1.12
    factor[last] *= 0.85
    rows["usdclp"] = [(date, value * factor[date]) for date, value in rows["usdclp"]]
    write(project, rows, NOON)

    whole = forecast(project, UNTIL)
    aside = read_parquet(project.root / "data/quarantine.parquet")
    moved = aside.filter(pl.col("series") == "usdclp", pl.col("reason") != "not_a_business_day")
    fates = {str(date): reason for date, reason in moved.select("date", "reason").iter_rows()}
    assert fates == {printed: "reverted", at: "reverted", last: "suspended"}

    clean = read_parquet(project.root / "data/clean/usdclp.parquet").filter(pl.col("usable_at") > pl.col("known_at"))
    following = dates[dates.index(jumped) + 1]
    assert [str(date) for date in clean["date"]] == [jumped]
    assert clean["usable_at"].to_list() == [published_at(following)]

    anchors = dict(whole.select("origin_date", "anchor").unique().iter_rows())
    values = dict(rows["usdclp"])
    before = {date: dates[dates.index(date) - 1] for date in (printed, jumped, at, last)}
    for date in (printed, jumped, at, last):
        assert anchors[dt.date.fromisoformat(date)] == pytest.approx(values[before[date]], abs=1e-9)
    assert anchors[dt.date.fromisoformat(following)] == pytest.approx(values[following], abs=1e-9)

    check(project, rows, NOON, at, whole)
    newest = read_parquet(project.root / "data/quarantine.parquet").filter(pl.col("date") == dt.date.fromisoformat(at))
    assert newest["reason"].to_list() == ["suspended"]  # as it stood at T, the newest row


def published_at(date: str) -> dt.datetime:
    [known] = calendar.instants(
        calendar.shift([date], EVENING["business_days"]), EVENING["time"], EVENING["zone"]
    ).tolist()
    return known.replace(tzinfo=dt.UTC)


def test_the_fixture_stays_within_range_and_largest_move() -> None:
    rows = stretch("usdclp")
    later = [date > "2011-01-11" for date, _ in rows]
    made = noise("usdclp", rows, later, np.random.default_rng(1))
    values = np.array([value for _, value in made])
    after = values[np.array(later)]
    assert [date for date, _ in made] == [date for date, _ in rows]
    assert ((after >= BOUNDS["usdclp"].min) & (after <= BOUNDS["usdclp"].max)).all()
    assert (np.abs(values[1:] / values[:-1] - 1)[-len(after) :] <= BOUNDS["usdclp"].max_move).all()
    assert not np.allclose(
        after, [value for (_, value), is_later in zip(rows, later, strict=True) if is_later], rtol=0.02
    )
