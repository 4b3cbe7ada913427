"""Our part: the stages fit and calibrate as fresh processes, and the conformal part of calibrate by itself."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from studies.bench.measured import Cost, cost

ROOT = Path(__file__).parents[2]
INPUTS = ("params.yaml", "data/calendar/holidays_cl.csv", "data/panel.parquet", "data/regimes.parquet")
MAX_SECONDS, MAX_MEGABYTES, MAX_CONFORMAL_SECONDS = 15.0, 1000.0, 1.0


def stages(source: Path, folder: Path) -> dict[str, Cost]:
    """Each stage's cost, on the panel and regimes of `source`, run and written in `folder`."""
    for name in INPUTS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, folder / name)
    return {stage: _python(f"stages.{stage}", cwd=folder) for stage in ("fit", "calibrate")}


def conformal_part(folder: Path) -> Cost:
    """All that forex/statistics/conformal.py does within calibrate: quantiles of every horizon and model, pooled, as forecasts.

    folder: one in which `stages` has run.
    """
    whole = _python("studies.bench.conformal_part", "conformal.txt", cwd=folder)
    seconds, processor = map(float, (folder / "conformal.txt").read_text(encoding="utf-8").split())
    return Cost(seconds, processor, whole.megabytes)


def missed(spent: Mapping[str, Cost]) -> list[str]:
    """What is above its limit, in words.  spent: of fit, calibrate and conformal."""
    both = spent["fit"] + spent["calibrate"]
    gates = [
        ("fit and calibrate take", both.seconds, MAX_SECONDS, "s"),
        ("fit and calibrate need", both.megabytes, MAX_MEGABYTES, "MB"),
        ("the conformal part takes", spent["conformal"].seconds, MAX_CONFORMAL_SECONDS, "s"),
    ]
    return [
        f"{what} {value:.2f} {unit}, expected under {limit:g} {unit}."
        for what, value, limit, unit in gates
        if value >= limit
    ]


def _python(module: str, *arguments: str, cwd: Path) -> Cost:
    return cost([sys.executable, "-m", module, *arguments], cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)})
