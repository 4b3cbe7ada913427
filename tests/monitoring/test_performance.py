"""The monitor's report: statuses of steady and worse forecasts, what too short a history cannot say, metrics and findings."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from forex.core.reports import plain
from forex.monitoring.performance import metrics, performance
from forex.monitoring.report import FigureChange, Monitored, WindowReport
from forex.monitoring.subjects import subjects
from forex.params import Alarm, Performance
from forex.statistics.scores import LEVELS, Panel
from forex.timeline import calendar
from tests.support.simulated import committed

SHOWN = (0.5, 0.8, 0.95)
SIGMA = 6.0
SILENT = Alarm(false_alarms=1e-30, targets=1260, tolerance=0.1, scales=(2.0,))


def settings(**changes: Any) -> Performance:
    return Performance.model_validate(committed().performance.model_dump(by_alias=True) | changes)


def world(n: int = 2000, *, seed: int = 1, factor: float = 1.0, last: int = 60, level: float = 900.0) -> Panel:
    """Daily forecasts of a calm market, whose last outcomes are `factor` times as far from the median as forecast."""
    rng = np.random.default_rng(seed)
    days = calendar.business_days("2012-01-02", "2022-12-30")[: n + 1]
    surprise = rng.normal(0, SIGMA, n) * np.where(np.arange(n) >= n - last, factor, 1.0)
    anchor = np.full(n, level)
    quantiles = np.repeat((anchor[:, None] + SIGMA * ndtri(LEVELS))[:, None, :], 2, axis=1)
    return Panel(
        horizon="1d",
        models=("published", "random_walk"),
        origin_date=days[:n],
        target_date=days[1 : n + 1],
        regime=np.full(n, "NORMAL"),
        steps=np.ones(n, dtype=np.int64),
        anchor=anchor,
        actual=anchor + surprise,
        quantiles=quantiles,
    )


def changed(panel: Panel, **values: Any) -> Panel:
    return Panel(**(vars(panel) | values))


def report(panels: Mapping[str, Panel], chosen: Performance | None = None) -> Monitored:
    chosen = chosen or settings()
    watched = subjects(panels, levels=SHOWN, settings=chosen)
    counts = {horizon: panel.n for horizon, panel in panels.items()}
    return performance(watched, horizons=counts, levels=SHOWN, settings=chosen)


def monitored_again(found: Monitored) -> Monitored:
    """Written as its file holds it, and read."""
    return Monitored.model_validate_json(json.dumps(plain(found)), strict=True)


def status(panel: Panel, chosen: Performance | None = None) -> str:
    return str(report({"1d": panel}, chosen).horizons["1d"].status)


def window_of(panel: Panel, size: int, chosen: Performance | None = None) -> WindowReport:
    return report({"1d": panel}, chosen).horizons["1d"].models["published"].windows[str(size)]


def test_status_of_a_steady_a_worse_and_a_much_worse_forecast() -> None:
    assert status(world()) == "GOOD"
    assert status(world(factor=3.0)) == "CRITICAL"
    assert status(world(factor=3.0), settings(critical_pct=5000)) == "DEGRADED"
    assert status(world(factor=3.0), settings(degraded_pct=4000, critical_pct=5000, alarm=SILENT)) == "GOOD"
    assert status(world(factor=3.0), settings(significance=1e-300, alarm=SILENT)) == "GOOD"
    assert status(world(), settings(min_windows=1000)) == "INSUFFICIENT_DATA"


def test_smaller_errors_are_excellent_in_both_windows_or_not_at_all() -> None:
    """Errors a quarter of what they were halve the CRPS: the width remains."""
    assert status(world(factor=0.2)) == "EXCELLENT"
    assert status(world(factor=0.2), settings(excellent_significance=1e-30)) == "GOOD"
    assert status(world(factor=0.2), settings(excellent_pct=90)) == "GOOD"


def test_narrower_intervals_are_found_although_errors_stay() -> None:
    panel = world()
    recent = (np.arange(panel.n) >= panel.n - 60)[:, None, None]
    middle = panel.anchor[:, None, None]
    narrowed = changed(panel, quantiles=middle + (panel.quantiles - middle) * np.where(recent, 0.4, 1.0))
    found = report({"1d": narrowed})
    assert found.status in ("DEGRADED", "CRITICAL")
    assert {"coverage_80", "error"} <= {finding.figure for finding in found.findings}


def test_bias_is_found_although_intervals_hold() -> None:
    panel = world(seed=3)
    shifted = changed(panel, actual=panel.actual + np.where(np.arange(panel.n) >= panel.n - 60, 0.7 * SIGMA, 0.0))
    window = window_of(shifted, 60)
    assert window.changes["bias"].status in ("DEGRADED", "CRITICAL")
    assert window.recent.bias == pytest.approx(-0.7 * SIGMA, abs=2.5)


def test_a_dearer_dollar_is_no_degradation() -> None:
    panel = world()
    dearer = np.where(np.arange(panel.n) >= panel.n - 60, 2.0, 1.0)
    scaled = changed(
        panel,
        anchor=panel.anchor * dearer,
        actual=panel.actual * dearer,
        quantiles=panel.quantiles * dearer[:, None, None],
    )
    first, second = (window_of(each, 60).changes for each in (panel, scaled))
    for name in first:
        assert first[name].change_pct == pytest.approx(second[name].change_pct)
        assert first[name].p == pytest.approx(second[name].p)


def test_windows_are_the_last_matured_targets_and_the_baseline_lies_before_them() -> None:
    panel = world(n=1500, factor=3.0, last=14)
    window = window_of(panel, 14, settings(baseline=1000))
    assert (window.n, window.n_baseline) == (14, 1000)
    assert window.first_target == str(panel.target_date[-14])
    assert window.last_target == str(panel.target_date[-1])
    assert window.recent.crps == pytest.approx(panel.crps[-14:, 0].mean())
    assert window.baseline.crps == pytest.approx(panel.crps[-1014:-14, 0].mean())
    assert window.recent.bias == pytest.approx((900.0 - panel.actual[-14:]).mean())
    assert window.recent.by_level[0.8].coverage == pytest.approx(panel.covered(0.8)[-14:, 0].mean())
    assert window.mann_whitney_p < 0.001


@pytest.mark.parametrize("n", [0, 10, 60, 61, 200, 800])
def test_too_short_a_history_is_insufficient_data_never_good(n: int) -> None:
    found = report({"1d": world(n=n)})
    assert found.status == found.horizons["1d"].status == "INSUFFICIENT_DATA"
    assert found.findings == ()
    leaves = metrics(found)["performance"].get("1d", {}).get("published", {})
    assert "degraded" not in leaves
    assert ("coverage_80_last_60" in leaves) == (n >= 60)
    assert all(math.isfinite(value) for value in leaves.values())
    assert monitored_again(found) == found


def test_an_alarm_outranks_a_window_that_cannot_be_judged() -> None:
    found = report({"1d": world(n=600, factor=4.0, last=14)})
    windows = found.horizons["1d"].models["published"].windows
    assert windows["60"].status == "INSUFFICIENT_DATA"
    assert windows["14"].status == found.status == "CRITICAL"


def test_the_sequential_alarm_needs_no_baseline_and_says_since_when() -> None:
    panel = world(n=200, factor=3.0, last=60)
    found = report({"1d": panel})
    alarm = found.horizons["1d"].models["published"].alarm
    assert alarm.raised and alarm.wealth >= alarm.threshold == 20
    assert str(panel.target_date[130]) <= alarm.since <= str(panel.target_date[150])
    assert alarm.since < alarm.alarms[-1].raised and alarm.alarms[-1].ended is None
    assert found.status == "DEGRADED"
    assert [finding.figure for finding in found.findings] == ["alarm"]
    leaves = metrics(found)["performance"]["1d"]["published"]
    assert leaves["alarm"] == leaves["degraded"] == 1


def test_an_alarm_that_ended_is_kept() -> None:
    n = 900
    surprise = np.random.default_rng(1).normal(0, SIGMA, n)
    surprise[200:260] *= 3
    surprise[260:] *= 0.5
    found = report({"1d": changed(world(n=n), actual=900 + surprise)})
    alarm = found.horizons["1d"].models["published"].alarm
    assert not alarm.raised and alarm.wealth < 1
    assert all(past.since < past.raised < past.ended and past.peak >= 20 for past in alarm.alarms)
    assert alarm.alarms


def test_metrics_are_finite_and_binary_where_there_is_a_verdict() -> None:
    found = metrics(report({"1d": world(factor=3.0)}))["performance"]["1d"]
    assert set(found) == {"published", "random_walk"}
    assert found["published"]["degraded"] == found["published"]["critical"] == 1
    assert found["published"]["crps_change_pct_last_60"] > 30
    assert found["published"]["coverage_80_last_60"] < 0.7
    assert all(math.isfinite(value) for row in found.values() for value in row.values())


def test_holm_counts_every_horizon_of_a_model() -> None:
    single = report({"1d": world()})
    both = report({"1d": world(), "7d": changed(world(seed=2), horizon="7d")})

    def all_changes(found: Monitored) -> list[FigureChange]:
        models = [figures.models["published"] for figures in found.horizons.values()]
        return [each for model in models for window in model.windows.values() for each in window.changes.values()]

    for found, count in ((single, 12), (both, 24)):
        assert len(all_changes(found)) == count
        smallest = min(all_changes(found), key=lambda change: change.p)
        assert smallest.holm_p == pytest.approx(min(1, count * smallest.p))


def test_what_matures_later_does_not_change_what_was_said() -> None:
    panel = world(n=1700)
    shorter = changed(
        panel, **{name: value[:1600] for name, value in vars(panel).items() if isinstance(value, np.ndarray)}
    )
    longer = changed(panel, actual=np.where(np.arange(1700) >= 1600, 2000.0, panel.actual))
    watched = [
        subjects({"1d": each}, levels=SHOWN, settings=settings())["published"]["1d"] for each in (shorter, longer)
    ]
    assert watched[0].alarm.tobytes() == watched[1].alarm[:1600].tobytes()
    assert watched[0].since.tolist() == watched[1].since[:1600].tolist()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"degraded_pct": 30, "critical_pct": 15}, "expected degraded_pct < critical_pct, got 30 and 15"),
        ({"episodes": {"odd": {"from": "2020-05-01", "to": "2020-04-01"}}}, "expected from <= to, got 2020-05-01"),
    ],
)
def test_thresholds_and_dates_must_be_ordered(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings(**values)
