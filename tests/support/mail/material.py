"""Made-up material of mails: a quiet day, changed where a test asks."""

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any, Final

from forex.core.sentence import Sentence, sentence, verbatim
from forex.core.status import CRITICAL, DEGRADED, AlertSeverity, Status
from forex.evaluation.report import ValidationReport
from forex.forecast.fan import fan
from forex.forecast.report import Forecast, HorizonForecast, Inputs, Reason
from forex.mail.letter import letter
from forex.mail.material import Material
from forex.mail.message import Attachment, Letter
from forex.mail.outcome import Foretold, Outcome, WeekHeld
from forex.mail.rules import Kind
from forex.mail.snapshot import Snapshot
from forex.monitoring.alert_report import Alert, AlertsReport, AlertType, Send
from forex.monitoring.report import FigureFinding, PerformanceReport
from forex.monitoring.watched import CRPS
from forex.operations import Mail, load_operations
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.report.regime_words import meaning
from forex.report.state import Reports, overall
from forex.timeline import calendar
from tests.forecast.test_fan import panel
from tests.support.forecasts_made_up import entry, forecast
from tests.support.made_up import ROOT
from tests.support.simulated import committed

HORIZONS: Final = ("1d", "7d", "15d", "30d", "90d")
SHEET: Final = Attachment("forecast-2024-11-27.xlsx", "application/vnd.ms-excel", b"PK a sheet")
INPUTS: Final = Inputs(data_sha256="a" * 64, params_sha256="b" * 64, series=dict.fromkeys(("usdclp", "eur"), "c" * 64))
HOSTILE: Final = "x\r\nBcc: eve@example.org\x00\x1b[31m\u202e<script>alert(1)</script>{0}"


@cache
def committed_mail() -> Mail:
    return load_operations(ROOT / "operations.yaml").mail


def settings(**more: Any) -> Mail:
    return Mail.model_validate(committed_mail().model_dump() | more) if more else committed_mail()


def forecast_of(day: dt.date, **more: Any) -> Forecast:
    """With the horizons of params.yaml, targets as that day knows them."""
    origin = str(day)
    horizons: dict[str, HorizonForecast] = {}
    for name in HORIZONS:
        target = calendar.target_dates([origin], [origin], name).item()
        made = entry("2024-12-04", anchor=930.0 + len(horizons))
        steps = int(calendar.steps_between(origin, str(target), known_at=origin))
        intervals = made.intervals | {"0.8": (made.quantiles["0.1"], made.quantiles["0.9"])}
        horizons[name] = made.model_copy(update={"target_date": target, "steps": steps, "intervals": intervals})
    usual = {"as_of": day, "origin_date": day, "anchor_date": day, "anchor": 931.25, "horizons": horizons}
    made_at = calendar.cut_offs([origin], "15:00").item().replace(tzinfo=dt.UTC)
    return forecast(**usual | {"made_at": made_at, "regime": "NORMAL", "inputs": INPUTS} | more)


def alert(severity: AlertSeverity = "WARNING", day: str = "2024-11-27", why: Sentence | None = None) -> Alert:
    span = sentence(
        "from {before:g} ({since}) to {value:g} ({date})", before=23.7, since="2024-11-26", value=31, date=day
    )
    reason = why or sentence("{series} rose {move:.1%}, {span}", series="vix", move=0.308, span=span)
    return Alert(origin_date=day, type="VIX_SPIKE", severity=severity, reasons=(reason,))


def alerts_of(day: dt.date, *raised: Alert, send: bool = False) -> AlertsReport:
    why = sentence("CRITICAL: {kinds:comma}", kinds=["VIX_SPIKE"]) if send else verbatim("nothing new")
    missing = AlertType(status="NOT_EVALUATED", missing=sentence("the store has no {series:or}", series=["dxy"]))
    return AlertsReport(
        at=str(day),
        first="2010-01-04",
        types={"DXY_EXTREME": missing},
        alerts=raised,
        send=Send(send=send, why=why),
        sent=(),
        by_year={},
    )


def foretold(observado: float, *, issued: bool = True) -> tuple[Foretold, ...]:
    """A day before both intervals hold it, a week before only the wider one, a month before none."""
    spans = {"1d": (-5.0, 5.0, 9.0), "7d": (4.0, 12.0, 30.0), "30d": (60.0, 90.0, 120.0)}
    return tuple(
        Foretold(
            horizon=name,
            origin=dt.date(2024, 11, 26),
            median=observado + (low + high) / 2,
            intervals={
                0.8: (observado + low, observado + high),
                0.95: (observado - wide / 4 + low - 2, observado + wide),
            },
            issued=issued,
        )
        for name, (low, high, wide) in spans.items()
    )


def findings(status: Status) -> tuple[FigureFinding, ...]:
    """What makes the status a bad one."""
    if status not in (DEGRADED, CRITICAL):
        return ()
    figures = {"window": 60, "figure": CRPS, "change_pct": 31.4, "p": 1e-06, "holm_p": 3.3e-05}
    return (FigureFinding(horizon="7d", status=status, **figures),)


def material(
    day: dt.date = dt.date(2024, 11, 27),
    *,
    said: Forecast | None = None,
    alerts: AlertsReport | None = None,
    status: Status = "GOOD",
    run_age: int = 0,
    **more: Any,
) -> Material:
    published = said or forecast_of(day)
    validation = ValidationReport(origins_from="2010-01-01", levels=(), band=0.9, horizons={}, nowcast={}, verdicts={})
    reports = Reports(
        forecast=published,
        validation=validation,
        performance=PerformanceReport.model_construct(status=status, findings=findings(status)),
        alerts=alerts or alerts_of(day),
    )
    first = str(published.anchor_date - dt.timedelta(days=200))
    usual = Material(
        reports=reports,
        state=overall(reports, committed().state, run_age=run_age),
        moved=moved(),
        since=dt.date(2024, 4, 9),
        means=meaning(published.regime, {"copper_move": 0.01, "calendar_covered": True}),
        advice=sentence("Nothing unusual: plan with the intervals as they are published."),
        outcome=Outcome(day, 929.5, foretold(929.5)),
        week=[WeekHeld("1d", 5, {0.8: 4, 0.95: 5}), WeekHeld("7d", 4, {0.8: 3, 0.95: 4})],
        snapshot=[Snapshot("usdclp", day, 931.25, 0.004), Snapshot("vix", day, 31.0, None)],
        fan=fan(panel(first, str(published.anchor_date)), published, history_days=150),
    )
    return replace(usual, **more)


def moved(*names: str) -> dict[str, Any]:
    series = names or ("mxn", "brl", "usdclp", "eur", "aud", "nok", "zar")
    moves = {name: {"1d": 1.5 - 0.37 * i, "7d": 0.9 - 0.2 * i} for i, name in enumerate(series)}
    return {
        "origin_date": "2024-11-27",
        "anchor": 931.25,
        "moves": {horizon: sum(move[horizon] for move in moves.values()) for horizon in ("1d", "7d")},
        "series": {
            name: {"value": 20.0, "date": "2024-11-27", "business_days": 0, "quote": False, "moves": move}
            for name, move in moves.items()
        },
    }


def without(said: Forecast, *series: str) -> Forecast:
    """An outage: these series have no value."""
    why = sentence("no usable value")
    return said.model_copy(update={"missing": tuple(Reason(series=name, tier="important", why=why) for name in series)})


@cache
def usual() -> Letter:
    """The day's mail in Spanish."""
    return written()


def written(kind: Kind = "daily", code: Code = "es", *, made: Material | None = None, **changes: Any) -> Letter:
    return letter(kind, made or material(), settings(**changes), language(code), [SHEET])
