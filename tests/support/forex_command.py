"""`forex` as people run it: in this process, which takes a tenth of the time, or the installed script in a process of its own.

A test whose point is the process, or that needs an environment, asks for the process. Every command runs in one somewhere: see
tests/commands/test_cli.py and tests/pipeline.
"""

import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from forex.__main__ import main
from forex.core.edges.ending import WHOLE
from forex.core.errors import EXIT_INTERNAL
from tests.support.made_up import ROOT

FOREX = str(Path(sys.executable).parent / "forex")


def forex(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Exit code and output of `main` in the folder `cwd`; a defect fails the test with its traceback."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["forex", *words])
        patch.setenv(WHOLE, "1")
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code != EXIT_INTERNAL, err.getvalue()
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def forex_process(
    *words: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`env`: the whole environment, by default this process's."""
    return subprocess.run([FOREX, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
