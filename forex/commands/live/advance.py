"""`forex advance`: one day of live use, from the providers to the ledger and the reports.

Fetch, set `as_of` to the last business day whose cut-off has passed, run the pipeline as far as the forecast, enter that in the
ledger, and run the rest, which reports on the ledger, too. Meant for just after the cut-off; later in the evening it makes the
same forecast, and says what has been published since. What a run that was killed left undone, the next one does.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from forex.commands.keep.params import whole
from forex.commands.live import fetch, issue
from forex.core import lock
from forex.core.clock import Clock, now
from forex.core.errors import ForexError, GateFailed, StaleError, UsageError
from forex.core.files import write_text
from forex.forecast.forecast import clp
from forex.ledger import ledger
from forex.observations.ingest import age_business_days, known_rows
from forex.observations.store import TARGET, read_series, read_series_list
from forex.operations import load_operations
from forex.params import PARAMS_FILE, Params
from forex.providers.net import Client
from forex.timeline import calendar

RUNNING = ledger.LEDGER / ".advance"
REPORTING = ("performance", "evaluate", "report")  # the stages that report on the ledger, too, or on those that do
AS_OF = re.compile(r"""^as_of: *["']\d{4}-\d{2}-\d{2}["']""", re.MULTILINE)


class PipelineFailed(ForexError):
    """`dvc repro` ended with an error; the exit code is that of the stage that failed, or 1 where DVC itself did."""

    def __init__(self, message: str, exit_code: int):
        super().__init__(message)
        self.exit_code = exit_code


def view(
    progress: Callable[[str], None],
    *,
    to: str | None = None,
    clock: Clock = now,
    environ: Mapping[str, str] = os.environ,
    client: Callable[[], Client] | None = None,
) -> dict[str, Any]:
    """Advance to the last business day whose cut-off has passed, or to `to` (YYYY-MM-DD) where that is earlier.

    Where no provider brings the observado and the stored one is fresh enough, the forecast stands on that one and says so.
    Raises what `forex fetch` raises otherwise; GateFailed where another advance still runs after fetch.lock_timeout; UsageError
    for a day before the one that params.yaml stands on; StaleError where the observado known at that cut-off is too old, before
    anything is changed; PipelineFailed where a stage fails: with `as_of` set back up to the forecast; after it the forecast is
    issued and stays so.
    """
    RUNNING.parent.mkdir(parents=True, exist_ok=True)
    with lock.held(RUNNING, timeout=load_operations().fetch.lock_timeout):
        return _advance(progress, to, clock, environ, client)


def _advance(
    progress: Callable[[str], None],
    to: str | None,
    clock: Clock,
    environ: Mapping[str, str],
    client: Callable[[], Client] | None,
) -> dict[str, Any]:
    params = whole()  # a wrong setting of a model must not show only when its stage runs
    fetched = fetch.view(progress, clock=clock, environ=environ, client=client, strict=False)
    origin = _origin(to, params, clock())
    cut_off = _cut_off(origin, params)
    content: dict[str, Any] = {"origin_date": origin, "made_at": f"{cut_off:%Y-%m-%dT%H:%M:%SZ}", "fetched": fetched}
    if _issued(origin):
        if params.as_of == origin and _reports_behind():
            progress(f"The reports lack the forecast of {origin}: an earlier run ended before them.")
            _repro(progress, "--single-item", *REPORTING)
        return content | {"nothing_new_since": content["made_at"], "issued": None} | _published_since(params, cut_off)
    if origin < str(calendar.on_or_before(params.as_of)):
        raise UsageError(
            f"{origin} lies before the day that params.yaml stands on (as_of: {params.as_of}). A forecast is issued before the "
            f"next one or not at all; `forex backfill` writes what a run on {origin} would have issued. If as_of is wrong, set "
            "it back."
        )
    _refuse_stale(params, origin, cut_off)
    _run(origin, progress)
    issued = issue.view()
    _repro(progress)  # performance, evaluate, report
    return content | {"nothing_new_since": None, "issued": issued} | _published_since(params, cut_off)


def text(content: Mapping[str, Any]) -> str:
    if content["nothing_new_since"]:
        lines = [f"Nothing new since {content['made_at']}: the forecast of {content['origin_date']} is issued."]
    else:
        lines = [issue.text(content["issued"]), f"It was made with what was known at {content['made_at']}."]
        if content["fetched"]["outage"]:
            lines.append(
                f"It stands on an older observado, for no provider brought one: {content['fetched']['outage']}."
            )
    since = content["published_since"]
    if since:
        lines.append(f"Published since, and not in it: {since['value']} for {since['date']}.")
    return "\n".join(lines)


def _origin(to: str | None, params: Params, at: dt.datetime) -> str:
    passed = fetch.last_cut_off(at, params.cut_off)
    newest = str(calendar.on_or_before(passed.date().isoformat()))
    if to is None:
        return newest
    try:
        wanted = str(calendar.on_or_before(dt.date.fromisoformat(to).isoformat()))
    except ValueError as error:
        raise UsageError(f'--to {to}: expected a date like "2024-11-27"') from error
    return min(wanted, newest)


def _cut_off(origin: str, params: Params) -> dt.datetime:
    return pl.Series(calendar.cut_offs([origin], params.cut_off)).dt.replace_time_zone("UTC").item()


def _issued(origin: str) -> bool:
    rows = ledger.read(ledger.LEDGER)
    return rows.filter(pl.col("origin_date") == dt.date.fromisoformat(origin)).height > 0


def _target_rows(params: Params) -> pl.DataFrame:
    store = Path(params.ingest.store)
    return read_series(store, TARGET, read_series_list(store)[TARGET])


def _refuse_stale(params: Params, origin: str, cut_off: dt.datetime) -> None:
    """The same bound as in `validate`, before anything is changed."""
    newest = known_rows(_target_rows(params), cut_off)["date"].max()
    bound = params.validate_.max_age.critical
    if newest is None or age_business_days(str(newest), origin) > bound:
        said = str(newest) if newest else "no day"
        raise StaleError(
            f"{TARGET}: the newest value known at {cut_off:%Y-%m-%dT%H:%M:%SZ} is of {said}, {bound} business days are allowed "
            "(validate.max_age.critical). The last forecast and params.yaml are as they were; fetch again later."
        )


def _run(origin: str, progress: Callable[[str], None]) -> None:
    """Set `as_of` and make its forecast; where a stage fails or the run is interrupted, params.yaml is what it was."""
    file = PARAMS_FILE.resolve()  # a link stays one
    before = file.read_bytes().decode("utf-8")  # with its ends of lines
    if not AS_OF.search(before):
        raise UsageError(f'{PARAMS_FILE}: no line like as_of: "2024-11-27" at the top level. Write it so.')
    made = False
    try:
        write_text(file, AS_OF.sub(f'as_of: "{origin}"', before, count=1))
        _repro(progress, "forecast")
        made = True
    finally:
        if not made:
            write_text(file, before)


def _reports_behind() -> bool:
    """Whether a stage that reports on the ledger has not run since what it depends on changed."""
    done = _dvc("status", "--json", *REPORTING, stderr=subprocess.DEVNULL)
    return done.returncode == 0 and bool(json.loads(done.stdout))


def _repro(progress: Callable[[str], None], *stages: str) -> None:
    """`dvc repro` of these stages and what they depend on, or of all, its lines passed on.

    Raises PipelineFailed with what the failing stage said and its exit code.
    """
    done = _dvc("repro", *stages, stderr=subprocess.STDOUT)
    for line in done.stdout.splitlines():
        if line.startswith("Running stage"):
            progress(line.rstrip(":"))
    if done.returncode:
        code = re.search(r"exited with (\d+)", done.stdout)
        said = [
            line for line in done.stdout.splitlines() if line and not line.startswith(("Running stage", "> ", "Stage"))
        ]
        if not code:
            said.append("If another run goes on, wait until it has ended; if one was killed, run forex doctor.")
        raise PipelineFailed("\n".join(["dvc repro failed:", *said]), int(code[1]) if code else GateFailed.exit_code)


def _dvc(*words: str, stderr: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dvc", *words], stdout=subprocess.PIPE, stderr=stderr, text=True, check=False
    )


def _published_since(params: Params, cut_off: dt.datetime) -> dict[str, Any]:
    """The newest observado that became known after the cut-off, and is dated after what was known at it."""
    rows = _target_rows(params)
    known = known_rows(rows, cut_off)["date"].max()
    later = rows.filter(pl.col("known_at") > cut_off)
    if known is not None:
        later = later.filter(pl.col("date") > known)
    if later.is_empty():
        return {"published_since": None}
    date, value = later.sort("date", "known_at").select("date", "value").row(-1)
    return {"published_since": {"date": str(date), "value": clp(value)}}
