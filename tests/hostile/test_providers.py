"""Damaged answers of every service: values that stand in them, or a ProviderError; through the same boundary as in a fetch."""

import datetime as dt
import json
import os
import re
import time
import zlib
from typing import Any

import pytest

from forex.core.edges.shown import visible
from forex.core.errors import ProviderError
from forex.operations import Source
from forex.providers.services import LONGEST
from tests.support.faults.mutations import mutations
from tests.support.live import recorded
from tests.support.live.provider_clients import CODE, MONDAY, OBSERVADO, TUESDAY, WEDNESDAY
from tests.support.live.served import Canned, services

COUNT = int(os.environ.get("FOREX_FUZZ", "100"))
DOLLARS = dict.fromkeys(OBSERVADO, 1.05)  # per euro, as the rates beside them are
EUROS = {"BRL": {day: round(6.1 + i / 100, 2) for i, day in enumerate(OBSERVADO)}, "USD": DOLLARS}
AT_NOON = [(dt.datetime.combine(day, dt.time(17), tzinfo=dt.UTC), value) for day, value in OBSERVADO.items()]


def bytes_of(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()


# By provider: the code, a sound answer, and whether its values are ours as they stand there.
ANSWERS: dict[str, tuple[str, bytes, bool]] = {
    "bcch": (CODE, bytes_of(recorded.bcch(CODE, OBSERVADO)), True),
    "mindicador": ("dolar", bytes_of(recorded.mindicador("dolar", OBSERVADO)), True),
    "findic": ("dolar", bytes_of(recorded.findic("dolar", OBSERVADO)), True),
    "fred": (
        "DGS2",
        bytes_of(recorded.fred([(str(day), str(day), str(value)) for day, value in OBSERVADO.items()])),
        True,
    ),
    "ecb": ("BRL", bytes_of(recorded.ecb(EUROS)), False),
    "ecb_xml": ("BRL", bytes_of(recorded.ecb_xml(EUROS)), False),
    "frankfurter": ("BRL", bytes_of(recorded.frankfurter(EUROS)), False),
    "jsdelivr": ("brl", bytes_of(recorded.jsdelivr(TUESDAY, {"brl": 5.81})), True),
    "yahoo": ("HG=F", bytes_of(recorded.yahoo("HG=F", AT_NOON)), True),
}
NUMBERS = re.compile(rb"-?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def stands_in(body: bytes, value: float) -> bool:
    return any(float(number.replace(b",", b".")) == value for number in NUMBERS.findall(body))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_damaged_answer_gives_what_stands_in_it_or_an_error(name: str) -> None:
    code, sound, plain = ANSWERS[name]
    source, client = Source(provider=name, code=code), Canned(sound)
    assert len(services(client).observations(source, MONDAY, WEDNESDAY)) in (1, 3)
    refused = 0
    for number, body in enumerate(mutations(sound, count=COUNT, seed=zlib.crc32(name.encode()))):
        client.body = body
        began = time.process_time()
        try:
            found = services(client).observations(source, MONDAY, WEDNESDAY)
        except ProviderError as error:
            refused += 1
            said = [str(error)]
        else:
            said = found.unsound
            assert not plain or all(stands_in(body, observation.value) for observation in found), (number, body[:300])
            dates = [observation.date for observation in found]
            assert dates == sorted(dates), (number, body[:300])
        assert all(sentence == visible(sentence) and len(sentence) < 3 * LONGEST for sentence in said), (number, said)
        assert "please report it" not in " ".join(said), (number, said, body[:300])
        assert time.process_time() - began < 2, (number, body[:300])
    assert refused > COUNT // 10
