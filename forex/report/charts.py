"""Charts: Vega-Lite specifications drawn to SVG, the same bytes in every time zone, locale and process, whatever fonts there are.

Dates enter as milliseconds on UTC scales, text is measured in the fonts of this package, and the ids of clip paths,
which vl-convert counts over the life of a process, become names. Colours are words of a palette: a page's CSS variables,
which follow its light or dark scheme, or fixed ones for a file that is shown on its own.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl

from forex.forecast.fan import INTERVAL, MEDIAN_PART, OBSERVADO
from forex.regimes.regimes import REGIMES

FONTS = Path(__file__).parent / "fonts"
# Ours measures; a browser, which does not have it, draws with one of the others, whose letters are as wide.
FONT = "Forex Sans, Arial, Helvetica, Liberation Sans, sans-serif"
UTC = alt.Scale(type="utc")


@dataclass(frozen=True)
class Palette:
    paper: str
    ink: str
    muted: str
    grid: str
    accent: str
    regimes: tuple[str, ...]  # in the order of forex.regimes.regimes.REGIMES


ON_PAGE = Palette(
    paper="transparent",
    ink="var(--ink)",
    muted="var(--muted)",
    grid="var(--grid)",
    accent="var(--accent)",
    regimes=tuple(f"var(--{regime.lower()})" for regime in REGIMES),
)
ON_WHITE = Palette(
    paper="#ffffff",
    ink="#16202c",
    muted="#566372",
    grid="#e3e8ee",
    accent="#0b5fa5",
    regimes=("#ffffff", "#d9622b", "#8a5a2b", "#6a4fb3", "#aab4bf"),
)


def svg(chart: Any, *, name: str, alt_text: str, colours: Palette) -> str:
    """The chart as SVG text, its ids starting with `name`, with `alt_text` for those who do not see it."""
    axis = {
        "labelColor": colours.muted,
        "titleColor": colours.muted,
        "gridColor": colours.grid,
        "domainColor": colours.grid,
        "tickColor": colours.grid,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelFont": FONT,
        "titleFont": FONT,
        "labelPadding": 6,
    }
    specification = chart.to_dict() | {
        "background": colours.paper,
        "padding": 6,
        "config": {
            "aria": False,  # its generated texts are no help; alt_text is
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "title": {"color": colours.ink, "fontSize": 13, "font": FONT, "anchor": "start", "offset": 8},
        },
    }
    drawn = _renderer().vegalite_to_svg(json.dumps(specification), allowed_base_urls=[])
    for number, found in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawn))):
        drawn = drawn.replace(f'id="{found}"', f'id="{name}-{number}"').replace(
            f"url(#{found})", f"url(#{name}-{number})"
        )
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(alt_text)}" ', 1) + "\n"


@cache
def _renderer() -> Any:
    """vl-convert with our fonts and those built into it, and none of the machine's.

    When it is first used, it reads the fonts that fontconfig's configuration names, and they come before all others: one
    of them would draw what ours has no letter for, and one that bears the name of ours would take its place.
    """
    import vl_convert

    configured = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "no_system_fonts.conf")
    try:
        vl_convert.register_font_directory(str(FONTS))
    finally:
        if configured is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = configured
    return vl_convert


def fan_chart(table: pl.DataFrame, *, colours: Palette, width: int, height: int, compact: bool = False) -> Any:
    """The observado and its forecast; `table` from forex.forecast.fan.  compact: without the names of the horizons."""
    x = alt.X("t:T", scale=UTC, title=None, axis=alt.Axis(tickCount=3 if compact else 8, grid=False))
    scale = alt.Scale(zero=False, nice=False, padding=8)
    y_axis = alt.Axis(tickCount=6, titleAnchor="end", titleAngle=0, titleAlign="left", titleY=-8, titleX=0)
    y = alt.Y("value:Q", scale=scale, title="CLP per USD", axis=y_axis)
    layers: list[Any] = []
    intervals = table.filter(part=INTERVAL)
    for [level], rows in intervals.partition_by("level", as_dict=True, maintain_order=True).items():
        band = alt.Chart(_data(rows)).mark_area(color=colours.accent, opacity=0.2)
        layers.append(band.encode(x=x, y=alt.Y("lower:Q", scale=scale, title="CLP per USD", axis=y_axis), y2="upper:Q"))
        label = alt.Chart(_data(rows.tail(1).with_columns(label=pl.lit(as_per_cent(float(str(level)))))))
        text = label.mark_text(align="left", dx=5, color=colours.muted, fontSize=11, font=FONT)
        layers.append(text.encode(x=x, y=alt.Y("upper:Q", scale=scale), text="label:N"))
    median = table.filter(part=MEDIAN_PART)
    layers.append(
        alt.Chart(_data(median)).mark_line(color=colours.accent, strokeWidth=2, strokeDash=[5, 3]).encode(x=x, y=y)
    )
    observado = table.filter(part=OBSERVADO)
    layers.append(alt.Chart(_data(observado)).mark_line(color=colours.ink, strokeWidth=1.5).encode(x=x, y=y))
    targets = median.filter(pl.col("horizon").is_not_null())
    dots = alt.Chart(_data(targets)).mark_circle(color=colours.accent, opacity=1, size=22 if compact else 36)
    layers.append(dots.encode(x=x, y=y))
    anchor = alt.Chart(_data(observado.tail(1))).mark_circle(color=colours.ink, opacity=1, size=46)
    layers.append(anchor.encode(x=x, y=y))
    if not compact:
        names = alt.Chart(_data(targets)).mark_text(dy=-12, color=colours.ink, fontSize=11, font=FONT)
        layers.append(names.encode(x=x, y=y, text="horizon:N"))
    return alt.layer(*layers).properties(width=width, height=height)


def reliability_chart(
    table: pl.DataFrame, horizon: str, *, against: str, colours: Palette, size: int = 170, title: str | None = None
) -> Any:
    """Measured against nominal coverage of `published` with its band, and of the benchmark `against`, at one horizon.

    table: horizon, model, level, coverage, low, high.
    """
    share = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap=True)
    x = alt.X("level:Q", scale=share, title="nominal", axis=axis)
    y = alt.Y("coverage:Q", scale=share, title="measured", axis=axis)
    rows = table.filter(horizon=horizon)
    own = alt.Chart(_data(rows.filter(model="published")))
    other = alt.Chart(_data(rows.filter(model=against)))
    diagonal = alt.Chart(alt.InlineData(values=[{"level": 0, "coverage": 0}, {"level": 1, "coverage": 1}]))
    low = alt.Y("low:Q", scale=share, title="measured", axis=axis)
    layers = [
        diagonal.mark_line(color=colours.muted, strokeWidth=1).encode(x=x, y=y),
        own.mark_area(color=colours.accent, opacity=0.22).encode(x=x, y=low, y2="high:Q"),
        other.mark_line(color=colours.muted, strokeWidth=1.5, strokeDash=[2, 2]).encode(x=x, y=y),
        own.mark_line(color=colours.accent, strokeWidth=2).encode(x=x, y=y),
        own.mark_circle(color=colours.accent, opacity=1, size=22).encode(x=x, y=y),
    ]
    return alt.layer(*layers).properties(width=size, height=size, title=title or "")


def side_by_side(charts: Sequence[Any]) -> Any:
    return alt.hconcat(*charts, spacing=22)


def note(text: str, *, colours: Palette) -> Any:
    """A line of text where a chart would be."""
    return (
        alt.Chart(alt.InlineData(values=[{"text": text}]))
        .mark_text(color=colours.muted)
        .encode(text="text:N")
        .properties(width=400, height=60)
    )


def rolling_chart(table: pl.DataFrame, horizon: str, *, colours: Palette, width: int, height: int) -> Any:
    """Coverage of `published` over trailing windows of origins at one horizon, each level beside its nominal value.

    table: origin_date, horizon, level, coverage.
    """
    rows = table.filter(horizon=horizon)
    x = alt.X("t:T", scale=UTC, title=None, axis=alt.Axis(tickCount=5, grid=False))
    share = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("coverage:Q", scale=share, title=None, axis=alt.Axis(format=".0%", tickCount=5))
    nominal = rows.group_by("level", maintain_order=True).agg(pl.col("origin_date").max())
    nominal = nominal.with_columns(label=pl.col("level").map_elements(as_per_cent, return_dtype=pl.String))
    rules = alt.Chart(_data(nominal, "origin_date"))
    layers = [
        rules.mark_rule(color=colours.muted, strokeDash=[3, 3]).encode(y=alt.Y("level:Q", scale=share)),
        alt.Chart(_data(rows, "origin_date"))
        .mark_line(color=colours.accent, strokeWidth=1.5)
        .encode(x=x, y=y, detail="level:N"),
        rules.mark_text(align="left", dx=5, color=colours.muted, fontSize=11, font=FONT).encode(
            x=x, y=alt.Y("level:Q", scale=share), text="label:N"
        ),
    ]
    return alt.layer(*layers).properties(width=width, height=height)


def regime_chart(regimes: pl.DataFrame, episodes: pl.DataFrame, *, colours: Palette, width: int, height: int) -> Any:
    """The volatility ratio, one point a week, over the regimes' episodes.

    regimes: origin_date, volatility_ratio.  episodes: regime, start, end (from `forex.report.dashboard.episodes`).
    """
    axis = alt.Axis(tickCount=max(width // 90, 3), grid=False)
    x = alt.X("t:T", scale=UTC, title=None, axis=axis)
    weekly = (
        regimes.sort("origin_date")
        .group_by_dynamic("origin_date", every="1w", label="datapoint")
        .agg(pl.col("volatility_ratio").last())
    )
    spans = episodes.filter(pl.col("regime") != REGIMES[0]).with_columns(
        start=_milliseconds("start"), end=_milliseconds("end")
    )
    colour = alt.Color("regime:N", scale=alt.Scale(domain=list(REGIMES), range=list(colours.regimes)), legend=None)
    background = alt.Chart(alt.InlineData(values=spans.to_dicts())).mark_rect(opacity=0.55)
    line = alt.Chart(_data(weekly.drop_nulls(), "origin_date")).mark_line(color=colours.ink, strokeWidth=1)
    ratio = alt.Y("volatility_ratio:Q", title=None, axis=alt.Axis(tickCount=4))
    return alt.layer(
        background.encode(x=alt.X("start:T", scale=UTC, title=None, axis=axis), x2="end:T", color=colour),
        line.encode(x=x, y=ratio),
    ).properties(width=width, height=height)


def as_per_cent(level: float) -> str:
    """A share as people read it, with the digits it needs.

    >>> as_per_cent(0.95), as_per_cent(0.995)
    ('95\\u202f%', '99.5\\u202f%')
    """
    return f"{100 * level:.6g}\u202f%"


def _milliseconds(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("ms")


def _data(rows: pl.DataFrame, date: str = "date") -> alt.InlineData:
    """Rows for a specification; `date`, where they have it, as `t`, milliseconds since 1970 in UTC."""
    if date in rows.columns:
        rows = rows.with_columns(t=_milliseconds(date)).drop(date)
    return alt.InlineData(values=rows.to_dicts())
