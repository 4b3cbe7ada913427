"""The study of drift: worlds with and without a change, our rule and the predecessor's, and the table of both.

`make study` runs it in full and writes reports/drift.md; tests/monitoring/test_drift.py runs a part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.core.status import DRIFT_SEVERITIES, HIGH, LOW, MEDIUM, NONE
from forex.monitoring.drift import Series, drift, score, severity
from forex.monitoring.shifts import Floats
from forex.params import Drift, load_params
from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.simulated import DAILY, business_days, garch_returns, iid_normal

SETTINGS: Drift = load_params("drift", path=ROOT / "params.yaml").drift
BASELINE, RECENT = 90, 30  # the predecessor's own windows


def autoregressive(rng: np.random.Generator, days: int) -> Floats:
    """AR(1) with the lag-1 correlation of averages over a day."""
    returns = iid_normal(rng, days)
    for day in range(1, days):
        returns[day] += 0.15 * returns[day - 1]
    return returns


WORLDS: Mapping[str, Callable[[np.random.Generator, int], Floats]] = {
    "iid": iid_normal,
    "AR(1)": autoregressive,
    "GARCH-t": garch_returns,
}
CHANGES: Mapping[str, Callable[[Floats], Floats]] = {
    "volatility x 2": lambda returns: 2 * returns,
    "volatility x 3": lambda returns: 3 * returns,
    "mean + 0.5 sd": lambda returns: returns + 0.5 * DAILY,
    "mean + 1 sd": lambda returns: returns + DAILY,
}
LOOKS = range(5, 65, 5)  # moves since the change


def panel_of(returns: Floats, **drivers: Floats) -> pl.DataFrame:
    """A panel whose observado, at level 900, and drivers have these log-returns, known at once."""
    days = business_days(returns.size + 1, "1990-01-02")
    columns: dict[str, object] = {"origin_date": days, "cut_off_at": calendar.cut_offs(days, "15:00")}
    for name, moves in {"anchor": returns, **drivers}.items():
        columns |= {name: 900 * np.exp(np.cumsum(np.append(0.0, moves))), f"{name}_date": days}
        if name != "anchor":
            columns[f"{name}_move_0"] = np.append(np.nan, moves)
    return pl.DataFrame(columns)


def series_of(returns: Floats, settings: Drift = SETTINGS) -> Series:
    """The series that the monitor makes of these log-returns."""
    return Series(panel_of(returns), "anchor", logs=True, settings=settings)


# --- the predecessor's rule ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Old:
    """The predecessor's verdict on 120 values."""

    drift: bool
    severity: str
    score: float
    smallest: float  # its smallest p-value other than 0


def predecessor(values: Floats) -> Old:
    """The predecessor's rule, as its description has it: iid tests on 90 against 30 values, whatever the values are.

    The autocorrelation test raised on current statsmodels and counted as p = 1; a p of exactly 0 added nothing to the
    score and was left out of the minimum.
    """
    from scipy.stats import ks_2samp, levene, ttest_ind

    before, after = values[-BASELINE - RECENT : -RECENT], values[-RECENT:]
    ks = ks_2samp(before, after)
    p = [float(ks.pvalue), float(ttest_ind(before, after, equal_var=False).pvalue), float(levene(before, after).pvalue)]
    ratio = after.std(ddof=1) / before.std(ddof=1)
    failed = sum(value < 0.05 for value in p) + (ratio > 1.5 or ratio < 1 / 1.5)
    smallest = min((value for value in p if value > 0), default=1.0)
    how = NONE
    if failed:
        how = HIGH if failed >= 3 or smallest < 0.001 else MEDIUM if failed == 2 or smallest < 0.01 else LOW
    parts = [0.0 if value == 0 else 100 * (1 - value) for value in p]
    points = 0.40 * min(100 * float(ks.statistic), 100) * (p[0] > 0) + 0.25 * parts[1] + 0.20 * parts[2]
    return Old(failed > 0, how, points, smallest)


# --- what is measured -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """Looks without a change: the share with a drift, the share of each severity, the mean score, and how many looks."""

    drift: float
    severities: tuple[float, ...]
    score: float
    looks: int


def rates(severities: Sequence[str], scores: Sequence[float]) -> Rates:
    """The rates of looks with these severities and scores."""
    shares = tuple(float(np.mean([how == name for how in severities])) for name in DRIFT_SEVERITIES)
    return Rates(1 - shares[0], shares, float(np.mean(scores)), len(scores))


def no_change(world: str, *, days: int, runs: int, seed: int, looks: int = 3) -> tuple[Rates, Rates, float]:
    """Our rates, the predecessor's on the same returns, and the bound on its smallest p with which it alarms as often as ours.

    No user could know that bound: it differs between worlds by orders of magnitude.
    """
    ours: list[tuple[str, float]] = []
    old = []
    for run in range(runs):
        returns = WORLDS[world](np.random.default_rng([seed, run]), days)
        series = series_of(returns)
        for back in range(looks):
            row = days - back * (SETTINGS.baseline + SETTINGS.recent)
            judged = series.judged(row, SETTINGS)
            ours.append((severity(judged, SETTINGS), score(judged.p, SETTINGS)))
            old.append(predecessor(returns[:row]))
    mine = rates([how for how, _ in ours], [points for _, points in ours])
    threshold = float(np.quantile([verdict.smallest for verdict in old], mine.drift))
    return mine, rates([verdict.severity for verdict in old], [verdict.score for verdict in old]), threshold


@dataclass(frozen=True)
class Found:
    """What is found after a change.

    at: by look, counted in moves since the change, the share of runs with an alarm there.  within: that with an alarm at any look.
    median: the delay to the first alarm in moves, over all runs; infinite where half of them have none.
    """

    at: dict[int, float]
    within: float
    median: float


def found(alarms: np.ndarray) -> Found:
    """What these alarms find.  alarms: shape (runs, LOOKS)."""
    first = np.where(alarms.any(axis=1), np.array(LOOKS)[alarms.argmax(axis=1)], np.inf)
    at = dict(zip(LOOKS, alarms.mean(axis=0).tolist(), strict=True))
    return Found(at, float(alarms.any(axis=1).mean()), float(np.median(first)))


def change(
    world: str, name: str, *, days: int, runs: int, seed: int, old_threshold: float | None = None
) -> tuple[Found, Found | None]:
    """What ours finds and, with a threshold, the predecessor's smallest p at that threshold, looking every five moves."""
    ours, old = [], []
    for run in range(runs):
        returns = WORLDS[world](np.random.default_rng([seed, run]), days + LOOKS[-1])
        returns[days:] = CHANGES[name](returns[days:])
        series = series_of(returns)
        ours.append([series.judged(days + after, SETTINGS).p <= SETTINGS.significance for after in LOOKS])
        if old_threshold is not None:
            old.append([predecessor(returns[: days + after]).smallest <= old_threshold for after in LOOKS])
    return found(np.array(ours)), found(np.array(old)) if old else None


def families(*, drivers: int, days: int, runs: int, seed: int, changed: int = 0) -> tuple[float, float]:
    """The share of looks with any driver called drifting, and of drivers with a p of their own up to the significance.

    The last moves of `changed` of them are three times as large as they would have been.

    The drivers share half of their variance and all of their clustering: one GARCH-t factor, and each its own.
    """
    any_called, alone = [], []
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        common = garch_returns(rng, days)
        moves = {f"d{k}": np.sqrt(0.5) * (common + garch_returns(rng, days)) for k in range(drivers)}
        for name in list(moves)[:changed]:
            moves[name][-SETTINGS.recent :] *= 3
        settings = SETTINGS.model_copy(update={"history": 1})
        report = drift(panel_of(garch_returns(rng, days), **moves), (), settings).drivers
        any_called.append(bool(report.drifting))
        alone += [entry.p <= SETTINGS.significance for entry in report.series.values()]
    return float(np.mean(any_called)), float(np.mean(alone))


def years(world: str, *, days: int, runs: int, seed: int) -> dict[str, float]:
    """Without a change, of the whole report: shares of trends and of required action; years with any drifting look."""
    reports = [
        drift(panel_of(WORLDS[world](np.random.default_rng([seed, run]), days)), (), SETTINGS).target
        for run in range(runs)
    ]
    return {
        "WORSENING": float(np.mean([report.trend == "WORSENING" for report in reports])),
        "IMPROVING": float(np.mean([report.trend == "IMPROVING" for report in reports])),
        "requires action": float(np.mean([bool(report.requires_action) for report in reports])),
        "any weekly look of a year": float(
            np.mean([any(record.severity != NONE for record in report.history) for report in reports])
        ),
    }


def yardstick(*, runs: int, seed: int) -> dict[str, Rates]:
    """The predecessor's rule on a driftless random walk in levels, and on iid returns: normal, and t with 5 degrees."""
    rng = np.random.default_rng(seed)
    moves = rng.standard_normal((runs, BASELINE + RECENT))
    walks = [predecessor(900 + 5 * np.cumsum(row)) for row in moves]
    returns = [predecessor(row) for row in moves]
    fat = [predecessor(row) for row in rng.standard_t(5, moves.shape)]
    return {
        "random walk in levels": rates([old.severity for old in walks], [old.score for old in walks]),
        "iid normal returns": rates([old.severity for old in returns], [old.score for old in returns]),
        "iid t(5) returns": rates([old.severity for old in fat], [old.score for old in fat]),
    }
