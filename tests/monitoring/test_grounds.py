"""What a status rests on: since when, how often it would be said of a sound forecast, and what is missing for a verdict."""

import numpy as np
import pytest

from forex.core.status import STATUSES
from forex.monitoring.early import early, path_of
from forex.monitoring.grounds import ANY, EARLY_YEAR, EITHER, EXCELLENT_LOOK, grounds, in_words
from forex.monitoring.measured import EarlyRates, FalseAlarm
from forex.monitoring.performance import OpenForecasts, performance
from forex.monitoring.report import EarlyFinding, FigureFinding, Monitored
from forex.monitoring.subjects import subjects
from forex.params import Performance
from forex.statistics.scores import Panel
from tests.monitoring import test_early
from tests.monitoring.test_performance import SHOWN, settings, world

MEASURED = {
    ANY: FalseAlarm(share=0.044, error=0.009, world="fitted"),
    EITHER: FalseAlarm(share=0.031, error=0.008, world="fitted"),
    EARLY_YEAR: FalseAlarm(share=0.02, error=0.007, world="fitted"),
    EXCELLENT_LOOK: FalseAlarm(share=0.06, error=0.01, world="fitted"),
}
OTHERWISE = "; of a sound forecast, some horizon says otherwise on some day in 4.4% ± 0.9% of years; "
SO = "; of a sound forecast, windows or alarm of some horizon say so on some day in 3.1% ± 0.8% of years; "


def report(panel: Panel, chosen: Performance | None = None, open_forecasts: OpenForecasts | None = None) -> Monitored:
    chosen = chosen or settings()
    return performance(
        subjects({"1d": panel}, levels=SHOWN, settings=chosen),
        horizons={"1d": panel.n, "30d": 0},
        levels=SHOWN,
        settings=chosen,
        open_forecasts=open_forecasts or OpenForecasts(measured=MEASURED),
    )


def said(found: Monitored, horizon: str = "1d") -> str:
    return found.horizons[horizon].grounds.says


def test_a_good_one_says_of_what_since_when_and_how_often_the_opposite_is_said() -> None:
    panel = world()
    first, last = panel.target_date[-60], panel.target_date[-1]
    text = said(report(panel))
    rests = f"1d GOOD: no figure of the last 60 and 14 matured forecasts, with targets from {first} to {last}, is worse than before"
    assert text.startswith(rests) and ", and the alarm is quiet; " in text
    assert OTHERWISE in text and text.endswith("forex check --json has the figures.")


def test_a_degraded_one_says_which_figure_and_since_when() -> None:
    panel = world(factor=3.0)
    found = report(panel)
    worst = found.findings[0]
    assert isinstance(worst, FigureFinding)
    text, first = said(found), panel.target_date[-worst.window]
    assert text.startswith("1d CRITICAL: ") and "in the last" in text and SO in text
    assert f"; their targets are from {first} to {panel.target_date[-1]}; " in text
    raised = settings(significance=1e-300)
    text = said(report(world(factor=2.0, last=200), raised))
    assert "alarm since" in text and "targets from" in text and SO in text


def test_an_excellent_one_says_how_often_that_is_said() -> None:
    found = report(world(factor=0.5), settings(excellent_significance=0.5))
    assert found.horizons["1d"].status == "EXCELLENT"
    assert (
        "CRPS of the last 60 and 14 matured forecasts" in said(found)
        and "is lower than before" in said(found)
        and "6.0% ± 1.0% of looks say so" in said(found)
    )


def test_too_few_windows_say_how_many_there_are_and_how_many_it_takes() -> None:
    found = report(world(900), settings(min_windows=12))
    windows = found.horizons["1d"].models["published"].windows
    fewest = min(window.independent_windows for window in windows.values())
    assert found.horizons["1d"].status == "INSUFFICIENT_DATA" and fewest < 12
    assert (
        f"there is room for {fewest:.1f} windows of that length that share nothing, and a verdict on every figure takes 12;"
        in said(found)
    )
    assert "1d INSUFFICIENT_DATA: 40 forecasts have matured, and a window takes 60; " in said(report(world(40)))
    assert said(found, "30d").startswith("30d INSUFFICIENT_DATA: no forecast has matured yet;")


def test_a_window_without_a_verdict_that_has_room_enough_does_not_blame_the_room() -> None:
    """Of two windows the one that has no verdict is told, and why it has none."""
    model = report(world()).horizons["1d"].models["published"]
    windows = dict(model.windows) | {"14": model.windows["14"].model_copy(update={"status": "INSUFFICIENT_DATA"})}
    assert model.windows["14"].independent_windows > model.windows["60"].independent_windows >= settings().min_windows
    text = grounds(
        "1d", "INSUFFICIENT_DATA", model.model_copy(update={"windows": windows}), None, [], settings(), MEASURED
    ).says
    assert text.startswith(
        "1d INSUFFICIENT_DATA: some figure of the last 14 matured forecasts has no verdict, because it, "
    )


@pytest.mark.parametrize(
    ("distance", "says"), [(3.44, "3.4 half-widths away on average"), (None, "which has no width")]
)
def test_how_far_the_rate_is_is_said_where_an_interval_has_a_width(distance: float | None, says: str) -> None:
    found = EarlyFinding(
        open=20,
        outside=18,
        distance=distance,
        rate=0.012,
        raised=True,
        since="2019-12-02",
        horizon="30d",
        source="backtest",
        status="DEGRADED",
    )
    assert f"their 95% interval, {says}, as in 1.2% of years" in in_words(found).says


def test_no_figure_has_a_verdict_on_fewer_independent_windows_than_it_takes() -> None:
    """CRPS has fewer than the others, because rough markets cluster: its own number counts."""
    rules = settings(min_windows=10)
    size, apart = 60, 60 + rules.clustering
    for n, judged in ((size + 10 * apart - 1, False), (size + 10 * apart, True)):
        window = report(world(n), rules).horizons["1d"].models["published"].windows["60"]
        assert ("crps" in window.changes) is judged
        assert "error" in window.changes
        assert (window.independent_windows >= 10) is judged
        assert (window.status == "INSUFFICIENT_DATA") is not judged


@pytest.mark.parametrize("source", ["backtest", "ledger"])
def test_the_early_signal_makes_a_horizon_degraded_and_says_so(source: str) -> None:
    frame = test_early.world()
    rates = EarlyRates(np.array([1.0, 0.01]), {"30d": np.array([0.0, 1e-6])})  # any distance is rare
    signal = early(frame, path_of(frame), horizons=test_early.HORIZONS, rates=rates)
    given = OpenForecasts(**{source: signal}, measured=MEASURED)
    found = report(world(), open_forecasts=given)
    thirty = found.horizons["30d"]
    assert thirty.status == "DEGRADED" and STATUSES.index(found.status) >= STATUSES.index("DEGRADED")
    assert [(finding.horizon, finding.figure) for finding in found.findings] == [("30d", "early")]
    assert "forecasts whose day is still to come have the rate outside" in said(found, "30d")
    assert ("(issued forecasts)" in said(found, "30d")) is (source == "ledger")
    assert "the early signal of some horizon says so on some day in 2.0% ± 0.7% of years" in said(found, "30d")
    assert found.horizons["1d"].status == "GOOD"
