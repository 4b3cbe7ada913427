"""Whether a challenger may be published: criteria on its record against the incumbent, and the level they add up to.

Merely having forecasts is no merit: a challenger is READY only where it is better than `published` with evidence at some horizon,
worse at none, covers as it says, and is steady. A criterion that cannot be evaluated has failed, and says why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from forex.challenge.challenge import Covered, Record, SuiteResults
from forex.core.status import BETTER, CRITICAL, DEGRADED, INSUFFICIENT_DATA, WORSE, Status
from forex.monitoring.verdict import CODE
from forex.params import Readiness

NOT_READY, CAUTIOUS, READY, OPTIMAL = "NOT_READY", "CAUTIOUS", "READY", "OPTIMAL"
RANKED = (NOT_READY, CAUTIOUS, READY, OPTIMAL)
MAY_BE_PUBLISHED = (READY, OPTIMAL)


@dataclass(frozen=True)
class Criterion:
    """One thing a challenger has to show.

    value: what was found, None where it could not be evaluated.  score: 0 to 100.  ceiling: the highest level of a challenger that
    fails it; it is `critical` where that is NOT_READY.
    """

    name: str
    value: float | str | None
    threshold: float | str
    passed: bool
    score: float
    ceiling: str
    says: str

    @property
    def critical(self) -> bool:
        """Whether a challenger that fails it is NOT_READY, whatever else it shows."""
        return self.ceiling == NOT_READY

    def as_dict(self) -> dict[str, float | str | bool | None]:
        """The fields by name, and `critical`."""
        return asdict(self) | {"critical": self.critical}


def level(criteria: Iterable[Criterion], settings: Readiness) -> tuple[str, float]:
    """The level and the mean score: the highest level whose least score is reached, but none above the ceiling of what failed."""
    listed = list(criteria)
    score = sum(criterion.score for criterion in listed) / len(listed)
    least = {CAUTIOUS: settings.scores.cautious, READY: settings.scores.ready, OPTIMAL: settings.scores.optimal}
    reached = max((RANKED.index(name) for name, bound in least.items() if score >= bound), default=0)
    ceilings = [RANKED.index(criterion.ceiling) for criterion in listed if not criterion.passed]
    return RANKED[min([reached, *ceilings])], score


def criteria(
    figures: Mapping[str, Record],
    *,
    statuses: Mapping[str, Status],
    incumbent_statuses: Mapping[str, Status],
    suites: SuiteResults,
    settings: Readiness,
) -> list[Criterion]:
    """Every criterion, critical ones first.

    figures: from `challenge.compared`.  statuses, incumbent_statuses: what the performance monitor says of both by horizon.
    suites: from `challenge.suite_results`.
    """
    return [
        _at_least("forecasts", {h: own.n for h, own in figures.items()}, "matured forecasts", settings.min_forecasts),
        _at_least(
            "independent",
            {h: own.independent for h, own in figures.items()},
            "forecasts without overlap",
            settings.min_independent,
        ),
        _at_least("days", {h: own.days for h, own in figures.items()}, "calendar days of record", settings.min_days),
        _not_worse(figures, settings),
        _coverage(figures, settings),
        _better(figures, settings),
        _at_most(
            "bound",
            {h: own.upper_pct for h, own in figures.items()},
            f"upper {settings.bound:.0%} bound on its CRPS",
            settings,
        ),
        _at_most(
            "recent",
            {h: own.recent_pct for h, own in figures.items()},
            f"CRPS of the latest {settings.recent} forecasts",
            settings,
        ),
        _monitor(statuses, incumbent_statuses),
        _suites(suites, settings),
        _years(figures, settings),
    ]


def _missing(name: str, threshold: float | str, ceiling: str, why: str) -> Criterion:
    return Criterion(name, None, threshold, False, 0.0, ceiling, f"not evaluated: {why}")


def _at_least(name: str, found: Mapping[str, int], what: str, threshold: int) -> Criterion:
    """found: by horizon."""
    horizon, value = min(found.items(), key=lambda pair: pair[1])
    says = f"{value} {what} at {horizon}, the fewest of any horizon"
    return Criterion(name, value, threshold, value >= threshold, min(100.0, 100 * value / threshold), NOT_READY, says)


def _at_most(name: str, found: Mapping[str, float | None], what: str, settings: Readiness) -> Criterion:
    """A difference in per cent of the incumbent's CRPS, the largest of any horizon.  found: by horizon."""
    known = {h: value for h, value in found.items() if value is not None}
    silent = [h for h in found if h not in known]
    if silent:
        return _missing(name, settings.max_loss_pct, CAUTIOUS, f"too few matured forecasts at {', '.join(silent)}")
    horizon, value = max(known.items(), key=lambda pair: pair[1])
    says = f"the {what} is {value:+.1f} % from published at {horizon}, the highest of any horizon"
    return _bounded(name, value, settings.max_loss_pct, CAUTIOUS, says)


def _bounded(name: str, value: float, threshold: float, ceiling: str, says: str) -> Criterion:
    """The score falls from 100 at the threshold to 0 at twice the threshold."""
    score = 100 * min(max(2 - value / threshold, 0.0), 1.0)
    return Criterion(name, value, threshold, value <= threshold, score, ceiling, says)


def _not_worse(figures: Mapping[str, Record], settings: Readiness) -> Criterion:
    """The smallest adjusted p-value among horizons at which it is worse; 1 where it is worse at none."""
    name, threshold = "not_worse", settings.significance
    silent = [h for h, own in figures.items() if own.holm_p is None]
    if silent:
        return _missing(name, threshold, NOT_READY, f"too few matured forecasts at {', '.join(silent)}")
    worse = [h for h, own in figures.items() if own.evidence == WORSE]
    behind = [own for own in figures.values() if own.difference_pct is not None and own.difference_pct > 0]
    value = min((own.holm_p for own in behind if own.holm_p is not None), default=1.0)
    shown = ", ".join(f"{h} {figures[h].difference_pct:+.1f} %" for h in worse)
    says = f"CRPS is worse than published's with evidence at {shown}" if worse else "no evidence that it is worse"
    return Criterion(name, value, threshold, not worse, 0.0 if worse else 100.0, NOT_READY, says)


def _better(figures: Mapping[str, Record], settings: Readiness) -> Criterion:
    """At how many horizons it is better with evidence; the score is their share."""
    better = [h for h, own in figures.items() if own.evidence == BETTER]
    value, needed = len(better), settings.min_better
    if all(own.holm_p is None for own in figures.values()):
        return _missing("better", needed, CAUTIOUS, "too few matured forecasts at every horizon")
    shown = ", ".join(f"{h} {figures[h].difference_pct:+.1f} %" for h in better)
    says = f"CRPS is better than published's with evidence at {shown}" if better else "no evidence that it is better"
    return Criterion("better", value, needed, value >= needed, 100 * value / len(figures), CAUTIOUS, says)


def _coverage(figures: Mapping[str, Record], settings: Readiness) -> Criterion:
    """The largest distance from a level, in shares, among intervals whose band does not hold the level; else 0."""
    name, threshold = "coverage", settings.coverage_tolerance
    every = [(h, interval) for h, own in figures.items() for interval in own.coverage.values()]
    silent = [h for h, own in figures.items() if not own.coverage]
    silent += [h for h, interval in every if interval.low is None]
    if silent:
        unique = ", ".join(dict.fromkeys(silent))
        return _missing(name, threshold, NOT_READY, f"too few matured forecasts at {unique}")
    outside = [(abs(interval.covered - interval.level), h, interval) for h, interval in every if not _in_band(interval)]
    if not outside:
        return _bounded(name, 0.0, threshold, NOT_READY, "every interval covers as it says, within its band")
    value, horizon, worst = max(outside, key=lambda found: found[0])
    says = (
        f"the {worst.level:.0%} interval at {horizon} covers {worst.covered:.1%}, and its band does not hold the level"
    )
    return _bounded(name, value, threshold, NOT_READY, says)


def _in_band(interval: Covered) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= interval.level <= interval.high


def _monitor(statuses: Mapping[str, Status], incumbent: Mapping[str, Status]) -> Criterion:
    """Alarms of the performance monitor, where the incumbent's status is not as bad: a rough market shows in both."""
    name, threshold = "monitor", "no alarm that published has not"
    judged = {h: status for h, status in statuses.items() if status != INSUFFICIENT_DATA}
    if not judged:
        return _missing(name, threshold, CAUTIOUS, "the monitor has too little of its forecasts at every horizon")
    alarms = {
        h: status
        for h, status in judged.items()
        if status in (DEGRADED, CRITICAL) and CODE[status] > CODE[incumbent.get(h, INSUFFICIENT_DATA)]
    }
    worst = max(judged.values(), key=CODE.__getitem__)
    shown = ", ".join(f"{status} at {h}" for h, status in alarms.items())
    silent = [h for h in statuses if h not in judged]
    says = f"of its own latest forecasts the monitor says {shown or worst}"
    says += f"; too little to say at {', '.join(silent)}" if silent else ""
    return Criterion(name, worst, threshold, not alarms, 0.0 if alarms else 100.0, CAUTIOUS, says)


def _suites(suites: SuiteResults, settings: Readiness) -> Criterion:
    name, threshold = "data_suites", settings.min_pass_rate
    if not suites.checks:
        return _missing(name, threshold, CAUTIOUS, "the validation of the data made no check")
    value = suites.held / suites.checks
    passed = value >= threshold and suites.success
    says = f"{suites.held} of {suites.checks} checks of the data hold"
    says += "" if suites.success else "; a critical one does not"
    return Criterion(name, value, threshold, passed, 100 * value if suites.success else 0.0, CAUTIOUS, says)


def _years(figures: Mapping[str, Record], settings: Readiness) -> Criterion:
    name, threshold = "years", settings.max_year_loss_pct
    every = [(value, h, year) for h, own in figures.items() for year, value in own.by_year.items()]
    if not every:
        return _missing(name, threshold, READY, f"no year has {settings.min_year_origins} matured forecasts")
    value, horizon, year = max(every)
    says = f"its worst year is {year} at {horizon}: CRPS {value:+.1f} % from published"
    return _bounded(name, value, threshold, READY, says)
