"""A file is whole or not there, keeps its mode, is written through links of the project alone, and is nothing but a file."""

import errno
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from forex.core import disk
from forex.core.disk import append_text, exists, files_in, move, write_bytes, write_text
from forex.core.edges.limits import TEXT_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import FileRefused, UsageError
from tests.support.faults.killed import script
from tests.support.faults.unprivileged import unprivileged

OLD, NEW = "A" * 200_000, "B" * 200_000


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as working directory, beside one that is not the project's."""
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# --- whole or not at all ------------------------------------------------------------------------------------------------

# The points of death: each moment of a write that is killed there, and the middle of its bytes.
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.faults.killed import killed, moments
from forex.core import disk

path = Path(sys.argv[1])
old, new = "A" * 200_000, "B" * 200_000

def half(descriptor, content):
    os.write(descriptor, content[:100_000])
    os.kill(os.getpid(), signal.SIGKILL)

def write():
    disk.write_text(path, new)

def torn():
    disk._write_all = half
    write()

count = moments(write)
found = []
for work, at in [(torn, 0), *((write, at) for at in range(1, count + 1))]:
    disk.write_text(path, old)
    assert killed(work, at), at
    text = path.read_text()
    found.append("old" if text == old else "new" if text == new else "torn")
print(count > 10, found == sorted(found, reverse=True), *sorted(set(found)))
"""


@pytest.mark.slow
def test_a_process_killed_while_writing_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    assert script(KILLED, str(tmp_path / "calibrated.txt")) == "True True new old\n"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EDQUOT], ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["open", "write", "fchmod", "fsync", "close", "replace"])
def test_what_the_disk_refuses_leaves_the_old_bytes_and_nothing_beside_them(
    call: str, fault: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "forecast.json"
    write_text(path, OLD)
    real: Callable[..., int] = getattr(os, call)

    def refuse(*arguments: object, **options: object) -> int:
        if call == "close":
            real(*arguments, **options)
        raise OSError(fault, os.strerror(fault), "aside")

    with monkeypatch.context() as broken:
        broken.setattr(os, call, refuse)
        with pytest.raises(FileRefused) as refused:
            write_text(path, NEW)
    assert str(refused.value).startswith(f"{path}: {os.strerror(fault)}. ") and refused.value.exit_code == 2
    assert "It was not written." in str(refused.value)
    assert path.read_text() == OLD and [file.name for file in project.iterdir()] == ["forecast.json"]


# The system's own limit on a file's size stands for a disk that fills up in the middle of the bytes.
FULL = """
import resource, signal, sys
from pathlib import Path
from forex.core.disk import write_text
from forex.core.errors import FileRefused

path = Path(sys.argv[1])
write_text(path, "old")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_text(path, "x" * 5000)
except FileRefused as error:
    print(error)
print(path.read_text(), len(list(path.parent.iterdir())))
"""


def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    said, left = script(FULL, str(tmp_path / "a.json")).splitlines()
    assert said.startswith(f"{tmp_path / 'a.json'}: {os.strerror(errno.EFBIG)}.") and left == "old 1"


def test_what_is_written_aside_is_not_taken_for_data(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file aside has a name that no pattern for data matches, and that nobody can know beforehand."""
    seen: list[str] = []
    real = os.replace
    monkeypatch.setattr(os, "replace", lambda aside, path: (seen.append(Path(aside).name), real(aside, path)))
    for _ in range(2):
        write_text(project / "usdclp.parquet", "x")
    assert all(disk.ASIDE.fullmatch(name) and Path(name).suffix == ".tmp" for name in seen)
    assert len(set(seen)) == 2


def test_a_write_flushes_the_file_and_after_the_rename_its_folder_and_a_new_folder_too(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "ledger/2024.csv"
    flushed: list[tuple[str, bool]] = []
    flush = os.fsync

    def seen(descriptor: int) -> None:
        flushed.append((Path(os.readlink(f"/proc/self/fd/{descriptor}")).name, path.exists()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    write_text(path, "a row\n")
    (above, _), (aside, before), (folder, after) = flushed
    assert above == "project"
    assert aside.startswith(".2024.csv.") and not before
    assert folder == "ledger" and after
    assert path.read_text() == "a row\n"


def test_no_descriptor_is_left_open_whether_it_is_written_or_refused(project: Path) -> None:
    (project / "folder").mkdir()
    os.mkfifo(project / "fifo")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        write_text(project / "a/b.json", str(number))
        append_text(project / "log", "x\n")
        for refused in ("folder", "fifo", "a/b.json/c"):
            with pytest.raises(UsageError):
                write_text(project / refused, "x")
    assert len(os.listdir("/proc/self/fd")) == before


def test_bytes_are_written_as_they_are(project: Path) -> None:
    path = project / "reports/forecast.xlsx"
    write_bytes(path, bytes(range(256)) * 5000)
    assert path.read_bytes() == bytes(range(256)) * 5000
    assert [found.name for found in path.parent.iterdir()] == ["forecast.xlsx"]


# --- modes and owners ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640), (0o002, 0o664)])
def test_a_new_file_follows_the_umask(umask: int, expected: int, project: Path) -> None:
    before = os.umask(umask)
    try:
        write_text(project / "reports/a.json", "x")
        append_text(project / "logs/a.log", "x")
    finally:
        os.umask(before)
    assert mode(project / "reports/a.json") == mode(project / "logs/a.log") == expected
    assert mode(project / "reports") == 0o777 & ~umask


@pytest.mark.parametrize("umask", [0o022, 0o077])
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_there_keeps_its_mode(kept: int, umask: int, project: Path) -> None:
    path = project / "params.yaml"
    path.write_text("x")
    path.chmod(kept)
    before = os.umask(umask)
    try:
        write_text(path, "y")
    finally:
        os.umask(before)
    assert (path.read_text(), mode(path)) == ("y", kept)


@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_what_is_private_is_its_owners_alone_at_every_moment(
    before: int | None, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, moved = project / "new.eml", project / "sent.eml"
    if before:
        path.write_text("x")
        path.chmod(before)
    modes: list[int] = []
    real = os.write
    monkeypatch.setattr(
        os,
        "write",
        lambda descriptor, content: (modes.append(os.fstat(descriptor).st_mode), real(descriptor, content))[1],
    )
    write_bytes(path, b"first", private=True)
    write_bytes(path, b"second", private=True)
    move(path, moved)
    assert {stat.S_IMODE(bits) for bits in modes} == {0o600}
    assert (moved.read_bytes(), mode(moved)) == (b"second", 0o600)
    assert [file.name for file in project.iterdir()] == ["sent.eml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes files of others")
def test_root_takes_no_file_from_its_owner(project: Path) -> None:
    path = project / "2024.csv"
    path.write_text("x")
    os.chown(path, 65534, 65534)
    write_text(path, "y")
    assert (path.stat().st_uid, path.stat().st_gid, path.read_text()) == (65534, 65534, "y")


def test_a_read_only_file_is_not_written(project: Path) -> None:
    path = project / "params.yaml"
    path.write_text("x")
    path.chmod(0o444)
    with pytest.raises(UsageError, match=r"params\.yaml is read-only, and nothing was changed\. `chmod u\+w"):
        write_text(path, "y")
    assert path.read_text() == "x"


# --- nothing but files --------------------------------------------------------------------------------------------------


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)  # a path from the root may be too long


MADE: dict[str, Callable[[Path], object]] = {
    "a fifo": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": a_socket,
    "a device": lambda path: path.symlink_to("/dev/null"),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_no_file_stays_what_it_is(kind: str, project: Path) -> None:
    path = project / "out.csv"
    MADE[kind](path)
    before = path.lstat()
    for write in (write_text, append_text):
        with pytest.raises(UsageError, match=rf"out\.csv is {kind}, and stays what it is\. Name a file\."):
            write(path, "x")
    assert path.lstat() == before


@pytest.mark.parametrize(
    "path", ["/dev/null", "/dev/full", "/dev/stdout", "/proc/self/fd/{}", "/proc/self/comm", "/sys/x"]
)
def test_what_is_the_systems_own_is_refused(path: str, project: Path) -> None:
    with (project / "own.csv").open("w") as own, pytest.raises(UsageError):
        write_text(Path(path.format(own.fileno())), "x")
    assert (project / "own.csv").read_text() == "" and stat.S_ISCHR(os.stat("/dev/null").st_mode)


# --- links --------------------------------------------------------------------------------------------------------------


def linked(project: Path, target: str, *through: str) -> Path:
    """data/2024.csv, a link to `target`, over links with the names in `through`."""
    path = project / "data/2024.csv"
    path.parent.mkdir(exist_ok=True)
    for name in through:
        (project / name).symlink_to(target)
        target = str(project / name)
    path.symlink_to(target)
    return path


@pytest.mark.parametrize("there", [True, False], ids=["a file", "nothing yet"])
@pytest.mark.parametrize(
    ("target", "through"), [("../shared.csv", ()), ("{}/shared.csv", ()), ("shared.csv", ("a", "b"))]
)
def test_a_link_is_written_through_to_its_target_in_the_project(
    target: str, through: tuple[str, ...], there: bool, project: Path
) -> None:
    shared = project / "shared.csv"
    if there:
        shared.write_text("old\n")
        shared.chmod(0o600)
    path = linked(project, target.format(project), *through)
    write_text(path, "new\n")
    assert path.is_symlink() and shared.read_text() == "new\n" and not shared.is_symlink()
    assert not there or mode(shared) == 0o600
    append_text(path, "more\n")
    assert path.is_symlink() and shared.read_text() == "new\nmore\n"


@pytest.mark.parametrize("there", [True, False], ids=["a file", "nothing yet"])
@pytest.mark.parametrize("through", [(), ("a", "b")], ids=["one link", "three"])
def test_a_link_out_of_the_project_is_refused(through: tuple[str, ...], there: bool, project: Path) -> None:
    outside = project.parent / "elsewhere/theirs.csv"
    if there:
        outside.write_text("theirs\n")
    path = linked(project, str(outside), *through)
    for write in (write_text, append_text):
        with pytest.raises(UsageError, match=rf"2024\.csv leads to {outside}, which is not the project's to write"):
            write(path, "x")
    assert path.is_symlink() and (outside.read_text() == "theirs\n" if there else not outside.exists())


def test_a_folder_that_is_a_link_out_of_the_project_is_refused_and_one_within_is_not(project: Path) -> None:
    (project / "ledger").symlink_to(project.parent / "elsewhere")
    (project / "real").mkdir()
    (project / "reports").symlink_to("real")
    with pytest.raises(UsageError, match="not the project's to write"):
        write_text(project / "ledger/2024.csv", "x")
    assert list((project.parent / "elsewhere").iterdir()) == []
    write_text(project / "reports/a.json", "x")
    assert (project / "real/a.json").read_text() == "x"


@pytest.mark.parametrize("kept", [".dvc/cache/files/md5/ab/cdef", ".git/config"])
def test_what_dvc_and_git_keep_is_not_written_through_a_link(kept: str, project: Path) -> None:
    path = project / kept
    path.parent.mkdir(parents=True)
    path.write_text("whole")
    with pytest.raises(UsageError, match="not the project's to write"):
        write_text(linked(project, str(path)), "x")
    assert path.read_text() == "whole"


def test_a_link_beside_a_file_that_is_not_the_projects_is_followed_in_its_folder_alone(project: Path) -> None:
    """A store may lie anywhere: ingest.store names it."""
    store = project.parent / "elsewhere"
    (store / "newest.csv").symlink_to("2024.csv")
    (store / "params.csv").symlink_to(project / "params.yaml")
    (project / "params.yaml").write_text("x")
    write_text(store / "newest.csv", "rows\n")
    assert (store / "2024.csv").read_text() == "rows\n" and (store / "newest.csv").is_symlink()
    with pytest.raises(UsageError, match="not the project's to write"):
        write_text(store / "params.csv", "rows\n")
    assert (project / "params.yaml").read_text() == "x"


def test_a_link_to_itself_is_refused_in_the_systems_words(project: Path) -> None:
    with pytest.raises(FileRefused, match=os.strerror(errno.ELOOP)):
        write_text(linked(project, str(project / "data/2024.csv")), "x")


# --- new files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("comes", [False, True], ids=["there before", "made meanwhile"])
def test_a_file_that_is_to_be_new_takes_no_others_place(
    comes: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "rows.csv"
    if comes:
        real = os.fsync
        monkeypatch.setattr(os, "fsync", lambda descriptor: (path.write_text("theirs"), real(descriptor)))
    else:
        path.write_text("theirs")
    with pytest.raises(UsageError, match=r"rows\.csv: exists, and nothing is overwritten"):
        write_bytes(path, b"ours", new=True)
    assert path.read_text() == "theirs" and [file.name for file in project.iterdir()] == ["rows.csv"]
    path.unlink()
    monkeypatch.undo()
    write_bytes(path, b"ours", new=True)
    assert path.read_bytes() == b"ours" and path.stat().st_nlink == 1


# --- reading ------------------------------------------------------------------------------------------------------------

MAY_NOT = """
from pathlib import Path
from forex.core.disk import append_text, exists, files_in, move, remove_files, write_text
from forex.core.edges.limits import TEXT_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import FileRefused

for work in (
    lambda: read_bytes(Path("closed.csv"), TEXT_BYTES),
    lambda: write_text(Path("closed/a.csv"), "x"),
    lambda: append_text(Path("closed/a.log"), "x"),
    lambda: files_in(Path("closed"), ".csv"),
    lambda: exists(Path("closed/a.csv")),
    lambda: remove_files(Path("kept"), ".csv"),
    lambda: write_text(Path("kept/new/a.csv"), "x"),
):
    try:
        print(work())
    except FileRefused as error:
        print(error.exit_code, error)
"""


def test_who_may_not_is_told_so_in_the_systems_words(project: Path) -> None:
    for name in ("closed", "kept"):
        (project / name).mkdir()
    for name in ("closed.csv", "kept/a.csv"):
        (project / name).write_text("x")
    for name, bits in (("closed.csv", 0), ("closed", 0), ("kept", 0o555)):
        (project / name).chmod(bits)
    done = unprivileged("-c", MAY_NOT, cwd=project)
    for name in ("closed", "kept"):
        (project / name).chmod(0o755)
    names = ["closed.csv", "closed/a.csv", "closed/a.log", "closed", "closed/a.csv", "kept/a.csv", "kept/new"]
    denied = "Permission denied. Check the path, its permissions and the disk."
    lines = done.stdout.splitlines()
    assert done.stderr == "" and len(lines) == len(names)
    for line, name in zip(lines, names, strict=True):
        assert line.removesuffix(" It was not written.") == f"2 {name}: {denied}"
    assert (project / "kept/a.csv").exists()


def test_a_file_that_is_not_there_is_not_one_that_may_not_be_read(project: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(project / "a.csv", TEXT_BYTES)
    (project / "file").write_text("x")
    assert not exists(project / "a.csv") and not exists(project / "file/a.csv") and exists(project / "file")
    assert files_in(project / "nowhere", ".csv") == []
    with pytest.raises(FileRefused, match=os.strerror(errno.EISDIR)):
        read_bytes(project, TEXT_BYTES)


def test_files_of_a_folder_are_in_order_and_without_hidden_ones(project: Path) -> None:
    for name in ("b.csv", "a.csv", ".a.csv.1.abcdefgh.tmp", ".c.csv", "d.json"):
        (project / name).touch()
    assert files_in(project, ".csv") == [project / "a.csv", project / "b.csv"]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EACCES])
def test_the_advice_fits_what_the_system_said_and_destroys_nothing(number: int, project: Path) -> None:
    with pytest.raises(FileRefused) as refused, disk.reading(project / "brl.csv"):
        raise OSError(number, "whatever a library says") if number != errno.ENOMEM else MemoryError
    said = str(refused.value)
    assert said.startswith(f"{project / 'brl.csv'}: {os.strerror(number)}. ") and refused.value.exit_code == 2
    assert not any(word in said.lower() for word in ("delete", "remove", "restore", "damaged", "anew"))


def test_what_a_parser_says_stays_what_it_is(project: Path) -> None:
    with pytest.raises(OSError, match="checksum") as raised, disk.reading(project / "a.parquet"):
        raise OSError("checksum does not match")
    assert not isinstance(raised.value, FileRefused)
