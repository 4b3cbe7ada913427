"""Panels for regimes, made up or of the sample, with the committed settings and lists."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from forex.observations import align
from forex.observations.store import read_series, read_series_list
from forex.params import Regimes, load_params
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.regimes.regimes import STRESSED, classify
from forex.timeline import calendar
from tests.support.made_up import ROOT

COMMITTED = load_params("as_of", "regimes", "usdclp", path=ROOT / "params.yaml")
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


def one_series(returns: np.ndarray) -> pl.DataFrame:
    """A panel at level 900 with these log-returns, in years that no calendar of meetings or interventions reaches."""
    days = calendar.business_days("1990-01-02", "2007-12-31")[: returns.size]
    columns = {"origin_date": days, "cut_off_at": calendar.cut_offs(days, "15:00"), "anchor_date": days}
    return pl.DataFrame(columns | {"anchor": 900.0 * np.exp(np.cumsum(returns))})


def usable(store: Path, name: str) -> pl.DataFrame:
    rows = read_series(store, name, read_series_list(store)[name])
    if name == "usdclp":
        rows = rows.filter(pl.Series(calendar.is_business_day(rows["date"].to_numpy())))
    return rows.with_columns(usable_at="known_at").sort("date", "known_at")


# Spells of stress that everybody remembers.
EPISODES = [
    ("2008-10-06", "2008-12-31"),
    ("2019-11-12", "2019-12-20"),
    ("2020-03-16", "2020-05-08"),
    ("2022-07-08", "2022-08-12"),
]


@cache
def sample(name: str) -> pl.DataFrame:
    return usable(ROOT / "data/sample", name)


def sample_panel(
    target: pl.DataFrame, *, as_of: str = COMMITTED.as_of, cut_off: str = "15:00", **drivers: pl.DataFrame
) -> pl.DataFrame:
    until = calendar.cut_offs([as_of], cut_off).item()
    known = {
        name: rows.filter(pl.col("usable_at").dt.replace_time_zone(None) <= until) for name, rows in drivers.items()
    }
    target = target.filter(pl.col("usable_at").dt.replace_time_zone(None) <= until)
    return align.panel(target, known, set(), as_of=as_of, cut_off=cut_off)


@cache
def classified_sample() -> pl.DataFrame:
    return classify(sample_panel(sample("usdclp")), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)


@cache
def classified_with_copper(target: str) -> pl.DataFrame:
    """The "real" target, or that of the "sample", beside the real store's copper."""
    store = Path(str(REAL))
    rows = usable(store, "usdclp") if target == "real" else sample("usdclp")
    panel = sample_panel(rows, copper_lme=usable(store, "copper_lme"))
    return classify(panel, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)


def stressed(frame: pl.DataFrame, first: str, last: str) -> np.ndarray:
    days = frame["origin_date"].to_numpy().astype("datetime64[D]")
    inside = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return frame["regime"].is_in(STRESSED).to_numpy()[inside]
