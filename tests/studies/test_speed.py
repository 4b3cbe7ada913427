"""What fit and calibrate may cost, and that the bench measures what it says.

Processor time stands for time here, so that a busy machine does not fail the test; `make bench` measures the wall.
"""

import os
import sys
from pathlib import Path

import pytest

from studies.bench import ours
from studies.bench.__main__ import RIVALS, Rival
from studies.bench.measured import Cost, cost
from tests.support.finished_project import first_run


def processor(spent: Cost) -> Cost:
    return Cost(spent.processor, spent.processor, spent.megabytes)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the panel and the regimes of the committed sample."""
    return first_run(tmp_path_factory)


def test_fit_and_calibrate_stay_within_their_limits(sample: Path, tmp_path: Path) -> None:
    spent = ours.stages(sample, tmp_path)
    spent["conformal"] = ours.conformal_part(tmp_path)
    assert not ours.missed({name: processor(amount) for name, amount in spent.items()})
    assert 0 < spent["conformal"].processor < spent["calibrate"].processor


def test_a_missed_limit_is_said() -> None:
    fine, slow, large = Cost(0.5, 0.5, 300.0), Cost(14.8, 9.0, 300.0), Cost(0.5, 0.5, 1000.0)
    assert not ours.missed({"fit": fine, "calibrate": fine, "conformal": fine})
    assert ours.missed({"fit": slow, "calibrate": fine, "conformal": fine}) == [
        "fit and calibrate take 15.30 s, expected under 15 s."
    ]
    assert ours.missed({"fit": fine, "calibrate": large, "conformal": slow}) == [
        "fit and calibrate need 1000.00 MB, expected under 1000 MB.",
        "the conformal part takes 14.80 s, expected under 1 s.",
    ]


def test_memory_and_time_are_those_of_the_process_alone(tmp_path: Path) -> None:
    held = bytearray(300_000_000)  # of the parent, which the child's figure must not include
    held[:] = b"x" * len(held)
    small = cost([sys.executable, "-c", "pass"], cwd=tmp_path, env=os.environ)
    large = cost([sys.executable, "-c", "sum(range(10**7)); b'x' * 10**8"], cwd=tmp_path, env=os.environ)
    assert small.megabytes < 100
    assert 90 < large.megabytes - small.megabytes < 120
    assert large.processor > small.processor + 0.05
    assert large.seconds >= 0.5 * large.processor


def test_a_failing_process_ends_the_bench_with_its_message(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no panel here"):
        cost([sys.executable, "-c", "import sys; sys.exit('no panel here')"], cwd=tmp_path, env=os.environ)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.title)
def test_every_rival_has_a_script_that_is_there_and_parses(rival: Rival) -> None:
    """Running them needs an environment of their own; a script that has moved is seen without it."""
    compile(rival.path.read_text(encoding="utf-8"), str(rival.path), "exec")
