"""Projects after all ten stages: a small one on sample and made-up series, with what its outputs say, and the committed one."""

import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.edges import handover
from forex.core.files import read_parquet
from forex.core.lock import held
from forex.timeline import calendar
from forex.validation.warnings import provenance
from tests.support.changed_params import COMMITTED, STAGES, Content, Folder, changed, run
from tests.support.key_changes import AS_OF, FIRST, REAL
from tests.support.made_up import ROOT, MadeUpStore, copy_of_tree

QUOTED = "2018-09-03"
ESTIMATED_AT = dt.datetime(2020, 3, 31, 18, tzinfo=dt.UTC)

# Where an output repeats a setting, or has its hash: no effect of the setting.
ECHOES = {
    "as_of", "known_until", "params_sha256", "levels", "needed", "origins_from", "band", "at_least", "at_most",
    "threshold", "from", "to", "usual", "expected", "high_ratio", "break_threshold", "months_band",
}  # fmt: skip


def outputs(stage: str) -> list[Path]:
    entries = [*STAGES[stage].get("outs", []), *STAGES[stage].get("metrics", [])]
    names = [Path(entry if isinstance(entry, str) else next(iter(entry))) for entry in entries]
    return [path for name in names for path in sorted(name.glob("*") if name.is_dir() else [name])]


def without_echoes(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: without_echoes(value) for key, value in content.items() if key not in ECHOES}
    return [without_echoes(value) for value in content] if isinstance(content, list) else content


def made_by(stage: str) -> Content:
    """What the stage's declared outputs say, by path."""
    return {str(path): without_notes(path) for path in outputs(stage)}


def without_notes(path: Path) -> Any:
    """What a file says but for the settings that it repeats: a table may have the hash of those that made it as a note."""
    if path.suffix == ".json":
        return without_echoes(json.loads(path.read_bytes()))
    if path.suffix == ".parquet":
        rows = io.BytesIO()
        pl.read_parquet(path).write_ipc(rows)
        return rows.getvalue()
    return path.read_bytes()


def sample(name: str) -> str:
    """The sample's file from FIRST on, a few days beyond AS_OF: what is not known yet must not matter."""
    lines = (ROOT / "data/sample" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return "\n".join([lines[0], *(line for line in lines[1:] if FIRST <= line[:10] < "2020-06")]) + "\n"


def copper() -> str:
    """Three shocks among quiet days, a price in USD per lb."""
    days = calendar.business_days(FIRST, AS_OF)
    moves = 0.008 * np.random.default_rng(1).standard_normal(len(days))
    moves[[300, 500, 700]] += [-0.08, 0.07, -0.1]
    return "date,value\n" + "".join(
        f"{day},{value:.4f}\n" for day, value in zip(days, 3 * np.exp(np.cumsum(moves)), strict=True)
    )


def quote() -> str:
    """A quote of usdclp from QUOTED on: most of the way from the day's rate to the next, and noise."""
    rows = [line.split(",")[:2] for line in sample("usdclp").splitlines()[1:]]
    days, rates = zip(*((day, float(value)) for day, value in rows if value), strict=True)
    noise = 0.001 * np.random.default_rng(2).standard_normal(len(days))
    ahead = np.diff(np.log(rates), append=np.log(rates[-1]))
    values = np.array(rates) * np.exp(0.8 * ahead + noise)
    return "date,value\n" + "".join(
        f"{day},{value:.4f}\n" for day, value in zip(days, values, strict=True) if day >= QUOTED
    )


def path_of(corners: dict[int, float], last: int | None = None) -> str:
    """Straight lines between values at the corners' days from FIRST on, up to `last` days before the end."""
    days = calendar.business_days(FIRST, AS_OF)
    values = np.interp(np.arange(len(days)), list(corners), list(corners.values()))
    rows = [f"{day},{value:.4f}\n" for day, value in zip(days, values, strict=True)]
    return "date,value\n" + "".join(rows[:last])


# Levels and moves that reach every size of the alerts; vix ends eight days early.
DXY = {
    0: 100, 200: 104, 210: 106, 211: 108, 250: 101, 300: 96,
    310: 94, 311: 92, 400: 100, 401: 101.2, 450: 101, 451: 103,
}  # fmt: skip
VIX = {
    0: 15, 100: 15, 101: 19, 200: 19, 202: 31, 220: 36, 240: 41,
    300: 20, 400: 20, 401: 27, 500: 18, 600: 12, 900: 14,
}  # fmt: skip
TPM = {0: 3.0, 200: 3.0, 201: 3.5, 400: 3.5, 401: 2.5, 600: 2.5, 601: 2.75}


@dataclass
class Made(Folder):
    """`files`: each stage's declared outputs after all stages ran; `said`: what they say."""

    files: dict[str, dict[Path, bytes]] = field(default_factory=dict)
    said: dict[str, Content] = field(default_factory=dict)
    _said_with: dict[str, dict[str, Content]] = field(default_factory=dict)

    def look(self) -> None:
        """Keep what the outputs are; called in its folder."""
        for stage in STAGES:
            self.said[stage] = made_by(stage)
            self.files[stage] = {path: path.read_bytes() for path in outputs(stage)}

    def differs(self, stage: str, said: Content | None = None) -> bool:
        """Run the stage: whether its outputs now differ from `said`, by default from what they said at first."""
        run(stage)
        return made_by(stage) != (said or self.said[stage])

    def said_with(self, values: Content, around: Any, stages: list[str]) -> dict[str, Content]:
        """What these stages say with other params; run once.  around: what else is not as it was, to tell runs apart."""
        known = json.dumps([values, around, stages])
        if known not in self._said_with:
            self.write(values)
            said = {}
            for stage in stages:
                run(stage)
                said[stage] = made_by(stage)
            self._said_with[known] = said
            self.restore(stages)
        return self._said_with[known]

    def restore(self, stages: list[str]) -> None:
        for stage in stages:
            made = outputs(stage)
            if made == list(self.files[stage]) and all(
                path.read_bytes() == content for path, content in self.files[stage].items()
            ):
                continue
            for path in made:
                path.unlink()
            for path, content in self.files[stage].items():
                handover.note(path, content)  # so many others were noted since that its first is forgotten
                path.write_bytes(content)


def make(path: Path) -> None:
    """The project in `path` after all ten stages."""
    for folder, names in {"store": ("usdclp", "aud", "mxn"), "other": ("usdclp",)}.items():
        store = MadeUpStore(path / folder)
        for name in names:
            store.add(name, sample(name))
        store.add("usdclp_spot", quote(), unit="CLP per USD", quotes="usdclp")
        store.add("copper_lme", copper(), unit="USD per lb")
        store.add("dxy", path_of(DXY), unit="index")
        store.add("vix", path_of(VIX, last=-8), unit="index")
        store.add("tpm", path_of(TPM), unit="percent")
    shutil.copytree(ROOT / "data/calendar", path / "data/calendar")
    project = Folder(path, changed(COMMITTED, REAL))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        project.write({})
        for stage in ("ingest", "validate"):
            run(stage)
        made = provenance({"usdclp": read_parquet(Path("data/clean/usdclp.parquet"))}, ["usdclp"], ESTIMATED_AT)
        project.params["usdclp"]["provenance"] = asdict(made)
        project.write({})
        for stage in STAGES:
            run(stage)


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, which `make` makes, one for all processes of this run of the tests: to be copied, never changed.

    The first process that asks makes it; the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the whole run; each worker has one of its own in it
    with held(base / f"{name}.lock", timeout=600):
        if not (base / name).exists():
            path = tmp_path_factory.mktemp("made") / name
            make(path)
            path.rename(base / name)
    return base / name


@contextmanager
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A copy of the finished project, as working directory."""
    own = tmp_path_factory.mktemp("copied") / "project"
    shutil.copytree(once(tmp_path_factory, "finished", make), own)
    project = Made(own, json.loads((own / "params.yaml").read_text(encoding="utf-8")))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(own)
        project.look()
        yield project


def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the working tree after its first `dvc repro`, one for all processes: to be copied or read, never changed."""
    return once(tmp_path_factory, "first_run", _first_run)


def _first_run(folder: Path) -> None:
    copy_of_tree(folder)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = os.environ | {"PATH": path, "TZ": "UTC", "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(["dvc", "repro"], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
