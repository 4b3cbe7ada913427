"""A stage whose code dvc.yaml does not declare is refused before it writes, and told what to add."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

LAZY = """
from pathlib import Path
from forex.core.stage import run

def main():
    from forex.models import naive
    Path("written").write_text("x")

if __name__ == "__main__":
    run(main)
"""


def copied(folder: Path, deps: list[str], stage: str) -> Path:
    """A project whose one stage `made` is the text `stage`, with links to the library's packages."""
    (folder / "stages").mkdir(parents=True)
    (folder / "stages/made.py").write_text(stage, encoding="utf-8")
    (folder / "forex").mkdir()
    for path in (ROOT / "forex").iterdir():
        if path.name != "__pycache__":
            (folder / "forex" / path.name).symlink_to(path)
    listed = "".join(f"\n      - {dep}" for dep in deps)
    text = f"stages:\n  made:\n    cmd: python -m stages.made\n    deps:{listed}\n    outs: [written]\n"
    (folder / "dvc.yaml").write_text(text, encoding="utf-8")
    return folder


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "stages.made"], cwd=folder, capture_output=True, text=True)


ALL = [
    "stages/made.py", "forex/core", "forex/timeline", "forex/params",
    "forex/observations", "forex/statistics", "forex/models",
]  # fmt: skip


def test_what_is_declared_runs(tmp_path: Path) -> None:
    folder = copied(tmp_path, ALL, LAZY)
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "written").exists()


@pytest.mark.parametrize("missing", ["forex/core", "forex/statistics", "forex/models"])
def test_what_is_not_declared_is_refused_before_it_writes(missing: str, tmp_path: Path) -> None:
    """Whether it is imported with the script or by the stage as it runs."""
    folder = copied(tmp_path, [dep for dep in ALL if dep != missing], LAZY)
    done = run(folder)
    assert done.returncode == 2
    assert f"Add {missing} to stages.made.deps in dvc.yaml." in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "written").exists()


def test_a_dvc_yaml_that_is_none_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path, ALL, LAZY)
    (folder / "dvc.yaml").write_text("stages: [", encoding="utf-8")
    done = run(folder)
    assert done.returncode == 3
    assert "dvc.yaml: not readable as YAML" in done.stderr


def test_a_stage_that_dvc_yaml_does_not_have_is_not_judged(tmp_path: Path) -> None:
    folder = copied(tmp_path, ALL, LAZY)
    (folder / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    assert run(folder).returncode == 0


def test_importing_the_library_does_nothing_but_begin() -> None:
    """No stage declares forex/__init__.py: whatever it does has to stand in a package that every stage declares."""
    tree = ast.parse((ROOT / "forex/__init__.py").read_text(encoding="utf-8"))
    says = [node for node in tree.body[1:] if not isinstance(node, ast.FunctionDef)]  # after the docstring
    assert [ast.unparse(node).split(" = ")[0] for node in says] == [
        "from typing import Any",
        "from forex.core import runtime",
        "runtime.begin()",
        "__version__",
        "__all__",
    ]
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["__getattr__", "__dir__"]
    deps = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert all("forex/core" in stage["deps"] for stage in deps.values())


def test_only_a_stage_searches_for_no_cycles(tmp_path: Path) -> None:
    script = "import forex\nimport gc\nprint(gc.isenabled())\n"
    folder = copied(tmp_path, ALL, script)
    assert run(folder).stdout == "False\n"
    other = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert other.stdout == "True\n"
