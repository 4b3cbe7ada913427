"""Half-written files: a killed writer's go, a running one's stay, and those in a ledger or store are not touched."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from secrets import token_urlsafe

import pytest

from forex.commands.keep import doctor
from forex.core.disk import ASIDE
from forex.core.owner import start
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

WRITER = """
import os, sys, time
from pathlib import Path
from secrets import token_urlsafe
from forex.core import disk
def half(descriptor, content):
    os.write(descriptor, content[:4])
    print("writing", flush=True)
    time.sleep(60)
disk._write_all = half
disk.write_text(Path(sys.argv[1]), "half of it")
"""
PLACES = [
    "reports/forecast.json",
    "params.yaml",
    "data/panel.parquet",
    "data/ledger/2025.csv",
    "data/store/usdclp.parquet",
]


def writing(path: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing the file."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    return process


def aside(path: Path) -> Path:
    [found] = [file for file in path.parent.iterdir() if ASIDE.fullmatch(file.name)]
    return found


@pytest.fixture
def store(project: Path) -> Path:
    folder = project / "data/store"
    folder.mkdir(parents=True)
    (folder / "series.yaml").write_text("{}")
    return folder


@pytest.mark.parametrize("name", PLACES)
def test_what_a_killed_writer_left_goes_but_not_from_ledger_or_store(name: str, project: Path, store: Path) -> None:
    path = project / name
    with writing(path) as process:
        half = aside(path)
        [being_written] = doctor.view()["found"]
        assert being_written["state"] == doctor.TO_DO and half.exists()
        assert being_written["wrong"].startswith(f"{path.name} is being written by process {process.pid} (")
        process.send_signal(signal.SIGKILL)
    before = half.stat().st_mtime_ns
    [left] = doctor.view()["found"]
    assert left["about"] == str(half.relative_to(project))
    assert left["wrong"] == f"half of {path.name}, left behind by process {process.pid}, which has ended"
    if "ledger" in name or "store" in name:
        assert left["state"] == doctor.TO_DO and half.stat().st_mtime_ns == before
    else:
        assert (left["state"], left["remedy"]) == (doctor.MENDED, "removed")
        assert not half.exists() and doctor.view()["found"] == []


def test_the_number_of_a_process_that_began_later_keeps_no_file(project: Path) -> None:
    half = project / f".forecast.json.{os.getpid()}.abcd_123.tmp"
    half.write_text("half")
    began = start(os.getpid())
    assert began is not None
    os.utime(half, (began - 60, began - 60))
    assert [finding["state"] for finding in doctor.view()["found"]] == [doctor.MENDED] and not half.exists()


def test_what_a_killed_dvc_left_in_its_cache_goes_and_its_objects_stay(project: Path) -> None:
    folder = project / ".dvc/cache/files/md5/ab"
    folder.mkdir(parents=True)
    kept, half = folder / "cdef", folder / ".kJ8s-_x1234567890abcde.tmp"
    kept.write_text("whole")
    half.write_text("wh")
    [found] = doctor.view()["found"]
    assert (found["wrong"], found["state"]) == ("half-written by a DVC that was killed", doctor.MENDED)
    assert not half.exists() and kept.exists()


def test_what_it_left_beside_an_output_that_it_was_bringing_goes_too(project: Path) -> None:
    half = project / "data/forecasts" / f".{token_urlsafe(16)}.tmp"
    half.parent.mkdir(parents=True)
    half.write_text("wh")
    [found] = doctor.view()["found"]
    assert (found["about"], found["wrong"]) == (
        str(half.relative_to(project)),
        "half-written by a DVC that was killed",
    )
    assert not half.exists()


def test_what_has_the_doctors_own_number_is_nobodys(project: Path) -> None:
    half = project / f".forecast.json.{os.getpid()}.abcd_123.tmp"
    half.write_text("half")
    assert [finding["state"] for finding in doctor.view()["found"]] == [doctor.MENDED] and not half.exists()


@pytest.mark.parametrize(
    "name", [".hidden", "notes.tmp", ".bashrc.tmp", ".x.json.12.short.tmp", "x.json.12.abcdefgh.tmp"]
)
def test_other_files_are_nobodys_leftovers(name: str, project: Path) -> None:
    (project / name).write_text("mine")
    assert doctor.view()["found"] == []


def test_git_and_dvc_see_no_half_written_file(project: Path) -> None:
    path = project / "reports/forecast.json"
    with writing(path) as process:
        name = aside(path).name
        process.kill()
    for folder in ("reports", "data/ledger", "data/store", "forex/core", "."):
        asked = str(Path(folder) / name)
        assert subprocess.run(["git", "check-ignore", "-q", asked], cwd=ROOT, check=False).returncode == 0
        dvc = Path(sys.executable).parent / "dvc"
        done = subprocess.run([dvc, "check-ignore", asked], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.stdout.strip() == asked


def test_a_second_passes_between_a_start_and_a_clock(project: Path) -> None:
    """The system knows when a process began to about a second; a file written at once is still the process's own."""
    with writing(project / "a.json") as process:
        half = aside(project / "a.json")
        os.utime(half, (time.time() - 1, time.time() - 1))
        assert [finding["state"] for finding in doctor.view()["found"]] == [doctor.TO_DO]
        process.kill()
