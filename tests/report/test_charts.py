"""The charts: well-formed, the same everywhere, in the colours and the words of where they are shown; what their texts say."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from forex.core.status import Evidence
from forex.forecast.fan import PAST
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.regimes.regimes import REGIMES
from forex.report import backtest, drawing
from forex.report.charts import (
    drift_chart,
    fan_chart,
    note,
    regime_chart,
    reliability_chart,
    rolling_chart,
    skill_chart,
)
from forex.report.dashboard import episodes
from forex.report.drawing import ON_PAGE, ON_WHITE
from forex.report.drawing import svg as draw
from forex.report.figures import (
    Figures,
    _known_episodes,
    _skill,
    drift_text,
    fan_text,
    forecast_figure,
    regime_text,
    reliability_figure,
    reliability_text,
    rolling_text,
    skill_text,
)
from forex.report.plots import plots
from forex.report.rows import Given
from tests.support.forecasts_made_up import forecast
from tests.support.pages.tables import drawn, fan_table, regimes, reliability, rolling
from tests.support.pages.templates import STYLE
from tests.support.reports_made_up import performance

ENGLISH = language("en")
pytestmark = pytest.mark.slow


def texts(figures: Figures) -> list[str]:
    pairs = (figures.fan, figures.regimes, figures.skill, figures.drift)
    return [
        *(text for pair in pairs if pair for text in pair),
        *figures.reliability.values(),
        *figures.rolling.values(),
    ]


def dated() -> str:
    """One of each chart that has dates."""
    timeline = regime_chart(
        Given(regimes()),
        Given(episodes(regimes()).filter(pl.col("regime") != "NORMAL")),
        colours=ON_PAGE,
        width=300,
        height=90,
    )
    coverage = rolling_chart(Given(rolling()).where(horizon="1d"), colours=ON_PAGE, width=250, height=150)
    charts = [draw(chart, name="x", alt_text="", colours=ON_PAGE) for chart in (timeline, coverage)]
    return "".join([forecast_figure(fan_table()), *charts])


@pytest.fixture(scope="module")
def figures() -> Figures:
    return drawn()


def test_every_chart_is_well_formed_and_says_what_it_shows(figures: Figures):
    for text in texts(figures):
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 40


def test_one_page_can_hold_them_all_for_no_two_share_an_id(figures: Figures):
    ids = re.findall(r'\bid="([^"]+)"', "".join(texts(figures)))
    assert len(ids) == len(set(ids))
    for text in texts(figures):
        assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(re.findall(r'\bid="([^"]+)"', text))


def test_no_chart_requests_anything(figures: Figures):
    for text in [*texts(figures), forecast_figure(fan_table())]:
        assert not re.search(r"href|<image|<style|<script|@import|url\((?!#)", text)


def test_the_same_bytes_whatever_was_drawn_before():
    chart = rolling_chart(Given(rolling()).where(horizon="1d"), colours=ON_PAGE, width=250, height=150)
    first = draw(chart, name="one", alt_text="a", colours=ON_PAGE)
    forecast_figure(fan_table())
    assert draw(chart, name="one", alt_text="a", colours=ON_PAGE) == first


def test_the_same_bytes_in_every_time_zone_and_locale():
    """In another process, whose zone is not the one that tests run in."""
    settings = {"TZ": "America/Santiago", "LC_ALL": "de_DE.UTF-8", "PYTHONIOENCODING": "utf-8"}
    command = [
        sys.executable,
        "-c",
        "import sys; from tests.report import test_charts; sys.stdout.write(test_charts.dated())",
    ]
    run = subprocess.run(
        command,
        env=os.environ | settings | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode() == dated()


def test_months_are_labelled_where_they_begin():
    """A tick of the first of the month is drawn where that day is, not a time zone's offset away from it."""
    table = pl.DataFrame(
        {
            "origin_date": [dt.date(2020, 1, 1), dt.date(2024, 1, 1)],
            "horizon": ["1d"] * 2,
            "level": [0.5] * 2,
            "coverage": [0.4, 0.6],
        }
    )
    text = draw(
        rolling_chart(Given(table).where(horizon="1d"), colours=ON_WHITE, width=400, height=100),
        name="x",
        alt_text="",
        colours=ON_WHITE,
    )
    assert re.search(r'transform="translate\(0,[\d.]+\)"[^>]*>2020<', text)
    assert re.search(r'transform="translate\(400,[\d.]+\)"[^>]*>2024<', text)


def test_the_alternative_text_is_escaped():
    text = draw(note("x", colours=ON_WHITE), name="x", alt_text='a "b" <c> & d', colours=ON_WHITE)
    assert ElementTree.fromstring(text).get("aria-label") == 'a "b" <c> & d'


def test_on_a_page_colours_follow_its_scheme_and_on_white_they_are_fixed(figures: Figures):
    for text in texts(figures):
        used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', text))
        assert used <= {"none", "transparent"} | {f"var(--{name})" for name in re.findall(r"--([a-z_]+):", STYLE)}
    assert "var(" not in forecast_figure(fan_table()) + reliability_figure(reliability())


def test_every_regime_has_a_colour():
    for palette in (ON_PAGE, ON_WHITE):
        assert len(palette.regimes) == len(REGIMES)
    for regime in REGIMES:
        assert f"--{regime.lower()}:" in STYLE


def test_the_regime_chart_shades_what_is_not_normal_for_as_long_as_it_lasted():
    text = draw(
        regime_chart(
            Given(regimes()),
            Given(episodes(regimes()).filter(pl.col("regime") != "NORMAL")),
            colours=ON_WHITE,
            width=695,
            height=100,
        ),
        name="x",
        alt_text="",
        colours=ON_WHITE,
    )
    [width] = re.findall(r'd="M[\d.]+,0h([\d.]+)v100h-[\d.]+Z" fill="#d9622b"', text)
    days = (dt.date(2024, 11, 27) - dt.date(2023, 1, 2)).days
    assert float(width) == pytest.approx(695 * 30 / days, abs=0.1)


def test_the_fan_names_its_horizons_and_levels_and_the_narrow_one_only_its_levels():
    wide, narrow = (
        draw(
            fan_chart(Given(fan_table()), colours=ON_WHITE, width=600, height=200, compact=compact),
            name="x",
            alt_text="",
            colours=ON_WHITE,
        )
        for compact in (False, True)
    )
    assert ">7d<" not in wide  # too near to the first for its name
    for name in ("1d", "30d"):
        assert f">{name}<" in wide
        assert f">{name}<" not in narrow
    for level in (0.5, 0.95):
        assert f">{ENGLISH.level(level)}<" in wide
        assert f">{ENGLISH.level(level)}<" in narrow


def test_a_missing_benchmark_or_nothing_matured_leaves_a_chart_all_the_same():
    alone = reliability().filter(model="published")
    chart = reliability_chart(Given(alone).where(horizon="1d"), against="random_walk", colours=ON_WHITE)
    assert "<path" in draw(chart, name="x", alt_text="", colours=ON_WHITE)
    assert "Insufficient data: no forecast that is scored has matured yet." in reliability_figure(reliability().clear())
    waiting = drawn(matured=False)
    assert waiting.rolling == waiting.reliability == {} and waiting.skill is waiting.drift is None
    for text in texts(waiting):
        ElementTree.fromstring(text)


def test_every_chart_fits_the_schema_of_vega_lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked here and not by the stage, which draws the same charts every day and would wait a sixth of its time for the answer."""
    found: list[Any] = []
    specified = drawing.specification

    def validated(chart: Any, colours: drawing.Palette) -> Any:
        found.append(chart.to_dict(validate=True))
        return specified(chart, colours)

    monkeypatch.setattr(drawing, "specification", validated)
    everything = texts(drawn())
    assert len(found) == len(everything) > 3
    for plot in plots().values():
        plot.chart.to_dict(validate=True)


@pytest.mark.parametrize("code", ["es", "en"])
def test_the_texts_say_the_numbers_that_the_charts_show(code: Code) -> None:
    said = language(code)
    last = forecast().horizons["30d"]
    about = fan_text(fan_table(), said)
    assert said.rate(last.median) in about and said.day(last.target_date) in about
    for lower, upper in last.intervals.values():
        assert f"{said.rate(lower)} – {said.rate(upper)}" in about
    assert about.count("95") == 1 and said.day("2024-11-27") in about
    table = reliability().with_columns(coverage=pl.col("coverage") - pl.when(level=0.8).then(0.05).otherwise(0.0))
    far = reliability_text(table, "1d", said)
    assert far.count(said.level(0.8)) == 2 and said.share(0.745) in far and said.share(0.72) in far
    for model in ("published", "random_walk"):
        assert said.name(model) in far
    rolled = rolling_text(rolling(), "7d", said)
    for share in (0.92, 0.96, 0.47, 0.51):
        assert said.whole(share) in rolled
    timeline = regime_text(episodes(regimes()), said)
    assert said.day("2023-10-09") in timeline and said.name("NORMAL") in timeline


@pytest.mark.parametrize("code", ["es", "en"])
def test_the_text_of_the_differences_names_the_largest_and_the_smallest(code: Code) -> None:
    said = language(code)
    rows = [row(horizon, model, pct) for horizon, model, pct in (("1d", "garch_t", -20.1), ("7d", "random_walk", 3.4))]
    rows += [row("7d", "garch_t", -1.0), row("30d", "garch_t", None)]
    about = skill_text(rows, said)
    for difference, model, horizon in ((-20.1, "garch_t", "1d"), (3.4, "random_walk", "7d")):
        assert f"{said.number(difference, 1, sign=True)} %" in about
        assert said.name(model) in about and said.horizon(horizon) in about
    assert said.number(-1.0, 1, sign=True) + " %" not in about
    assert about.index("20") < about.index("3")
    single = skill_text(rows[:1], said)
    assert single.count("%") == 1  # the largest is the smallest, and said once
    assert "%" not in skill_text(rows[3:], said)


def row(horizon: str, model: str, pct: float | None, evidence: Evidence = "NO_EVIDENCE") -> backtest.ScoreRow:
    untested = backtest.Tested()
    return backtest.ScoreRow(horizon, model, 7.7, 9.7, backtest.Tested(pct, 0.5, evidence), untested, untested)


@pytest.mark.parametrize("code", ["es", "en"])
def test_the_text_of_drift_says_its_range_and_its_end(code: Code) -> None:
    said = language(code)
    looks = pl.DataFrame({"origin_date": ["2024-01-02", "2024-06-03", "2024-11-25"], "score": [0.0, 61.4, 12.3]})
    about = drift_text(looks, said)
    for expected in (said.day("2024-01-02"), said.day("2024-11-25"), "61", "12"):
        assert expected in about


def test_a_difference_is_filled_where_there_is_evidence_of_it_and_empty_where_there_is_none() -> None:
    table = pl.DataFrame({"model": ["one", "other"], "difference": [-20.0, 5.0], "evidence": [True, False]})
    chart = skill_chart(Given(table), colours=ON_WHITE, width=125, step=16, title="7 days", named=True)
    text = draw(chart, name="x", alt_text="", colours=ON_WHITE)
    [filled], [empty] = (
        re.findall(f'd="M[\\d.]+,[\\d.]+h([\\d.]+)v[^"]*" {colours}/', text)
        for colours in (f'fill="{ON_WHITE.accent}" stroke="{ON_WHITE.accent}"', f'stroke="{ON_WHITE.muted}"')
    )
    assert float(filled) == pytest.approx(4 * float(empty), rel=1e-6)
    for name in ("one", "other", "7 days"):
        assert f">{name}<" in text
    unnamed = skill_chart(Given(table), colours=ON_WHITE, width=125, step=16, title="7 days", named=False)
    assert ">other<" not in draw(unnamed, name="x", alt_text="", colours=ON_WHITE)


def test_the_differences_have_a_panel_for_each_horizon_the_shortest_first() -> None:
    rows = [row(horizon, "garch_t", -1.0, "PUBLISHED_BETTER") for horizon in ("7d", "1d", "30d")]
    panels = [chart.to_dict() for chart in _skill(rows, language("es"), width=100, every=False)]
    assert [panel["title"] for panel in panels] == ["1 día hábil", "7 días", "30 días"]
    named = [panel["layer"][0]["encoding"]["y"].get("axis") for panel in panels]
    assert named[0] is not None and named[1:] == [None, None]
    every = [chart.to_dict() for chart in _skill(rows, language("es"), width=100, every=True)]
    assert all(panel["layer"][0]["encoding"]["y"]["axis"] for panel in every)


def test_the_drift_chart_reaches_from_nothing_to_a_hundred() -> None:
    days = pl.date_range(dt.date(2024, 1, 1), dt.date(2024, 11, 25), "5d", eager=True)
    looks = pl.DataFrame({"origin_date": days, "score": [100.0 * (i % 2) for i in range(len(days))]})
    chart = drift_chart(Given(looks), colours=ON_WHITE, width=400, height=110)
    text = draw(chart, name="x", alt_text="", colours=ON_WHITE)
    [line] = re.findall(r'd="(M0,[^"]+)"[^>]*stroke="#0b5fa5"', text)
    heights = {float(y) for y in re.findall(r",([\d.]+)", line)}
    assert heights == {0.0, 110.0} and ">100<" in text


def test_the_fan_shows_what_was_forecast_before() -> None:
    both = fan_table()
    without = both.filter(pl.col("part") != PAST)
    shown, plain = (
        draw(fan_chart(Given(table), colours=ON_WHITE, width=600, height=200), name="x", alt_text="", colours=ON_WHITE)
        for table in (both, without)
    )
    assert len(re.findall(f'fill="{ON_WHITE.muted}"[^>]*fill-opacity|opacity="0.16"', shown)) > len(
        re.findall(f'fill="{ON_WHITE.muted}"[^>]*fill-opacity|opacity="0.16"', plain)
    )


def test_episodes_that_people_know_are_named_where_the_timeline_has_their_time() -> None:
    report = performance()
    later, _ = (report.episodes[name] for name in ("late_storm", "early_storm"))
    spans = episodes(regimes())
    known = _known_episodes(report, spans, language("en"))
    assert known is not None and known.table["name"].to_list() == ["late storm"]
    assert str(known.table["start"][0]) == later.from_
    early = report.model_copy(update={"episodes": {"early_storm": report.episodes["early_storm"]}})
    assert _known_episodes(early, spans, language("en")) is None


@pytest.mark.parametrize(("code", "month", "number"), [("es", "octubre", "1.000"), ("en", "October", "1,000")])
def test_charts_write_months_and_numbers_as_their_language_does(code: Code, month: str, number: str) -> None:
    days = pl.date_range(dt.date(2024, 7, 1), dt.date(2024, 12, 31), eager=True)
    rows = pl.DataFrame({"origin_date": days, "volatility_ratio": [900.0 + 3 * i for i in range(len(days))]})
    chart = regime_chart(Given(rows), Given(episodes(regimes()).clear()), colours=ON_WHITE, width=500, height=100)
    text = draw(chart, name="x", alt_text="", colours=ON_WHITE, language=language(code))
    assert f">{month}<" in text and f">{number}<" in text


def test_the_committed_pictures_are_small():
    assert len(forecast_figure(fan_table()).encode()) < 150_000
    assert len(reliability_figure(reliability()).encode()) < 150_000
