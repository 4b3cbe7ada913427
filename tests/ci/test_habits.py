"""What keeps a checkout in shape before CI sees it: each hook runs, and the issue template asks for what a bug report needs."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from forex import __version__
from tests.support.made_up import ROOT

yaml = YAML(typ="safe")
[HOOKS] = [repo["hooks"] for repo in yaml.load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]]
BY_ID: dict[str, Any] = {hook["id"]: hook for hook in HOOKS}


def run(hook: str, *files: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The hook's command as pre-commit calls it."""
    files = files if BY_ID[hook].get("pass_filenames", True) else ()
    words = "exec " + BY_ID[hook]["entry"] + ' "$@"'
    return subprocess.run(["sh", "-c", words, "--", *files], cwd=cwd, capture_output=True, text=True, check=False)


def test_there_is_a_hook_for_each_habit() -> None:
    assert list(BY_ID) == ["ruff", "ruff-format", "mypy", "import-linter", "params", "large-files"]
    assert all(hook["language"] == "system" for hook in HOOKS)


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["ruff", "ruff-format", "params", "large-files"])
def test_a_hook_is_content_with_the_checkout(hook: str) -> None:
    if not (ROOT / ".venv").exists():
        pytest.skip("the hooks run from the checkout's own environment")
    done = run(hook, "forex/__init__.py", "params.yaml") if hook == "large-files" else run(hook, "forex/__init__.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_large_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "large file.bin").write_bytes(b"0" * 1_000_001)
    (tmp_path / "small").write_bytes(b"0")
    done = run("large-files", "small", "large file.bin", cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.startswith("large file.bin is larger than 1 MB")
    assert run("large-files", "small", cwd=tmp_path).returncode == 0


def test_the_template_asks_for_the_state_as_json() -> None:
    form = yaml.load((ROOT / ".github/ISSUE_TEMPLATE/fault.yml").read_text(encoding="utf-8"))
    asked = {entry["id"]: entry for entry in form["body"] if "id" in entry}
    assert "forex status --json" in asked["status"]["attributes"]["label"]
    assert asked["status"]["validations"]["required"] is True


def test_the_citation_is_of_this_version() -> None:
    cited = yaml.load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["version"] == __version__
    assert cited["license"] == "MIT" and cited["authors"] and cited["title"]


def test_the_changelog_says_first_what_changes_numbers() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings[:3] == ["# Changelog", "## Unreleased", "### Changes numbers"]
