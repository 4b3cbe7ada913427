"""The overall state: each rule at the edges that params.yaml sets, the worst first, and what params change."""

from typing import Any

import pytest

from forex.core.names import PUBLISHED
from forex.core.sentence import sentence
from forex.core.status import STATES, AlertSeverity, State, Status
from forex.forecast.report import Forecast, Reason
from forex.monitoring.alert_report import Alert
from forex.monitoring.report import AlarmFinding, EarlyFinding, FigureFinding, PerformanceReport
from forex.params import Limits, Overall
from forex.params.reports import AlertState, MonitorState
from forex.report.state import RULES, OverallState, Reports, above, below, of_age, overall
from forex.validation.report import InputWarning, WarningKind
from tests.support.pages.dashboards import DRIVERS, PROJECTS, holding, late, sound, with_drivers
from tests.support.reports_made_up import alerts, performance, storm, validation
from tests.support.simulated import committed

RULE: Overall = committed().state


def reports(**more: Any) -> Reports:
    quiet = {"forecast": with_drivers(), "validation": holding(), "performance": performance(), "alerts": alerts()}
    return Reports(**quiet | more)


def state(run_age: int | None = None, rules: Overall = RULE, **more: Any) -> OverallState:
    return overall(reports(**more), rules, run_age=run_age)


def found(rule: str, **more: Any) -> list[tuple[State, str]]:
    return [(finding.state, finding.says.says) for finding in state(**more).found if finding.rule == rule]


def with_series(count: int, **more: Any) -> Any:
    """A forecast with `count` drivers d0, d1, …."""
    made = with_drivers(**more)
    series = dict.fromkeys(["usdclp", *(f"d{number}" for number in range(count))], "c" * 64)
    return made.model_copy(update={"inputs": made.inputs.model_copy(update={"series": series})})


# --- the whole --------------------------------------------------------------------------------------------------------


def test_where_nothing_is_wrong_every_rule_says_so() -> None:
    whole = state()
    assert whole.state == "OK" and whole.reservations == []
    assert [finding.rule for finding in whole.found] == list(RULES)


def test_the_state_is_the_worst_of_what_is_found_and_stands_first() -> None:
    whole = state(
        run_age=3,
        forecast=with_drivers(stale=late(usdclp=1, brl=9, mxn=9)),
        alerts=alerts(storm(0.05)),
        validation=validation(),
    )
    states = [finding.state for finding in whole.found]
    assert whole.state == states[0] == "FAULT"
    assert [STATES.index(name) for name in states] == sorted((STATES.index(name) for name in states), reverse=True)
    assert {"run_age", "observado", "drivers", "acceptance", "alerts"} == {
        finding.rule for finding in whole.reservations
    }
    assert whole.found[-1].rule == "monitor" and whole.found[-1].state == "OK"
    cautions = [finding.rule for finding in whole.found if finding.state == "CAUTION"]
    assert cautions == sorted(cautions, key=list(RULES).index)  # equally grave ones in the order of the rules


@pytest.mark.parametrize("name", PROJECTS)
def test_every_rule_has_a_say_about_every_project(name: str) -> None:
    parts = sound() | PROJECTS[name]()
    known = {key: parts[key] for key in ("forecast", "validation", "performance", "alerts") if key in parts}
    assert {finding.rule for finding in state(**known).found} == set(RULES)


# --- the observado ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "expected"), [(0, "OK"), (1, "CAUTION"), (2, "CAUTION"), (3, "FAULT"), (22, "FAULT")])
def test_an_observado_is_late_by_caution_and_by_fault(days: int, expected: State) -> None:
    assert (RULE.observado_late.caution, RULE.observado_late.fault) == (1, 3)
    stale = late(usdclp=days) if days else []
    [(verdict, says)] = found("observado", forecast=with_drivers(stale=stale))
    assert verdict == expected
    assert ("later than it should be" in says) == (days > 0) and "2024-11-27" in says
    assert not days or f"{days} business day" in says


def test_a_late_driver_does_not_make_the_observado_late() -> None:
    assert found("observado", forecast=with_drivers(stale=late(vix=22)))[0][0] == "OK"


# --- the drivers ------------------------------------------------------------------------------------------------------


def test_all_drivers_dead_is_a_fault() -> None:
    """A run whose twenty drivers had had no value for 22 days was once called fine."""
    dead = with_drivers(stale=late(**dict.fromkeys(DRIVERS, 22)))
    [(verdict, says)] = found("drivers", forecast=dead)
    assert verdict == "FAULT"
    assert says == "4 of 4 drivers are missing or have had no new value for 3 business days or more."


@pytest.mark.parametrize(
    ("dead", "expected"), [(0, "OK"), (1, "OK"), (2, "CAUTION"), (5, "CAUTION"), (6, "FAULT"), (10, "FAULT")]
)
def test_the_share_of_living_drivers_decides(dead: int, expected: State) -> None:
    """Of ten: nine are as many as 90 %, five as many as half."""
    assert (RULE.drivers_alive.caution, RULE.drivers_alive.fault) == (0.9, 0.5)
    stale = late(**{f"d{number}": 3 for number in range(dead)})
    [(verdict, says)] = found("drivers", forecast=with_series(10, stale=stale))
    assert verdict == expected
    assert says.startswith(f"{dead} of 10" if dead else "All 10")


@pytest.mark.parametrize(("days", "expected"), [(1, "OK"), (2, "OK"), (3, "CAUTION")])
def test_a_driver_is_dead_from_so_many_days_on(days: int, expected: State) -> None:
    assert RULE.driver_late == 3
    assert found("drivers", forecast=with_drivers(stale=late(vix=days)))[0][0] == expected


def test_a_missing_driver_is_dead_and_counts_once() -> None:
    missing = [Reason(series=name, tier="optional", why=sentence("no usable value")) for name in ("tpm", "vix")]
    [(verdict, says)] = found("drivers", forecast=with_drivers(missing=missing, stale=late(vix=5)))
    assert (verdict, says[:6]) == ("CAUTION", "2 of 5")  # tpm was not read, vix was


def test_a_store_without_drivers_is_a_reservation() -> None:
    [(verdict, says)] = found("drivers", forecast=with_series(0))
    assert verdict == "CAUTION" and "the store has none" in says


def test_missing_observado_is_no_driver() -> None:
    assert found("drivers", forecast=with_drivers(stale=late(usdclp=9)))[0] == ("OK", "All 4 drivers have new values.")


# --- acceptance, monitor, alerts --------------------------------------------------------------------------------------


def test_each_acceptance_rule_that_fails_is_said() -> None:
    failing = found("acceptance", validation=validation())
    assert [verdict for verdict, _ in failing] == ["CAUTION"] * 2
    says = [text for _, text in failing]
    assert any("at 1d: coverage of the 95 % interval, 95.40 %, where at least 96.00 %" in text for text in says)
    assert any("below the 95 % interval, 1.20 %, where at least 1.80 %" in text for text in says)


def test_what_could_not_be_judged_fails_nothing() -> None:
    report = validation()
    open_ = {"7d": report.verdicts["7d"], "30d": report.verdicts["30d"]}
    [(verdict, says)] = found("acceptance", validation=report.model_copy(update={"verdicts": open_}))
    assert verdict == "OK" and says == "1 of 3 acceptance rules hold and none fails."


def figure(horizon: str, name: str = "crps", status: Status = "DEGRADED") -> FigureFinding:
    return FigureFinding(horizon=horizon, window=60, figure=name, change_pct=40.0, p=1e-6, holm_p=1e-5, status=status)


def alarm(horizon: str) -> AlarmFinding:
    return AlarmFinding(
        horizon=horizon, raised="2019-12-02", since="2018-01-02", ended=None, peak=40, status="DEGRADED"
    )


def early(horizon: str) -> EarlyFinding:
    return EarlyFinding(
        open=20,
        outside=18,
        distance=3.4,
        rate=0.012,
        raised=True,
        since="2019-12-02",
        horizon=horizon,
        source="ledger",
        status="DEGRADED",
    )


def monitored(*findings: FigureFinding | AlarmFinding | EarlyFinding, status: Status) -> PerformanceReport:
    return performance().model_copy(update={"status": status, "findings": findings})


WORSE = "Recent forecasts are worse than those before them"
MISSES = "Intervals miss more often than they say"
FAR = "The rate is far from forecasts whose day is still to come"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("EXCELLENT", "Recent forecasts are better than those before them."),
        ("GOOD", "There is no evidence that forecasts got worse."),
        ("INSUFFICIENT_DATA", "It cannot be told whether forecasts got worse at 7d and 30d."),
    ],
)
def test_a_monitor_that_finds_nothing_claims_no_more_than_that(status: Status, expected: str) -> None:
    assert found("monitor", performance=monitored(status=status)) == [("OK", expected)]


@pytest.mark.parametrize("status", ["DEGRADED", "CRITICAL"])
def test_a_monitor_that_finds_something_is_a_fault(status: Status) -> None:
    assert found("monitor", performance=monitored(figure("7d", status=status), status=status)) == [
        ("FAULT", f"{WORSE}: {status} at 7d.")
    ]


def test_each_kind_of_finding_has_its_sentence_and_its_horizons_the_worst_first() -> None:
    """What is compared with the level that was promised is not called worse than before, nor an open forecast a matured one."""
    findings = (
        early("90d"),
        early("30d"),
        alarm("7d"),
        figure("15d", "coverage_80"),
        figure("1d", "error", "CRITICAL"),
        figure("1d", "bias"),
        figure("30d", "bias"),
    )
    assert found("monitor", performance=monitored(*findings, status="CRITICAL")) == [
        ("FAULT", f"{WORSE}: CRITICAL at 1d."),
        ("FAULT", f"{FAR}: DEGRADED at 30d and 90d."),
        ("FAULT", f"{MISSES}: DEGRADED at 7d and 15d."),
        ("FAULT", f"{WORSE}: DEGRADED at 30d."),
    ]


def test_an_alarm_alone_does_not_call_recent_forecasts_worse() -> None:
    assert found("monitor", performance=monitored(alarm("7d"), status="DEGRADED")) == [
        ("FAULT", f"{MISSES}: DEGRADED at 7d.")
    ]


def test_a_degraded_monitor_names_its_horizons_once() -> None:
    report = performance(factor=2.5)
    assert report.status == "CRITICAL" and len(report.findings) > 1
    assert report.horizons["1d"].models[PUBLISHED].alarm.raised
    assert [says.partition(": ")[2] for _, says in found("monitor", performance=report)] == ["CRITICAL at 1d."] * 2


# --- what just came in ------------------------------------------------------------------------------------------------


def warned_of(kind: WarningKind, **values: Any) -> Forecast:
    says = sentence("{series}", series="usdclp", **values)
    return with_drivers(warnings=(InputWarning(kind=kind, **dict(says)),))


@pytest.mark.parametrize(("count", "expected"), [(3, "CAUTION"), (4, "FAULT"), (25, "FAULT")])
def test_an_observado_that_stands_still_is_as_grave_as_a_late_one(count: int, expected: State) -> None:
    states = [state for state, _ in found("observado", forecast=warned_of("unchanged", count=count))]
    assert states == [expected, "OK"]  # and it is the newest that could be known


def test_a_driver_that_has_just_jumped_is_a_reservation() -> None:
    assert [state for state, _ in found("drivers", forecast=warned_of("unusual_driver"))] == ["CAUTION", "OK"]
    assert [state for state, _ in found("drivers", forecast=warned_of("extreme_move"))] == ["OK"]


@pytest.mark.parametrize(("severity", "expected"), [("INFO", "OK"), ("WARNING", "CAUTION"), ("CRITICAL", "CAUTION")])
def test_an_alert_of_the_newest_origin_counts_by_its_severity(severity: AlertSeverity, expected: State) -> None:
    report = alerts()
    alert = Alert(origin_date=report.at, type="VIX_SPIKE", severity=severity, reasons=(sentence("it rose"),))
    [(verdict, says)] = found("alerts", alerts=report.model_copy(update={"alerts": (alert,)}))
    assert verdict == expected
    assert ("it rose" in says) == (expected != "OK")


def test_yesterdays_alert_does_not_count_and_the_gravest_of_today_is_first() -> None:
    report = alerts()
    made = [
        Alert(origin_date=day, type="DRIFT", severity=severity, reasons=(sentence("reason {n}", n=number),))
        for number, (day, severity) in enumerate(
            [("2024-01-02", "CRITICAL"), (report.at, "WARNING"), (report.at, "CRITICAL"), (report.at, "INFO")]
        )
    ]
    says = [text for _, text in found("alerts", alerts=report.model_copy(update={"alerts": tuple(made)}))]
    assert len(says) == 2 and "reason 2" in says[0] and "reason 1" in says[1]


# --- the age of the run, and params -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "OK"), (1, "CAUTION"), (2, "CAUTION"), (3, "FAULT"), (500, "FAULT")]
)
def test_a_run_grows_old(days: int, expected: State) -> None:
    [(verdict, says)] = found("run_age", run_age=days)
    assert verdict == expected == state(run_age=days).state
    assert days == 0 or f"{days} business day" in says
    assert of_age(days, RULE.run_age)[0] == expected


def test_without_a_clock_nothing_is_said_of_the_age() -> None:
    assert found("run_age") == []


@pytest.mark.parametrize(
    ("change", "parts", "expected"),
    [
        ({"observado_late": Limits(caution=2, fault=3)}, {"forecast": with_drivers(stale=late(usdclp=1))}, "OK"),
        ({"driver_late": 5}, {"forecast": with_drivers(stale=late(vix=4))}, "OK"),
        ({"drivers_alive": Limits(caution=0.9, fault=0.8)}, {"forecast": with_drivers(stale=late(vix=4))}, "FAULT"),
        ({"acceptance": "FAULT"}, {"validation": validation()}, "FAULT"),
        (
            {"monitor": MonitorState(DEGRADED="CAUTION", CRITICAL="CAUTION")},
            {"performance": performance(factor=2.5)},
            "CAUTION",
        ),
        ({"alerts": AlertState(WARNING="OK", CRITICAL="FAULT")}, {"alerts": alerts(storm(0.05))}, "FAULT"),
    ],
)
def test_what_params_say_decides(change: dict[str, Any], parts: dict[str, Any], expected: State) -> None:
    assert state(**parts).state != expected
    assert state(rules=RULE.model_copy(update=change), **parts).state == expected


def test_limits_are_reached_at_their_figure() -> None:
    rising, falling = Limits(caution=1, fault=3), Limits(caution=0.9, fault=0.5)
    assert [above(figure, rising) for figure in (0.99, 1, 2.99, 3)] == ["OK", "CAUTION", "CAUTION", "FAULT"]
    assert [below(figure, falling) for figure in (1, 0.9, 0.89, 0.5, 0.49)] == [
        "OK",
        "OK",
        "CAUTION",
        "CAUTION",
        "FAULT",
    ]
