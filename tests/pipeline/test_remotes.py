"""What one clone pushed, another pulls and has nothing left to run: a folder, an S3 server and an SSH server as DVC's remote."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.test_real_run import command

SSHD = shutil.which("sshd", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))


def configure(project: Path, remote: str, url: str, **settings: str) -> None:
    """In .dvc/config.local, which git does not keep."""
    assert command("dvc", "remote", "add", "--local", "--force", "--default", remote, url, cwd=project).returncode == 0
    for key, value in settings.items():
        done = command("dvc", "remote", "modify", "--local", remote, key, value, cwd=project)
        assert done.returncode == 0, done.stderr


def push_then_pull_elsewhere(project: Path, elsewhere: Path) -> None:
    pushed = command("dvc", "push", cwd=project)
    assert pushed.returncode == 0, pushed.stderr
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "what was run", "--allow-empty"]
    subprocess.run(commit, cwd=project, check=True)
    subprocess.run(["git", "clone", "-q", str(project), str(elsewhere)], check=True)
    shutil.copy(project / ".dvc/config.local", elsewhere / ".dvc/config.local")
    assert not (elsewhere / "data/forecasts/calibrated.parquet").exists()
    pulled = command("dvc", "pull", cwd=elsewhere)
    assert pulled.returncode == 0, pulled.stderr
    for name in ("data/forecasts/calibrated.parquet", "reports/dashboard.html", "data/raw/usdclp.parquet"):
        assert (elsewhere / name).read_bytes() == (project / name).read_bytes()
    done = command("dvc", "repro", cwd=elsewhere)
    assert done.stdout.strip().splitlines()[-1] == "Data and pipelines are up to date.", done.stdout + done.stderr


def test_a_folder(clone: Path, tmp_path: Path) -> None:
    configure(clone, "folder", str(tmp_path / "remote"))
    push_then_pull_elsewhere(clone, tmp_path / "elsewhere")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an S3 server on the loopback interface, with a bucket `forex`."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket="forex")
    yield address
    server.stop()


def test_s3(clone: Path, tmp_path: Path, s3: str) -> None:
    configure(
        clone,
        "bucket",
        "s3://forex/cache",
        endpointurl=s3,
        region="us-east-1",
        access_key_id="a",
        secret_access_key="b",
    )
    push_then_pull_elsewhere(clone, tmp_path / "elsewhere")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An SSH server on the loopback interface: its port, and the key that it lets in."""
    if SSHD is None:
        pytest.skip("no sshd here; `apt-get install openssh-server` brings it")
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n"
        "PermitRootLogin prohibit-password\n",
        encoding="utf-8",
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # root's sshd gives up its rights in there
    log = folder / "log"
    server = subprocess.Popen([SSHD, "-D", "-f", str(folder / "config"), "-E", str(log)])
    try:
        _wait_for(port, server, log)
        yield port, folder / "user"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("sshd does not answer")


def test_ssh(clone: Path, tmp_path: Path, sshd: tuple[int, Path]) -> None:
    port, key = sshd
    configure(
        clone,
        "host",
        f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/remote",
        keyfile=str(key),
        allow_agent="false",
    )
    push_then_pull_elsewhere(clone, tmp_path / "elsewhere")


def test_an_artifact_comes_by_its_version_and_by_what_is_live(clone: Path, tmp_path: Path) -> None:
    """As docs/how-to/artifacts.md says: one from git, one from DVC's remote."""
    (clone / ".dvc/config.local").unlink(missing_ok=True)  # remotes of other tests, whose servers are gone
    done = command("dvc", "remote", "add", "--force", "--default", "folder", str(tmp_path / "remote"), cwd=clone)
    assert done.returncode == 0 and command("dvc", "push", cwd=clone).returncode == 0
    for words in (("config", "user.name", "a"), ("config", "user.email", "a@b"), ("commit", "-qam", "a remote")):
        subprocess.run(["git", *words], cwd=clone, check=True)  # gto, too, signs its tags
    for name in ("forecast", "backtest"):
        for words in (
            ("register", name, "--version", "v1.0.0"),
            ("assign", name, "--version", "v1.0.0", "--stage", "live"),
        ):
            tagged = command("gto", *words, cwd=clone)
            assert tagged.returncode == 0, tagged.stderr
    for name, file, words in (
        ("forecast", "reports/forecast.json", ()),
        ("forecast", "reports/forecast.json", ("--stage", "live")),
        ("backtest", "data/forecasts/calibrated.parquet", ("--rev", "v1.0.0")),
    ):
        got = command("dvc", "artifacts", "get", str(clone), name, *words, "--out", "got", "--force", cwd=tmp_path)
        assert got.returncode == 0, got.stderr
        assert (tmp_path / "got").read_bytes() == (clone / file).read_bytes()
    assert command("dvc", "artifacts", "get", str(clone), "sheet", cwd=tmp_path).returncode != 0
