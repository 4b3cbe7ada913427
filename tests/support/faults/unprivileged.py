"""A process that permissions stop, whoever runs the tests: root without what lets it read and write everything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made_up import ROOT

DROPPED = "-dac_override,-dac_read_search,-fowner,-chown"


def unprivileged(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`python WORDS` in `cwd`, bound by permissions even as root.  Skips as root where there is no setpriv."""
    drop = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv here to take root's privileges from a process")
        drop = ["setpriv", f"--bounding-set={DROPPED}", "--inh-caps=-all"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*drop, sys.executable, *words], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
