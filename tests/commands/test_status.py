"""`forex status` says what is there, and says so where nothing has matured yet."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from forex.commands.show import status
from forex.commands.terminal import Lang
from forex.commands.words import Words
from forex.core.files import write_parquet
from forex.core.reports import write_report
from forex.core.sentence import sentence, verbatim
from forex.core.status import Status
from forex.forecast.report import Reason, Stale
from forex.ledger.ledger import LEDGER, append
from forex.monitoring.report import (
    AlarmReport,
    LevelMeans,
    Means,
    Monitored,
    MonitoredHorizon,
    MonitoredModel,
    WindowReport,
)
from forex.validation.report import InputWarning
from forex.validation.validate import QUARANTINE
from tests.support.forecasts_made_up import forecast, manifest
from tests.support.issued_rows import issued
from tests.support.made_up import params_text
from tests.support.monitored import whole

DAY = dt.date(2007, 6, 1)
FORECAST = forecast(
    as_of=DAY,
    origin_date=DAY,
    made_at=dt.datetime(2007, 6, 1, 19, tzinfo=dt.UTC),
    anchor=527.52,
    anchor_date=dt.date(2007, 5, 31),
    anchor_age=1,
    regime="UNKNOWN",
    regime_confidence=0.0,
    missing=[Reason(series="copper_lme", tier="important", why=verbatim("not found"))],
    stale=[Stale(series="usdclp", tier="critical", business_days=1, late=1)],
    warnings=[InputWarning(kind="extreme_move", **dict(verbatim("usdclp: 2007-05-30 moved a lot.")))],
)


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(params_text("2007-06-01"), encoding="utf-8")
    write_report(status.FORECAST, FORECAST)
    write_report(status.MANIFEST, manifest({}, unlisted_files=["notes.csv"]))
    instant = dt.datetime(2005, 10, 7, 22, tzinfo=dt.UTC)
    row = (
        "usdclp",
        619,
        dt.date(2005, 10, 10),
        584.03,
        instant,
        "not_a_business_day",
        "expect_column_values_to_be_in_set",
    )
    write_parquet(status.QUARANTINE, pl.DataFrame([row], schema=QUARANTINE, orient="row"))


def performance(windows: dict[str, WindowReport] | None = None) -> None:
    quiet = AlarmReport(wealth=0.1, threshold=20.0, since=None, raised=False, alarms=())
    models = {"published": MonitoredModel(windows=windows, alarm=quiet, status="GOOD")} if windows else {}
    horizons = {
        "90d": MonitoredHorizon(models={}, n=0, status="INSUFFICIENT_DATA", grounds=sentence("too little")),
        "7d": MonitoredHorizon(models=models, n=60, status="GOOD", grounds=sentence("it is well")),
    }
    write_report(status.PERFORMANCE, whole(Monitored(levels=(0.8,), status="GOOD", horizons=horizons, findings=())))


def window(size: int, said: Status, coverage: float) -> WindowReport:
    means = Means(crps=6.0, bias=0.1, by_level={0.8: LevelMeans(coverage=coverage, interval_score=20.0)})
    return WindowReport(
        n=size, n_baseline=900, needed=size, independent_windows=15.0, recent=means, changes={}, status=said
    )


def test_it_shows_the_longest_window_and_what_has_not_matured() -> None:
    performance({"14": window(14, "DEGRADED", 0.5), "60": window(60, "GOOD", 0.75)})
    assert status.text(status.view()).splitlines() == [
        "as of       2007-06-01, newest origin 2007-06-01, made at 2007-06-01T19:00:00Z",
        "anchor      527.52 of 2007-05-31, 1 business days old",
        "regime      UNKNOWN, confidence 0%",
        "conditions  Current volatility is not evaluated: too few returns.",
        "            Of the last 5 moves 0 are large; 0.2 are usual.",
        "            The correlation with copper is not evaluated.",
        "warning     usdclp: 2007-05-30 moved a lot.",
        "missing     copper_lme (not found)",
        "flagged     none",
        "late        usdclp (1 business days old)",
        "not listed  notes.csv",
        "quarantine  1 usdclp not_a_business_day",
        "ledger      nothing issued yet",
        "7d          GOOD: 75% at 80 % of the last 60 matured",
        "90d         INSUFFICIENT_DATA: no coverage of the last 0 matured",
    ]


def test_a_day_whose_run_has_not_finished_is_said_first() -> None:
    performance()
    params = Path("params.yaml")
    params.write_text(params.read_text(encoding="utf-8").replace("2007-06-01", "2026-01-01"), encoding="utf-8")
    first = status.text(status.view()).splitlines()[0]
    assert first == "params.yaml says as_of 2026-01-01: no run for that day has finished. The last one:"


def test_the_ledger_is_counted_and_an_unissued_forecast_said() -> None:
    def ledger() -> str:
        [line] = [line for line in status.text(status.view()).splitlines() if line.startswith("ledger")]
        return line

    performance()
    append(LEDGER, [issued("2007-05-31", name) for name in ("1d", "7d")], lock_timeout=10)
    assert ledger() == "ledger      2 rows, last issued origin 2007-05-31; the newest origin's forecast is not issued"
    append(LEDGER, [issued("2007-06-01", "1d")], lock_timeout=10)
    assert ledger() == "ledger      3 rows, last issued origin 2007-06-01"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_with_everything_dead_it_fits_a_screen(lang: Lang) -> None:
    names = [f"driver_{number}" for number in range(40)]
    why = verbatim(
        "mydata/driver.csv: 1200 rows have a value, none of them is known at 2007-06-01 15:00. Complete the file."
    )
    dead = FORECAST.model_copy(
        update={
            "missing": tuple(Reason(series=name, tier="important", why=why) for name in names),
            "flagged": tuple(
                Reason(series=name, tier="important", why=verbatim(f"{name} fails range")) for name in names
            ),
            "stale": tuple(Stale(series=name, tier="important", business_days=22, late=22) for name in names),
            "warnings": tuple(
                InputWarning(kind="extreme_move", **dict(verbatim(f"{name}: {'long ' * 30}"))) for name in names
            ),
        }
    )
    write_report(status.FORECAST, dead)
    write_report(status.MANIFEST, manifest({}, unlisted_files=[f"{name}.csv" for name in names]))
    performance({"60": window(60, "GOOD", 0.75)})
    content = status.view()
    content["last_matured"] = dict.fromkeys(("1d", "7d", "15d", "30d", "90d"), content["last_matured"]["7d"])
    on_a_screen = status.text(content, Words(lang, width=80)).split("\n")
    assert len(on_a_screen) <= 23
    assert max(map(len, on_a_screen)) <= 80
    assert max(map(len, status.text(content, Words(lang)).split("\n"))) < 400
    assert len(content["missing"]) == 40


def test_a_reason_is_said_once_behind_its_series() -> None:
    reasons = [
        {"series": name, "why": verbatim("not found").model_dump()}
        for name in ("aud", "brl", "cad", "eur", "gbp", "vix")
    ]
    performance()
    content = status.view() | {"missing": reasons}
    assert "missing     aud, brl, cad, eur and 2 more (not found)" in status.text(content)
