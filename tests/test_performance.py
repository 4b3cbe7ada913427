"""The monitor: its false alarms and its power by simulation, and what it says of too short a history."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from forex import calendar
from forex.files import json_text
from forex.params import Performance
from forex.performance import metrics, performance, window_change
from forex.scores import LEVELS, Panel

SHOWN = (0.5, 0.8, 0.95)
SIGMA = 6.0


def settings(**changes: Any) -> Performance:
    values: dict[str, Any] = {
        "windows": [60, 14],
        "baseline": 2500,
        "min_windows": 15,
        "degraded_pct": 15,
        "critical_pct": 30,
        "significance": 0.05,
    }
    return Performance.model_validate(values | changes)


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


def status(panel: Panel, chosen: Performance | None = None) -> str:
    return str(performance({"1d": panel}, levels=SHOWN, settings=chosen or settings())["horizons"]["1d"]["status"])


def change_loop(recent: list[float], past: list[float], steps: int) -> tuple[float, float]:
    n = len(recent)
    logs = [math.log(sum(past[i : i + n]) / n) for i in range(len(past) - n + 1)]
    k = len(past) / (n + steps - 1)
    mean = sum(logs) / len(logs)
    variance = sum((value - mean) ** 2 for value in logs) / len(logs) * k / (k - 1)
    return (math.log(sum(recent) / n) - mean) / math.sqrt(variance * (1 + 1 / k)), k


def test_window_change_equals_the_loop() -> None:
    from scipy.special import stdtr

    loss = np.random.default_rng(2).gamma(2.0, 1.5, 500) / 900
    change = window_change(loss[-14:], loss[:-14], steps=5)
    t, k = change_loop(loss[-14:].tolist(), loss[:-14].tolist(), 5)
    assert change.p == pytest.approx(1 - stdtr(k - 1, t))
    assert change.independent == pytest.approx(486 / 18)
    assert change.pct == pytest.approx(100 * (loss[-14:].mean() / loss[:-14].mean() - 1))


@pytest.mark.parametrize(("steps", "size"), [(1, 60), (1, 14), (10, 60), (62, 14)])
def test_a_window_is_called_worse_no_oftener_than_it_says(steps: int, size: int) -> None:
    rng, runs, n = np.random.default_rng(30 + steps + size), 500, 2560
    walk = np.cumsum(rng.standard_t(5, size=(n + steps, runs)), axis=0)
    loss = np.abs(walk[steps:] - walk[:-steps]) + 0.05
    p = np.array([window_change(loss[-size:, i], loss[:-size, i], steps=steps).p for i in range(runs)])
    assert np.mean(p < 0.05) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.08)


def test_what_a_window_cannot_say_is_nan() -> None:
    loss = np.random.default_rng(3).gamma(2.0, 1.0, 200)
    assert math.isnan(window_change(loss[-60:], loss[100:140], steps=1).p)
    assert math.isnan(window_change(loss[-60:], loss[:140], steps=60).p)
    assert math.isnan(window_change(np.zeros(14), loss, steps=1).p)
    assert math.isnan(window_change(np.ones(14), np.ones(200), steps=1).p)


def test_status_of_a_steady_a_worse_and_a_much_worse_forecast() -> None:
    assert status(world()) == "GOOD"
    assert status(world(factor=2.0)) == "CRITICAL"
    assert status(world(factor=2.0), settings(critical_pct=500)) == "DEGRADED"
    assert status(world(factor=2.0), settings(degraded_pct=400, critical_pct=500)) == "GOOD"
    assert status(world(factor=2.0), settings(significance=1e-300)) == "GOOD"
    assert status(world(factor=0.3)) == "GOOD"
    assert status(world(), settings(min_windows=1000)) == "INSUFFICIENT_DATA"


def test_false_alarms_and_power_of_one_look() -> None:
    steady = [status(world(n=1200, seed=100 + k)) for k in range(60)]
    worse = [status(world(n=1200, seed=200 + k, factor=2.0)) for k in range(20)]
    assert steady.count("GOOD") >= 54  # at 5 %, seven or more alarms of 60 have a chance of 3 %
    assert worse.count("CRITICAL") == 20


def test_a_dearer_dollar_is_no_degradation() -> None:
    panel = world(factor=1.0)
    dearer = np.where(np.arange(panel.n) >= panel.n - 60, 2.0, 1.0)
    scaled = Panel(
        **(
            vars(panel)
            | {"anchor": panel.anchor * dearer, "actual": panel.actual * dearer}
            | {"quantiles": panel.quantiles * dearer[:, None, None]}
        )
    )
    losses = [
        performance({"1d": each}, levels=SHOWN, settings=settings())["horizons"]["1d"]["models"]["published"][
            "windows"
        ]["60"]["losses"]["crps"]
        for each in (panel, scaled)
    ]
    assert losses[0]["change_pct"] == pytest.approx(losses[1]["change_pct"])
    assert losses[0]["p"] == pytest.approx(losses[1]["p"])


def test_windows_are_the_last_matured_targets_and_the_baseline_lies_before_them() -> None:
    panel = world(n=1500, factor=3.0, last=14)
    report = performance({"1d": panel}, levels=SHOWN, settings=settings(baseline=1000))
    window = report["horizons"]["1d"]["models"]["published"]["windows"]["14"]
    assert (window["n"], window["n_baseline"]) == (14, 1000)
    assert window["first_target"] == str(panel.target_date[-14])
    assert window["last_target"] == str(panel.target_date[-1])
    assert window["recent"]["crps"] == pytest.approx(panel.crps[-14:, 0].mean())
    assert window["baseline"]["crps"] == pytest.approx(panel.crps[-1014:-14, 0].mean())
    assert window["recent"]["bias"] == pytest.approx((900.0 - panel.actual[-14:]).mean())
    assert window["recent"]["coverage_80"] == pytest.approx(panel.covered(0.8)[-14:, 0].mean())


@pytest.mark.parametrize("n", [0, 10, 60, 61, 200, 800])
def test_too_short_a_history_is_insufficient_data_never_good(n: int) -> None:
    report = performance({"1d": world(n=n)}, levels=SHOWN, settings=settings())
    assert report["status"] == report["horizons"]["1d"]["status"] == "INSUFFICIENT_DATA"
    leaves = metrics(report)["performance"].get("1d", {}).get("published", {})
    assert "degraded" not in leaves
    assert ("coverage_80_last_60" in leaves) == (n >= 60)
    assert all(math.isfinite(value) for value in leaves.values())
    json_text(report)


def test_an_alarm_outranks_a_window_that_cannot_be_judged() -> None:
    panel = world(n=800, factor=3.0, last=14)
    report = performance({"1d": panel}, levels=SHOWN, settings=settings())
    windows = report["horizons"]["1d"]["models"]["published"]["windows"]
    assert windows["60"]["status"] == "INSUFFICIENT_DATA"
    assert windows["14"]["status"] == report["status"] == "CRITICAL"


def test_metrics_are_finite_and_binary_where_there_is_a_verdict() -> None:
    found = metrics(performance({"1d": world(factor=2.0)}, levels=SHOWN, settings=settings()))["performance"]["1d"]
    assert set(found) == {"published", "random_walk"}
    assert found["published"]["degraded"] == found["published"]["critical"] == 1
    assert found["published"]["crps_change_pct_last_60"] > 30
    assert found["published"]["coverage_80_last_60"] < 0.7
    assert all(math.isfinite(value) for row in found.values() for value in row.values())


def test_holm_counts_every_horizon_of_a_model() -> None:
    one = performance({"1d": world()}, levels=SHOWN, settings=settings())
    two = performance({"1d": world(), "7d": world(seed=2)}, levels=SHOWN, settings=settings())

    def losses(report: dict[str, Any]) -> list[dict[str, Any]]:
        models = [figures["models"]["published"] for figures in report["horizons"].values()]
        return [loss for model in models for window in model["windows"].values() for loss in window["losses"].values()]

    for report, count in ((one, 4), (two, 8)):
        assert len(losses(report)) == count
        smallest = min(losses(report), key=lambda loss: loss["p"])
        assert smallest["holm_p"] == pytest.approx(min(1, count * smallest["p"]))


def test_thresholds_must_be_ordered() -> None:
    with pytest.raises(ValueError, match="expected degraded_pct < critical_pct, got 30 and 15"):
        settings(degraded_pct=30, critical_pct=15)
