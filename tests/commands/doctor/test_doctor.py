"""`forex doctor` as a whole: what it says, that a dry run mends nothing, that ledger and stores keep their bytes and times."""

import json
import os
from pathlib import Path

import pytest

from forex.commands.keep import doctor
from tests.support.forex_command import forex, forex_process

pytestmark = pytest.mark.slow


@pytest.fixture
def broken(project: Path) -> Path:
    """With everything wrong that is to be mended, and a ledger and a store with half-written files."""
    (project / ".dvc/tmp/rwlock").write_text("")
    (project / "dvc.lock").write_text("schema: '2.0'\nstages:\n  ing")
    for name in ("reports/x.json", "data/ledger/2025.csv", "data/store/usdclp.parquet", "data/store/fetches/attempts"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("whole")
        (path.parent / f".{path.name}.999999.abcdefgh.tmp").write_text("wh")
        (path.parent / ".lock").write_text("process 999999 on here\n")
    (project / "data/store/series.yaml").write_text("{}")
    for number, path in enumerate(sorted(project.rglob("data/*/**/*"))):
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    return project


def state(folder: Path) -> dict[Path, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if ".git" not in path.parts]
    return {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in files}


def test_it_says_what_it_did_and_touches_neither_ledger_nor_store(broken: Path) -> None:
    before = {folder: state(broken / "data" / folder) for folder in ("ledger", "store")}
    done = forex("doctor", cwd=broken)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        ".dvc/tmp/rwlock: cut off by a process that has ended; removed",
        *(
            f"data/{name}: half of {name.split('/')[-1][1:-20]}, left behind by process 999999, which has ended; "
            "left where it is, in the ledger or a store; no command reads it, delete it"
            for name in (
                "ledger/.2025.csv.999999.abcdefgh.tmp",
                "store/.usdclp.parquet.999999.abcdefgh.tmp",
                "store/fetches/.attempts.999999.abcdefgh.tmp",
            )
        ),
        "reports/.x.json.999999.abcdefgh.tmp: half of x.json, left behind by process 999999, which has ended; removed",
        "dvc.lock: empty or broken; restored from git",
    ]
    assert {folder: state(broken / "data" / folder) for folder in ("ledger", "store")} == before
    again = json.loads(forex("doctor", "--json", cwd=broken).stdout)
    assert {finding["state"] for finding in again["found"]} == {doctor.TO_DO} and len(again["found"]) == 3


def test_a_dry_run_says_the_same_and_mends_nothing(broken: Path) -> None:
    ours = {path: found for path, found in state(broken).items() if path.is_file() and path.name != "lock"}
    done = forex("doctor", "--dry-run", cwd=broken)
    after = state(broken)
    assert done.returncode == 0 and {path: after[path] for path in ours} == ours
    assert "dvc.lock: empty or broken; would be restored from git" in done.stdout.splitlines()
    content = json.loads(forex("doctor", "--dry-run", "--json", cwd=broken).stdout)
    assert content["dry_run"] is True
    assert [finding["state"] for finding in content["found"]].count(doctor.WOULD_MEND) == 3
    mended = doctor.view()
    assert [finding["about"] for finding in mended["found"]] == [finding["about"] for finding in content["found"]]


def test_as_a_process_outside_a_project_it_is_a_usage_error(tmp_path: Path) -> None:
    assert forex_process("doctor", cwd=tmp_path).returncode == 2
