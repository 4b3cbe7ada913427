"""Made-up reports on what is forecast, from what, and what was found in it: quiet ones, changed where a test asks."""

import datetime as dt
import math
from collections.abc import Collection
from typing import Any

from scipy.special import ndtri

from forex.core.quantiles import GRID
from forex.core.sentence import verbatim
from forex.forecast.ladder import ladder
from forex.forecast.report import (
    Conditions,
    CopperCorrelation,
    Forecast,
    HorizonForecast,
    Inputs,
    LargeMoves,
    Month,
    MonthFactor,
    Months,
    Volatility,
    VolatilityRatio,
)
from forex.observations.manifest import Listed, Manifest
from forex.observations.store import Publication
from forex.timeline import calendar
from forex.validation.report import CheckResult, Expectations, FailingRow, SeriesResult
from tests.support.made_up import NOON

DAY = dt.date(2024, 11, 27)
ANCHOR_DATE = str(DAY)

UNKNOWN_CONDITIONS = Conditions(
    volatility=Volatility(daily=None, business_days=20, usual=0.006, ratio=None),
    month=Month(month=6, state="USUAL", usual=0.006, ratio=None),
    months=Months(
        band=0.95,
        first=dt.date(2003, 4, 1),
        last=DAY,
        factors=(MonthFactor(factor=1.0, low=0.9, high=1.1, state="USUAL"),) * 12,
    ),
    volatility_ratio=VolatilityRatio(ratio=None, high_ratio=2.0, state="NOT_EVALUATED"),
    large_moves=LargeMoves(count=0, of=5, usual=0.25),
    forecast_scale={},
    copper_correlation=CopperCorrelation(
        current=None, expected=None, deviations=None, break_threshold=None, state="NOT_EVALUATED"
    ),
)


def entry(target: str, *, anchor: float = 900.0, sigma: float = 0.006) -> HorizonForecast:
    """A lognormal forecast that widens with the square root of the steps."""
    steps = int(calendar.steps_between(ANCHOR_DATE, target))
    quantiles = {f"{q:g}": round(anchor * math.exp(sigma * math.sqrt(steps) * float(ndtri(q))), 4) for q in GRID}
    return HorizonForecast(
        target_date=dt.date.fromisoformat(target),
        steps=steps,
        median=quantiles["0.5"],
        intervals={
            "0.5": (quantiles["0.25"], quantiles["0.75"]),
            "0.95": (quantiles["0.025"], quantiles["0.975"]),
        },
        quantiles=quantiles,
        probability_of_rise=0.5,
        model="nowcast",
    )


def forecast(**more: Any) -> Forecast:
    horizons = {"30d": entry("2024-12-27"), "7d": entry("2024-12-04"), "1d": entry("2024-11-28")}
    usual: dict[str, Any] = {
        "title": "Dólar observado, CLP per USD",
        "as_of": DAY,
        "origin_date": DAY,
        "made_at": dt.datetime(2024, 11, 27, 18, tzinfo=dt.UTC),
        "anchor": 900.0,
        "anchor_date": DAY,
        "anchor_age": 0,
        "regime": "HIGH_VOL",
        "regime_confidence": 0.87,
        "horizons": horizons,
        "ladder": ladder(horizons),
        "inputs": Inputs(data_sha256="a" * 64, params_sha256="b" * 64, series={}),
        "missing": [],
        "flagged": [],
        "stale": [],
        "warnings": [],
        "conditions": UNKNOWN_CONDITIONS,
    }
    return Forecast(**(usual | more))


def check(name: str, **more: Any) -> CheckResult:
    """A check of rows that held."""
    usual: dict[str, Any] = {
        "check": name,
        "expectation": "expect_column_values_to_be_in_set",
        "kwargs": {"column": name},
        "bound": None,
        "severity": "warning",
        "success": True,
        "observed": [],
        "failing_rows": 0,
        "first_failing": [],
    }
    return CheckResult(**(usual | more))


def checked(**more: Any) -> SeriesResult:
    """A series in use."""
    usual: dict[str, Any] = {"fate": "used", "why": None, "rows": 0, "usable": 0, "set_aside": {}, "checks": ()}
    return SeriesResult(**(usual | more))


def expectations(**more: Any) -> Expectations:
    """Of two series: the observado with 37 rows on holidays, and one that is stale."""
    row = FailingRow(line=619, date=dt.date(2005, 10, 10), value=584.03)
    holidays = check("business_day", success=False, observed=[False], failing_rows=37, first_failing=[row])
    stale = check("staleness", severity="critical", success=False, observed=11, failing_rows=None)
    used = checked(
        rows=5192,
        usable=5155,
        set_aside={"not_a_business_day": 37},
        checks=[holidays, check("business_day", observed=[False], failing_rows=37)],
    )
    out = checked(fate="left_out", why=verbatim("brl: 11 business days old"), rows=90, usable=90, checks=[stale])
    usual: dict[str, Any] = {"as_of": DAY, "success": True, "series": {"usdclp": used, "brl": out}, "warnings": []}
    usual["params_sha256"] = {"validate": "ab" * 32}
    usual["store"] = {"2024-11-27T18:00:00Z": "cd" * 32}
    return Expectations(**(usual | more))


def manifest(units: dict[str, str], quotes: Collection[str] = (), **more: Any) -> Manifest:
    """Of series in these units, none of which has rows; `quotes` are the ids of those that quote usdclp."""
    listed = {
        name: Listed(
            title=name,
            unit=unit,
            tier="important",
            publication=Publication.model_validate(NOON),
            quotes="usdclp" if name in quotes else None,
            left_out=None,
            rows=0,
            first=None,
            last=None,
            age=None,
            sha256=None,
        )
        for name, unit in units.items()
    }
    usual: dict[str, Any] = {
        "as_of": DAY,
        "known_until": dt.datetime(2024, 11, 27, 18, tzinfo=dt.UTC),
        "series": listed,
        "unlisted_files": [],
    }
    return Manifest(**(usual | more))
