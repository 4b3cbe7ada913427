"""Damaged files of every kind that is read: refused with an error of ours, or read as a strict reader must read them.

A hundred damaged copies of each in every run of the suite, FOREX_FUZZ of them in `make fuzz`. Damage that the bytes do not show,
such as another digit in a value, is no damage to a reader: what is read then has to be what stands there.
"""

import os
import time
import zlib
from pathlib import Path

import pytest

from forex.core.errors import ForexError
from tests.support.faults.edge_inputs import INPUTS
from tests.support.faults.mutations import mutations

COUNT = int(os.environ.get("FOREX_FUZZ", "100"))
LONGEST = 2.0  # processor seconds for one file


def written(name: str, content: bytes) -> None:
    path = Path(INPUTS[name].path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("store").mkdir()


@pytest.mark.parametrize("name", INPUTS)
def test_a_sound_file_is_read_as_the_second_reader_reads_it(name: str) -> None:
    case = INPUTS[name]
    content = case.sound()
    written(name, content)
    assert case.read() == case.strict(content)


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_a_damaged_file_is_refused_or_read_as_it_stands(name: str) -> None:
    case = INPUTS[name]
    accepted = refused = 0
    for number, content in enumerate(mutations(case.sound(), count=COUNT, seed=zlib.crc32(name.encode()))):
        written(name, content)
        began = time.process_time()
        try:
            found = case.read()
        except ForexError as error:
            refused += 1
            assert str(error).strip() and len(str(error)) < 5_000, (number, content[:300])
        else:
            accepted += 1
            assert found == case.strict(content), (number, content[:300])
        assert time.process_time() - began < LONGEST, (number, content[:300])
    assert refused > COUNT // 10
