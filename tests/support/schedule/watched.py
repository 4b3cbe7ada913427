"""The working directory as a project that is in order by the clock: its reports fit, its forecast is issued."""

import datetime as dt
import os
from pathlib import Path

from forex.core.places import record_of
from forex.core.reports import write_report
from forex.forecast.report import Forecast, Inputs
from forex.ledger.ledger import LEDGER, append
from forex.params import load_params, params_sha256
from forex.report import run
from forex.schedule import record as records
from forex.schedule.record import Record
from tests.support.forecasts_made_up import expectations, forecast
from tests.support.issued_rows import issued
from tests.support.made_up import ROOT, params_text, with_holidays
from tests.support.reports_made_up import alerts, performance, validation

ORIGIN = "2024-11-27"  # a Wednesday
NOW = dt.datetime(2024, 11, 27, 19, 30, tzinfo=dt.UTC)  # 16:30 in Santiago


def in_order() -> Forecast:
    """Write the project; its newest forecast."""
    Path("dvc.yaml").touch()
    Path("params.yaml").write_text(params_text(ORIGIN), encoding="utf-8")
    Path("operations.yaml").write_bytes((ROOT / "operations.yaml").read_bytes())
    with_holidays(Path())
    inputs = Inputs(series={}, data_sha256="da" * 32, params_sha256=params_sha256(load_params()))
    made = forecast(as_of=ORIGIN, origin_date=ORIGIN, inputs=inputs)
    write_report(run.FORECAST, made)
    write_report(run.ALERTS, alerts().model_copy(update={"at": ORIGIN}))
    write_report(run.PERFORMANCE, performance())
    write_report(run.VALIDATION, validation())
    write_report(run.EXPECTATIONS, expectations())
    append(LEDGER, [issued(ORIGIN, "7d")], lock_timeout=10)
    return made


def done(job: str, at: dt.datetime, **changes: object) -> None:
    """A record of a job that was done at that instant."""
    found = Record(at, at, at, succeeded=True, exit_code=0)._replace(**changes)  # type: ignore[arg-type]
    records.write(record_of(job, at.date()), found)


def mail(name: str, at: dt.datetime, place: str = "new") -> None:
    """A message in the outbox that was put there at that instant."""
    path = Path(f".forex/outbox/{place}/{name}.eml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"Subject: x\r\n\r\n")
    os.utime(path, (at.timestamp(), at.timestamp()))
