"""params.yaml: what is wrong in it is named with its path and what is allowed; a stage sees the keys it declares."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forex.commands.keep.params import whole
from forex.core.errors import ParamsError
from forex.params import load_params
from tests.support.made_up import ROOT

COMMITTED = ROOT / "params.yaml"


def committed() -> dict[str, Any]:
    from ruamel.yaml import YAML

    content: dict[str, Any] = YAML(typ="safe").load(COMMITTED.read_text(encoding="utf-8"))
    return content


CONTENT = committed()


def block_of(content: dict[str, Any], path: str) -> dict[str, Any]:
    for name in path.split(".")[:-1]:
        content = content[name]
    return content


def changed(path: str, value: Any, content: dict[str, Any] = CONTENT) -> dict[str, Any]:
    """A copy of `content` with the leaf at `path` set to `value`."""
    content = copy.deepcopy(content)
    block_of(content, path)[path.rpartition(".")[2]] = value
    return content


def complaint(tmp_path: Path, content: dict[str, Any] | str) -> str:
    path = tmp_path / "params.yaml"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(ParamsError) as error:
        whole(path)
    assert error.value.exit_code == 2
    message = str(error.value)
    assert all(line.startswith(f"{path}: ") for line in message.splitlines())
    return message.replace(f"{path}: ", "")


def paths(block: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """(path, value) of every block and every leaf."""
    found = []
    for name, value in block.items():
        found.append((prefix + name, value))
        if isinstance(value, dict):
            found += paths(value, f"{prefix}{name}.")
    return found


BLOCKS = [path for path, value in paths(CONTENT) if isinstance(value, dict)]
LEAVES = [path for path, value in paths(CONTENT) if not isinstance(value, dict)]
NUMBERS = [path for path, value in paths(CONTENT) if isinstance(value, int | float)]
LADDERS = {  # by severity
    "alerts.trend_reversal.legs", "alerts.volatility_spike.ratio", "alerts.volatility_spike.move", "alerts.copper_shock.move",
    "alerts.copper_shock.fall", "alerts.dxy_extreme.above", "alerts.dxy_extreme.below", "alerts.dxy_extreme.move",
    "alerts.vix_spike.above", "alerts.vix_spike.rise", "alerts.tpm_surprise.change", "alerts.data_quality_issue.missing",
}  # fmt: skip
KEYED = {
    "usdclp.volatility.by_horizon",
    "usdclp.provenance.sha256",
    "evaluate.acceptance.coverage_tolerance",
    "evaluate.acceptance.tail_tolerance.80",
    "evaluate.acceptance.tail_tolerance.95",
    "validate.bounds",
    *LADDERS,
}  # by id, horizon or provider


def test_the_committed_params_are_valid_and_frozen() -> None:
    params = whole(COMMITTED)
    assert params.as_of == CONTENT["as_of"]
    assert params.horizons == tuple(CONTENT["horizons"])
    assert params.ingest.store == "data/sample"
    with pytest.raises(ValueError, match="frozen"):
        params.as_of = "2024-11-28"
    with pytest.raises(ValueError, match="frozen"):
        params.ingest.store = "elsewhere"


# --- every leaf, every block: all of them wrong at once, each must be named ------------------------------------------


def with_all(paths: list[str], value: Any) -> dict[str, Any]:
    content = CONTENT
    for path in paths:
        content = changed(path, value, content)
    return content


def named(message: str) -> set[str]:
    return {line.split(" ")[0] for line in message.splitlines()}


def test_every_leaf_of_another_type_is_named(tmp_path: Path) -> None:
    assert named(complaint(tmp_path, with_all(LEAVES, {"not": "this"}))) == set(LEAVES)


@pytest.mark.parametrize("wrong", ["10", True, None, float("nan"), float("inf")])
def test_every_number_must_be_one(tmp_path: Path, wrong: Any) -> None:
    optional = {path for path in NUMBERS if path.endswith(".max_move")} if wrong is None else set()
    assert named(complaint(tmp_path, with_all(NUMBERS, wrong))) == set(NUMBERS) - optional


def test_every_number_has_a_range(tmp_path: Path) -> None:
    ranged = [path for path in NUMBERS if not path.endswith((".min", ".max"))]  # whose order is what is checked
    assert named(complaint(tmp_path, with_all(ranged, -1_000_000))) == set(ranged)


def test_every_key_is_needed_but_where_ids_horizons_and_severities_are_keys(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    moves = {path for path in NUMBERS if path.startswith("validate.bounds.") and path.endswith(".max_move")}
    optional = moves | {path for path in LEAVES if path.rpartition(".")[0] in KEYED}
    for path in LEAVES:
        del block_of(content, path)[path.rpartition(".")[2]]
    message = complaint(tmp_path, content)
    assert named(message) == set(LEAVES) - optional
    assert all(line.endswith(" is missing") for line in message.splitlines())


def test_an_unknown_key_is_named_in_every_block(tmp_path: Path) -> None:
    added = [f"{path}.colour".lstrip(".") for path in ["", *BLOCKS]]
    message = complaint(tmp_path, with_all(added, "red"))
    assert named(message) >= {path for path in added if path.rpartition(".")[0] not in KEYED}
    assert "fit.garch_t.colour is not a key that anything reads; remove it or correct its name" in message
    assert "validate.bounds.colour = 'red': " in message


# --- what a user is likely to write -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("as_of", "27-11-2024", "as_of = '27-11-2024': expected a date like \"2024-11-27\""),
        ("as_of", "2024-02-30", "as_of = '2024-02-30': expected a date"),
        ("as_of", "20241127", "expected a date"),
        ("as_of", "today", "as_of = 'today': expected a date"),
        ("as_of", "", "as_of = '': expected a date"),
        ("as_of", None, "as_of = None: "),
        ("cut_off", "3pm", "cut_off = '3pm': expected a time of day like \"15:00\""),
        ("cut_off", "24:00", "cut_off = '24:00'"),
        ("cut_off", "15:00:00", "cut_off = '15:00:00'"),
        ("cut_off", 900, "cut_off = 900: "),  # what YAML 1.1 makes of 15:00
        ("horizons", "7d", "horizons = '7d': expected a list"),
        ("horizons", [], "horizons = []: "),
        ("horizons", ["1d", "7d", "1d"], "horizons = ['1d', '7d', '1d']: expected no repetition"),
        ("horizons", ["1d", "1w"], 'horizons.1 = \'1w\': expected calendar days from "1d" to "365d"'),
        ("horizons", ["0d"], "horizons.0 = '0d'"),
        ("horizons", ["366d"], "horizons.0 = '366d'"),
        ("horizons", [7], "horizons.0 = 7: "),
        ("levels", [0.5, 0.85], "levels.1 = 0.85: expected one of 0.99, 0.98, 0.95, 0.90, 0.80"),
        ("levels", [95], "levels.0 = 95: expected one of"),
        ("levels", [0.5, 0.5], "levels = [0.5, 0.5]: expected no repetition"),
        ("ingest.store", 5, "ingest.store = 5: "),
        (
            "validate.severity.rows",
            "fatal",
            "validate.severity.rows = 'fatal': expected 'critical' or 'warning'",
        ),
        ("validate.bounds.usdclp.min", 1500, "validate.bounds.usdclp: expected min < max, got 1500 and 1500"),
        ("validate.max_gap", 2.5, "validate.max_gap = 2.5: "),
        ("validate.max_set_aside", 1.5, "validate.max_set_aside = 1.5: expected 1 or less"),
        ("usdclp.copper_correlation.expected", -1.5, "expected a number from -1 to 1, or NOT_EVALUATED"),
        ("usdclp.copper_correlation.sd", "unknown", "expected a number from 0 to 2, or NOT_EVALUATED"),
        ("usdclp.volatility.month_low", 11 * [0.9] + [0], "usdclp.volatility.month_low.11 = 0: "),
        ("usdclp.volatility.month_high", 11 * [1.1], "usdclp.volatility.month_high = "),
        ("usdclp.provenance.known_until", "2024-11-27", 'expected an instant like "2024-11-27T18:00:00Z"'),
        ("usdclp.provenance.sha256.usdclp", "abc", "usdclp.provenance.sha256.usdclp = 'abc': "),
        ("evaluate.acceptance.tail_tolerance", {"81": {}}, "expected the level of a central interval in per cent"),
        ("evaluate.acceptance.tail_tolerance", {"80.0": {}}, 'expected "80", got "80.0"'),
        ("evaluate.from", "2010", "evaluate.from = '2010': expected a date"),
        ("state.observado_late.fault", 1, "state.observado_late: expected caution < fault, got 1 and 1"),
        ("state.run_age.caution", 5, "state.run_age: expected caution < fault, got 5 and 3"),
        ("state.drivers_alive.fault", 0.95, "state.drivers_alive: expected caution > fault, got 0.9 and 0.95"),
        ("state.drivers_alive.fault", 0.9, "state.drivers_alive: expected caution > fault, got 0.9 and 0.9"),
        ("state.run_age.caution", 0, "state.run_age.caution = 0: "),
        ("state.driver_late", 0, "state.driver_late = 0: "),
        ("state.driver_late", 2.5, "state.driver_late = 2.5: "),
        ("state.acceptance", "DEGRADED", "state.acceptance = 'DEGRADED': expected 'CAUTION' or 'FAULT'"),
        ("state.monitor.DEGRADED", "bad", "state.monitor.DEGRADED = 'bad': expected 'OK', 'CAUTION' or 'FAULT'"),
        ("report.language", "de", "report.language = 'de': expected 'es' or 'en'"),
        ("report.history_days", 0, "report.history_days = 0: "),
        ("fit.models", ["nowcast", "nowcast"], "fit.models = ['nowcast', 'nowcast']: expected no repetition"),
    ],
)
def test_a_wrong_value_is_shown_with_what_is_allowed(tmp_path: Path, path: str, value: Any, what: str) -> None:
    assert what in complaint(tmp_path, changed(path, value))


def edited(old: str, new: str) -> str:
    text = COMMITTED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    return text.replace(old, new)


AS_OF = f'as_of: "{CONTENT["as_of"]}"'


def test_a_date_without_quotes_is_told_to_be_quoted(tmp_path: Path) -> None:
    message = complaint(tmp_path, edited(AS_OF, "as_of: 2024-11-27"))
    assert message == 'as_of = 2024-11-27: expected a text; write it in double quotes, "2024-11-27"'


@pytest.mark.parametrize("written", ["1e-2", "1E-2", "0.01", ".01", "1.0e-2"])
def test_numbers_are_read_as_yaml_1_2_writes_them(tmp_path: Path, written: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(edited("max_set_aside: 0.01", f"max_set_aside: {written}"), encoding="utf-8")
    assert load_params(path=path).validate_.max_set_aside == 0.01


def test_on_is_a_text_and_no_number(tmp_path: Path) -> None:
    assert complaint(tmp_path, edited("max_set_aside: 0.01", "max_set_aside: on")).startswith(
        "validate.max_set_aside = 'on'"
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    content = changed("cut_off", "noon") | {"ingset": {"store": "x"}}
    del content["ingest"]
    assert [line.split(" ")[0] for line in complaint(tmp_path, content).splitlines()] == ["cut_off", "ingest", "ingset"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file = None: "),
        ("- 1\n", "the file = [1]: "),
        ("as_of: [", "not readable as YAML: line "),
        ("horizons: [1d]\nas_of: 1\nas_of: 2\n", 'not readable as YAML: line 3, column 1: found duplicate key "as_of"'),
        (edited(AS_OF, f"\t{AS_OF}"), "not readable as YAML: line "),
    ],
)
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, text: str, what: str) -> None:
    assert what in complaint(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"params\.yaml: not found\. Run from the project's folder"):
        load_params(path=tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_bytes(b"as_of: \xff")
    with pytest.raises(ParamsError, match=r"not UTF-8 text \(byte 7\)"):
        load_params(path=tmp_path / "params.yaml")


# --- what a stage sees ------------------------------------------------------------------------------------------------


def test_a_stage_sees_the_keys_it_declares_and_no_others() -> None:
    params = load_params("as_of", "validate", path=COMMITTED)
    assert params.as_of == CONTENT["as_of"]
    assert params.validate.max_gap == CONTENT["validate"]["max_gap"]  # type: ignore[attr-defined]
    for undeclared in ("cut_off", "fit", "validate_", "levels"):
        with pytest.raises(AttributeError):
            getattr(params, undeclared)


def test_the_whole_file_is_checked_whatever_a_stage_reads(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(json.dumps(changed("evaluate.draws", 0)), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"evaluate\.draws = 0"):
        load_params("as_of", path=tmp_path / "params.yaml")


def test_a_stage_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(json.dumps(changed("as_of", "soon")), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "stages.ingest"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr == 'ingest: params.yaml: as_of = \'soon\': expected a date like "2024-11-27", got "soon"\n'
    assert run.stdout == ""
