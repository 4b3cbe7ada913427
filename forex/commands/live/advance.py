"""`forex advance`: one day of live use, from the providers to the ledger and the reports.

Fetch, set `as_of` to the last business day whose cut-off has passed, run the pipeline as far as the forecast, enter that in the
ledger, and run the rest, which reports on the ledger, too. Meant for just after the cut-off; later in the evening it makes the
same forecast, and says what has been published since. What a killed run left undone, the next one does. With
`--after-cut-off` a schedule may run it every hour: it does its work once a day, when Santiago's clock has passed the cut-off.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from forex.commands.keep.params import ensure_writable, whole, write
from forex.commands.live import fetch, issue, issued_at
from forex.commands.live.observado import lacks, published_since, refuse_stale
from forex.commands.live.on_time import STAMP, cut_off_of, first_outcome, lateness, not_due
from forex.core import lock
from forex.core.clock import Clock, now
from forex.core.disk import make_folder
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import ForexError, GateFailed, UsageError
from forex.ledger import ledger
from forex.operations import load_operations
from forex.params import PARAMS_FILE, Params
from forex.providers.network.net import Client
from forex.providers.quote.quote import last_cut_off
from forex.timeline import calendar

RUNNING = ledger.LEDGER / ".advance"
DVC = (sys.executable, "-m", "dvc")
REPORTING = ("performance", "evaluate", "report")  # the stages that run once the forecast is issued
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
    after_cut_off: bool = False,
    clock: Clock = now,
    environ: Mapping[str, str] = os.environ,
    client: Callable[[], Client] | None = None,
) -> dict[str, Any]:
    """Advance to the last business day whose cut-off has passed, or to `to` (YYYY-MM-DD) where that is earlier.

    after_cut_off: do nothing, `skipped` saying why, unless today's forecast is due and not made yet.

    Where no provider brings the observado and the stored one is fresh enough, the forecast stands on that one and says so.
    `lacks` says what was due before the cut-off and is not in the forecast, `late` that it was issued long after; both are None
    where there is nothing to say.

    Raises whatever else `forex fetch` raises; GateFailed where another advance is still running after fetch.lock_timeout;
    UsageError for `to` with `after_cut_off`, for a `to` that is not a date, and for a day before the one params.yaml stands on;
    StaleError where the observado known at that cut-off is too old, before params.yaml is changed; PipelineFailed where a stage
    fails: up to the forecast, `as_of` is set back; after it, the forecast stays issued.
    """
    if to is not None and after_cut_off:
        raise UsageError("--after-cut-off is about today and --to about another day: choose one of them.")
    make_folder(RUNNING.parent)
    with lock.held(RUNNING, timeout=load_operations().fetch.lock_timeout):
        params = whole()  # so that a model's wrong setting shows now and not when its stage runs
        if after_cut_off and (why := _skipped(params, clock())):
            return {"origin_date": _origin(None, params, clock()), "skipped": why, "issued": None}
        return _advance(progress, to, params, clock, environ, client)


def _skipped(params: Params, at: dt.datetime) -> str | None:
    """Why there is nothing to do now; None where today's forecast is due and not issued, or the reports may lack it."""
    origin = _origin(None, params, at)
    issued = _issued(origin)
    if why := not_due(at, params):
        missed = f" That of {origin} was not issued: forex advance issues it late." if not issued else ""
        return f"No forecast is due: {why}.{missed}"
    if not issued or (params.as_of == origin and _reports_behind(origin)):
        return None
    return f"Done already: the forecast of {origin} is issued, and the reports have it."


def _advance(
    progress: Callable[[str], None],
    to: str | None,
    params: Params,
    clock: Clock,
    environ: Mapping[str, str],
    client: Callable[[], Client] | None,
) -> dict[str, Any]:
    fetched = fetch.view(progress, clock=clock, environ=environ, client=client, strict=False)
    origin = _origin(to, params, clock())
    cut_off = cut_off_of(origin, params)
    content: dict[str, Any] = {
        "origin_date": origin,
        "made_at": f"{cut_off:{STAMP}}",
        "fetched": fetched,
        "skipped": None,
        "lacks": None,
        "late": None,
    }
    if _issued(origin):
        if params.as_of == origin and (why := _reports_behind(origin)):
            progress(why)
            _repro(progress, "--single-item", *REPORTING)
        return content | {"nothing_new_since": content["made_at"], "issued": None} | published_since(params, cut_off)
    if origin < str(calendar.on_or_before(params.as_of)):
        raise UsageError(
            f"{origin} lies before the day that params.yaml stands on (as_of: {params.as_of}). A forecast is issued before the "
            f"next one or not at all; `forex backfill` writes what a run on {origin} would have issued. If as_of is wrong, set "
            "it back."
        )
    refuse_stale(params, origin, cut_off)
    content["lacks"] = lacks(params, cut_off)
    _run(origin, progress)
    issued = issue.view(clock=clock)
    content["late"] = _late(params, origin, cut_off)
    _repro(progress)  # performance, evaluate, report
    return content | {"nothing_new_since": None, "issued": issued} | published_since(params, cut_off)


def text(content: Mapping[str, Any]) -> str:
    """What was issued or why nothing was; then what the forecast lacks, how late it is, and what has been published since."""
    if content["skipped"]:
        return str(content["skipped"])
    if content["nothing_new_since"]:
        lines = [f"Nothing new since {content['made_at']}: the forecast of {content['origin_date']} is issued."]
    else:
        lines = [issue.text(content["issued"]), f"It was made with what was known at {content['made_at']}."]
        if content["fetched"]["outage"]:
            lines.append(
                f"It stands on an older observado, for no provider brought one: {content['fetched']['outage']}."
            )
        elif content["lacks"]:
            lines.append(str(content["lacks"]))
        if content["late"]:
            lines.append(f"Late: {content['late']}. data/issued_at.csv says so, too.")
    since = content["published_since"]
    if since:
        lines.append(f"Published since, and not in it: {since['value']} for {since['date']}.")
    return "\n".join(lines)


def _origin(to: str | None, params: Params, at: dt.datetime) -> str:
    passed = last_cut_off(at, params.cut_off)
    newest = str(calendar.on_or_before(str(passed.astimezone(ZoneInfo(calendar.SANTIAGO)).date())))
    if to is None:
        return newest
    try:
        wanted = str(calendar.on_or_before(dt.date.fromisoformat(to).isoformat()))
    except ValueError as error:
        raise UsageError(f'--to {to}: expected a date like "2024-11-27"') from error
    return min(wanted, newest)


def _issued(origin: str) -> bool:
    rows = ledger.read(ledger.LEDGER)
    return rows.filter(pl.col("origin_date") == dt.date.fromisoformat(origin)).height > 0


def _run(origin: str, progress: Callable[[str], None]) -> None:
    """Set `as_of` and make its forecast; where a stage fails or the run is interrupted, params.yaml is what it was."""
    before = read_bytes(PARAMS_FILE, YAML_BYTES).decode("utf-8")  # line endings stay as they are
    if not AS_OF.search(before):
        raise UsageError(f'{PARAMS_FILE}: no line like as_of: "2024-11-27" at the top level. Write it so.')
    ensure_writable()
    made = False
    try:
        write(AS_OF.sub(f'as_of: "{origin}"', before, count=1))
        _repro(progress, "forecast")
        made = True
    finally:
        if not made:
            write(before)


def _reports_behind(origin: str) -> str | None:
    """Why the reports may lack the forecast: a stage has not run since what it depends on changed, or DVC cannot tell."""
    done = subprocess.run([*DVC, "status", "--json", *REPORTING], capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        return f"Whether the reports have the forecast of {origin} is unknown, for dvc status failed: {said}"
    if json.loads(done.stdout):
        return f"The reports lack the forecast of {origin}: an earlier run ended before them."
    return None


def _late(params: Params, origin: str, cut_off: dt.datetime) -> str | None:
    """What is to be said of when the origin's forecast was issued; None where it was on time or nothing is recorded."""
    outcome = first_outcome(origin, params)
    at = issued_at.recorded().get((origin, outcome[0])) if outcome else None
    return lateness(at, cut_off, outcome) if at and outcome else None


def _repro(progress: Callable[[str], None], *stages: str) -> None:
    """Run `dvc repro` with these arguments, or for all stages without any; `progress` is told of each stage as it begins.

    Raises PipelineFailed with what the failing stage said and its exit code.
    """
    said = []
    with subprocess.Popen(
        [*DVC, "repro", *stages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    ) as running:
        assert running.stdout is not None
        try:
            for line in running.stdout:
                said.append(line.rstrip("\n"))
                if line.startswith("Running stage"):
                    progress(line.rstrip(":\n"))
        except BaseException:  # as subprocess.run does
            running.kill()
            raise
    if running.returncode:
        code = re.search(r"exited with (\d+)", "\n".join(said))
        said = [line for line in said if line and not line.startswith(("Running stage", "> ", "Stage"))]
        if not code:
            said.append("If another run goes on, wait until it has ended; if one was killed, run forex doctor.")
        raise PipelineFailed("\n".join(["dvc repro failed:", *said]), int(code[1]) if code else GateFailed.exit_code)
