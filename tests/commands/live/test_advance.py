"""`forex advance` day by day, from a recorded provider, against one backfill and the backtest; and what ends it half-way."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from forex.commands.live import advance, backfill
from forex.commands.live.advance import PipelineFailed
from forex.core import lock
from forex.core.errors import GateFailed, StaleError, UsageError
from forex.core.files import read_json, read_parquet
from forex.ledger.rows import parse
from forex.timeline import calendar
from tests.support.live.replay import FIRST_DAY, Compared, Replay, after_first_day, compare, cut_off, days
from tests.support.live.web import Answer, Web, web
from tests.support.made_up import utc

pytestmark = pytest.mark.slow

DAYS = days(FIRST_DAY, 3)  # a weekend lies within
NEXT = str(calendar.shift([DAYS[-1]], 1)[0])
AFTER = str(calendar.shift([NEXT], 1)[0])
REVISED = dt.date(2023, 7, 5)


@pytest.fixture(scope="module")
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture(scope="module")
def replayed(site: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Three days, each just after its cut-off; before the last, an old value is revised."""
    with pytest.MonkeyPatch.context() as patch:
        replay = after_first_day(tmp_path_factory, site)
        patch.chdir(replay.root)
        for day in DAYS[1:]:
            if day == DAYS[-1]:
                replay.revise(str(REVISED))
            replay.advance(cut_off(day))
        yield replay


def test_every_day_is_issued_once_at_its_cut_off(replayed: Replay) -> None:
    rows = [parse(line, "ledger") for line in replayed.ledger()]
    assert [str(row.origin_date) for row in rows] == [day for day in DAYS for _ in range(5)]
    assert all(row.as_of == row.origin_date for row in rows)


def test_the_ledger_is_what_one_backfill_writes_and_what_the_backtest_says(replayed: Replay) -> None:
    """Ids, hashes and all: the later revision changed no earlier forecast."""
    assert compare(replayed, DAYS[0], DAYS[-1]) == Compared(15, 15, 15, 0.0)


def test_the_revision_is_known_from_the_day_it_came(replayed: Replay) -> None:
    rows = read_parquet(Path("data/store/usdclp.parquet")).filter(pl.col("date") == REVISED)
    assert rows["known_at"].to_list()[1:] == [cut_off(DAYS[-1])]


def test_nothing_new_is_said_and_what_came_since_is_shown(replayed: Replay) -> None:
    before = Path("params.yaml").read_bytes(), Path("dvc.lock").read_bytes()
    content = replayed.advance(cut_off(DAYS[-1], minutes=4 * 60))
    made = f"{cut_off(DAYS[-1], 0):%Y-%m-%dT%H:%M:%SZ}"
    since = content["published_since"]
    assert since["date"] == str(calendar.shift([DAYS[-1]], 1)[0])
    assert advance.text(content).splitlines() == [
        f"Nothing new since {made}: the forecast of {DAYS[-1]} is issued.",
        f"Published since, and not in it: {since['value']} for {since['date']}.",
    ]
    assert (Path("params.yaml").read_bytes(), Path("dvc.lock").read_bytes()) == before


def test_a_provider_that_stays_behind_ends_in_stale_and_changes_nothing(replayed: Replay) -> None:
    """The observado of the last two weeks does not come; the drivers do."""
    later = cut_off(str(calendar.shift([DAYS[-1]], 12)[0]))
    instants = replayed.providers.instants["usdclp"]
    kept = dict(instants)
    watched = [Path(name) for name in ("params.yaml", "dvc.lock", "reports/forecast.json", "reports/dashboard.html")]
    before = [path.read_bytes() for path in watched]
    last = cut_off(DAYS[-1])
    try:
        instants.update({date: utc("2030-01-01T00:00") for date, at in kept.items() if at > last})
        with pytest.raises(StaleError, match="5 business days are allowed"):
            replayed.advance(later)
    finally:
        instants.update(kept)
    assert [path.read_bytes() for path in watched] == before


def test_a_day_that_was_not_issued_is_not_issued_later(replayed: Replay) -> None:
    before = Path("params.yaml").read_bytes(), replayed.ledger()
    day = str(calendar.shift([DAYS[0]], -1)[0])
    with pytest.raises(UsageError, match=rf"{day} lies before the day that params.yaml stands on .*forex backfill"):
        replayed.advance(cut_off(DAYS[-1]), to=day)
    assert (Path("params.yaml").read_bytes(), replayed.ledger()) == before


def test_a_wrong_date_is_a_usage_error(replayed: Replay) -> None:
    with pytest.raises(UsageError, match='--to tomorrow: expected a date like "2024-11-27"'):
        replayed.advance(cut_off(DAYS[-1]), to="tomorrow")


@contextmanager
def broken(stage: str) -> Iterator[None]:
    path = Path(f"stages/{stage}.py")
    whole = path.read_bytes()
    path.write_text("raise SystemExit(3)\n", encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(whole)


def test_reports_that_a_run_did_not_reach_are_made_by_the_next(replayed: Replay) -> None:
    """It ended between the ledger and the reports: killed, or a stage failed. The forecast stays issued."""
    ledger, dashboard = Path("data/ledger/2023.csv"), Path("reports/dashboard.html")
    whole = ledger.read_bytes()
    kept = [line for line in whole.splitlines(keepends=True) if line.split(b",")[1] != DAYS[-1].encode()]
    ledger.write_bytes(b"".join(kept))  # as before the issue
    with broken("report"), pytest.raises(PipelineFailed, match="stages.report") as failed:
        replayed.advance(cut_off(DAYS[-1], 10))
    assert failed.value.exit_code == 3
    assert ledger.read_bytes() == whole
    before = dashboard.stat().st_mtime_ns if dashboard.exists() else None
    assert replayed.advance(cut_off(DAYS[-1], 15))["nothing_new_since"]
    assert f"The reports lack the forecast of {DAYS[-1]}: an earlier run ended before them." in replayed.said
    assert dashboard.stat().st_mtime_ns != before
    assert replayed.advance(cut_off(DAYS[-1], 20))["nothing_new_since"]
    assert not any("lack" in line for line in replayed.said)


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_run_that_ends_before_its_forecast_leaves_params_yaml_byte_for_byte(
    interrupted: bool, replayed: Replay
) -> None:
    """Foreign line endings and comments included; a link to a file of the project stays a link."""
    path, elsewhere, forecast = Path("params.yaml"), Path("params of ours.yaml"), Path("reports/forecast.json")
    original, before = path.read_bytes(), forecast.read_bytes()
    content = b"# ours\r\n" + original.replace(b"\n", b"\r\n")
    elsewhere.write_bytes(content)
    path.unlink()
    path.symlink_to(elsewhere)
    said: list[str] = []

    def progress(line: str) -> None:
        said.append(line)
        if interrupted and line.startswith("Running stage"):
            raise KeyboardInterrupt

    try:
        replayed.providers.now = cut_off(NEXT)
        with broken("forecast"), pytest.raises(KeyboardInterrupt if interrupted else PipelineFailed):
            advance.view(
                progress,
                clock=lambda: cut_off(NEXT),
                environ={"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"},
                client=lambda: replayed.site.client(attempts=1),
            )
        assert any(line.startswith("Running stage") for line in said)
        assert path.is_symlink() and elsewhere.read_bytes() == content
        assert forecast.read_bytes() == before
    finally:
        elsewhere.unlink()
        path.unlink()
        path.write_bytes(original)


def test_a_second_advance_waits_and_then_says_who_is_at_it(replayed: Replay) -> None:
    original = Path("params.yaml").read_bytes()
    replayed.set({"fetch.lock_timeout": 0.2})
    try:
        with lock.held(advance.RUNNING, timeout=1), pytest.raises(GateFailed, match="is held by process"):
            replayed.advance(cut_off(DAYS[-1]))
    finally:
        Path("params.yaml").write_bytes(original)


def test_a_dvc_that_runs_elsewhere_is_no_defect_of_ours(replayed: Replay) -> None:
    before = Path("params.yaml").read_bytes()
    holder = "import sys; from zc.lockfile import LockFile; held = LockFile('.dvc/tmp/lock'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        with pytest.raises(
            PipelineFailed, match=r"(?s)Unable to acquire lock.*wait until it has ended.*forex doctor"
        ) as failed:
            replayed.advance(cut_off(NEXT))
        process.stdin.close()
    assert failed.value.exit_code == 1
    assert Path("params.yaml").read_bytes() == before


@pytest.mark.parametrize(
    "place", ["data/ledger/x.csv", "data/ledger/june/x.csv", "linked/x.csv", "./data/../data/ledger/x"]
)
def test_a_backfill_never_goes_into_the_ledger(place: str, replayed: Replay) -> None:
    linked = Path("linked")
    if not linked.is_symlink():
        linked.symlink_to("data/ledger")
    with pytest.raises(UsageError, match="the ledger holds what was really issued"):
        backfill.view(DAYS[0], DAYS[-1], Path(place), progress=print)


def test_a_backfill_with_other_params_than_the_run_is_refused(replayed: Replay, tmp_path: Path) -> None:
    """Its rows would say that they were made with params that made none of them."""
    original = Path("params.yaml").read_bytes()
    replayed.set({"calibrate.min_scores": 61})
    try:
        with pytest.raises(UsageError, match="params.yaml has changed since the last run"):
            backfill.view(DAYS[0], DAYS[-1], tmp_path / "rows.csv", progress=print)
    finally:
        Path("params.yaml").write_bytes(original)
    assert not (tmp_path / "rows.csv").exists()


def test_an_outage_of_the_observado_s_providers_costs_no_forecast(replayed: Replay) -> None:
    """The last of these tests, for it advances by two days: the drivers come, and the forecast says what it stands on."""
    assert replayed.advance(cut_off(NEXT))["fetched"]["outage"] is None
    route = replayed.site.route
    replayed.site.route = lambda path, query: Answer(status=503) if path.startswith("/bcch") else route(path, query)
    try:
        content = replayed.advance(cut_off(AFTER))
    finally:
        replayed.site.route = route
    assert [row["origin_date"] for row in (content, content["issued"])] == [AFTER, AFTER]
    said = advance.text(content)
    assert (
        "It stands on an older observado, for no provider brought one: usdclp from bcch: " in said
        and "status 503" in said
    )
    forecast = read_json(Path("reports/forecast.json"))
    assert (forecast["origin_date"], forecast["anchor_date"]) == (AFTER, NEXT)
    assert forecast["anchor_age"] > 0
    # What comes an hour later was not known at the cut-off, and the forecast stays as it was issued.
    assert replayed.advance(cut_off(AFTER, minutes=65))["nothing_new_since"]
    rows = read_parquet(Path("data/store/usdclp.parquet"))
    assert rows.filter(pl.col("date") == dt.date.fromisoformat(AFTER))["known_at"].item() == cut_off(AFTER, minutes=65)
    assert compare(replayed, DAYS[0], AFTER) == Compared(25, 25, 25, 0.0)
