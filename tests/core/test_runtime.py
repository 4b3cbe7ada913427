"""Whatever the caller's environment says, the arithmetic and the time zones are the locked environment's own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SHOW = """
import ctypes, json, os
from forex.timeline import calendar
import numpy as np
from numpy._core import _multiarray_umath as core
from numpy import __config__

[name] = [line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line and "numpy.libs" in line][:1]
blas = ctypes.CDLL(name)
core_name = blas.scipy_openblas_get_corename64_
core_name.restype = ctypes.c_char_p
rng = np.random.default_rng(20241127)
x = 900 + rng.standard_normal((400, 60))
products = x.T @ x
solved = np.linalg.solve(products, x[0])
numbers = np.concatenate([products.ravel(), x.sum(axis=0), np.exp(x[0] / 900), np.log(x[1]), solved])
import polars
print(json.dumps({
    "dispatched": [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]],
    "dispatchable": sorted(core.__cpu_dispatch__),
    "blas_core": core_name().decode(),
    "blas_threads": blas.scipy_openblas_get_num_threads64_(),
    "polars_threads": polars.thread_pool_size(),
    "noon": str(calendar.instants(["2024-07-01"], "12:00", "America/New_York")[0]),
    "bytes": numbers.tobytes().hex(),
}))
"""

HOSTILE = {
    "NPY_ENABLE_CPU_FEATURES": "X86_V3",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "GOTO_NUM_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
    "TZ": "America/New_York",
    "LC_ALL": "C",
}


def show(**environment: str) -> dict[str, Any]:
    clean = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    run = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return show()


def test_no_kernel_beyond_the_baseline_is_active(plain: dict[str, Any]) -> None:
    assert plain["dispatched"] == []
    # The names to disable are this numpy's own: a newer one with other names would only warn.
    from forex.core.runtime import PINNED

    assert sorted(PINNED["NPY_DISABLE_CPU_FEATURES"].split()) == plain["dispatchable"]
    assert plain["blas_core"] == "Nehalem"


def test_there_is_one_thread(plain: dict[str, Any]) -> None:
    assert plain["blas_threads"] == 1
    assert plain["polars_threads"] == 1


def test_a_hostile_environment_changes_no_bit(plain: dict[str, Any], tmp_path: Path) -> None:
    zones = tmp_path / "America"
    zones.mkdir()
    from importlib.resources import files

    with files("tzdata").joinpath("zoneinfo/Asia/Tokyo").open("rb") as tokyo, (zones / "New_York").open("wb") as fake:
        shutil.copyfileobj(tokyo, fake)
    assert show(**HOSTILE, PYTHONTZPATH=str(tmp_path)) == plain
    assert plain["noon"] == "2024-07-01T16:00:00.000000"


def test_a_process_that_already_has_numpy_keeps_its_environment() -> None:
    code = "import os, numpy; os.environ['OMP_NUM_THREADS'] = '2'; import forex; print(os.environ['OMP_NUM_THREADS'])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "2\n"


def test_a_process_restarts_once_with_the_c_librarys_choice_made_and_all_else_as_it_was() -> None:
    code = (
        "import sys, os; from forex.core.runtime import PINNED, restart_pinned; print('start', flush=True);"
        "restart_pinned();"
        "assert all(os.environ[name] == value for name, value in PINNED.items());"
        "print(sys.argv[1:], sys.prefix, sys.flags.optimize); sys.exit(3)"
    )
    command = [sys.executable, "-c", code, "a b", "--json"]
    run = subprocess.run(command, cwd=ROOT, env={"GLIBC_TUNABLES": ""}, capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == ["start", "start", f"['a b', '--json'] {sys.prefix} 0"], run.stderr
    assert run.returncode == 3


def test_the_tests_themselves_run_pinned() -> None:
    from numpy._core import _multiarray_umath as core

    assert not any(core.__cpu_features__[name] for name in core.__cpu_dispatch__)
