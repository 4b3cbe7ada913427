"""`forex readiness MODEL`: a challenger's record against what is published, read back from the last run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.challenge.challenge import compared, suite_results
from forex.challenge.readiness import MAY_BE_PUBLISHED, criteria, level
from forex.commands.show.scoreboard import SMALLEST
from forex.commands.tables import markdown
from forex.core.errors import UsageError
from forex.core.files import json_text, read_parquet
from forex.core.names import ENSEMBLE, PUBLISHED, RIVALS, calibrated_name
from forex.core.reports import plain, read_report
from forex.core.status import Status
from forex.models.registry import declared
from forex.monitoring.performance import performance
from forex.monitoring.report import PerformanceReport
from forex.monitoring.subjects import subjects
from forex.params import Params, load_params
from forex.statistics.scores import matured
from forex.timeline.calendar import horizon_days
from forex.validation.report import Expectations

CALIBRATED = Path("data/forecasts/calibrated.parquet")
PERFORMANCE = Path("reports/performance.json")
EXPECTATIONS = Path("reports/expectations.json")


def view(model: str) -> dict[str, Any]:
    """Level, score, criteria and the figures by horizon of `model` against `published`.

    Raises UsageError for a model that no run can make; DataError where the last run left no reports.
    """
    params = load_params()
    calibrated = read_parquet(CALIBRATED)
    made = sorted(set(calibrated["model"].unique()) - {PUBLISHED})
    _refuse_unknown(model, made)
    expectations = read_report(EXPECTATIONS, Expectations)
    horizons = sorted(params.horizons, key=horizon_days)
    figures = compared(
        calibrated,
        model,
        horizons=horizons,
        levels=params.levels,
        evaluate=params.evaluate,
        settings=params.readiness,
    )
    reported = read_report(PERFORMANCE, PerformanceReport).horizons
    incumbent = {name: reported[name].status for name in horizons if name in reported}
    found = criteria(
        figures,
        statuses=_statuses(calibrated, model, horizons, params) if model in made else {},
        incumbent_statuses=incumbent,
        suites=suite_results(expectations),
        settings=params.readiness,
    )
    reached, score = level(found, params.readiness)
    content = {
        "model": model,
        "incumbent": PUBLISHED,
        "published_model": params.calibrate.published.model,
        "level": reached,
        "ready": reached in MAY_BE_PUBLISHED,
        "score": score,
        "as_of": str(expectations.as_of),
        "as_of_in_params": params.as_of,
        "last_origin": str(calibrated["origin_date"].max()),
        "reason": None if model in made else _absent(model, params),
        "criteria": [criterion.as_dict() for criterion in found],
        "horizons": {name: plain(comparison) for name, comparison in figures.items()},
    }
    return dict(json.loads(json_text(content)))


def _refuse_unknown(model: str, made: list[str]) -> None:
    there = f"The last run made {', '.join(made)}."
    if model == PUBLISHED:
        raise UsageError(f"{PUBLISHED} is the incumbent itself: name the model that is to challenge it. {there}")
    known = {*declared(), *map(calibrated_name, declared()), ENSEMBLE, *made}
    if model not in known:
        raise UsageError(f"{model} is no model. {there} Others: {', '.join(sorted(known - set(made))) or 'none'}.")


def _absent(model: str, params: Params) -> str:
    """Why there is no forecast of a model that a run could make, and how to get one."""
    base = source(model)
    steps = [] if base in params.fit.models else [f"add {base} to fit.models"]
    if needs_calibration(model) and base not in params.calibrate.conformal:
        steps.append(f"add {base} to calibrate.conformal")
    doing = f"{' and '.join(steps)} in params.yaml, then run dvc repro" if steps else "run dvc repro"
    return f"the last run made no forecast of {model}: {doing}"


def source(model: str) -> str:
    """The model of fit.models that `model` is, or is calibrated from.

    >>> source("garch_t_conformal"), source("theta")
    ('garch_t', 'theta')
    """
    return {calibrated_name(name): name for name in declared()}.get(model, model)


def needs_calibration(model: str) -> bool:
    """Whether calibrate.conformal has to name its source: benchmarks stay as they are, the ensemble averages what is calibrated."""
    return model not in RIVALS and model != ENSEMBLE


def _statuses(calibrated: Any, model: str, horizons: list[str], params: Params) -> dict[str, Status]:
    """What the performance monitor would say of the model's own forecasts."""
    frame = calibrated.filter(calibrated["model"] == model)
    panels = {name: matured(frame, name) for name in horizons}
    watched = subjects(panels, levels=params.levels, settings=params.performance, models=[model])
    counts = {name: panel.n for name, panel in panels.items()}
    report = performance(watched, horizons=counts, levels=params.levels, settings=params.performance)
    return {name: report.horizons[name].models[model].status for name in horizons if counts[name]}


def text(content: Mapping[str, Any]) -> str:
    """The level and the score, a table of the criteria, and one of the scores against what is published, by horizon."""
    lines = []
    if content["as_of_in_params"] != content["as_of"]:
        said = f"params.yaml says as_of {content['as_of_in_params']}: no run for that day has finished."
        lines = [f"{said} The last one, {content['as_of']}:"]
    against = f"{content['incumbent']} ({content['published_model']})"
    lines.append(f"{content['model']} against {against}: {content['level']}, score {content['score']:.0f} of 100")
    if content["reason"]:
        lines.append(content["reason"])
    rows = [["criterion", "passed", "score", "threshold", "failing allows", "what was found"]]
    for criterion in content["criteria"]:
        passed = "yes" if criterion["passed"] else "no"
        threshold = "" if isinstance(criterion["threshold"], str) else f"{criterion['threshold']:g}"
        rows.append(
            [criterion["name"], passed, f"{criterion['score']:.0f}", threshold, criterion["ceiling"], criterion["says"]]
        )
    lines += ["", markdown(rows)]
    rows = [
        ["horizon", "forecasts", "without overlap", "CRPS", "published", "difference", "bound", "Holm p", "evidence"]
    ]
    for horizon, own in sorted(content["horizons"].items(), key=lambda item: horizon_days(item[0])):
        shown = [
            _number(own[key], form)
            for key, form in (
                ("crps", ".2f"),
                ("crps_incumbent", ".2f"),
                ("difference_pct", "+.1f"),
                ("upper_pct", "+.1f"),
            )
        ]
        shown.append(_p(own["holm_p"]))
        rows.append([horizon, str(own["n"]), str(own["independent"]), *shown, own["evidence"]])
    lines += ["", markdown(rows), "", "CRPS in CLP, difference and its upper bound in per cent of published's."]
    return "\n".join(lines)


def _p(value: float | None) -> str:
    return f"< {SMALLEST:g}" if value is not None and value < SMALLEST else _number(value, ".3f")


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"
