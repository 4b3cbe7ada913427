"""Drift of the returns: severity, score, its history and trend, for the target; and which drivers drift.

The score is 100·max(0, 1 − p/significance) of the newest look's p-value: 0 where nothing is unusual, and without a
change 100·significance/2 on average. The history is what was said at earlier looks, computed from what was known then.
"""

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.sentence import Sentence, sentence
from forex.core.status import (
    DRIFT_SEVERITIES,
    EVALUATED,
    HIGH,
    IMPROVING,
    LOW,
    MEDIUM,
    NONE,
    NOT_EVALUATED,
    STABLE,
    UNKNOWN,
    WORSENING,
    DriftSeverity,
    Trend,
)
from forex.monitoring.drift_report import (
    DriftReport,
    DriverLook,
    Drivers,
    Look,
    Moves,
    Past,
    PastLook,
    TargetLook,
    Unjudged,
    UnjudgedTarget,
)
from forex.monitoring.shifts import TESTS, Floats, Ints, Judged, family, judge, statistics
from forex.observations.moves import daily_moves, drivers_of, known_values, origins
from forex.params import Drift
from forex.timeline import calendar

MANY, SOME = 3, 2  # tests that reject: HIGH, MEDIUM


def drift(panel: pl.DataFrame, in_per_cent: Collection[str], settings: Drift) -> DriftReport:
    """The report at the newest origin of `panel`, from that row and those above it.

    in_per_cent: the drivers whose moves are differences, not logs.  Without a change, some driver is `drifting` at no more
    than about the share `significance` of looks.
    """
    rows = origins(panel)
    days = calendar.as_dates(rows["origin_date"].to_numpy())
    target = Series(rows, "anchor", logs=True, settings=settings)
    drivers = {name: Series(rows, name, logs=name not in in_per_cent, settings=settings) for name in drivers_of(rows)}
    newest = days.size - 1
    current, past = look(target, newest, settings), _past(target, days, settings)
    together = dict(current) | dict(past)
    return DriftReport(
        at=str(days[newest]),
        significance=settings.significance,
        target=TargetLook(**together) if isinstance(current, Look) else UnjudgedTarget(**together),
        drivers=_drivers(drivers, newest, settings),
    )


class Series:
    """A series' moves as the origins learnt them, and its statistics; what it says at a row depends only on rows up to it."""

    def __init__(self, rows: pl.DataFrame, name: str, *, logs: bool, settings: Drift):
        moves = daily_moves(*known_values(rows, name), logs=logs)
        self.at: Ints = np.flatnonzero(~np.isnan(moves))
        self.moves: Floats = moves[self.at]
        self.width = settings.baseline + settings.recent
        self.found = statistics(
            self.moves,
            baseline=settings.baseline,
            recent=settings.recent,
            lags=settings.lags,
            min_moving=settings.min_moving,
        )
        self.said: NDArray[np.bool_] = np.asarray(~np.isnan(self.found).any(axis=1))
        self.logs = logs

    def known(self, row: int) -> int:
        """How many moves the row knows."""
        return int(np.searchsorted(self.at, row, side="right"))

    def reference(self, row: int) -> Ints:
        """The looks that say something and share no move with the row's."""
        return np.flatnonzero(self.said[: max(self.known(row) - 2 * self.width + 1, 0)])

    def unusable(self, row: int, settings: Drift) -> Sentence | None:
        """Why the row has no verdict, None where it has one."""
        known = self.known(row)
        if not known:
            return sentence("no value")
        age = row - int(self.at[known - 1])
        if age > settings.max_age:
            return sentence("no new value for {age:business_days}", age=age)
        needed = settings.recent * (1 / settings.significance - 1)
        reference = self.reference(row).size
        if known < self.width or reference < needed:
            return sentence("{looks} earlier looks, {needed} are needed", looks=reference, needed=int(np.ceil(needed)))
        if not self.said[known - self.width]:
            return sentence("hardly moves")
        return None

    def judged(self, row: int, settings: Drift) -> Judged:
        """The newest look that the row knows, judged among its `reference`; only for a row that is not `unusable`."""
        looks = np.append(self.reference(row), self.known(row) - self.width)
        weights = [getattr(settings.weights, test) for test in TESTS]
        return judge(self.found[looks], weights=weights, spacing=settings.recent)

    def on_rows(self, row: int, extremity: Floats) -> Floats:
        """The extremity of each look of `judged` on the rows up to `row` on which it was the newest one."""
        looks = np.append(self.reference(row), self.known(row) - self.width)
        by_look = np.full(self.known(row) - self.width + 1, np.nan)
        by_look[looks] = extremity
        newest = np.searchsorted(self.at, np.arange(row + 1), side="right") - self.width
        return np.where(newest >= 0, by_look[np.maximum(newest, 0)], np.nan)


def score(p: float, settings: Drift) -> float:
    """100·max(0, 1 − p/significance): 0 where nothing is unusual, at most 100."""
    return 100 * max(0.0, 1 - p / settings.significance)


def severity(judged: Judged, settings: Drift) -> DriftSeverity:
    """NONE unless the tests together reject; then HIGH where three or more reject on their own, MEDIUM where two do, else LOW.

    A joint p up to `medium_p` makes LOW a MEDIUM, too.
    """
    if judged.p > settings.significance:
        return NONE
    rejecting = sum(p <= settings.significance for p in judged.tests)
    if rejecting >= MANY:
        return HIGH
    return MEDIUM if rejecting >= SOME or judged.p <= settings.medium_p else LOW


def look(series: Series, row: int, settings: Drift) -> Look | Unjudged:
    """Severity, score, p-values and both windows of one series at a row, or why there are none."""
    why = series.unusable(row, settings)
    if why:
        return Unjudged(status=NOT_EVALUATED, why=why)
    judged, end = series.judged(row, settings), series.known(row)
    recent = series.moves[end - settings.recent : end]
    before = series.moves[end - series.width : end - settings.recent]
    return Look(
        status=EVALUATED,
        severity=severity(judged, settings),
        score=score(judged.p, settings),
        p=judged.p,
        tests=dict(zip(TESTS, judged.tests, strict=True)),
        independent_looks=judged.independent,
        baseline=_size(before, series.logs),
        recent=_size(recent, series.logs),
        volatility_ratio=float(recent.std(ddof=1) / before.std(ddof=1)),
    )


def _size(moves: Floats, logs: bool) -> Moves:
    """In basis points a business day: of the value, or, for a series in per cent, hundredths of a percentage point."""
    unit = 1e4 if logs else 1e2
    return Moves(n=moves.size, mean_bp=float(unit * moves.mean()), sd_bp=float(unit * moves.std(ddof=1)))


def _past(series: Series, days: calendar.Dates, settings: Drift) -> Past:
    """History, trend and what to do.

    The history holds the looks of every `every`-th row of the panel, so that a later run repeats it; trend and
    consecutive HIGH count the newest look, too.
    """
    newest = days.size - 1
    on_grid = [row for row in range(max(newest - settings.history, 0), newest + 1) if row % settings.every == 0]
    rows = sorted({*on_grid, newest})
    usable = [row for row in rows if series.unusable(row, settings) is None]
    judged = [series.judged(row, settings) for row in usable]
    scores = [score(verdict.p, settings) for verdict in judged]
    severities = [severity(verdict, settings) for verdict in judged]
    history = [
        PastLook(origin_date=str(days[row]), severity=how, score=points)
        for row, how, points in zip(usable, severities, scores, strict=True)
        if row in on_grid
    ]
    inside = days[usable] > days[newest] - np.timedelta64(settings.trend_days, "D")
    shown = trend(days[usable][inside], np.array(scores)[inside], settings)
    highs = consecutive_highs(severities)
    calm = [str(days[row]) for row, how in zip(usable, severities, strict=True) if how == NONE]
    reasons = []
    if usable and usable[-1] == newest and severities[-1] != NONE:
        if shown == WORSENING:
            reasons.append(sentence("the score is rising"))
        if highs >= settings.action_highs:
            reasons.append(sentence("HIGH at the last {looks} looks", looks=highs))
        if scores[-1] >= settings.action_score:
            reasons.append(sentence("a score of {score:.0f}", score=scores[-1]))
    return Past(
        history=tuple(history),
        trend=shown,
        consecutive_high=highs,
        last_none=calm[-1] if calm else None,
        mean_score=float(np.mean(scores)) if scores else None,
        requires_action=tuple(reasons),
    )


def trend(days: calendar.Dates, scores: Floats, settings: Drift) -> Trend:
    """Where the score is going, by least squares over the looks of the last `trend_days`.

    UNKNOWN with fewer than three looks, or where a line does not fit (R² below `trend_r2`) scores that average
    `stable_score` or more; STABLE where it does not fit smaller ones, or moves by less than `trend_slope` a calendar day.

    >>> settings = Drift.model_construct(trend_r2=0.3, trend_slope=0.5, stable_score=25)
    >>> trend(calendar.as_dates(["2024-11-01", "2024-11-11", "2024-11-21"]), np.array([0.0, 30.0, 70.0]), settings)
    'WORSENING'
    """
    if scores.size < 3:
        return UNKNOWN
    x = (days - days[0]).astype(np.float64)
    x -= x.mean()
    y = scores - scores.mean()
    slope = float(x @ y / (x @ x))
    total = float(y @ y)
    r2 = slope**2 * float(x @ x) / total if total > 0 else 0.0
    if r2 < settings.trend_r2:
        return STABLE if scores.mean() < settings.stable_score else UNKNOWN
    if abs(slope) < settings.trend_slope:
        return STABLE
    return WORSENING if slope > 0 else IMPROVING


def consecutive_highs(severities: Sequence[DriftSeverity]) -> int:
    """How many of the last looks in a row were HIGH.

    >>> consecutive_highs(["HIGH", "NONE", "HIGH", "HIGH"])
    2
    """
    count = 0
    for how in reversed(severities):
        if how != HIGH:
            break
        count += 1
    return count


def _drivers(drivers: dict[str, Series], row: int, settings: Drift) -> Drivers:
    looks = {name: look(series, row, settings) for name, series in drivers.items()}
    judged = {name: found for name, found in looks.items() if isinstance(found, Look)}
    extremities = [drivers[name].on_rows(row, drivers[name].judged(row, settings).extremity) for name in judged]
    adjusted = family(extremities, spacing=settings.recent) if judged else []
    family_p = dict(zip(judged, adjusted, strict=True))
    return Drivers(
        drifting=tuple(name for name, p in family_p.items() if p <= settings.significance),
        evaluated=len(judged),
        series={
            name: DriverLook(**dict(found), family_p=family_p[name]) if isinstance(found, Look) else found
            for name, found in looks.items()
        },
    )


def metrics(report: DriftReport) -> dict[str, dict[str, float]]:
    """Finite leaves: the target's score, p, severity (0 NONE … 3 HIGH) and run of HIGH looks; how many drivers drift, and how
    many were evaluated. What has no verdict is left out.
    """
    target, drivers = report.target, report.drivers
    found: dict[str, dict[str, float]] = {}
    if isinstance(target, TargetLook):
        found["target"] = {
            "score": target.score,
            "p": target.p,
            "severity": DRIFT_SEVERITIES.index(target.severity),
            "consecutive_high": target.consecutive_high,
        }
    if drivers.evaluated:
        found["drivers"] = {"drifting": len(drivers.drifting), "evaluated": drivers.evaluated}
    return found
