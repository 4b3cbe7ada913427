"""`forex advance` by the clock: when nothing is due, once a day when run hourly, late with a record, and after it was killed."""

import datetime as dt
import os
import shutil
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from forex.commands.judge import check
from forex.commands.live import advance, issued_at
from forex.core.errors import DataError, UsageError
from forex.core.files import read_json
from forex.params import load_params
from forex.timeline import calendar
from tests.support.live.replay import EARLIER, FIRST_DAY, Replay, after_first_day, cut_off
from tests.support.live.web import Answer, Query, Web, web
from tests.support.made_up import utc

pytestmark = pytest.mark.slow

THURSDAY, SATURDAY = FIRST_DAY, "2023-07-15"


@pytest.fixture(scope="module")
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture(scope="module")
def replay(site: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Nothing is stored, forecast or issued, and params.yaml stands on an earlier day. What comes before the forecast runs only
    where its inputs are not those of an earlier run.
    """
    with pytest.MonkeyPatch.context() as patch:
        made = after_first_day(tmp_path_factory, site)
        patch.chdir(made.root)
        shutil.rmtree("data/store")
        for path in (issued_at.FILE, Path(f"data/ledger/{THURSDAY[:4]}.csv"), Path("reports/forecast.json")):
            path.unlink()
        made.set({"as_of": EARLIER})
        yield made


def skipped(replay: Replay, at: dt.datetime) -> str:
    """The one line of a run that has nothing to do; it asks nobody, and moves no file."""
    asked = len(replay.site.requests)
    files = Path("params.yaml"), Path("dvc.lock")
    before = [path.read_bytes() for path in files]
    content = replay.advance(at, after_cut_off=True)
    assert len(replay.site.requests) == asked and replay.said == [] and content["issued"] is None
    assert [path.read_bytes() for path in files] == before
    said = advance.text(content)
    assert said == content["skipped"] and "\n" not in said
    return said


def test_before_the_cut_off_and_on_no_business_day_nothing_is_done(replay: Replay) -> None:
    """By Santiago's clock, whatever the machine's: 18:59Z is 14:59 there in July, 17:59Z is 14:59 in December."""
    early = skipped(replay, cut_off(THURSDAY, -1))
    assert early.startswith(f"No forecast is due: it is 14:59 in Santiago, and the cut-off of {THURSDAY} is at 15:00")
    assert "That of 2023-07-12 was not issued: forex advance issues it late." in early
    assert "it is 14:59 in Santiago" in skipped(replay, utc("2023-12-06T17:59"))
    assert f"{SATURDAY} is no business day in Chile" in skipped(replay, utc(f"{SATURDAY}T20:00"))
    assert "2023-09-18 is no business day in Chile" in skipped(replay, utc("2023-09-18T20:00"))  # a holiday


def test_today_and_another_day_exclude_each_other(replay: Replay) -> None:
    with pytest.raises(UsageError, match="--after-cut-off is about today and --to about another day"):
        replay.advance(cut_off(THURSDAY), to=THURSDAY, after_cut_off=True)


def test_a_run_killed_while_it_waits_is_completed_or_says_what_it_lacks(replay: Replay) -> None:
    """It had asked for the observado and got none. Five minutes later, on time: nothing is said to be late."""
    route = replay.site.route

    def killing(path: str, query: Query) -> Answer:
        def silent(handler: BaseHTTPRequestHandler) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        return Answer(send=silent) if path.startswith("/bcch") else route(path, query)

    replay.site.route = killing
    try:
        with pytest.raises(KeyboardInterrupt):
            replay.advance(cut_off(THURSDAY, 5), after_cut_off=True)
    finally:
        replay.site.route = route
    assert replay.ledger() == []
    content = replay.advance(cut_off(THURSDAY, 10), after_cut_off=True)
    anchor = read_json(Path("reports/forecast.json"))["anchor_date"]
    if anchor != THURSDAY:
        assert f"It stands on the observado of {anchor} and lacks that of {THURSDAY}" in advance.text(content)
    else:
        assert content["lacks"] is None
    assert content["late"] is None and len(replay.ledger()) == 5


def test_when_it_was_issued_is_recorded_beside_the_ledger(replay: Replay) -> None:
    stamp = f"{cut_off(THURSDAY, 10):%Y-%m-%dT%H:%M:%SZ}"
    lines = [f"{THURSDAY},{horizon},{stamp}" for horizon in ("1d", "7d", "15d", "30d", "90d")]
    assert issued_at.FILE.read_text().splitlines() == [issued_at.FIRST_LINE, *lines]
    assert not [reason for reason in check.view()["reasons"] if reason["kind"] == "late"]


def test_the_hourly_runs_after_it_do_nothing(replay: Replay) -> None:
    for minutes in (65, 8 * 60):
        said = skipped(replay, cut_off(THURSDAY, minutes))
        assert said == f"Done already: the forecast of {THURSDAY} is issued, and the reports have it."
    assert "No forecast is due: it is 00:10" in skipped(replay, cut_off(THURSDAY, 9 * 60 + 10))


def forget(day: str) -> None:
    """As if the day had not been issued: no row of it in the ledger or the record."""
    for path, column in ((issued_at.FILE, 0), (Path(f"data/ledger/{day[:4]}.csv"), 1)):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.split(",")[column] != day]
        assert len(kept) == len(lines) - 5
        path.write_text("".join(kept), encoding="utf-8")


def test_a_late_issue_is_said_and_recorded_and_called_by_check(replay: Replay) -> None:
    """The same day on the next morning, by hand: the outcome of its 1d had been public since the evening."""
    forget(THURSDAY)
    at = cut_off(THURSDAY, 18 * 60)
    content = replay.advance(at)
    public = f"{utc(f'{THURSDAY}T22:00'):%Y-%m-%dT%H:%M:%SZ}"
    assert content["origin_date"] == THURSDAY and str(load_params().as_of) == THURSDAY and len(replay.ledger()) == 5
    assert content["late"] == (
        f"issued at {at:%Y-%m-%dT%H:%M:%SZ}, 18.0 hours after its cut-off: the outcome of 1d had been public since {public}"
    )
    assert f"Late: {content['late']}. data/issued_at.csv says so, too." in advance.text(content)
    assert issued_at.recorded()[THURSDAY, "1d"] == at
    late = [reason["says"] for reason in check.view()["reasons"] if reason["kind"] == "late"]
    assert len(late) == 1 and f"had been public since {public}" in late[0] and check.view()["exit_code"] == 1
    issued_at.FILE.rename("elsewhere.csv")
    kinds = {reason["kind"] for reason in check.view()["reasons"]}
    assert "late" not in kinds  # nothing recorded, nothing said
    Path("elsewhere.csv").rename(issued_at.FILE)


@pytest.mark.parametrize("line", ["2023-07-11,1d", "2023-07-11,1d,soon", "2023-07-11,1d,2023-07-11T19:05:00Z,x", ""])
def test_a_damaged_record_names_its_line(line: str, replay: Replay) -> None:
    whole = issued_at.FILE.read_bytes()
    issued_at.FILE.write_bytes(whole + f"{line}\n".encode())
    try:
        with pytest.raises(
            DataError, match=r"data/issued_at.csv, line 7: .*(Restore the file with git|restore or complete the line)"
        ):
            issued_at.recorded()
    finally:
        issued_at.FILE.write_bytes(whole)


def test_a_cut_off_after_midnight_in_utc_is_of_its_own_day_in_santiago(replay: Replay) -> None:
    """21:00 in Santiago is 01:00Z of the next day in July."""
    at = utc("2023-07-12T01:05")
    params = load_params()
    late = params.model_copy(update={"cut_off": "21:00"})
    assert advance._origin(None, late, at) == "2023-07-11"
    assert str(calendar.on_or_before("2023-07-12")) == "2023-07-12"
