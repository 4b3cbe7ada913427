"""What a status rests on, since when, how often it would be said of a sound forecast, and which command has its figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from forex.core.sentence import Sentence, sentence, together
from forex.core.status import EXCELLENT, INSUFFICIENT_DATA, Status
from forex.monitoring.early import LEVEL
from forex.monitoring.measured import FalseAlarm
from forex.monitoring.report import AlarmFinding, EarlyFinding, EarlyReport, FigureFinding, Finding, MonitoredModel
from forex.monitoring.watched import BIAS, CRPS, ERROR
from forex.params import Performance

# monitors of rates/false_alarms.csv, and the horizon that the share of EXCELLENT looks was measured at
EITHER, EARLY_YEAR, ANY, EXCELLENT_LOOK, EXCELLENT_AT = "either_year", "early_year", "any_year", "excellent_look", "1d"


def grounds(
    horizon: str,
    status: Status,
    monitored: MonitoredModel | None,
    early: EarlyReport | None,
    findings: Sequence[Finding],
    settings: Performance,
    measured: Mapping[str, FalseAlarm],
) -> Sentence:
    """What the status of a horizon rests on, since when, how often it would be said of a sound forecast, and where its figures are.

    monitored, early: those of `published` at the horizon; None where it has no outcomes, or no open forecasts are watched.
    findings: the horizon's own, the worst first.  measured: by monitor, how often it alarms without a change.
    """
    return together(
        *_grounds(monitored, early, findings, settings, measured, {"horizon": horizon, "status": status}),
        sentence("forex check --json has the figures."),
        by="; ",
    )


def _grounds(
    monitored: MonitoredModel | None,
    early: EarlyReport | None,
    findings: Sequence[Finding],
    settings: Performance,
    measured: Mapping[str, FalseAlarm],
    told: dict[str, Any],
) -> list[Sentence | None]:
    """What it rests on, since when, and how often; told: horizon and status."""
    if findings:
        return [in_words(findings[0]), _since(findings[0], monitored), _so(findings[0], measured)]
    if monitored is None or not any(window.n for window in monitored.windows.values()):
        return [sentence("{horizon} {status}: no forecast has matured yet", **told)]
    if told["status"] == INSUFFICIENT_DATA:
        return [_too_little(monitored, settings, told)]
    told |= _newest(monitored)
    if told["status"] == EXCELLENT:
        rate = measured.get(EXCELLENT_LOOK) if told["horizon"] == EXCELLENT_AT else None
        often = (
            sentence(
                "of a forecast that stays what it was, {share:.1%} ± {error:.1%} of looks say so", **_figures(rate)
            )
            if rate
            else None
        )
        found = sentence(
            "{horizon} {status}: CRPS of the last {windows:and} matured forecasts, with targets from {first} to {last}, "
            "is lower than before by more than {least:g} % with a Holm p below {significance:g}",
            **told,
            least=settings.excellent_pct,
            significance=settings.excellent_significance,
        )
        return [found, often]
    quiet = sentence("the alarm is quiet")
    if early is not None and early.rate is not None:
        quiet = sentence("alarm and early signal are quiet")
    found = sentence(
        "{horizon} {status}: no figure of the last {windows:and} matured forecasts, with targets from {first} to {last}, is "
        "worse than before, or than its level says, by more than {least:g} % with a Holm p below {significance:g}, and {quiet}",
        **told,
        least=settings.degraded_pct,
        significance=settings.significance,
        quiet=quiet,
    )
    rate = measured.get(ANY)
    often = (
        sentence(
            "of a sound forecast, some horizon says otherwise on some day in {share:.1%} ± {error:.1%} of years",
            **_figures(rate),
        )
        if rate
        else None
    )
    return [found, often]


def _since(found: Finding, monitored: MonitoredModel | None) -> Sentence | None:
    """The days of a figure's window; the findings of alarm and early signal already say since when."""
    if not isinstance(found, FigureFinding) or monitored is None:
        return None
    window = monitored.windows[str(found.window)]
    return sentence("their targets are from {first} to {last}", first=window.first_target, last=window.last_target)


def _so(found: Finding, measured: Mapping[str, FalseAlarm]) -> Sentence | None:
    """How often the part of the monitor that made the finding makes one without a change, at any horizon, as measured."""
    if isinstance(found, EarlyFinding):
        rate, says = measured.get(EARLY_YEAR), sentence("the early signal of some horizon says so")
    else:
        rate, says = measured.get(EITHER), sentence("windows or alarm of some horizon say so")
    if rate is None:
        return None
    return sentence(
        "of a sound forecast, {says} on some day in {share:.1%} ± {error:.1%} of years", says=says, **_figures(rate)
    )


def _figures(rate: FalseAlarm) -> dict[str, float]:
    return {"share": rate.share, "error": rate.error}


def _newest(monitored: MonitoredModel) -> dict[str, Any]:
    """The windows, and the first and last target in them."""
    newest = [window for window in monitored.windows.values() if window.first_target]
    return {
        "windows": [int(size) for size in monitored.windows],
        "first": min(window.first_target or "" for window in newest),
        "last": max(window.last_target or "" for window in newest),
    }


def _too_little(monitored: MonitoredModel, settings: Performance, told: Mapping[str, Any]) -> Sentence:
    """What is lacking for the window with the fewest independent ones in its baseline, of those that have no verdict."""
    without = {size: window for size, window in monitored.windows.items() if window.status == INSUFFICIENT_DATA}
    size, window = min((without or monitored.windows).items(), key=lambda item: item[1].independent_windows)
    if window.n < window.needed:
        return sentence(
            "{horizon} {status}: {n:d} forecasts have matured, and a window takes {size:d}",
            **told,
            n=window.n,
            size=window.needed,
        )
    if window.independent_windows >= settings.min_windows:
        return sentence(
            "{horizon} {status}: some figure of the last {size:d} matured forecasts has no verdict, because it, or what it is "
            "compared with, does not vary",
            **told,
            size=int(size),
        )
    return sentence(
        "{horizon} {status}: before the last {size:d} of {n:d} matured forecasts there is room for {found:.1f} windows of that "
        "length that share nothing, and a verdict on every figure takes {needed:d}",
        **told,
        size=int(size),
        n=window.n + window.n_baseline,
        found=window.independent_windows,
        needed=settings.min_windows,
    )


def in_words(found: Finding) -> Sentence:
    """An entry of `findings` in the performance report, as a sentence."""
    told = {"horizon": found.horizon, "status": found.status}
    if isinstance(found, AlarmFinding):
        return sentence(
            "{horizon} {status}: the intervals miss more often than they say, by forecasts with targets from {since} on; alarm "
            "since {raised}",
            **told,
            since=found.since,
            raised=found.raised,
        )
    if isinstance(found, EarlyFinding):
        return sentence(
            "{horizon} {status}: {outside:d} of {open:d} forecasts whose day is still to come have the rate outside their "
            "{level:.0%} interval, {far}, as in {rate:.1%} of years of a sound forecast or fewer; since {since}{source}",
            **told,
            outside=found.outside,
            level=LEVEL,
            open=found.open,
            far=sentence("{distance:.1f} half-widths away on average", distance=found.distance)
            if found.distance is not None
            else sentence("which has no width"),
            rate=found.rate,
            since=found.since,
            source=sentence(" (issued forecasts)") if found.source == "ledger" else "",
        )
    return sentence(
        "{horizon} {status}: {figure}, in the last {window} matured forecasts (Holm p {p:.2g})",
        **told,
        figure=_figure(found.figure, found.change_pct),
        window=int(found.window),
        p=found.holm_p,
    )


def _figure(name: str, change: float) -> Sentence:
    """A figure and its change, in per cent, in words.

    >>> _figure("coverage_80", 100.0).says, _figure("crps", 31.4).says
    ('the 80 % interval missed 100 % more often than it says', 'CRPS 31 % above what it was before')
    """
    if name == CRPS:
        return sentence("CRPS {change:.0f} % above what it was before", change=change)
    if name == ERROR:
        return sentence(
            "errors, in half-widths of their intervals, {change:.0f} % above what they were before", change=change
        )
    if name == BIAS:
        return sentence("the median is off by {change:.0f} % of the usual error more than it was before", change=change)
    return sentence(
        "the {level:s} % interval missed {change:.0f} % more often than it says",
        level=name.removeprefix("coverage_"),
        change=change,
    )
