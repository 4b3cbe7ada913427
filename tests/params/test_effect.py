"""Every key of params.yaml does something: each leaf, changed alone, changes what a stage that declares it makes.

On a stretch of the sample through all ten stages; `validate` has a store and a file of its own,
test_effect_validate.py, and `fetch` a server, test_effect_fetch.py; keys that only a command reads are in test_effect_commands.py.
Where an output only repeats a setting, that does not count.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext
from pathlib import Path

import polars as pl
import pytest

from forex.core.files import read_parquet, write_json
from tests.support.changed_params import STAGES, Content, changed, run
from tests.support.finished_project import Made, copied, outputs
from tests.support.key_changes import CHANGES, ESTIMATION, KEYS, OF_COMMANDS, REPORTED, WIDE, also_set

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with copied(tmp_path_factory) as project:
        yield project


@pytest.fixture(scope="module")
def small(real: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The same project at one horizon, on which the stages from `fit` on take a third of the time."""
    path = tmp_path_factory.mktemp("small") / "project"
    shutil.copytree(real.path, path)
    project = Made(path, changed(real.params, {"horizons": ["7d"]}))
    with chdir(path):
        project.write({})
        for stage in list(STAGES)[list(STAGES).index("fit") :]:
            run(stage)
        project.look()
    return project


@pytest.mark.parametrize("key", [key for key in KEYS if not key.startswith(ESTIMATION)])
def test_key_changes_what_a_stage_makes(key: str, real: Made, small: Made) -> None:
    assert key in CHANGES, f"params.yaml: {key} is new: show in CHANGES of tests/key_changes.py what it does"
    declaring = [
        stage for stage in STAGES if any(f"{key}.".startswith(f"{declared}.") for declared in STAGES[stage]["params"])
    ]
    project, also, file = real if key in WIDE else small, also_set(key), REPORTED.get(key)
    if key.startswith(("usdclp.", "report.")) and "validate" in declaring:
        file = "data/manifest.json", the_target_alone(project)
    with chdir(project.path), reported(*file) if file else nullcontext():
        said = project.said_with(also, file, declaring) if also or file else project.said
        project.write(also | {key: CHANGES[key]})
        try:
            changes = (project.differs(stage, said[stage]) for stage in declaring)
            assert any(changes), f"{key}: nothing that {declaring} make depends on it"
        finally:
            project.restore(declaring)


def the_target_alone(project: Made) -> Content:
    """What the manifest says where the store has no driver: each series is validated by itself, and these keys are the target's."""
    manifest = json.loads((project.path / "data/manifest.json").read_text(encoding="utf-8"))
    return {"series": {"usdclp": manifest["series"]["usdclp"]}}


@contextmanager
def reported(file: str, parts: Content) -> Iterator[None]:
    """The report in `file` with other parts, for a while."""
    path = Path(file)
    before = path.read_bytes()
    write_json(path, json.loads(before) | parts)
    try:
        yield
    finally:
        path.write_bytes(before)


def test_the_estimates_were_made_from_the_data_of_this_project(real: Made) -> None:
    """Else a change of the provenance would not be seen."""
    assert real.said["validate"]["reports/expectations.json"]["warnings"] == []


BLOCK = [key for key in KEYS if key.startswith("usdclp.")]
LABELS = "usdclp.thresholds.copper_move"
CALIBRATED = Path("data/forecasts/calibrated.parquet")


def test_fit_and_calibrate_do_not_see_the_estimates() -> None:
    assert not {"usdclp"} & {*STAGES["fit"]["params"], *STAGES["calibrate"]["params"]}


def test_the_estimates_leave_every_forecast_as_it_is_where_the_regimes_stay(real: Made) -> None:
    """All leaves changed at once, but for the one that moves labels: the same bytes of labels, forecasts and calibration."""
    values = {key: CHANGES[key] for key in BLOCK if key != LABELS}
    real.write(values)
    for stage in ("regimes", "fit", "calibrate"):
        run(stage)
        assert {path: path.read_bytes() for path in outputs(stage)} == real.files[stage], stage


def test_a_threshold_that_moves_labels_changes_no_raw_forecast_and_nothing_before_the_first_label(real: Made) -> None:
    """The last of the three shocks is one at 12 % and none at 17 %; the others are none at both."""
    stages, made = ["regimes", "fit", "calibrate"], []
    try:
        for move in (0.12, 0.17):
            real.write({LABELS: move})
            for stage in stages:
                run(stage)
            raw = Path("data/forecasts/raw.parquet").read_bytes()
            made.append((read_parquet(Path("data/regimes.parquet")), read_parquet(CALIBRATED), raw))
    finally:
        real.restore(stages)
    (labels, calibrated, raw), (other_labels, other, other_raw) = made
    first = labels.filter(labels["regime"] != other_labels["regime"])["origin_date"].min()
    assert raw == other_raw
    earlier = pl.col("origin_date") < first
    assert calibrated.filter(earlier).equals(other.filter(earlier)) and calibrated.filter(earlier).height > 0
    assert not calibrated.equals(other)


def test_same_params_make_the_same_outputs(real: Made) -> None:
    """Else a difference would say nothing."""
    real.write({})
    assert not [stage for stage in STAGES if stage not in ("validate", "report") and real.differs(stage)]


def test_every_change_is_of_a_key() -> None:
    assert set(CHANGES) == {*KEYS, *OF_COMMANDS}
