"""`make audit` on made-up locks and databases, and `make sbom`: what is found, and that what could not be looked at is named."""

import json
import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.made_up import ROOT

OLD = {"$meta": {"timestamp": 1625119201}}  # 2021-07-01
LOCK = """numpy==2.4.0 ; python_full_version < '3.12' \\
    --hash=sha256:00
numpy==2.5.1 ; python_full_version >= '3.12' \\
    --hash=sha256:00
ruamel-yaml==0.18.6 \\
    --hash=sha256:00
zc-lockfile==3.0.post1
"""


def advisory(*specs: str, **more: Any) -> dict[str, Any]:
    return {"advisory": "It runs\nwhat it reads.", "cve": "CVE-2024-1", "id": "pyup.io-1", "specs": list(specs)} | more


class Said(NamedTuple):
    code: int
    out: str
    err: str


Audit = Callable[..., Said]


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    """What it says of a lock and a database, which is missing where `content` is None; bytes are written as they are."""
    monkeypatch.chdir(tmp_path)
    main = runpy.run_path(str(ROOT / ".ci/audit.py"))["main"]

    def said(content: Any = OLD, lock: str | bytes = LOCK) -> Said:
        (tmp_path / "requirements.lock").write_bytes(lock if isinstance(lock, bytes) else lock.encode())
        if content is not None:
            text = content if isinstance(content, bytes) else json.dumps(content).encode()
            (tmp_path / "insecure_full.json").write_bytes(text)
        code = main(["requirements.lock", "."])
        return Said(code, *capsys.readouterr())

    return said


def test_nothing_found_says_how_old_and_how_narrow_that_is(audit: Audit) -> None:
    done = audit(OLD | {"numpy": [advisory("<1.8")], "other": [advisory(">=0")]})
    assert (done.code, done.err) == (0, "")
    assert "0 advisories are about the 4 locked versions." in done.out
    assert "The database is of 2021-07-01, " in done.out and "about 1 of these packages" in done.out


@pytest.mark.parametrize(
    ("name", "specs", "found"),
    [
        ("numpy", ["<2.5"], ["numpy 2.4.0"]),
        ("numpy", [">=2.5,<3"], ["numpy 2.5.1"]),  # the other Python's
        ("numpy", ["<1", ">2"], ["numpy 2.4.0", "numpy 2.5.1"]),
        ("Ruamel.YAML", ["<0.18.7"], ["ruamel-yaml 0.18.6"]),  # one package, however it is written
        ("zc.lockfile", ["<=3.0.post1"], ["zc-lockfile 3.0.post1"]),
    ],
)
def test_a_locked_version_that_an_advisory_is_about_is_named(
    name: str, specs: list[str], found: list[str], audit: Audit
) -> None:
    done = audit(OLD | {name: [advisory(*specs)]})
    assert done.code == 1
    assert done.out.splitlines()[:-2] == [f"{package}: CVE-2024-1: It runs what it reads." for package in found]


def test_a_range_that_cannot_be_read_is_said_and_not_taken_for_a_clean_one(audit: Audit) -> None:
    done = audit(OLD | {"numpy": [advisory("<2.x.y")]})
    assert done.code == 1 and "its range cannot be read" in done.out and "2 more may be" in done.out


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"\xff\xfe", b"{}", b"[]", b"5", b"[" * 100_000, {"$meta": {}}, {"$meta": {"timestamp": 1e99}}],
    ids=lambda content: repr(content)[:20],
)
def test_without_a_database_nothing_is_called_checked(content: Any, audit: Audit) -> None:
    done = audit(content)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Not checked: ") and "insecure_full.json" in done.err


@pytest.mark.parametrize("lock", ["", "numpy>=2\n", "# numpy==2.4.0\n", b"\xff"])
def test_a_lock_that_pins_nothing_is_not_called_checked(lock: str | bytes, audit: Audit) -> None:
    done = audit(OLD, lock)
    assert done.code == 2 and done.err.startswith("Not checked: requirements.lock: ")


@pytest.mark.slow
def test_the_bill_of_materials_is_the_lock_and_the_same_bytes_each_time() -> None:
    """Once, as `make sbom` does; skipped where the packages cannot be installed."""
    made = subprocess.run(["make", ".venv-audit/installed"], cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"the packages of requirements-audit.txt cannot be installed here: {made.stderr[-200:]}")
    written = []
    for _ in range(2):
        subprocess.run(["make", "sbom"], cwd=ROOT, capture_output=True, check=True)
        written.append((ROOT / "sbom.json").read_bytes())
    assert written[0] == written[1]
    bill = json.loads(written[0])
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "forex")
    pins = {line.split(" ")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line[:80]}
    assert {f"{component['name']}=={component['version']}" for component in bill["components"]} == pins
    assert all(component["externalReferences"][0]["hashes"] for component in bill["components"])
    assert str(ROOT).encode() not in written[0]
    assert subprocess.run(["git", "check-ignore", "-q", "sbom.json"], cwd=ROOT, check=False).returncode == 0
