"""The same bytes in all surroundings: whatever fonts, zones, folders and rights a machine or an account has or lacks.

Promised for the versions in requirements.lock. Other tests look at CPUs, and at zone and locale in one process.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.changed_params import STAGES
from tests.support.finished_project import Made, copied
from tests.support.fonts import write_hostile
from tests.support.made_up import ROOT

ODD = 'ñandú d\'été "x" $HOME'  # a folder's name
SURELY_MISSING = "/proc/nothing"  # nobody can make it, not even root
# What a machine can lack, in a file system of one's own: zones, fonts and their configuration, shared memory, a place for caches.
BARE = """
for folder in /usr/share/zoneinfo /usr/share/fonts /usr/local/share/fonts /etc/fonts /dev/shm /var/tmp; do
  if [ -d $folder ]; then mount -t tmpfs -o ro,size=4k none $folder || exit 99; fi
done
exec "$@"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The finished small project and the bytes of its outputs."""
    with copied(tmp_path_factory) as project:
        yield project


def process(*words: str, cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `words` with nothing of this process's environment but the path, and `changes`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    plain = {"PATH": path, "DVC_NO_ANALYTICS": "1", "PYTHONDONTWRITEBYTECODE": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return subprocess.run(words, cwd=cwd, env=plain | changes, capture_output=True, text=True, check=False)


def lay(stage: str, folder: Path, project: Path) -> None:
    """The stage's declared deps and its params in `folder`: code from here, data from `project`."""
    for dep in [*STAGES[stage]["deps"], "params.yaml"]:
        name = dep.replace("${ingest.store}", "store")
        source = next(path for path in (project / name, ROOT / name) if path.exists())
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, folder / name, dirs_exist_ok=True)  # with its byte code, which is not written here
        else:
            shutil.copy(source, folder / name)


def assert_same(stage: str, folder: Path, made: Made) -> None:
    for path, content in made.files[stage].items():
        name = path.relative_to(made.path) if path.is_absolute() else path
        assert (folder / name).read_bytes() == content, f"{name} differs"


def configuration(path: Path, folder: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<fontconfig><dir>{folder}</dir></fontconfig>", encoding="utf-8")
    return str(path)


def no_fonts(folder: Path) -> dict[str, str]:
    return {"HOME": SURELY_MISSING, "FONTCONFIG_FILE": configuration(folder / "none.conf", folder / "none")}


def fonts_of_the_machine(folder: Path) -> dict[str, str]:
    write_hostile(folder / "fonts")
    return {"FONTCONFIG_FILE": configuration(folder / "fonts.conf", folder / "fonts")}


def fonts_of_the_account(folder: Path) -> dict[str, str]:
    """In the folders that are read without any configuration, and in one that the account's own configuration names."""
    for name in (".fonts", ".local/share/fonts", "own"):
        write_hostile(folder / "home" / name)
    configuration(folder / "home/.config/fontconfig/fonts.conf", folder / "home/own")
    return {"HOME": str(folder / "home")}


FONTS = [no_fonts, fonts_of_the_machine, fonts_of_the_account]


def test_the_report_does_not_see_the_fonts_of_the_account(made: Made, tmp_path: Path) -> None:
    lay("report", tmp_path / "project", made.path)
    around = fonts_of_the_account(tmp_path / "around")
    done = process("python", "-m", "stages.report", cwd=tmp_path / "project", **around)
    assert done.returncode == 0, done.stderr
    assert_same("report", tmp_path / "project", made)


DRAW = """
from forex.report.charts import note
from forex.report.drawing import ON_WHITE, svg
print(svg(note("95 % \\u682a \\u0416", colours=ON_WHITE), name="x", alt_text="", colours=ON_WHITE))
"""
# vl-convert left to itself
ASK = """
import vl_convert
axis = {"labelFont": "Liberation Sans", "labelLimit": 1000}
mark = {"mark": "point", "encoding": {"y": {"field": "a"}}, "config": {"axis": axis}}
print(vl_convert.vegalite_to_svg(mark | {"data": {"values": [{"a": "a long label"}]}}))
"""


def test_letters_that_our_fonts_lack_do_not_come_from_the_machine(tmp_path: Path) -> None:
    """vl-convert asks every font it knows for them; left to itself it would take the machine's and the account's."""
    for script, same in ((DRAW, True), (ASK, False)):
        drawn = [process("python", "-c", script, cwd=ROOT, **fonts(tmp_path / fonts.__name__)) for fonts in FONTS]
        assert [done.returncode for done in drawn] == [0, 0, 0], drawn[0].stderr
        without, *others = [done.stdout for done in drawn]
        assert [output == without for output in others] == [same, same]


@pytest.mark.parametrize("stage", ["validate", "report"])
def test_a_machine_without_zones_fonts_shared_memory_or_caches(stage: str, made: Made, tmp_path: Path) -> None:
    """The stages whose libraries look for them: Great Expectations for shared memory, vl-convert for fonts and a zone."""
    alone = ["unshare", "--map-root-user", "--mount", "sh", "-c", BARE, "sh"]
    if shutil.which("unshare") is None or process(*alone, "true", cwd=tmp_path).returncode:
        pytest.skip("this machine gives no process a file system of its own")
    lay(stage, tmp_path / ODD, made.path)
    words = (*alone, "python", "-m", f"stages.{stage}")
    done = process(*words, cwd=tmp_path / ODD, HOME=SURELY_MISSING, TZ="Asia/Kathmandu")
    assert done.returncode == 0, done.stderr
    assert_same(stage, tmp_path / ODD, made)


def test_an_account_without_a_home_in_a_folder_with_an_odd_name(made: Made, tmp_path: Path) -> None:
    """DVC and the first stages: no home, no cache for all users, files for their owner alone, an unknown locale, another zone."""
    stages, project = list(STAGES)[: list(STAGES).index("regimes") + 1], tmp_path / ODD
    for stage in stages:
        lay(stage, project, made.path)
    for stage in stages:
        for path in made.files[stage]:  # laid as a later stage's dep
            (project / path).unlink(missing_ok=True)
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copy(ROOT / name, project / name)
    (project / ".dvc").mkdir()
    (project / ".dvc/config").write_text("[core]\n  no_scm = true\n", encoding="utf-8")
    changes = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"], SURELY_MISSING)
    changes |= {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"}
    changes |= {"DVC_SITE_CACHE_DIR": str(project / ".dvc/tmp/site")}  # as `make run` does
    done = process("sh", "-c", "umask 077; exec dvc repro regimes", cwd=project, **changes)
    assert done.returncode == 0, done.stderr
    for stage in stages:
        assert_same(stage, project, made)
