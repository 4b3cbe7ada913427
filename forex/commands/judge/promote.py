"""`forex promote MODEL`: a challenger that is ready becomes calibrate.published.model in params.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.judge import readiness
from forex.commands.judge.readiness import needs_calibration, source
from forex.commands.keep.params import write
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.reports import read_report
from forex.forecast.report import Forecast
from forex.models import registry
from forex.params import PARAMS_FILE, load_params, params_sha256
from forex.params.text import checked, diff, with_list, with_word

REPORT = Path("reports/forecast.json")
PUBLISHED_MODEL, CONFORMAL, FITTED = "calibrate.published.model", "calibrate.conformal", "fit.models"


def promoted(text: str, path: Path, model: str) -> str:
    """`text`, a params.yaml, with `model` as the published one; all else stays byte for byte.

    What the model is made from is added to fit.models and calibrate.conformal where it is missing.  Raises ParamsError, naming the
    key, where the result would not be valid.
    """
    params = checked(text, path, made_by="nothing")
    if params.calibrate.published.model != model:
        text = with_word(text, path, PUBLISHED_MODEL, model)
    lists = {}
    if needs_calibration(model):
        lists[CONFORMAL] = (params.calibrate.conformal, _with(params.calibrate.conformal, source(model)))
    if source(model) in registry.declared():
        lists[FITTED] = (params.fit.models, _with(params.fit.models, source(model)))
    for key, (old, new) in lists.items():
        if list(old) != new:
            text = with_list(text, path, key, new)
    checked(text, path, made_by="the promotion", declared={"fit": registry.settings()})
    return text


def _with(names: tuple[str, ...], name: str) -> list[str]:
    return [*names] if name in names else [*names, name]


def view(model: str, *, dry_run: bool = False, force: bool = False) -> dict[str, Any]:
    """What became of the promotion: `allowed`, `changed` (whether params.yaml was written), the diff, and what stood against it.

    Raises what `forex readiness` raises; ParamsError, nothing written, where the new params.yaml would not be valid; UsageError
    where it is read-only.
    """
    params = load_params()
    old = read_bytes(PARAMS_FILE, YAML_BYTES).decode("utf-8")
    content: dict[str, Any] = {"model": model, "dry_run": dry_run, "changed": False, "diff": "", "against": []}
    if params.calibrate.published.model == model and promoted(old, PARAMS_FILE, model) == old:
        return content | {"already": True, "allowed": True, "forced": False, "readiness": None}
    found = readiness.view(model)
    against = _against(found)
    allowed = force or not against
    new = promoted(old, PARAMS_FILE, model) if allowed else old
    if allowed and not dry_run:
        write(new)
    return content | {
        "already": False,
        "allowed": allowed,
        "forced": bool(force and against),
        "changed": allowed and not dry_run,
        "diff": diff(old, new, PARAMS_FILE),
        "against": against,
        "readiness": found,
    }


def _against(found: Mapping[str, Any]) -> list[str]:
    """What stands against it: its level with the criteria that failed, and a record that was made with other params."""
    said = []
    if not found["ready"]:
        said.append(f"it is {found['level']}, score {found['score']:.0f}")
        said += [
            f"{criterion['name']}: {criterion['says']}" for criterion in found["criteria"] if not criterion["passed"]
        ]
    if read_report(REPORT, Forecast).inputs.params_sha256 != params_sha256(load_params()):
        said.append(f"{PARAMS_FILE} has changed since the last run, and its record is of before: run dvc repro first")
    return said


def text(content: Mapping[str, Any]) -> str:
    """Whether the model was promoted, what stood against it, and how params.yaml changes."""
    model, against = content["model"], [f"  {said}" for said in content["against"]]
    if content["already"]:
        return f"{PUBLISHED_MODEL} is {model} already: nothing to change."
    if not content["allowed"]:
        return "\n".join([f"{model} is not promoted, {PARAMS_FILE} is as it was:", *against])
    lines = [f"Overridden for {model}:", *against] if content["forced"] else []
    if not content["forced"]:
        lines.append(f"{model} is {content['readiness']['level']}, score {content['readiness']['score']:.0f} of 100.")
    lines += [content["diff"]]
    if content["dry_run"]:
        lines.append(f"Nothing written: {PARAMS_FILE} would change so.")
    else:
        lines.append(f"{PARAMS_FILE} is changed. dvc repro makes the forecasts with it.")
    return "\n".join(lines)
