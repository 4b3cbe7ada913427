"""A sender killed at any moment: nothing is lost, and what arrives twice is the same message with the same Message-ID."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.faults.killed import script
from tests.support.mail.server import post

pytestmark = pytest.mark.slow

# At every STEP-th moment of a sender, before or after a call that reaches the system, a child kills itself; then a whole run.
STEP = 3  # so that it takes seconds; with 1 it has held for all 202
KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from tests.support.faults.killed import killed, moments
from forex.mail.account import account
from forex.mail.outbox import Outbox
from forex.mail.send import send
from forex.mail.smtp import Session
from tests.support.mail.material import settings

box, mine = Outbox(Path(sys.argv[1]), lock_timeout=5), account(os.environ)
STEP = int(sys.argv[2])
chosen = settings(max_age={"daily": 1000, "weekly": 5, "alert": 2})

def whole():
    with box.sending(), Session(mine, chosen.smtp) as session:
        return send(box, mine, chosen, session, clock=lambda: dt.datetime(2024, 11, 28, tzinfo=dt.UTC))

def put(number):
    name = f"daily-{dt.date(2024, 1, 1) + dt.timedelta(days=number)}"
    box.put(name, b"Subject: x\\r\\n\\r\\ny\\r\\n")
    return name

for number in range(2):
    put(number)
    count = moments(whole)
told = 0
tried = range(1, count + 1, STEP)
for at in tried:
    name = put(at + 1)
    killed(whole, at)
    for delivery in whole():
        assert delivery.name == name and delivery.fate == "sent", delivery
        told += any("may arrive twice" in said for said in delivery.said)
    assert box.place(name) == "sent" and box.waiting() == [], name
    assert not list((box.folder / "sending").iterdir())
print(len(tried), told)
"""


def test_killed_at_any_moment_it_is_sent_and_twice_only_with_the_same_id(tmp_path: Path) -> None:
    with post(tmp_path / "post") as server:
        said = script(KILLED, str(tmp_path / "outbox"), str(STEP), **server.environ())
        moments, told = map(int, said.split())
        arrived = Counter(mail.message["Message-ID"] for mail in server.man.arrived)
        contents = {mail.content for mail in server.man.arrived}
    twice = [identity for identity, times in arrived.items() if times > 1]
    assert len(arrived) == moments + 2 > 50  # nothing is lost
    assert max(arrived.values()) == 2 and len(contents) == len(arrived)  # what came twice is the same, byte for byte
    assert 0 < len(twice) <= told < moments / 2  # and it was told
