"""Looking back on an episode: each day's verdict is the one that day's history gives, and the episode's is on its figures."""

from typing import Any

import numpy as np
import pytest

from forex.monitoring.episodes import episodes
from forex.monitoring.report import EpisodeForecasts
from forex.monitoring.subjects import subjects
from forex.params import Performance
from forex.statistics.scores import Panel
from tests.monitoring.test_performance import SHOWN, SILENT, changed, report, settings, world

FIRST, LAST = 1700, 1760  # targets of the episode


def chosen(panel: Panel, **values: Any) -> Performance:
    dates = panel.target_date.astype(str)
    return settings(episodes={"storm": {"from": dates[FIRST], "to": dates[LAST - 1]}}, **values)


def looked_back(panel: Panel, **values: Any) -> EpisodeForecasts:
    rules = chosen(panel, **values)
    found = episodes(subjects({"1d": panel}, levels=SHOWN, settings=rules), levels=SHOWN, settings=rules)["storm"]
    assert found.days == LAST - FIRST
    return found.horizons["1d"]["published"]


def storm(factor: float, *, absorbed: bool) -> Panel:
    """Outcomes in the episode `factor` times as far from the median; intervals as much wider where they absorb it."""
    panel = world()
    within = (np.arange(panel.n) >= FIRST) & (np.arange(panel.n) < LAST)
    size = np.where(within, factor, 1.0)
    quantiles = 900 + (panel.quantiles - 900) * (size if absorbed else np.ones(panel.n))[:, None, None]
    return changed(panel, actual=900 + (panel.actual - 900) * size, quantiles=quantiles)


@pytest.mark.slow
def test_a_day_says_what_a_report_of_that_day_would_have_said() -> None:
    panel = storm(1.8, absorbed=False)
    found = looked_back(panel)
    loop: dict[str, int] = {}
    for last in range(FIRST, LAST):
        known = {name: value[: last + 1] for name, value in vars(panel).items() if isinstance(value, np.ndarray)}
        status = report({"1d": changed(panel, **known)}).status
        loop[status] = loop.get(status, 0) + 1
    assert found.statuses == loop
    assert len(loop) > 1


def test_what_matures_after_the_episode_does_not_change_what_it_says() -> None:
    panel = storm(1.8, absorbed=False)
    later = changed(panel, actual=np.where(np.arange(panel.n) >= LAST, 5000.0, panel.actual))
    assert looked_back(panel) == looked_back(later)


@pytest.mark.parametrize(
    ("factor", "absorbed", "verdict"),
    [(3.0, False, "DEGRADED"), (1.35, True, "ABSORBED"), (1.0, True, "UNAFFECTED")],
)
def test_verdicts(factor: float, absorbed: bool, verdict: str) -> None:
    found = looked_back(storm(factor, absorbed=absorbed))
    assert found.verdict == verdict
    assert found.n == LAST - FIRST and found.n_baseline == FIRST
    assert (found.first_degraded is not None) == (verdict == "DEGRADED")


def test_intervals_that_did_not_hold_are_no_absorption_although_no_look_could_tell() -> None:
    found = looked_back(storm(1.35, absorbed=False), significance=1e-9, alarm=SILENT)
    assert found.first_degraded is None and set(found.statuses) == {"GOOD"}
    assert found.crps_change_pct > 15 and found.during.by_level[0.8].coverage < 0.75
    assert found.verdict == "DEGRADED"
    lenient = looked_back(storm(1.35, absorbed=False), significance=1e-9, alarm=SILENT, episode_tolerance=0.3)
    assert lenient.verdict == "ABSORBED"


def test_figures_of_the_episode_and_of_its_baseline() -> None:
    panel = storm(3.0, absorbed=False)
    found = looked_back(panel)
    during, before = slice(FIRST, LAST), slice(0, FIRST)
    assert found.during.crps == pytest.approx(panel.crps[during, 0].mean())
    assert found.baseline.by_level[0.95].coverage == pytest.approx(panel.covered(0.95)[before, 0].mean())
    scores = panel.interval_score(0.95)[:, 0]
    expected = 100 * (scores[during].mean() / scores[before].mean() - 1)
    assert found.by_level[0.95].change_pct == pytest.approx(expected)
    assert found.alarm.raised is not None and found.alarm.peak > 20
    assert found.figures["error_last_60"] > 0


def test_an_episode_outside_the_forecasts_says_so() -> None:
    panel = world(n=300)
    rules = settings(episodes={"early": {"from": "2001-01-02", "to": "2001-01-31"}})
    found = episodes(subjects({"1d": panel}, levels=SHOWN, settings=rules), levels=SHOWN, settings=rules)
    figures = found["early"].horizons["1d"]["published"]
    assert (figures.n, figures.verdict) == (0, "INSUFFICIENT_DATA")
    assert set(figures.statuses) == {"INSUFFICIENT_DATA"}
