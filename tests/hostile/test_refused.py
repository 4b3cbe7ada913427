"""Who may not read a file is told so in the system's words, by every edge, with exit code 2 and no advice that destroys."""

import os
from pathlib import Path

import pytest

from forex.commands.keep import params as params_file
from forex.core.errors import UsageError
from forex.ledger.ledger import append, read
from stages import ingest
from tests.support.faults.unprivileged import unprivileged
from tests.support.issued_rows import issued
from tests.support.made_up import Project

pytestmark = pytest.mark.slow

ROWS = "date,value\n2024-11-25,942.01\n2024-11-26,941.5\n2024-11-27,934.54\n"

# Each edge reads a file that it may not, and prints what is said, a line each.
EDGES = """
from pathlib import Path
from forex.commands.live import issued_at
from forex.core.edges.ending import ended_by
from forex.core.files import read_csv_text, read_json, read_note, read_parquet, read_text
from forex.ledger.ledger import read
from forex.mail.outbox import Outbox
from forex.observations.store import read_series, read_series_list
from forex.params import load_params
from forex.schedule import record
from forex.schedule.environment import credentials
from forex.weekly import history

listed = read_series_list(Path("store"))
box = Outbox(Path("box"), lock_timeout=1)
edges = {
    "data/panel.parquet": lambda path: read_parquet(path),
    "data/raw.parquet": lambda path: read_note(path, "fit"),
    "reports/forecast.json": lambda path: read_json(path),
    "reports/fan.csv": lambda path: read_csv_text(path),
    "data/calendar.csv": lambda path: read_text(path),
    "store/aud.csv": lambda path: read_series(path.parent, "aud", listed["aud"]),
    "store/brl.parquet": lambda path: read_series(path.parent, "brl", listed["brl"]),
    "closed/series.yaml": lambda path: read_series_list(path.parent),
    "data/ledger/2024.csv": lambda path: read(path.parent),
    "data/closed_ledger": lambda path: read(path),
    "data/issued_at.csv": lambda path: issued_at.recorded(),
    "reports/weekly/history.csv": lambda path: history.read(path),
    "params.yaml": lambda path: load_params("as_of"),
    "box/new/daily-2024-11-27.eml": lambda path: box.content("daily-2024-11-27"),
    "box/sending/daily-2024-11-27.json": lambda path: box.journal("daily-2024-11-27"),
    "record.json": lambda path: record.read(path),
    "environment": lambda path: credentials(path),
}
for name, read_it in edges.items():
    try:
        print(name, read_it(Path(name)))
    except Exception as error:
        message, code = ended_by(error)
        print(code, message)
"""


def test_every_edge_says_what_the_system_said(project: Project) -> None:
    project.store.add("usdclp", ROWS)
    project.store.add("aud", ROWS)
    project.store.add("brl", None)
    code = EDGES[EDGES.index("edges = {") : EDGES.index("for name")]
    names = [line.split('"')[1] for line in code.splitlines() if line.startswith('    "')]
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "data/closed_ledger":
            path.mkdir()
        elif not path.exists():
            path.write_text("x")
        path.chmod(0)
    done = unprivileged("-c", EDGES, cwd=Path.cwd())
    Path("data/closed_ledger").chmod(0o755)
    assert done.stderr == "" and len(names) == 17
    for name, said in zip(names, done.stdout.splitlines(), strict=True):
        assert said == f"2 {name}: Permission denied. Check the path, its permissions and the disk."


@pytest.mark.parametrize("tier", ["important", "optional"])
@pytest.mark.parametrize("closed", ["aud.csv", "usdclp.csv", "series.yaml"])
def test_a_series_that_may_not_be_read_stops_the_run_and_is_not_left_out(
    closed: str, tier: str, project: Project
) -> None:
    project.store.add("usdclp", ROWS, tier="critical")
    project.store.add("aud", ROWS, tier=tier)
    assert project.run(ingest.main) == 0
    before = {path: path.read_bytes() for path in Path("data").rglob("*") if path.is_file()}
    (project.store.path / closed).chmod(0)
    done = unprivileged("-m", "stages.ingest", cwd=Path.cwd())
    said = f"ingest: {Path('store') / closed}: Permission denied. Check the path, its permissions and the disk.\n"
    assert (done.returncode, done.stderr) == (2, said)
    assert {path: path.read_bytes() for path in before} == before


# --- what commands write through a link -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("shared", ["shared/2024.csv", "data/ledger/of_all.txt"])
def test_a_shared_ledger_gets_the_rows_and_keeps_its_mode(shared: str, bits: int, project: Project) -> None:
    folder, target = Path("data/ledger"), Path(shared)
    append(folder, [issued("2024-11-26", "7d")], lock_timeout=5)
    target.parent.mkdir(exist_ok=True)
    (folder / "2024.csv").rename(target)
    target.chmod(bits)
    (folder / "2024.csv").symlink_to(target.absolute())
    before, umask = target.read_text(), os.umask(0o077)
    try:
        append(folder, [issued("2024-11-27", "7d")], lock_timeout=5)
    finally:
        os.umask(umask)
    assert (folder / "2024.csv").is_symlink() and target.read_text() == f"{before}{issued('2024-11-27', '7d').line}\n"
    assert target.stat().st_mode & 0o777 == bits and read(folder).height == 2


@pytest.mark.parametrize("there", [True, False])
def test_a_ledger_out_of_the_project_is_not_written(
    there: bool, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, theirs = Path("data/ledger"), tmp_path_factory.mktemp("theirs") / "2024.csv"
    append(folder, [issued("2024-11-26", "7d")], lock_timeout=5)
    text = (folder / "2024.csv").read_text()
    (folder / "2024.csv").unlink()
    if there:
        theirs.write_text(text)
    (folder / "2024.csv").symlink_to(theirs)
    with pytest.raises(UsageError, match="not the project's to write"):
        append(folder, [issued("2024-11-27", "7d")], lock_timeout=5)
    assert (folder / "2024.csv").is_symlink() and (theirs.read_text() == text if there else not theirs.exists())


@pytest.mark.parametrize("inside", [True, False])
def test_params_yaml_is_written_through_a_link_of_the_project_alone(
    inside: bool, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As `forex promote`, `forex calibrate --write` and `forex advance` do."""
    folder = Path("settings").absolute() if inside else tmp_path_factory.mktemp("settings")
    folder.mkdir(exist_ok=True)
    target, path = folder / "ours.yaml", Path("params.yaml")
    path.rename(target)
    target.chmod(0o600)
    path.symlink_to(target)
    before = target.read_text()
    if inside:
        params_file.write("as_of: other\n")
        assert target.read_text() == "as_of: other\n"
    else:
        with pytest.raises(UsageError, match="not the project's to write"):
            params_file.write("as_of: other\n")
        assert target.read_text() == before
    assert path.is_symlink() and target.stat().st_mode & 0o777 == 0o600
