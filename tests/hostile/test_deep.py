"""`forex check --deep`: whatever of a run has changed since, with its time kept, is named; what it does not touch stays."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc.repo import Repo

from forex.commands.judge import deep
from forex.core.edges import handover
from forex.core.errors import DataError
from forex.core.reports import read_report, write_report
from forex.forecast.report import Inputs
from forex.ledger.ledger import append
from forex.observations.manifest import Manifest
from forex.params import Params, content_sha256, load_params
from stages import ingest
from tests.support.faults.unprivileged import unprivileged
from tests.support.finished_project import first_run
from tests.support.forecasts_made_up import forecast
from tests.support.issued_rows import issued
from tests.support.made_up import Project

pytestmark = pytest.mark.slow

ROWS = "date,value\n2024-11-25,942.01\n2024-11-26,941.5\n2024-11-27,934.54\n"
OUTPUTS = ("data/raw", "data/manifest.json", "reports/forecast.json")
SOURCES = {"code/a.py": b"x = 1\n", "code/rates/early.csv": b"steps,rate\n1,0.5\n", "code/a.csv": b"1\n"}
INPUTS = ("code", "data/calendar/holidays_cl.csv", "data/ledger", "store")
INPUT_FILES = len(SOURCES) + 1 + 3  # the calendar, and the store's


def cached(content: Path, md5: str) -> Path:
    return Path(".dvc/cache/files/md5", md5[:2], md5[2:])


@pytest.fixture
def params(project: Project) -> Params:
    """Of a project whose ingest has run, with a forecast made from it, a ledger, dvc.lock and DVC's cache."""
    project.store.add("usdclp", ROWS)
    project.store.add("aud", ROWS.replace("9", "1"))
    assert project.run(ingest.main) == 0
    Repo.init(".", no_scm=True).close()
    series = read_report(deep.MANIFEST, Manifest).series
    made_from = content_sha256({name: entry.sha256 for name, entry in series.items()})
    write_report(deep.FORECAST, forecast(inputs=Inputs(data_sha256=made_from, params_sha256="b" * 64, series={})))
    append(Path("data/ledger"), [issued("2024-11-27", "7d")], lock_timeout=5)
    outs = []
    for name in OUTPUTS:
        path = Path(name)
        members = handover.members_of(path) if path.is_dir() else {}
        md5 = handover.folder_md5(members) if members else handover.md5_of(path)
        outs.append({"path": name, "hash": "md5", "md5": md5})
        entries = [{"md5": digest, "relpath": file} for file, digest in sorted(members.items())]
        copies = {digest: (path / file).read_bytes() for file, digest in members.items()}
        for of, content in {**copies, md5: json.dumps(entries).encode() if members else path.read_bytes()}.items():
            cached(path, of).parent.mkdir(parents=True, exist_ok=True)
            cached(path, of).write_bytes(content)
    for name, content in SOURCES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content)
    Path(".dvcignore").write_text("__pycache__/\n")
    deps = [{"path": name, "hash": "md5", "md5": made_by_dvc(name)} for name in (*INPUTS, "data/manifest.json")]
    values = json.loads(Path("params.yaml").read_text())
    had = {"as_of": values["as_of"], "ingest": values["ingest"], "alerts": values["alerts"]}
    stage = {"cmd": "x", "deps": deps, "params": {"params.yaml": had}, "outs": outs}
    Path("dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": {"ingest": stage}}) + "\n")
    return load_params("as_of", "ingest")


def made_by_dvc(name: str) -> str:
    """The hash that DVC lists for a file or folder."""
    from dvc_data.hashfile.build import build
    from dvc_data.hashfile.db import HashFileDB

    with Repo(".") as repo:
        cache = HashFileDB(
            repo.cache.local.fs, repo.cache.local.path
        )  # without the hashes that it remembers by a file's time
        path = str(Path(name).absolute())
        return str(build(cache, path, cache.fs, "md5", ignore=repo.dvcignore, dry_run=True)[2].hash_info.value)


def changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    """With size and times as they were, where the change keeps the size."""
    before = path.stat()
    path.write_bytes(change(path.read_bytes()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def other(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old, new, 1)


def flip(at: int) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        position = at % len(content)
        return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]

    return change


def objects() -> list[Path]:
    return sorted(path for path in Path(".dvc/cache/files/md5").rglob("*") if path.is_file())


def test_a_run_that_is_whole_says_how_much_was_read_and_changes_nothing(params: Params) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file() and ".dvc/tmp" not in str(path)}
    assert deep.verify(params) == (4, INPUT_FILES)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("data/manifest.json", other(b'"rows": 3', b'"rows": 4'), r"data/manifest\.json: has the MD5"),
        ("data/manifest.json", other(b"usdclp", b"usdclq"), r"data/manifest\.json: has the MD5"),
        ("data/raw/usdclp.parquet", flip(-20), r"data/raw: has the MD5"),
        ("data/raw/aud.parquet", flip(10), r"data/raw: has the MD5"),
        ("reports/forecast.json", other(b"900.0", b"901.0"), r"reports/forecast\.json: has the MD5"),
        ("store/usdclp.csv", other(b"941.5", b"941.6"), r"store: usdclp has other rows than the run knew"),
        ("store/aud.csv", lambda content: content[: content.rindex(b"2024")], r"store: aud has other rows"),
        ("data/ledger/2024.csv", other(b"934.54", b"934.55"), r"data/ledger/2024\.csv, line 2"),
        ("store/series.yaml", flip(-20), r"store: has the MD5 .* as what ingest read"),
        ("code/a.py", flip(0), r"code: has the MD5 .* as what ingest read\. Restore it, or `dvc repro`"),
        ("code/rates/early.csv", flip(-2), r"code: has the MD5"),
        ("data/calendar/holidays_cl.csv", flip(100), r"data/calendar/holidays_cl\.csv: has the MD5"),
        (
            "params.yaml",
            other(b'"file_mb": 16', b'"file_mb": 17'),
            r"params\.yaml: ingest\.limits\.file_mb is 17, and was 16 for the run",
        ),
        ("dvc.lock", lambda content: content[:200], r"dvc\.lock lists no outputs, or is broken"),
    ],
)
def test_what_was_changed_with_its_time_kept_is_named(
    path: str, change: Callable[[bytes], bytes], said: str, params: Params
) -> None:
    content = Path(path).read_bytes()
    assert change(content) != content
    changed(Path(path), change)
    with pytest.raises(DataError, match=said):
        deep.verify(params)


def test_what_python_leaves_and_what_the_ledger_gains_are_no_change(params: Params) -> None:
    Path("code/__pycache__").mkdir()
    Path("code/__pycache__/a.pyc").write_bytes(b"x")
    append(Path("data/ledger"), [issued("2024-11-28", "7d")], lock_timeout=5)
    assert deep.verify(params) == (4, INPUT_FILES)


def test_a_live_store_may_grow_and_its_list_may_not_change(params: Params) -> None:
    Path("store/fetches").mkdir()
    Path("store/fetches/attempts.parquet").write_bytes(b"x")
    with Path("store/aud.csv").open("a") as file:
        file.write("2030-01-02,142.01\n")
    assert deep.verify(params) == (4, INPUT_FILES - 3)
    listed = json.loads(Path("store/series.yaml").read_text())
    tier = listed["aud"]["tier"]
    listed["aud"]["tier"] = "critical" if tier != "critical" else "optional"
    Path("store/series.yaml").write_text(json.dumps(listed))
    said = rf"^store/series\.yaml: aud\.tier is '{listed['aud']['tier']}', and was '{tier}' for the run, by data/manifest\.json"
    with pytest.raises(DataError, match=said):
        deep.verify(params)
    Path("store/series.yaml").write_text(
        json.dumps({**listed, "aud": {**listed["aud"], "tier": tier}, "eur": listed["aud"]})
    )
    with pytest.raises(DataError, match=r"store/series\.yaml: eur is in it and not in data/manifest\.json"):
        deep.verify(params)


def test_an_input_that_is_gone_is_named(params: Params) -> None:
    shutil.rmtree("code")
    with pytest.raises(DataError, match=r"^code: is not here, and ingest read it\. Restore it, or"):
        deep.verify(params)


def test_what_brings_a_missing_output_depends_on_who_keeps_it(params: Params) -> None:
    report = Path("reports/forecast.json")
    content = report.read_bytes()

    def told() -> str:
        report.unlink(missing_ok=True)
        with pytest.raises(DataError) as refused:
            deep.verify(params)
        report.write_bytes(content)
        return str(refused.value)

    assert told() == f"{report}: is not here. `dvc checkout {report}` or `dvc repro` brings it."
    cached(report, handover.md5_of(report)).unlink()
    assert told() == f"{report}: is not here. `dvc repro` makes it anew."
    with Path(".dvc/config").open("a") as config:
        config.write("    remote = there\n['remote \"there\"']\n    url = /tmp/there\n")
    assert told() == f"{report}: is not here. `dvc pull {report}` or `dvc repro` brings it."
    stage = {"cmd": "x", "outs": [{str(report): {"cache": False}}]}
    Path("dvc.yaml").write_text(json.dumps({"stages": {"forecast": stage}}))
    assert told() == f"{report}: is not here. `dvc repro` makes it anew."
    for words in (["init", "-q"], ["add", str(report)]):
        subprocess.run(["git", *words], check=True)
    assert told() == f"{report}: is not here. `git checkout -- {report}` or `dvc repro` brings it."


def test_a_folder_in_an_output_is_named(params: Params) -> None:
    Path("data/raw/more").mkdir()
    said = r"^data/raw/more: is a folder, where data/raw has files only\. Remove it, or move it elsewhere\.$"
    with pytest.raises(DataError, match=said):
        deep.verify(params)


# What an input is named by where it is changed: a folder stands for what is in it.
SPOILT = {
    "data/sample/series.yaml": "data/sample",
    "data/calendar/holidays_cl.csv": "data/calendar/holidays_cl.csv",
    "data/calendar/bcch_meetings.csv": "data/calendar/bcch_meetings.csv",
    "forex/monitoring/rates/early.csv": "forex/monitoring",
}


def test_a_run_of_all_stages_vouches_for_its_inputs(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(first_run(tmp_path_factory), folder, symlinks=True)
    monkeypatch.chdir(folder)
    outputs, inputs = deep.verify(load_params())
    assert outputs > 60 and inputs > 150
    for name in SPOILT:
        changed(Path(name), flip(Path(name).stat().st_size // 2))
    changed(Path("params.yaml"), other(b"language: es", b"language: en"))
    with pytest.raises(DataError) as refused:
        deep.verify(load_params())
    said = str(refused.value).splitlines()
    for start in [
        *(f"{name}: has the MD5" for name in SPOILT.values()),
        "params.yaml: report.language is 'en', and was 'es'",
    ]:
        assert any(line.startswith(start) for line in said), start


def test_every_object_of_the_cache_is_compared_with_its_name(params: Params) -> None:
    whole = objects()
    assert len(whole) == 5  # two of files, one of the folder and its two members
    for path in whole:
        good = path.read_bytes()
        changed(path, flip(len(good) // 2))
        with pytest.raises(DataError, match=rf"{path}: is not the object that it is named by"):
            deep.verify(params)
        path.write_bytes(good)
    shutil.rmtree(".dvc/cache")
    assert deep.verify(params) == (4, INPUT_FILES)  # a cache may be empty


def test_a_manifest_that_dvc_takes_for_its_own_does_not_fit_what_it_is_about(params: Params) -> None:
    """Changed with dvc.lock, the cache and the notes: the store, the files and the forecast still say otherwise."""
    found = read_report(deep.MANIFEST, Manifest)
    entry = found.series["aud"].model_copy(update={"sha256": "0" * 64})
    before = handover.md5_of(deep.MANIFEST)
    write_report(deep.MANIFEST, found.model_copy(update={"series": {**found.series, "aud": entry}}))
    changed(Path("dvc.lock"), lambda lock: lock.replace(before.encode(), handover.md5_of(deep.MANIFEST).encode()))
    with pytest.raises(DataError) as refused:
        deep.verify(params)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "data/raw/aud.parquet",
        "store",
        "reports/forecast.json",
    ]


def test_all_that_is_wrong_is_told_at_once(params: Params) -> None:
    Path("data/manifest.json").unlink()
    changed(Path("data/raw/aud.parquet"), flip(-20))
    with pytest.raises(DataError) as refused:
        deep.verify(params)
    assert "data/manifest.json: is not here" in str(refused.value) and "data/raw/aud.parquet" in str(refused.value)


DEEP = """
from forex.commands.judge import deep
from forex.core.errors import ForexError
from forex.params import load_params
try:
    print(*deep.verify(load_params("as_of", "ingest")))
except ForexError as error:
    print(error.exit_code, error)
"""


@pytest.mark.parametrize("closed", ["data/raw/aud.parquet", "store/usdclp.csv", "data/ledger/2024.csv"])
def test_a_file_that_may_not_be_read_is_no_damaged_one(closed: str, params: Params) -> None:
    Path(closed).chmod(0)
    done = unprivileged("-c", DEEP, cwd=Path.cwd())
    assert done.stdout == f"2 {closed}: Permission denied. Check the path, its permissions and the disk.\n", done.stderr


def test_hashes_are_those_that_dvc_makes(params: Params) -> None:
    found = {name: made_by_dvc(name) for name in OUTPUTS}
    listed = json.loads(Path("dvc.lock").read_text())["stages"]["ingest"]["outs"]
    assert found == {out["path"]: out["md5"] for out in listed}
