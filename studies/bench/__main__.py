"""`python -m studies.bench`: measure, print and write reports/bench.md; exit code 1 where a limit of ours is missed."""

from studies.bench import UNPINNED  # isort: skip  (the environment before anything pins it)

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from subprocess import check_output
from tempfile import TemporaryDirectory

import numpy as np

from forex.commands.tables import markdown
from forex.core.disk import write_text
from forex.timeline.calendar import horizon_days
from studies.bench import ours, task
from studies.bench.measured import Cost, cost

REPORT = Path("reports/bench.md")
THEIR_PYTHON = Path(".venv-bench/bin/python")
ATTEMPTS = 3  # of ours within the limits, the fastest counts: another process may have been in the way


@dataclass(frozen=True)
class Rival:
    """Another library's way to the same: a script of this folder and its arguments.  every: it answers one origin in so many."""

    title: str
    script: str
    arguments: tuple[str, ...] = ()
    theirs: bool = True  # runs in .venv-bench
    every: int = 1

    @property
    def path(self) -> Path:
        """The script's path."""
        return Path(__file__).with_name(self.script)


RIVALS = (
    Rival("arch, GARCH(1,1)-t refitted daily", "arch_daily.py", theirs=False),
    Rival("statsforecast, cross-validated Naive", "statsforecast_cv.py", ("Naive", "1")),
    Rival("statsforecast, cross-validated AutoETS", "statsforecast_cv.py", ("AutoETS", "100"), every=100),
    Rival("MAPIE, EnbPI", "mapie_steps.py", ("enbpi",)),
    Rival("MAPIE, ACI", "mapie_steps.py", ("aci",)),
)


@dataclass(frozen=True)
class Result:
    """What a library cost, and how its intervals held by horizon.  origins: how many it answered.  every: as in `Rival`."""

    title: str
    spent: Cost
    origins: int
    judged: dict[str, task.Judged]
    every: int = 1
    notes: tuple[str, ...] = ()

    @property
    def per_forecast(self) -> float:
        """Milliseconds for one origin and horizon, imports included."""
        return 1000 * self.spent.seconds / self.origins / len(self.judged)


def main() -> None:
    """Measure ours and the rivals, print and write the report; exit with 1 where ours misses a limit."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        spent = _ours(folder)
        published = task.write_task(folder / "task.npz", folder)
        origins = len(next(iter(published.values())))
        whole = spent["fit"] + spent["calibrate"]
        results = [Result("forex, fit and calibrate", whole, origins, task.published(published))]
        for rival in RIVALS:
            print(f"{rival.title} …", file=sys.stderr, flush=True)
            python = Path(THEIR_PYTHON if rival.theirs else sys.executable).absolute()
            command = [python, rival.path, "task.npz", "answer.npz", *rival.arguments]
            their_cost = cost(command, cwd=folder, env=UNPINNED)
            with np.load(folder / "answer.npz") as answer:
                answered, notes = int(answer["origins"]), tuple(answer["notes"].tolist())
            judged = task.answered(published, folder / "answer.npz")
            results.append(Result(rival.title, their_cost, answered, judged, rival.every, notes))
    text = _report(spent, results)
    print(text)
    write_text(REPORT, text + "\n")
    failures = ours.missed(spent)
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


def _ours(folder: Path) -> dict[str, Cost]:
    best: dict[str, Cost] = {}
    for _ in range(ATTEMPTS):
        print("forex …", file=sys.stderr, flush=True)
        spent = ours.stages(Path("."), folder)
        spent["conformal"] = ours.conformal_part(folder)
        best = {name: min(best.get(name, took), took, key=lambda cost: cost.seconds) for name, took in spent.items()}
        if not ours.missed(best):
            break
    return best


def _report(spent: dict[str, Cost], results: list[Result]) -> str:
    """Ours first in `results`."""
    mine = results[0]
    horizons = sorted(mine.judged, key=horizon_days)
    costs = [["process", "origins × horizons", "seconds", "memory, MB", "ms a forecast", "times ours"]]
    for title, took in (("fit", spent["fit"]), ("calibrate", spent["calibrate"])):
        costs.append([f"forex, {title}", f"{mine.origins} × {len(horizons)}", *_cost(took), "", ""])
    for result in results:
        pace = [f"{result.per_forecast:.2f}", f"{result.per_forecast / mine.per_forecast:.1f}"]
        costs.append([result.title, f"{result.origins} × {len(result.judged)}", *_cost(result.spent), *pace])
    coverage = [["80 % covers / 95 % covers", *horizons]]
    scores = [["IS95 against published", *horizons]]
    for result in results:
        judged = [result.judged.get(horizon) for horizon in horizons]
        coverage.append([result.title, *(_coverage(at_horizon) for at_horizon in judged)])
        if result is not mine:
            scores.append([result.title, *(_excess(at_horizon) for at_horizon in judged)])
    conformal = spent["conformal"]
    lines = [
        "# Time, memory and coverage beside other libraries",
        f"Fresh processes, imports included, on {os.cpu_count()} cores ({platform.machine()}) with Python "
        f"{platform.python_version()}; {_versions()}. All in one run. forex makes every model at every origin and "
        f"its warm-up; where it misses a limit it runs up to {ATTEMPTS} times and the fastest counts. "
        "`make bench` writes this page.",
        markdown(costs),
        f"The conformal part of calibrate alone: {conformal.seconds:.2f} s. Limits: {ours.MAX_SECONDS:g} s and "
        f"{ours.MAX_MEGABYTES:g} MB for fit and calibrate, {ours.MAX_CONFORMAL_SECONDS:g} s for the conformal part.",
        "Coverage, in per cent, over the matured among the origins that each one answers:",
        markdown(coverage),
        "Mean interval score of the 95 % intervals, against that of `published` on the same origins; lower is better:",
        markdown(scores),
        *dict.fromkeys(note for result in results for note in _notes(result, mine)),
    ]
    return "\n\n".join(lines)


def _cost(spent: Cost) -> list[str]:
    return [f"{spent.seconds:.1f}", f"{spent.megabytes:.0f}"]


def _coverage(judged: task.Judged | None) -> str:
    return "-" if judged is None else " / ".join(f"{100 * share:.1f}" for share in judged.coverage)


def _excess(judged: task.Judged | None) -> str:
    if judged is None:
        return "-"
    if not np.isfinite(judged.interval_score):
        return "unbounded"
    return f"{100 * (judged.interval_score / judged.ours - 1):+.1f} %"


def _notes(result: Result, mine: Result) -> list[str]:
    made = list(result.notes)
    if result.every > 1:
        extrapolated = result.per_forecast * mine.origins * len(mine.judged) / 1000
        made.append(
            f"{result.title}: only every {result.every}th origin was run; all of them would take about "
            f"{extrapolated:,.0f} s, extrapolated."
        )
    return made


def _versions() -> str:
    """The versions of what is compared, each from the environment that it runs in."""
    show = 'from importlib.metadata import version as v; print(f\'statsforecast {v("statsforecast")}, MAPIE {v("mapie")}\')'
    theirs = check_output([THEIR_PYTHON, "-c", show], text=True).strip()
    return f"arch {version('arch')}, {theirs}"


if __name__ == "__main__":
    main()
