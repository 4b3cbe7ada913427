"""Market shocks: each rule against a loop or by hand, right units, nothing later counts, the storms of 2008 and 2020."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.monitoring.alert_rules import vix_spike
from forex.monitoring.alert_rules.protocol import Evidence
from forex.monitoring.alert_rules.registry import Trigger, evaluated, settings
from forex.monitoring.alert_rules.sizes import rising, severities
from forex.monitoring.alert_rules.trend_reversal import reversal
from forex.monitoring.alert_rules.volatility_spike import volatility_ratio
from forex.monitoring.alerts import alerts
from forex.params import Alerts, load_params
from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.monitored import CALM
from tests.support.regimes.panels import sample, sample_panel, usable

SETTINGS: Alerts = load_params("alerts", path=ROOT / "params.yaml", declared={"alerts": settings()}).alerts
REAL = os.environ.get("FOREX_REAL_DATA")
MARKET = {"TREND_REVERSAL", "VOLATILITY_SPIKE", "COPPER_SHOCK", "DXY_EXTREME", "VIX_SPIKE", "TPM_SURPRISE"}


def panel_of(anchor: Any, **drivers: Any) -> pl.DataFrame:
    """A panel with these values, each of its own day."""
    days = calendar.business_days("2012-01-02", "2022-12-30")[: len(anchor)]
    columns: dict[str, Any] = {"origin_date": days, "cut_off_at": calendar.cut_offs(days, "15:00")}
    for name, values in {"anchor": anchor, **drivers}.items():
        columns |= {
            name: np.asarray(values, dtype=float),
            f"{name}_date": days,
            f"{name}_age": np.zeros(len(days), int),
        }
    return pl.DataFrame(columns)


def market(panel: pl.DataFrame) -> tuple[list[Trigger], dict[str, str]]:
    """The triggers on a panel alone, and what is missing."""
    return evaluated(Evidence(panel, max_age=SETTINGS.max_age), SETTINGS)


def triggers(anchor: Any, **drivers: Any) -> list[tuple[int, str, int]]:
    return [(trigger.row, trigger.kind, trigger.severity) for trigger in market(panel_of(anchor, **drivers))[0]]


def steady(rows: int = 60, value: float = 900.0) -> np.ndarray:
    """Up and down by a thousandth."""
    return value * (1 + 0.001 * (np.arange(rows) % 2))


# --- rules ------------------------------------------------------------------------------------------------------------


def test_nothing_happens_on_steady_days() -> None:
    assert (
        triggers(
            steady(), copper_lme=steady(value=4), dxy=steady(value=100), vix=steady(value=15), tpm=np.full(60, 5.0)
        )
        == []
    )


@pytest.mark.parametrize(("move", "severity"), [(0.0199, 0), (0.0201, 2), (-0.0201, 2), (0.0401, 3), (-0.0401, 3)])
def test_a_large_move_is_a_volatility_spike_and_no_reversal(move: float, severity: int) -> None:
    """The predecessor called any large move a reversal."""
    values = np.full(60, 900.0)
    values[50:] *= 1 + move
    assert triggers(values) == [(50, "VOLATILITY_SPIKE", severity)] * (severity > 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_monotone_stretch_is_no_reversal_a_turn_is(sign: int) -> None:
    calm = np.full(40, 900.0)
    monotone = np.concatenate([calm, 900 * (1 + sign * 0.012 * np.arange(1, 6))])
    assert not any(kind == "TREND_REVERSAL" for _, kind, _ in triggers(monotone))
    turned = np.concatenate([calm, 900 * (1 + sign * np.array([0.015, 0.03, 0.015, 0.005]))])
    found = [trigger for trigger in market(panel_of(turned))[0] if trigger.kind == "TREND_REVERSAL"]
    assert [(trigger.row, trigger.severity) for trigger in found] == [(43, 2)]
    first, second = (
        ("rose 3.0% to 927", "fell 2.4% to 904.5") if sign > 0 else ("fell 3.0% to 873", "rose 2.6% to 895.5")
    )
    assert first in found[0].reason.says and second in found[0].reason.says


@given(st.lists(st.floats(800, 1000), min_size=7, max_size=25), st.integers(2, 6))
def test_reversal_equals_the_loop(values: list[float], days: int) -> None:
    sizes, turns, starts = reversal(np.array(values), days)
    for row in range(days, len(values)):
        best = 0.0
        for j in range(row - days + 1, row):
            for a in range(row - days, j):
                up, down = values[j] / values[a] - 1, values[row] / values[j] - 1
                if up * down < 0:
                    best = max(best, min(abs(up), abs(down)))
        assert sizes[row] == pytest.approx(best, abs=1e-12)
        if best > 0:
            a, b, c = values[starts[row]], values[turns[row]], values[row]
            assert min(abs(b / a - 1), abs(c / b - 1)) == pytest.approx(best)
    assert np.isnan(sizes[:days]).all()


def test_volatility_windows_share_no_move() -> None:
    moves = np.random.default_rng(1).standard_normal(60) * 0.006
    moves[[5, 30]] = np.nan
    ratio = volatility_ratio(moves, recent=7, baseline=30)
    for row in (36, 45, 59):
        recent, before = moves[row - 6 : row + 1], moves[row - 36 : row - 6]
        assert ratio[row] == pytest.approx(np.sqrt(np.nanmean(recent**2) / np.nanmean(before**2)))
    assert np.isnan(ratio[:36]).all()
    assert np.isnan(volatility_ratio(np.zeros(60), recent=7, baseline=30)).all()


def test_a_storm_triggers_once_and_says_its_volatility_in_per_cent_a_year() -> None:
    signs = np.where(np.arange(80) % 2, 1.0, -1.0)
    values = 900 * np.exp(np.cumsum(np.where(np.arange(80) < 60, 0.004, 0.0125) * signs))
    found = [trigger for trigger in market(panel_of(values))[0] if "volatility" in trigger.reason.says]
    assert [trigger.severity for trigger in found] == [2, 3]
    assert found[-1].row <= 67
    assert "volatility of the last 7 business days is 19.8% a year" in found[-1].reason.says  # 0.0125·√252


@pytest.mark.parametrize(("move", "severity"), [(0.049, 0), (0.051, 2), (-0.051, 2), (-0.076, 3), (0.076, 3)])
def test_copper_moves(move: float, severity: int) -> None:
    copper = np.full(60, 4.0)
    copper[50:] *= 1 + move
    found = triggers(steady(), copper_lme=copper)
    assert [given for _, kind, given in found if kind == "COPPER_SHOCK"] == [severity] * (severity > 0)


def test_copper_falls_over_five_business_days_not_six() -> None:
    copper = np.full(60, 4.0)
    copper[50:] = 4.0 * np.cumprod(np.full(10, 0.979))
    found = [trigger for trigger in market(panel_of(steady(), copper_lme=copper))[0] if trigger.kind == "COPPER_SHOCK"]
    assert [(trigger.row, trigger.severity) for trigger in found] == [(54, 2)]
    assert "fell 10.1% in 5 business days" in found[0].reason.says
    assert not triggers(steady(), copper_lme=copper[::-1].copy())  # a rise


def test_a_level_triggers_where_it_is_reached_and_not_while_it_stays() -> None:
    dxy = np.concatenate([np.full(30, 104.8), np.full(10, 105.2), np.full(10, 107.1), np.full(10, 105.5)])
    found = {(row, severity) for row, _, severity in triggers(steady(), dxy=dxy)}
    assert found == {(30, 1), (40, 3), (40, 2), (50, 1)}  # and the moves of 1.8 % and 1.49 %
    low = np.concatenate([np.full(30, 95.4), np.full(10, 95.0), np.full(20, 93.0)])
    assert {(row, severity) for row, kind, severity in triggers(steady(), dxy=low)} >= {(30, 1), (40, 3)}
    assert not triggers(steady(), dxy=np.full(60, 90.0))  # it has always been there


def test_vix_rises_and_levels() -> None:
    vix = np.full(60, 20.0)
    vix[30:], vix[40:], vix[50:] = 24.5, 31.0, 41.0
    assert triggers(steady(), vix=vix) == [
        (40, "VIX_SPIKE", 1), (50, "VIX_SPIKE", 3), (30, "VIX_SPIKE", 1), (40, "VIX_SPIKE", 1), (50, "VIX_SPIKE", 2),
    ]  # fmt: skip
    assert not triggers(steady(), vix=vix[::-1].copy())  # a fall is no spike


def test_tpm_in_percentage_points() -> None:
    tpm = np.full(60, 0.5)
    tpm[20:], tpm[30:], tpm[40:] = 0.75, 1.25, 0.25
    panel = panel_of(steady(), tpm=tpm)
    found = market(panel)[0]
    assert [(trigger.row, trigger.severity) for trigger in found] == [(30, 2), (40, 3)]
    assert found[0].reason.says.startswith("tpm changed by +0.50 percentage points, from 0.75 (")


def test_what_is_missing_is_said() -> None:
    panel = panel_of(steady(), copper_comex=steady(value=4), vix=steady(value=15), dxy=steady(value=100))
    panel = panel.with_columns(vix_age=pl.lit(11), dxy_age=pl.lit(None, pl.Int64))
    missing = market(panel)[1]
    assert list(missing) == ["DXY_EXTREME", "TPM_SURPRISE", "VIX_SPIKE"]
    assert missing["VIX_SPIKE"].says == "vix has no new value for 11 business days"
    assert missing["DXY_EXTREME"].says == "dxy has no value"
    assert missing["TPM_SURPRISE"].says == "the store has no tpm"


def test_what_is_filled_forward_does_not_move() -> None:
    panel = panel_of(steady(), vix=np.repeat([20.0, 28.0], 30))
    days = panel["vix_date"].to_numpy().copy()
    days[30:] = days[29]
    assert not market(panel.with_columns(vix_date=pl.Series(days)))[0]


def test_rising_and_severities() -> None:
    sizes = np.array([31.0, 20.0, 36.0, np.nan, 36.0, 41.0])
    reached = severities(sizes, SETTINGS.own("vix_spike", vix_spike.Settings).above)
    assert reached.tolist() == [1, 0, 2, 0, 2, 3]
    assert rising(reached, ~np.isnan(sizes)).tolist() == [0, 0, 2, 0, 0, 3]


def test_no_row_depends_on_a_later_one() -> None:
    rng = np.random.default_rng(3)

    def stormy(value: float, size: float, rng: np.random.Generator) -> np.ndarray:
        return value * np.exp(np.cumsum(size * rng.standard_t(3, 400)))

    values = {"copper_lme": (4.0, 0.02), "dxy": (100.0, 0.006), "vix": (20.0, 0.08), "tpm": (5.0, 0.1)}
    first = {name: stormy(*how, rng) for name, how in values.items()}
    anchor = stormy(900.0, 0.01, rng)
    whole = market(panel_of(anchor, **first))[0]
    other_rng = np.random.default_rng(4)
    other = {name: np.append(old[:250], stormy(old[249], size, other_rng)[:150]) for (name, old), (_, size) in
             zip(first.items(), values.values(), strict=True)}  # fmt: skip
    changed = market(panel_of(np.append(anchor[:250], stormy(anchor[249], 0.01, other_rng)[:150]), **other))[0]
    cut = market(panel_of(anchor, **first)[:250])[0]

    def upto(found: list[Trigger]) -> list[Trigger]:
        return [trigger for trigger in found if trigger.row < 250]

    assert upto(whole) == upto(changed) == cut
    assert {trigger.kind for trigger in cut} == MARKET
    assert whole != changed


# --- what everybody remembers, and how often --------------------------------------------------------------------------


def test_the_sample_has_few_messages_a_year_and_those_of_2008_and_2022() -> None:
    report = alerts(sample_panel(sample("usdclp")), statuses={}, drift=CALM, settings=SETTINGS)
    per_year = [found["sent"] for found in report.by_year.values()]
    assert np.mean(per_year) <= 3
    assert report.by_year["2013"]["sent"] == 0
    critical = {alert.origin_date[:7] for alert in report.alerts if alert.severity == "CRITICAL"}
    assert {"2008-10", "2022-07"} <= critical
    assert {kind for kind, entry in report.types.items() if entry.status == "NOT_EVALUATED"} == {
        "COPPER_SHOCK", "DXY_EXTREME", "VIX_SPIKE", "TPM_SURPRISE",
    }  # fmt: skip


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_the_shocks_of_2008_and_2020_are_critical() -> None:
    store = Path(str(REAL))
    names = ("copper_lme", "dxy", "vix", "tpm")
    panel = sample_panel(usable(store, "usdclp"), **{name: usable(store, name) for name in names})
    report = alerts(panel, statuses={}, drift=CALM, settings=SETTINGS)
    assert not [kind for kind in MARKET if report.types[kind].status == "NOT_EVALUATED"]
    assert {alert.type for alert in report.alerts} >= MARKET
    for month in ("2008-10", "2020-03"):
        shown = [alert for alert in report.alerts if alert.origin_date.startswith(month)]
        assert any(alert.severity == "CRITICAL" for alert in shown)
        assert {alert.type for alert in shown} >= {"COPPER_SHOCK", "VIX_SPIKE"}
    years = [year for year in report.by_year if year >= "2008"]
    sent = {year: report.by_year[year]["sent"] for year in years}
    assert np.mean(list(sent.values())) <= 12, sent
    assert sent["2008"] == max(sent.values()), sent
