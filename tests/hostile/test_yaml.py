"""params.yaml, operations.yaml, series.yaml and dvc.yaml as nobody should write them: refused by name, at once, with their code."""

import json
import resource
import time
from pathlib import Path

import pytest

from forex.core import stage
from forex.core.edges import limits, yaml
from forex.core.edges.ending import ended_by
from forex.core.errors import DataError, ForexError, ParamsError, UsageError
from forex.observations.store import read_series_list
from forex.operations import load_operations
from forex.params import load_params
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, Project, params_text

LINE = 'as_of: "2024-11-27"'
READERS = {  # the file, how it is read, and the code that README gives
    "params.yaml": (load_params, 2),
    "operations.yaml": (load_operations, 2),
    "store/series.yaml": (lambda: read_series_list(Path("store")), 2),
    "dvc.yaml": (lambda: stage._declared("ingest"), 3),
}

# The first of each is what was seen; the others are of its kind.
NO_VALUES = {
    "a day that is none": ("2024-11-31", "2023-02-29", "2024-13-01"),
    "a tag": ("!!int x", "!!float x", "!!timestamp x", "!!python/object/apply:os.system [id]", "!!null x"),
    "an instant that is none": ("2024-11-27T25:00:00Z", "2024-11-27T23:61:00Z", "2024-11-27 00:00:00 +99:99"),
    "an integer without end": ("9" * 4301, "-" + "1" * 100_000, "1_000" * 2_000),
}
BOMBS = {
    "aliases that double": "\n".join(
        ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 26))]
    ),
    "aliases that grow tenfold": "\n".join(
        [
            "a0: &a0 {x: 1}",
            *(f"a{i}: &a{i} {{{', '.join(f'k{j}: *a{i - 1}' for j in range(10))}}}" for i in range(1, 9)),
        ]
    ),
    "merged aliases that double": "\n".join(
        ["a0: &a0 [x]", *(f"a{i}: &a{i} {{<<: {{k: [*a{i - 1}, *a{i - 1}, *a{i - 1}]}}}}" for i in range(1, 30))]
    ),
    "a list that holds itself": "a: &z [*z]",
    "a mapping that holds itself": "a: &z {b: *z}",
    "itself, far inside": "a: &z [[[{b: [*z]}]]]",
    "a hundred thousand brackets": "[" * 100_000,
    "a hundred thousand braces": "{" * 100_000,
    "a hundred thousand dashes": "- " * 100_000,
    "a hundred thousand keys": "".join(f"k{i}: {i}\n" for i in range(100_000)),
    "more than a megabyte": "# " + "x" * limits.YAML_BYTES.most,
}


@pytest.fixture(autouse=True)
def written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.store.add("usdclp", "date,value\n2024-11-26,930\n")
    (project.root / "dvc.yaml").write_text(
        json.dumps({"stages": {"ingest": {"deps": ["forex/core"]}}}), encoding="utf-8"
    )


def ended(name: str) -> tuple[str, int]:
    """What its reader ends with, within two seconds and 256 MB."""
    read, _ = READERS[name]
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ForexError) as error:
        read()
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024
    return ended_by(error.value)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("value", [text for kind in NO_VALUES.values() for text in kind], ids=lambda value: value[:30])
def test_a_value_that_is_none_is_named_with_its_line(name: str, value: str) -> None:
    Path(name).write_text(f"# a comment\nas_of: {value}\n", encoding="utf-8")
    message, code = ended(name)
    assert message.startswith(f"{name}: ") and "line 2" in message and len(message) < 400
    assert code == READERS[name][1]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_what_unfolds_without_end_is_refused_before_it_does(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")
    message, code = ended(name)
    assert message.startswith(f"{name}: ") and len(message) < 400
    assert any(part in message for part in ("YAML_BYTES", "YAML_DEPTH", "YAML_NODES", "inside of what it stands for"))
    assert code == READERS[name][1]


def test_a_command_says_so_in_one_line_and_with_2(project: Project) -> None:
    (project.root / "params.yaml").write_text(params_text().replace(LINE, "as_of: 2024-11-31"), encoding="utf-8")
    done = forex("params", "check", cwd=project.root)
    assert done.returncode == 2 and done.stdout == ""
    [line] = done.stderr.splitlines()
    number = params_text().split("as_of:")[0].count("\n") + 1
    assert line.startswith(f"forex: params.yaml: not readable as YAML: line {number}, column 8: '2024-11-31'")


@pytest.mark.parametrize("value", ["0x" + "f" * 3_500, "0o" + "7" * 4_000, "1000000000001", "-1000000000001"])
@pytest.mark.parametrize("text", ["fit: {first_origin: %s}", "horizons: [%s]", "%s"])
def test_a_number_that_no_array_can_count_to_is_refused_and_not_written_out(text: str, value: str) -> None:
    Path("params.yaml").write_text(text % value, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"^params\.yaml: .{,90} as a number, more than .*\(YAML_NUMBER\)\.") as error:
        load_params()
    assert len(str(error.value)) < 200


def test_anchors_that_say_what_they_mean_are_read() -> None:
    text = "usual: &usual {min: 1, max: 2}\naud: *usual\nbrl: {<<: *usual, max: 3}\n"
    assert yaml.parsed(text, "x")["brl"] == {"min": 1, "max": 3}


def test_the_limits_leave_room_for_what_the_project_has() -> None:
    from ruamel.yaml import YAML

    for name in ("params.yaml", "operations.yaml", "dvc.yaml", "dvc.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert yaml.parsed(text, name) == YAML(typ="safe", pure=True).load(text)
        assert 10 * len(text) < limits.YAML_BYTES.most


@pytest.mark.parametrize("horizons", [limits.HORIZONS.most + 1, 365])
def test_too_many_horizons_are_refused(project: Project, horizons: int) -> None:
    project.set(horizons=[f"{days}d" for days in range(1, horizons + 1)])
    with pytest.raises(
        ParamsError, match=rf"^params\.yaml: horizons = .*: expected {limits.HORIZONS.most} entries or fewer"
    ):
        load_params()


@pytest.mark.parametrize("text", ["stages: 5", "stages: [ingest]", "- stages", "5", "stages: {ingest: [deps]}"])
def test_a_dvc_yaml_of_another_shape_declares_no_stage(text: str) -> None:
    Path("dvc.yaml").write_text(text, encoding="utf-8")
    assert stage._declared("ingest") is None


def test_a_dependency_without_a_name_is_not_the_whole_folder() -> None:
    """As a path it would be ".", below which everything lies: no import of a stage would be refused any more."""
    Path("dvc.yaml").write_text("stages: {ingest: {deps: ['', forex/core]}}", encoding="utf-8")
    assert stage._declared("ingest") == {Path("forex/core")}


def test_a_series_yaml_with_too_many_series(project: Project) -> None:
    entry = project.store.entries["usdclp"]
    text = json.dumps({"usdclp": entry, **{f"s{i}": entry for i in range(500)}})
    (project.store.path / "series.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"501 series, more than the 500 .*ingest\.limits\.series in params\.yaml"):
        read_series_list(project.store.path)


def test_every_error_of_the_edges_is_one_of_ours() -> None:
    for fault in (ParamsError, UsageError, DataError):
        with pytest.raises(
            fault, match=r"^here: not readable as YAML: line 1, column 4: '2024-11-31': .*\. Mend it\.$"
        ):
            yaml.parsed("a: 2024-11-31", "here", fault=fault, mend="Mend it.")
