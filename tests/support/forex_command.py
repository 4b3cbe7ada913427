"""`forex` as people run it: the installed script, in a process of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.made_up import ROOT

FOREX = str(Path(sys.executable).parent / "forex")


def forex(*words: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`env`: the whole environment, by default this process's."""
    return subprocess.run([FOREX, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
