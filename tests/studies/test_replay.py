"""Sixty real days through `forex advance`, one at a time, for reports/replay.md.  `make replay` runs it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from forex.commands.tables import markdown
from forex.core.disk import write_text
from tests.support.live.replay import DRIVERS, Compared, Replay, compare, cut_off, days
from tests.support.live.web import web
from tests.support.made_up import ROOT

DAYS = days("2023-07-10", 60)
REVISED, AT = "2023-07-05", DAYS[30]
PAGE = """# Real days replayed, one at a time

`make replay` runs {days} business days of the sample, {first} to {last}, through `forex advance`, each five minutes after its
cut-off, from a web server that knows at each instant what had been published by then, in the formats of the Banco Central de
Chile and the European Central Bank (the observado and {drivers} currencies from 2019 on). On {at} the observado of {revised} is
revised by 0.4 %. Then one `forex backfill` over all days, and the backtest of the last one, are compared with the ledger.

{table}
"""


def page(found: Compared, replayed: Sequence[str], drivers: int) -> str:
    days, first, last = len(replayed), replayed[0], replayed[-1]
    rows = [
        ["", ""],
        ["days", str(days)],
        ["rows issued", str(found.rows)],
        ["the same line in the backfill, ids and hashes included", str(found.like_backfill)],
        ["the same target, regime, anchor and quantiles in the backtest", str(found.like_backtest)],
        ["largest difference of a quantile, CLP per USD", f"{found.largest_difference:.4f}"],
        ["equal", "yes" if found.rows == found.like_backfill == found.like_backtest else "no"],
    ]
    return PAGE.format(days=days, first=first, last=last, drivers=drivers, at=AT, revised=REVISED, table=markdown(rows))


@pytest.mark.replay
def test_sixty_days_are_what_one_backfill_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with web() as site:
        replay = Replay(tmp_path / "project", site)
        monkeypatch.chdir(replay.root)
        for day in DAYS:
            if day == AT:
                replay.revise(REVISED)
            replay.advance(cut_off(day))
            print(day, flush=True)  # a long run, shown by `make replay`
        found = compare(replay, DAYS[0], DAYS[-1])
    write_text(ROOT / "reports/replay.md", page(found, DAYS, len(DRIVERS)))
    assert found == Compared(5 * len(DAYS), 5 * len(DAYS), 5 * len(DAYS), 0.0)
