"""A project whose last run can be reported on: simulated forecasts at two horizons, and rows of the history before it."""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

from forex.core.reports import read_report, write_report
from forex.core.status import Verdict
from forex.evaluation import scoreboard
from forex.evaluation.report import Scoreboard, ValidationReport
from forex.evaluation.scored import score
from forex.forecast.report import Forecast
from forex.params import load_params
from forex.statistics.scores import made, matured
from forex.weekly.standing import Figures, Standing
from tests.support.challengers import FRAME, STEPS, write_project
from tests.support.made_up import ROOT
from tests.support.reports_made_up import alerts
from tests.support.simulated import committed

DAY = dt.date(2024, 11, 27)


@cache
def judged() -> Scoreboard:
    """The simulated forecasts by the committed targets."""
    settings, levels = committed().evaluate, committed().levels
    panels = {name: matured(FRAME, name, origins_from=settings.from_) for name in STEPS}
    every = {name: made(FRAME, name, origins_from=settings.from_) for name in STEPS}
    return scoreboard.validation(
        score(panels, levels=levels, settings=settings), every, horizons=list(STEPS), settings=settings
    )


def write_weekly_project(folder: Path) -> None:
    """What `forex report weekly` reads."""
    write_project(folder, FRAME)
    (folder / "operations.yaml").write_bytes((ROOT / "operations.yaml").read_bytes())
    write_report(folder / "reports/validation.json", ValidationReport(**dict(judged()), nowcast={}))
    origin = str(read_report(folder / "reports/forecast.json", Forecast).origin_date)
    write_report(folder / "reports/alerts.json", alerts().model_copy(update={"at": origin}))
    assert load_params(path=folder / "params.yaml").as_of == str(DAY)


def figures(**more: Any) -> Figures:
    usual: dict[str, Any] = {
        "n": 3510,
        "coverage_95": 0.95512821,
        "below_95": 0.014,
        "above_95": 0.031,
        "rmse": 17.98,
        "mape_pct": 1.87,
        "crps": 9.2184,
        "interval_score_95": 80.6,
        "crps_skill_pct": 2.934,
        "crps_skill_p": 4.3649671e-07,
        "crps_evidence": "PUBLISHED_BETTER",
        "rules": {"coverage_95": "PASS", "regime_coverage": "NOT_EVALUATED", "rmse": "PASS"},
    }
    return Figures(**(usual | more))


def row(day: str = "2024-11-20", **more: Any) -> Standing:
    usual: dict[str, Any] = {"as_of": day, "state": "OK", "horizons": {"1d": figures(), "30d": figures(n=3400)}}
    return Standing.model_validate(usual | more)


def rules(**more: Verdict) -> dict[str, Verdict]:
    return {"coverage_95": "PASS", "regime_coverage": "NOT_EVALUATED", "rmse": "PASS"} | more
