"""The study of the constants: every number of the typed blocks is found and moved, and its runs are those of the pipeline."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.models.registry import settings
from forex.params import Params, load_params
from forex.statistics.scores import matured
from studies import constants
from tests.support.changed_params import COMMITTED, Content
from tests.support.finished_project import copied
from tests.support.made_up import ROOT


def committed() -> Params:
    return load_params(path=ROOT / "params.yaml", declared={"fit": settings()})


@cache
def variants() -> Mapping[tuple[str, float], Mapping[str, Any]]:
    """Of the committed params: each is read as a file, which takes its time."""
    return constants.variants(committed(), COMMITTED)


def numbers(block: Content, prefix: str) -> dict[str, Any]:
    """What the file has, without its types."""
    found: dict[str, Any] = {}
    for name, value in block.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            found |= numbers(value, key)
        elif isinstance(value, int | float) or (
            isinstance(value, list) and not any(isinstance(item, str) for item in value)
        ):
            found[key] = value
    return found


def test_every_number_of_the_blocks_is_a_constant() -> None:
    expected = numbers(COMMITTED["fit"]["nowcast"], "fit.nowcast") | numbers(COMMITTED["calibrate"], "calibrate")
    found = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in constants.constants(committed()).items()
    }
    assert found == expected and len(found) > 20


def test_each_is_moved_alone_and_all_that_may_be_together() -> None:
    params = committed()
    moved = variants()
    assert len(moved) == 2 * len(constants.constants(params)) + 2
    assert moved["fit.nowcast.penalty", 0.5] == {"fit.nowcast.penalty": COMMITTED["fit"]["nowcast"]["penalty"] / 2}
    up = moved[constants.TOGETHER, 1.5]
    allowed = {
        key for key in constants.constants(params) if constants.with_values(COMMITTED, moved[key, 1.5]) is not None
    }
    assert set(up) == allowed and "calibrate.multipliers.band" not in up
    made = constants.with_values(COMMITTED, up)
    assert made is not None and made.calibrate.half_life == 1.5 * params.calibrate.half_life
    assert constants.with_values(COMMITTED, {"calibrate.multipliers.band": 1.35}) is None


def test_changes_are_over_what_both_have_scored() -> None:
    base = {"1d": np.array([1.0, np.nan, 3.0]), "7d": np.array([np.nan])}
    found = constants.change_pct(base, {"1d": np.array([np.nan, 9.0, 3.3]), "7d": np.array([1.0])})
    assert found["1d"] == pytest.approx(10.0) and np.isnan(found["7d"])


def test_the_page_has_a_row_for_each_and_says_what_is_not_allowed() -> None:
    params, none = committed(), dict.fromkeys(committed().horizons, 0.0)
    changes: dict[tuple[str, float], Any] = dict.fromkeys(variants(), none)
    changes["calibrate.half_life", 0.5] = none | {"7d": 0.31, "90d": -0.42}
    changes["calibrate.multipliers.band", 1.5] = None
    changes[constants.TOGETHER, 1.5] = none | {"1d": 0.2}
    page = constants.report(params, changes)
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    rows = {(row[0], row[2]): row[3:] for row in cells[1:]}
    assert len(rows) == len(changes)
    assert rows["`calibrate.half_life`", "0.5"] == ["+0.00", "+0.31", "+0.00", "+0.00", "-0.42"]
    assert rows["`calibrate.multipliers.band`", "1.5"] == ["not allowed"] * 5
    assert constants.summary(params.horizons, changes) in page
    assert constants.summary(params.horizons, changes) == (
        "CRPS at 1d/7d/15d/30d/90d changes by +0.0/+0.0/+0.0/+0.0/+0.0 % with all of them times 0.5 and by "
        "+0.2/+0.0/+0.0/+0.0/+0.0 % with all of them times 1.5; of one alone at most by -0.4 % (`calibrate.half_life` times 0.5, "
        "at 90d)."
    )


@pytest.mark.slow
def test_without_a_change_the_losses_are_those_of_the_last_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    with copied(tmp_path_factory) as project:
        project.write({})
        constants.run.cache_clear()
        base, other = constants.losses({}), constants.losses({"calibrate.half_life": 50})
        assert base is not None and other is not None
        since = constants.run().params.evaluate.from_
        for horizon, loss in base.items():
            panel = matured(read_parquet(Path("data/forecasts/calibrated.parquet")), horizon, origins_from=since)
            expected = panel.crps[:, panel.models.index(PUBLISHED)]
            np.testing.assert_allclose(loss[np.isfinite(loss)], expected, rtol=1e-4)
            assert abs(constants.change_pct(base, other)[horizon]) > 0
        constants.run.cache_clear()
