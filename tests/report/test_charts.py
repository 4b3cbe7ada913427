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

from forex.forecast.fan import fan
from forex.regimes.regimes import REGIMES
from forex.report import charts
from forex.report.charts import (
    ON_PAGE,
    ON_WHITE,
    fan_chart,
    note,
    regime_chart,
    reliability_chart,
    rolling_chart,
)
from forex.report.charts import svg as draw
from forex.report.dashboard import episodes
from forex.report.figures import (
    Figures,
    fan_text,
    figures,
    forecast_figure,
    regime_text,
    reliability_figure,
    reliability_text,
    rolling_text,
)
from forex.report.plots import plots
from forex.report.rows import Given, as_per_cent
from tests.forecast.test_fan import panel
from tests.support.forecasts_made_up import forecast
from tests.support.templates import STYLE

pytestmark = pytest.mark.slow


def fan_table() -> pl.DataFrame:
    return fan(panel(), forecast(), history_days=120)


def reliability() -> pl.DataFrame:
    rows = [
        {
            "horizon": horizon,
            "model": model,
            "level": level,
            "coverage": level - off,
            "low": level - off - 0.02,
            "high": min(level - off + 0.02, 1.0),
        }
        for horizon in ("1d", "15d", "7d")
        for model, off in (("published", 0.005), ("random_walk", 0.03))
        for level in (0.5, 0.8, 0.95)
    ]
    return pl.DataFrame(rows)


def rolling() -> pl.DataFrame:
    days = pl.date_range(dt.date(2022, 1, 3), dt.date(2024, 11, 25), "4w", eager=True).to_list()
    rows = [
        {"origin_date": day, "horizon": horizon, "level": level, "coverage": level - 0.03 + 0.01 * (i % 5)}
        for horizon in ("1d", "7d")
        for level in (0.5, 0.95)
        for i, day in enumerate(days)
    ]
    return pl.DataFrame(rows)


def regimes() -> pl.DataFrame:
    days = pl.date_range(dt.date(2023, 1, 2), dt.date(2024, 11, 27), eager=True)
    names = ["UNKNOWN"] * 50 + ["NORMAL"] * 200 + ["HIGH_VOL"] * 30
    return pl.DataFrame(
        {
            "origin_date": days,
            "regime": names + ["NORMAL"] * (len(days) - len(names)),
            "volatility_ratio": [None] * 50 + [1 + 0.01 * (i % 60) for i in range(len(days) - 50)],
        }
    )


def every_figure() -> Figures:
    return figures(
        fan=fan_table(),
        reliability=reliability(),
        rolling=rolling(),
        regimes=regimes(),
        episodes=episodes(regimes()),
    )


def texts(drawn: Figures) -> list[str]:
    return [*drawn.fan, *drawn.reliability.values(), *drawn.rolling.values(), *drawn.regimes]


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
def drawn() -> dict:
    return every_figure()


def test_every_chart_is_well_formed_and_says_what_it_shows(drawn):
    for text in texts(drawn):
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 40


def test_one_page_can_hold_them_all_for_no_two_share_an_id(drawn):
    ids = re.findall(r'\bid="([^"]+)"', "".join(texts(drawn)))
    assert len(ids) == len(set(ids))
    for text in texts(drawn):
        assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(re.findall(r'\bid="([^"]+)"', text))


def test_no_chart_requests_anything(drawn):
    for text in [*texts(drawn), forecast_figure(fan_table())]:
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


def test_on_a_page_colours_follow_its_scheme_and_on_white_they_are_fixed(drawn):
    for text in texts(drawn):
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
    for name in ("1d", "7d", "30d"):
        assert f">{name}<" in wide
        assert f">{name}<" not in narrow
    for level in (0.5, 0.95):
        assert f">{as_per_cent(level)}<" in wide
        assert f">{as_per_cent(level)}<" in narrow


def test_a_missing_benchmark_or_nothing_matured_leaves_a_chart_all_the_same():
    alone = reliability().filter(model="published")
    chart = reliability_chart(Given(alone).where(horizon="1d"), against="random_walk", colours=ON_WHITE)
    assert "<path" in draw(chart, name="x", alt_text="", colours=ON_WHITE)
    assert "INSUFFICIENT_DATA" in reliability_figure(reliability().clear())
    assert (
        figures(
            fan=fan_table(),
            reliability=reliability().clear(),
            rolling=rolling().clear(),
            regimes=regimes(),
            episodes=episodes(regimes()),
        ).rolling
        == {}
    )


def test_every_chart_fits_the_schema_of_vega_lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked here and not by the stage, which draws the same charts every day and would wait a sixth of its time for the answer."""
    found: list[Any] = []
    drawn = charts.specification

    def validated(chart: Any, colours: charts.Palette) -> Any:
        found.append(chart.to_dict(validate=True))
        return drawn(chart, colours)

    monkeypatch.setattr(charts, "specification", validated)
    everything = texts(every_figure())
    assert len(found) == len(everything) > 3
    for plot in plots().values():
        plot.chart.to_dict(validate=True)


def test_the_texts_say_the_numbers_that_the_charts_show():
    last = forecast().horizons["30d"]
    about = fan_text(fan_table())
    assert f"{last.median:.2f} on {last.target_date}" in about
    for lower, upper in last.intervals.values():
        assert f"{lower:.2f} to {upper:.2f}" in about
    assert "published is furthest from nominal at" in reliability_text(reliability(), "1d")
    assert "95\u202f% between 92\u202f% and 96\u202f%" in rolling_text(rolling(), "7d")
    assert "NORMAL since 2023-10-09" in regime_text(episodes(regimes()))


def test_the_committed_pictures_are_small():
    assert len(forecast_figure(fan_table()).encode()) < 150_000
    assert len(reliability_figure(reliability()).encode()) < 150_000
