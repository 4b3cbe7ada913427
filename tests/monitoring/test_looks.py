"""The monitor's daily looks: each is what a report made that day would have said, from what was known then."""

import numpy as np
import polars as pl
import pytest

from forex.core.quantiles import COLUMNS
from forex.core.status import INSUFFICIENT_DATA
from forex.monitoring.alert_rules import registry
from forex.monitoring.alert_rules.protocol import Evidence
from forex.monitoring.alert_rules.statuses import entering
from forex.monitoring.alerts import alerts
from forex.monitoring.early import early, path_of
from forex.monitoring.looks import daily_early, daily_statuses, looks
from forex.monitoring.measured import EarlyRates
from forex.monitoring.performance import OpenForecasts, performance
from forex.monitoring.subjects import subjects
from forex.monitoring.verdict import CODE
from forex.params import load_params
from forex.statistics.scores import Panel
from tests.monitoring import test_early
from tests.monitoring.test_performance import SHOWN, changed, report, settings, world
from tests.support.monitored import CALM

FIRST = 1500  # outcomes known at the first look
RULES = settings(min_windows=8)


def panels() -> dict[str, Panel]:
    """A week's forecasts get worse a month after the next day's do."""
    return {
        "1d": world(1700, factor=2.2, last=120),
        "7d": changed(world(1700, seed=2, factor=2.2, last=90), horizon="7d", steps=np.full(1700, 5)),
    }


def known(panel: Panel, count: int) -> Panel:
    return changed(
        panel, **{name: value[:count] for name, value in vars(panel).items() if isinstance(value, np.ndarray)}
    )


def days_of(panel: Panel, first: int = FIRST) -> pl.DataFrame:
    """Origins whose anchor is the newest outcome, from the `first` on; every third one carries the anchor before it."""
    at = np.arange(first, panel.n)
    at = np.where(at % 3 == 0, at - 1, at)
    return pl.DataFrame({"origin_date": panel.target_date[first:], "anchor_date": panel.target_date[at]})


def daily(made: dict[str, Panel], rows: pl.DataFrame, horizons: list[str]) -> dict[str, dict[str, str]]:
    own = subjects(made, levels=SHOWN, settings=RULES)["published"]
    return daily_statuses(own, rows, horizons=horizons, settings=RULES)


@pytest.mark.slow
def test_a_look_says_what_a_report_of_that_origin_would_have_said() -> None:
    made = panels()
    rows = days_of(made["1d"])
    found = daily(made, rows, ["1d", "7d"])
    for origin, anchor_date in rows.rows()[::5]:
        count = int(np.searchsorted(made["1d"].target_date, np.datetime64(anchor_date), side="right"))
        then = report({horizon: known(panel, count) for horizon, panel in made.items()}, RULES)
        assert found[str(origin)] == {horizon: figures.status for horizon, figures in then.horizons.items()}
    said = {status for statuses in found.values() for status in statuses.values()}
    assert len(found) == rows.height and said >= {"GOOD", "DEGRADED"}


def test_a_look_without_any_outcome_says_nothing() -> None:
    made = {"1d": known(world(900), 400)}
    rows = days_of(made["1d"], 398).with_columns(anchor_date=pl.Series([None, made["1d"].target_date[0].item()]))
    found = daily(made, rows, ["1d", "90d"])
    assert list(found.values()) == [{"1d": INSUFFICIENT_DATA, "90d": INSUFFICIENT_DATA}] * 2


def test_the_alarm_alone_makes_a_look_degraded() -> None:
    made = {"1d": world(1700, factor=1.5, last=120)}
    own = subjects(made, levels=SHOWN, settings=settings(significance=1e-30))["published"]
    found = looks(own, made["1d"].target_date, settings(significance=1e-30))["1d"]
    raised = np.flatnonzero(found.alarm)
    assert raised.size and (found.status[raised] == CODE["DEGRADED"]).all()
    assert np.max([codes.max() for codes in found.windows.values()]) < CODE["DEGRADED"]
    assert found.wealth[raised[0]] >= found.threshold > found.wealth[: raised[0]].max()


@pytest.mark.slow
def test_replaying_the_days_gives_the_same_alerts() -> None:
    """What an origin raised, it raises in every later report: nothing is raised anew because a day has passed."""
    made = panels()
    rows = days_of(made["1d"]).with_columns(
        cut_off_at=pl.lit("2020-01-01").str.to_datetime(time_zone="UTC"), anchor=900.0, anchor_age=0
    )
    rules = load_params("alerts", declared={"alerts": registry.settings()}).alerts
    statuses = daily(made, rows, ["1d", "7d"])
    whole = alerts(rows, statuses=statuses, drift=CALM, settings=rules)
    for count in range(5, rows.height, 13):
        then = alerts(rows[:count], statuses=daily(made, rows[:count], ["1d", "7d"]), drift=CALM, settings=rules)
        assert then.alerts == tuple(alert for alert in whole.alerts if alert.origin_date <= then.at)
    assert {"DEGRADATION_WARNING"} <= {alert.type for alert in whole.alerts}


@pytest.mark.parametrize("source", ["backtest", "ledger"])
def test_the_early_signal_of_either_source_is_seen_daily_also_before_anything_matured(source: str) -> None:
    frame = test_early.world()
    rates = EarlyRates(np.array([1.0, 0.01]), {"30d": np.array([0.0, 1e-6])})  # any distance is rare
    path, horizons = path_of(frame), test_early.HORIZONS
    none, whole = (
        early(rows, path, horizons=horizons, rates=rates) for rows in (frame.clear().drop("model"), frame.drop("model"))
    )
    sources = (whole, none) if source == "backtest" else (none, whole)
    rows = pl.DataFrame({"origin_date": path.origin_date, "anchor_date": path.origin_date})
    found = daily_statuses({}, rows, horizons=["1d", "30d"], settings=RULES, early=sources)
    assert {status["1d"] for status in found.values()} == {INSUFFICIENT_DATA}
    said = [status["30d"] for status in found.values()]
    first = said.index("DEGRADED")
    assert 10 < first < 30 and set(said[:first]) == {INSUFFICIENT_DATA}
    given = OpenForecasts(**{source: whole})
    newest = performance({}, horizons={"30d": 0}, levels=SHOWN, settings=RULES, open_forecasts=given)
    assert said[-1] == newest.horizons["30d"].status


def test_where_the_early_signal_is_raised_its_rate_is_told_and_stands_in_the_alert() -> None:
    frame = test_early.world(step=0.002)
    days = frame["origin_date"].unique().sort()
    moved = pl.when(pl.col("origin_date") >= days[-5]).then(1.08).otherwise(1.0)
    signal = test_early.signal(frame.with_columns(pl.col("anchor", *COLUMNS) * moved))
    rows = pl.DataFrame({"origin_date": days, "anchor_date": days})
    told = daily_early(rows, settings=RULES, early=(signal,))
    assert set(told) == {str(day) for day in days[-5:]} and set(told[str(days[-1])]) == {"30d"}
    assert 0 < told[str(days[-1])]["30d"] <= RULES.early_rate
    evidence = Evidence(rows, statuses=[(0, {"30d": "GOOD"}), (1, {"30d": "DEGRADED"})], early={1: {"30d": 0.02}})
    [found] = entering(evidence, "DEGRADED", "WARNING")
    assert found.reason.says == (
        "the forecast for 30d is DEGRADED: the rate is farther from the open forecasts than in all but 2.0% of years of a "
        "sound forecast"
    )
