"""The Dockerfile, which nothing here can build: its rules, that it runs the two commands of the README, and what it copies."""

import fnmatch
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.ci.making import make
from tests.support.made_up import ROOT, kept

DOCKERFILE = ROOT / "Dockerfile"
BASE = re.compile(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}")
SECRET = re.compile(r"token|key|password|secret", re.IGNORECASE)


def instructions() -> list[tuple[str, str]]:
    """Name and arguments of each, comments and continued lines put together."""
    lines = [line for line in DOCKERFILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [line.partition(" ") for line in whole.splitlines() if line.strip()]
    return [(name, arguments.strip()) for name, _, arguments in found]


def of(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def test_it_stands_on_a_slim_image_that_is_pinned_by_its_bytes() -> None:
    bases = [words.split() for words in of("FROM")]
    assert BASE.fullmatch(bases[0][0])
    names = {words[2] for words in bases if len(words) == 3}
    assert all(words[0] in names for words in bases[1:])
    assert "latest" not in DOCKERFILE.read_text(encoding="utf-8")


def test_root_installs_packages_of_the_system_and_does_nothing_else() -> None:
    order = [name for name, _ in instructions()]
    as_root = [arguments for name, arguments in instructions()[: order.index("USER")] if name == "RUN"]
    assert len(as_root) == 1 and order.index("COPY") > order.index("USER")
    [install] = as_root
    commands = [shlex.split(part) for part in install.split("&&")]
    assert [words[:2] for words in commands] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
        ["rm", "-rf"],
        ["useradd", "--uid"],
    ]
    assert {"--yes", "--no-install-recommends"} <= set(commands[1]) and commands[2][2] == "/var/lib/apt/lists/*"
    [user] = of("USER")
    assert user == "1000:1000" and "sudo" not in install
    assert all("--chown=1000:1000" in words for words in of("COPY"))


def test_it_is_built_by_the_two_commands_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(make .*)\n```", readme)
    assert blocks == ["make run", "make test"]
    order = [name for name, _ in instructions()]
    assert [arguments for name, arguments in instructions()[order.index("USER") :] if name == "RUN"] == blocks
    assert of("FROM")[-1] == "made" and of("CMD") == ['["forex", "forecast"]']  # without the tests' caches


def test_nothing_secret_is_named() -> None:
    assert of("ARG") == []
    assert [arguments for arguments in of("ENV") if SECRET.search(arguments)] == []


def ignored() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def let_through(path: str) -> bool:
    """As Docker reads the file: a pattern is a path from the top, and leaves out what is below it."""
    parts = path.split("/")
    ends = ["/".join(parts[: k + 1]) for k in range(len(parts))]
    anywhere = [pattern.removeprefix("**/") for pattern in ignored() if pattern.startswith("**/")]
    from_top = [pattern for pattern in ignored() if not pattern.startswith("**/")]
    return not any(fnmatch.fnmatchcase(end, pattern) for end in ends for pattern in from_top) and not any(
        fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in anywhere
    )


def test_what_git_keeps_goes_in_and_what_a_run_or_a_machine_made_stays_out() -> None:
    assert [path for path in kept() if not let_through(path)] == []
    own = (ROOT / ".gitignore").read_text(encoding="utf-8").split("# outputs that DVC keeps\n")[1].split("\n\n")[0]
    outputs = [line.strip("/") for line in own.splitlines()]
    assert len(outputs) > 10
    machines = [
        ".venv/bin/python",
        ".dvc/cache/files/md5/ab/cd",
        ".dvc/config.local",
        "forex/__pycache__/x.pyc",
        ".env",
    ]
    assert [path for path in (*outputs, *machines, "reports/.a.json.1.abcdefgh.tmp") if let_through(path)] == []


@pytest.mark.slow
def test_make_run_installs_the_locked_environment_in_a_plain_folder(tmp_path: Path) -> None:
    """The first part of the image's one step, with a pip that only notes what it is asked for: each install is from the lock."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    said = tmp_path / "said"
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> {said}\n[ "$2" != venv ] || {{ mkdir -p .venv/bin && cp "$0" .venv/bin/python; }}\n'
    )
    python.chmod(0o755)
    done = make(".venv/installed", tmp_path, PYTHON=str(python))
    assert done.returncode == 0, done.stderr
    installs = [line for line in said.read_text().splitlines() if " install " in line]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation --editable ." in installs[1]
