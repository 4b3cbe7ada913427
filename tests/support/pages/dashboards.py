"""The dashboard of made-up reports: a quiet project, and one for each thing that a page has to say."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl

from forex.core.sentence import sentence
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast, Inputs, Reason, Stale
from forex.monitoring.drift_report import Drivers
from forex.params import Limits
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.report.dashboard import dashboard
from forex.report.figures import Figures
from forex.report.past import Held
from forex.report.state import Reports, overall
from forex.validation.report import InputWarning
from forex.validation.warnings import input_warnings
from tests.support.calibration_made_up import calibration
from tests.support.forecasts_made_up import check, checked, expectations, forecast
from tests.support.made_up import published, utc
from tests.support.pages.tables import regimes
from tests.support.reports_made_up import alerts, moved, nothing_matured, performance, said, storm, validation
from tests.support.simulated import committed

Parts = dict[str, Any]  # arguments of `page`
SVG = "<svg role='img' aria-label='{}'></svg>"
DRAWN = Figures(
    fan=(SVG.format("fan"),) * 2,
    regimes=(SVG.format("regimes"),) * 2,
    reliability={"1d": SVG.format("reliability")},
    rolling={"1d": SVG.format("rolling")},
    skill=(SVG.format("skill"),) * 2,
    drift=(SVG.format("drift"),) * 2,
)
HELD = Held(horizon="30d", level=0.95, held=17, of=18)
DRIVERS = ("brl", "mxn", "dxy", "vix")
YESTERDAY = dt.date(2024, 11, 26)


def page(code: Code = "en", **more: Any) -> str:
    """The page of the quiet project with other parts; `language` may be one that notes what it is asked."""
    parts: Parts = {
        "forecast": forecast(),
        "moved": moved(0.003, -0.001),
        "alerts": alerts(),
        "expectations": expectations(),
        "validation": validation(),
        "performance": performance(),
        "calibration": calibration(NORMAL={"1d": 1.0, "7d": 1.0}, HIGH_VOL={"7d": 1.37}),
        "regimes": regimes(),
        "figures": DRAWN,
        "rules": committed().state,
        "past": HELD,
        "language": language(code),
    } | more
    reports = Reports(**{name: parts[name] for name in ("forecast", "validation", "performance", "alerts")})
    return dashboard(**{"state": overall(reports, parts["rules"])} | parts)


def with_drivers(**more: Any) -> Forecast:
    inputs = Inputs(data_sha256="a" * 64, params_sha256="b" * 64, series=dict.fromkeys(("usdclp", *DRIVERS), "c" * 64))
    return forecast(**{"inputs": inputs} | more)


def late(**days: int) -> list[Stale]:
    return [Stale(series=name, tier="important", business_days=age, late=age) for name, age in days.items()]


def holding() -> ValidationReport:
    """A validation report whose acceptance rules all hold."""
    report = validation()
    held = {name: rule for name, rule in report.verdicts["1d"].items() if rule.verdict == "PASS"}
    return report.model_copy(update={"verdicts": {"1d": held, "7d": held, "30d": held}})


def sound(**more: Any) -> Parts:
    """A project about which nothing is to be said."""
    return {"forecast": with_drivers(regime="NORMAL"), "validation": holding()} | more


def unjudged_drivers() -> Any:
    report = performance()
    drivers = Drivers(drifting=(), evaluated=0, series={})
    return report.model_copy(update={"drift": report.drift.model_copy(update={"drivers": drivers})})


def warned() -> tuple[InputWarning, ...]:
    """Of an estimate that is old and made from other data, and of a large move."""
    usable = {"usdclp": published(["2024-11-25", "2024-11-26", "2024-11-27"], [900.0, 900.0, 950.0])}
    return tuple(
        input_warnings(usable, committed().usdclp, as_of="2028-11-27", known_until=utc("2028-11-27T18:00"))
        + input_warnings(usable, committed().usdclp, as_of="2024-11-27", known_until=utc("2024-11-27T18:00"))
    )


def troubled_data() -> Any:
    row = [check("staleness", severity="critical", success=False, failing_rows=None)]
    out = checked(fate="left_out", why=sentence("no usable value"), rows=90, checks=row)
    used = checked(rows=5192, usable=5155, set_aside={"not_a_business_day": 37})
    return expectations(series={"usdclp": used, "brl": out}, warnings=warned())


def regimes_of(rows: pl.DataFrame) -> pl.DataFrame:
    """With what the advice on a copper shock reads."""
    return rows.with_columns(copper_move=pl.lit(-0.1), copper_correlation=-0.4, copper_correlation_broken=pl.lit(False))


def in_regime(name: str) -> Parts:
    return {"forecast": with_drivers(regime=name), "regimes": regimes_of(regimes(name))}


def everything() -> Parts:
    """A project about which all is to be said at once."""
    missing = [Reason(series="tpm", tier="important", why=sentence("no usable value"))]
    return {
        "forecast": with_drivers(
            missing=missing, stale=late(usdclp=4, brl=9, vix=1), warnings=warned(), anchor_age=4, regime="COPPER_SHOCK"
        ),
        "regimes": regimes_of(regimes("COPPER_SHOCK")),
        "moved": moved(*[0.001] * 9, quote="s2"),
        "alerts": alerts(storm(0.05), **{"1d": "CRITICAL", "7d": "DEGRADED"}),
        "expectations": troubled_data(),
        "performance": performance(factor=2.5, drift_factor=3.0, issued_rows=said(2.5)),
    }


PROJECTS: Mapping[str, Callable[[], Parts]] = {
    "sound": sound,
    "usual": dict,
    "without a nowcast": lambda: {"moved": None},
    "another model published": lambda: {"moved": moved(*[0.001] * 9, quote="s2"), "forecast": models("garch_t")},
    "models mixed": lambda: {"forecast": models("garch_t", only="7d")},
    "nothing matured": lambda: {
        "validation": nothing_matured(),
        "performance": performance(0, drift_days=30),
        "past": None,
        "figures": Figures(DRAWN.fan, {}, {}, DRAWN.regimes, skill=None, drift=None),
    },
    "dead drivers": lambda: sound(forecast=with_drivers(stale=late(brl=22, mxn=22, dxy=22, vix=22))),
    "a driver late": lambda: sound(forecast=with_drivers(stale=late(vix=1))),
    "an observado late": lambda: sound(
        forecast=with_drivers(stale=late(usdclp=1), anchor_date=YESTERDAY, anchor_age=1)
    ),
    "an old observado": lambda: sound(forecast=with_drivers(stale=late(usdclp=4), anchor_age=4)),
    "missing series": lambda: {
        "forecast": with_drivers(
            missing=[Reason(series="tpm", tier="important", why=sentence("no usable value"))], warnings=warned()
        ),
        "expectations": troubled_data(),
    },
    "alerts raised": lambda: sound(alerts=alerts(storm(0.05))),
    "degraded": lambda: sound(
        performance=performance(factor=2.5, drift_factor=3.0), alerts=alerts(**{"1d": "CRITICAL", "7d": "DEGRADED"})
    ),
    "everything wrong": everything,
    "an acceptance failing": lambda: sound(validation=validation()),
    "no evidence": lambda: {"validation": validation(evidence="NO_EVIDENCE", holm_p=0.2)},
    "forecasts issued": lambda: {"performance": performance(issued_rows=said(2.5))},
    "no episodes": lambda: {"performance": performance().model_copy(update={"episodes": {}})},
    "drift not evaluated": lambda: {"performance": performance(drift_days=30)},
    "no drivers": lambda: {"performance": unjudged_drivers()},
    "unknown regime": lambda: in_regime("UNKNOWN"),
    "high volatility": lambda: in_regime("HIGH_VOL"),
    "copper shock": lambda: in_regime("COPPER_SHOCK"),
    "central bank": lambda: in_regime("BCCH_INTERVENTION"),
    "months differ": lambda: {"forecast": months_differ()},
    "stale": lambda: sound(rules=committed().state.model_copy(update={"run_age": Limits(caution=1, fault=2)})),
}


@cache
def page_of(project: str, code: Code = "es") -> str:
    """The page of one of PROJECTS."""
    return page(code, **PROJECTS[project]())


def models(name: str, *, only: str | None = None) -> Forecast:
    horizons = {
        horizon: entry.model_copy(update={"model": name}) if only in (None, horizon) else entry
        for horizon, entry in forecast().horizons.items()
    }
    return with_drivers(horizons=horizons)


def months_differ() -> Forecast:
    conditions = forecast().conditions
    first, *others = conditions.months.factors
    factors = (first.model_copy(update={"factor": 1.4, "low": 1.1, "high": 1.6, "state": "HIGH"}), *others)
    months = conditions.months.model_copy(update={"factors": factors})
    return forecast(conditions=conditions.model_copy(update={"months": months}))
