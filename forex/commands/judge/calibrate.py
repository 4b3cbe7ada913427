"""`forex calibrate`: what is usual for USD/CLP, estimated from the panel of the last run, beside what params.yaml holds."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forex.commands.keep import params as params_file
from forex.commands.tables import aligned
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import UsageError
from forex.core.files import json_text, read_parquet
from forex.core.status import NOT_EVALUATED
from forex.estimates.block import comparison, renewed
from forex.estimates.estimates import copper_series, differing_months, estimate_all
from forex.observations.store import TARGET
from forex.params import PARAMS_FILE, load_params
from forex.validation.warnings import cut_off_instant, provenance

PANEL = Path("data/panel.parquet")
CLEAN = Path("data/clean")
ABSENT = "-"


def view(*, write: bool = False) -> dict[str, Any]:
    """The estimates beside the block `usdclp`, their provenance and, with `write`, whether params.yaml changed.

    Everything comes from data/panel.parquet and data/clean: the store as it was known at the cut-off of `as_of`, after validation.
    Raises UsageError where the panel is of another day or cut-off than params.yaml, or params.yaml is read-only; DataError where
    there is no panel.
    """
    import json

    params = load_params()
    panel = read_parquet(PANEL)
    until, made = cut_off_instant(params.as_of, params.cut_off), panel["cut_off_at"].drop_nulls().max()
    if made != until:
        raise UsageError(
            f"{PANEL} is of {made!s}, params.yaml says as_of {params.as_of} and cut_off {params.cut_off}: "
            f"{until!s}. Run dvc repro first."
        )
    estimates = estimate_all(panel, params.regimes, params.usdclp.estimation, params.horizons)
    copper = copper_series(panel, params.regimes)
    used = [TARGET] if copper is None or estimates["thresholds.copper_move"].value is None else [TARGET, copper]
    usable = {name: read_parquet(CLEAN / f"{name}.parquet") for name in used}
    source = asdict(provenance(usable, used, until))
    content = {
        "estimates": comparison(params.usdclp, estimates),
        "differing_months": differing_months(estimates),
        "band": params.usdclp.estimation.band,
        "months_band": 1 - params.usdclp.estimation.significance,
        "provenance": source,
    }
    if write:
        old = read_bytes(PARAMS_FILE, YAML_BYTES).decode("utf-8")
        new = renewed(old, PARAMS_FILE, estimates, source)
        if new != old:
            params_file.write(new)
        content["written"] = new != old
    return dict(json.loads(json_text(content)))


def text(content: Mapping[str, Any]) -> str:
    """A table of the estimates, what the months show, why some were not evaluated, and the provenance."""
    rows = [["usdclp.", "old", "new", f"{content['band']:.0%} interval", "n", "read by"]]
    for estimate in content["estimates"]:
        interval = ABSENT if estimate["interval"] is None else " to ".join(f"{end:g}" for end in estimate["interval"])
        new = NOT_EVALUATED if estimate["new"] is None else f"{estimate['new']:g}"
        old = (
            estimate["old"]
            if isinstance(estimate["old"], str)
            else ABSENT
            if estimate["old"] is None
            else f"{estimate['old']:g}"
        )
        rows.append([estimate["key"], old, new, interval, str(estimate["n"]), estimate["read_by"]])
    lines = [aligned(rows), ""]
    lines += months_said(content)
    lines += sorted(
        {
            f"not evaluated, the old value stays: {estimate['why']}"
            for estimate in content["estimates"]
            if estimate["why"]
        }
    )
    source = content["provenance"]
    lines.append(
        f"known until {source['known_until']}: {source['values']} values of the observado, {source['first']} to {source['last']}"
    )
    lines += [f"{name:<12} sha256 {digest}" for name, digest in source["sha256"].items()]
    if "written" in content:
        lines.append(
            "params.yaml: usdclp renewed. dvc repro brings the reports up to it."
            if content["written"]
            else "params.yaml holds these values: nothing to write."
        )
    return "\n".join(lines)


def months_said(content: Mapping[str, Any]) -> list[str]:
    """What the twelve months show together, in words; nothing where a month's factor was not evaluated."""
    factors = {
        int(estimate["key"].rpartition(".")[2]): estimate["new"]
        for estimate in content["estimates"]
        if ".month_factors." in estimate["key"]
    }
    if None in factors.values():
        return []
    said = [
        f"{which} volatility: month {', '.join(map(str, months))}"
        for which, months in (
            ("high", [month for month in content["differing_months"] if factors[month] > 1]),
            ("low", [month for month in content["differing_months"] if factors[month] < 1]),
        )
        if months
    ]
    band = f"intervals of the months hold for all twelve together at {content['months_band']:.0%}"
    return [f"{'; '.join(said) or 'no month differs from its year'}; {band}"]
