"""The committed pipeline after its first run, made once for all that look at it."""

import shutil
from pathlib import Path

import pytest

from tests.support.finished_project import first_run


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of the working tree after its first `dvc repro`, the module's own."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    shutil.copytree(first_run(tmp_path_factory), folder, symlinks=True)
    return folder
