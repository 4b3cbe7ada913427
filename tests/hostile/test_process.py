"""forex and its stages in processes that are not as usual: without stdout, without assertions and docstrings."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from forex.core import runtime
from forex.core.edges.ending import WHOLE, ended_by
from forex.core.errors import TooLittleData
from tests.support.made_up import ROOT, Project

pytestmark = pytest.mark.slow

ROWS = "date,value\n2024-11-25,930\n2024-11-26,931\n"


def shell(words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As a user's shell has it: what Python writes is buffered, and tried once more when it ends."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"} | {
        "PYTHONPATH": str(ROOT)
    }
    return subprocess.run(["sh", "-c", words], cwd=cwd, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(project: Project) -> Path:
    project.store.add("usdclp", ROWS)
    (project.root / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    return project.root


@pytest.mark.parametrize("words", ["params check", "params check --json", "--version"])
def test_a_closed_stdout_is_a_fault_and_nothing_is_done(words: str, folder: Path) -> None:
    done = shell(f"{sys.executable} -m forex {words} >&-", folder)
    assert done.returncode == 2
    assert done.stderr == "forex: stdout is closed: nothing could be said, so nothing was done.\n"


@pytest.mark.parametrize("unbuffered", ["", "PYTHONUNBUFFERED=1 "])
@pytest.mark.parametrize("words", ["params check", "params check --json", "--version", "--help", "fetch --help"])
def test_a_full_stdout_is_a_fault(words: str, unbuffered: str, folder: Path) -> None:
    done = shell(f"{unbuffered}{sys.executable} -m forex {words} >/dev/full", folder)
    assert done.returncode == 2
    if "check" in words:
        lost = "What was asked for is done; what there is to say of it is lost."
        assert done.stderr == f"forex: stdout: No space left on device. Free some space. {lost}\n"
    else:
        assert done.stderr == "forex: No space left on device. Free some space.\n"


@pytest.mark.parametrize("unbuffered", ["", "PYTHONUNBUFFERED=1 "])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("params check", 0),
        ("params check --json", 0),
        ("--help", 0),
        ("--version", 0),
        ("params sho", 2),
        ("forecast", 3),
    ],
)
def test_a_reader_that_stops_reading_changes_no_exit_code(words: str, code: int, unbuffered: str, folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environ |= {"PYTHONPATH": str(ROOT)} | ({"PYTHONUNBUFFERED": "1"} if unbuffered else {})
    command = [sys.executable, "-m", "forex", *words.split()]
    done = subprocess.run(
        command, cwd=folder, env=environ, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.returncode == code and "Traceback" not in done.stderr and "Broken pipe" not in done.stderr


@pytest.mark.parametrize("module", ["forex", "stages.ingest"])
def test_an_interruption_ends_without_a_traceback(module: str, folder: Path, tmp_path: Path) -> None:
    """While it reads what never comes: its params.yaml is read from a terminal's other end."""
    waits = tmp_path / "waits.py"
    waits.write_text(
        "import runpy, sys, time\n"
        "import forex.params\n"
        "def load_params(*names, **options):\n"
        "    print('waits', file=sys.stderr, flush=True)\n"
        "    time.sleep(60)\n"
        "forex.params.load_params = load_params\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
    )
    words = [module, "import", "a.csv"] if module == "forex" else [module]
    process = subprocess.Popen(
        [sys.executable, str(waits), *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "GLIBC_TUNABLES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None and process.stderr.readline() == "waits\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said


@pytest.mark.parametrize("unbuffered", ["", "PYTHONUNBUFFERED=1 "])
@pytest.mark.parametrize(
    ("words", "code"), [("params check", 0), ("params sho", 2), ("--project nowhere status", 2), ("forecast", 3)]
)
def test_a_full_stderr_changes_no_exit_code(words: str, code: int, unbuffered: str, folder: Path) -> None:
    assert shell(f"{unbuffered}{sys.executable} -m forex {words}", folder).returncode == code
    assert shell(f"{unbuffered}{sys.executable} -m forex {words} 2>/dev/full", folder).returncode == code


def test_a_stage_that_can_say_nothing_ends_as_one_that_can(folder: Path) -> None:
    assert shell(f"{sys.executable} -m stages.ingest 2>/dev/full", folder).returncode == 0
    (folder / "params.yaml").write_text("ingest: 1\n", encoding="utf-8")
    assert shell(f"{sys.executable} -m stages.ingest 2>/dev/full", folder).returncode == 2


def test_a_closed_stderr_costs_only_what_would_stand_there(folder: Path) -> None:
    done = shell(f"{sys.executable} -m forex params check 2>&-", folder)
    assert (done.returncode, done.stdout) == (
        0,
        "params.yaml, operations.yaml: every key is known and within its range.\n",
    )


def test_a_stage_says_nothing_on_stdout_when_stderr_is_closed(folder: Path) -> None:
    (folder / "store/vix.csv").write_text("", encoding="utf-8")
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = shell(f"{sys.executable} -m stages.ingest {closed}", folder)
        assert done.returncode == 0 and done.stdout == ""


@pytest.mark.parametrize("start", ["{} -O", "{} -OO -X utf8", "PYTHONOPTIMIZE=2 {}"])
def test_no_behaviour_stands_in_an_assertion_or_a_docstring(start: str, folder: Path) -> None:
    """What starts without them starts again with them: our help is made of docstrings, and altair does not load without them."""
    python = start.format(sys.executable)
    assert "Calibrated forecasts" in shell(f"{python} -m forex --help", folder).stdout
    assert "Questions about params.yaml" in shell(f"{python} -m forex params --help", folder).stdout
    made = []
    for words in (sys.executable, python):
        done = shell(f"{words} -m stages.ingest", folder)
        assert done.returncode == 0, done.stderr
        made.append({path: path.read_bytes() for path in sorted((folder / "data").rglob("*")) if path.is_file()})
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("python -O -m stages.fit", "python -m stages.fit"),
        ("python -OO -m stages.fit -OO", "python -m stages.fit -OO"),
        ("python -bOO -X dev -W error script.py -O", "python -b -X dev -W error script.py -O"),
        ("python -OO", "python"),
        ("python -c -O", "python -c -O"),
        ("python --version", "python --version"),
    ],
)
def test_an_interpreter_starts_again_with_its_other_options(words: str, whole: str) -> None:
    assert runtime.unoptimized(words.split()) == whole.split()


@pytest.mark.parametrize(
    ("words", "a_stage"),
    [
        (["python", "-m", "stages.fit"], True),
        (["python", "-OO", "-m", "stages.fit"], True),
        (["python", "-X", "utf8", "-W", "error", "-m", "stages.fit"], True),
        (["python", "-m", "pytest", "-m", "stages."], False),
        (["python", "script.py", "-m", "stages.fit"], False),
        (["python", "-m"], False),
        (["python"], False),
    ],
)
def test_a_stage_is_known_by_how_it_was_started(
    words: list[str], a_stage: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "orig_argv", words)
    assert runtime.runs_a_stage() is a_stage


# --- how a process ends -----------------------------------------------------------------------------------------------


def test_a_defect_is_one_line_and_a_traceback_where_it_is_asked_for() -> None:
    try:
        raise KeyError("a\nb")
    except KeyError as error:
        line, code = ended_by(error, {})
        assert code == 5 and "\n" not in line and "KeyError: 'a\\nb'" in line and f"{WHOLE}=1" in line
        assert ended_by(error, {WHOLE: "1"})[0].startswith("Traceback")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (TooLittleData("usdclp: too little."), 3, "usdclp: too little."),
        (PermissionError(13, "Permission denied", "a.csv"), 2, "a.csv: Permission denied. "),
        (MemoryError(), 2, "the system has no more memory"),
        (RecursionError("maximum recursion depth exceeded"), 5, "a defect of forex itself: RecursionError"),
    ],
)
def test_the_code_says_whose_fault_it_is(error: Exception, code: int, said: str) -> None:
    message, found = ended_by(error, {})
    assert found == code and message.startswith(said)


def test_a_panic_of_polars_is_a_defect_and_no_traceback(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    from polars.exceptions import PanicException

    def panic() -> None:
        raise PanicException("overflow")

    assert project.run(panic) == 5
    [line] = capsys.readouterr().err.splitlines()
    assert "PanicException: overflow" in line
