"""Charts: Vega-Lite specifications, for `forex.report.drawing` to draw.

A chart is described here once, for the page and the README, which have its rows, and for `dvc plots`, which gets them later.
Dates are on UTC scales. Colours are those of a palette.
"""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
from altair.utils import schemapi

from forex.core.names import PUBLISHED
from forex.forecast.fan import INTERVAL, MEDIAN_PART, OBSERVADO, PAST
from forex.presentation.language import Language
from forex.regimes.regimes import REGIMES
from forex.report.drawing import ENGLISH, FONT, Palette
from forex.report.rows import REVISION, Given, Later, Source

# Tests check that whole charts fit the schema of Vega-Lite; altair need not check each part as it is put together. And channels are
# written as such: given a text, altair searches the schema of every channel for what it could be.
schemapi.disable_debug_mode()

UTC = alt.Scale(type="utc")
LATER = "rows"  # the name of what `dvc plots` puts in
LABEL_DAYS = 14  # calendar days between two targets that are named
SHARE = alt.Scale(domain=[0, 1], nice=False)
REVISIONS = (
    "#0b5fa5",
    "#d9622b",
    "#2f7d4f",
    "#6a4fb3",
    "#8a5a2b",
    "#566372",
)  # of `dvc plots diff`, in the order in which DVC has them


def fan_chart(
    source: Source, *, colours: Palette, width: int, height: int, compact: bool = False, language: Language = ENGLISH
) -> Any:
    """The observado, what was forecast of it, and its forecast; rows as from forex.forecast.fan.

    compact: without the names of the horizons.
    """
    x = alt.X("date:T", scale=UTC, title=None, axis=alt.Axis(tickCount=3 if compact else 8, grid=False))
    scale = alt.Scale(zero=False, nice=False, padding=8)
    axis = alt.Axis(tickCount=6, titleAnchor="end", titleAngle=0, titleAlign="left", titleY=-8, titleX=0)
    y, lower, upper = (
        alt.Y(f"{name}:Q", scale=scale, title=language.say("CLP per USD"), axis=axis)
        for name in ("value", "lower", "upper")
    )
    intervals, median, observado = (source.where(part=part) for part in (INTERVAL, MEDIAN_PART, OBSERVADO))
    targets = median.present("horizon")
    ink, apart = alt.ColorValue(colours.ink), _apart(source)
    words: dict[str, Any] = {"color": colours.muted, "fontSize": 11, "font": FONT}
    layers = [
        _chart(source.where(part=PAST))
        .mark_area(opacity=0.16, color=colours.muted)
        .encode(x=x, y=lower, y2=alt.Y2("upper:Q"), detail=apart),
        _chart(intervals)
        .mark_area(opacity=0.2)
        .encode(x=x, y=lower, y2=alt.Y2("upper:Q"), color=_own(source, colours), detail=_apart(source, "level")),
        _chart(intervals.last("date", "level").labelled(language.level))
        .mark_text(align="left", dx=5, **words)
        .encode(x=x, y=upper, text=alt.Text("label:N")),
        _chart(median).mark_line(strokeWidth=2, strokeDash=[5, 3]).encode(x=x, y=y, color=_own(source, colours)),
        _chart(observado).mark_line(strokeWidth=1.5).encode(x=x, y=y, color=ink, detail=apart),
        _chart(targets)
        .mark_circle(opacity=1, size=22 if compact else 36)
        .encode(x=x, y=y, color=_own(source, colours)),
        _chart(observado.last("date")).mark_circle(opacity=1, size=46).encode(x=x, y=y, color=ink, detail=apart),
    ]
    if not compact:
        names = _chart(targets.spaced("date", LABEL_DAYS)).mark_text(dy=-12, **words | {"color": colours.ink})
        layers.append(names.encode(x=x, y=y, text=alt.Text("horizon:N")))
    return alt.layer(*layers).properties(width=width, height=height)


def reliability_chart(
    source: Source, *, against: str, colours: Palette, size: int = 170, title: str = "", language: Language = ENGLISH
) -> Any:
    """Measured against nominal coverage of `published` with its band, and of the benchmark `against`, at one horizon.

    Rows: model, level, coverage, low, high.
    """
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap=True)
    x = alt.X("level:Q", scale=SHARE, title=language.say("nominal"), axis=axis)
    y, low = (
        alt.Y(f"{name}:Q", scale=SHARE, title=language.say("measured"), axis=axis) for name in ("coverage", "low")
    )
    published, other = source.where(model=PUBLISHED), source.where(model=against)
    own: dict[str, Any] = {"x": x, "color": _own(source, colours)}
    diagonal = alt.Chart(alt.InlineData(values=[{"level": 0, "coverage": 0}, {"level": 1, "coverage": 1}]))
    layers = [
        diagonal.mark_line(color=colours.muted, strokeWidth=1).encode(x=x, y=y),
        _chart(published).mark_area(opacity=0.22).encode(y=low, y2=alt.Y2("high:Q"), **own),
        _chart(other)
        .mark_line(color=colours.muted, strokeWidth=1.5, strokeDash=[2, 2])
        .encode(x=x, y=y, detail=_apart(source)),
        _chart(published).mark_line(strokeWidth=2).encode(y=y, **own),
        _chart(published).mark_circle(opacity=1, size=22).encode(y=y, **own),
    ]
    return alt.layer(*layers).properties(width=size, height=size, title=title)


def side_by_side(charts: Sequence[Any]) -> Any:
    """The charts in a row, the first on the left."""
    return alt.hconcat(*charts, spacing=22)


def below_each_other(charts: Sequence[Any]) -> Any:
    """The charts in a column, the first on top."""
    return alt.vconcat(*charts, spacing=10)


def by_horizon(chart: Any, *, columns: int, own_x: bool = False) -> Any:
    """The chart once for each `horizon` of rows that come later, the shortest first.  own_x: each has a scale of its own."""
    days = {"calculate": "toNumber(replace(datum.horizon, 'd', ''))", "as": "days"}
    order = alt.EncodingSortField("days", op="min")
    facet = alt.Facet("horizon:N", title=None, sort=order)
    drawn = alt.FacetChart(spec=chart, facet=facet, columns=columns, data=alt.NamedData(LATER), transform=[days])
    return drawn.resolve_scale(x="independent") if own_x else drawn


def note(text: str, *, colours: Palette) -> Any:
    """A line of text where a chart would be."""
    return (
        alt.Chart(alt.InlineData(values=[{"text": text}]))
        .mark_text(color=colours.muted)
        .encode(text=alt.Text("text:N"))
        .properties(width=400, height=60)
    )


def rolling_chart(source: Source, *, colours: Palette, width: int, height: int, language: Language = ENGLISH) -> Any:
    """Coverage of `published` over trailing windows of origins at one horizon, each level beside its nominal value.

    Rows: origin_date, level, coverage.
    """
    x = alt.X("origin_date:T", scale=UTC, title=None, axis=alt.Axis(tickCount=5, grid=False))
    y = alt.Y("coverage:Q", scale=SHARE, title=None, axis=alt.Axis(format=".0%", tickCount=5))
    level = alt.Y("level:Q", scale=SHARE)
    nominal = _chart(source.last("origin_date", "level").labelled(language.level))
    layers = [
        nominal.mark_rule(color=colours.muted, strokeDash=[3, 3]).encode(y=level),
        _chart(source)
        .mark_line(strokeWidth=1.5)
        .encode(x=x, y=y, color=_own(source, colours), detail=_apart(source, "level")),
        nominal.mark_text(align="left", dx=5, color=colours.muted, fontSize=11, font=FONT).encode(
            x=x, y=level, text=alt.Text("label:N")
        ),
    ]
    return alt.layer(*layers).properties(width=width, height=height)


def regime_chart(
    origins: Source, spans: Source, *, colours: Palette, width: int, height: int, named_spans: Given | None = None
) -> Any:
    """The volatility ratio over the regimes' spans.

    origins: origin_date, volatility_ratio.  spans: regime, start, end.  named_spans: of episodes that people know; name, start.
    """
    later = isinstance(origins, Later)
    axis = alt.Axis(tickCount=max(width // 90, 3), grid=False)
    x, start = (alt.X(f"{name}:T", scale=UTC, title=None, axis=axis) for name in ("origin_date", "start"))
    ratio = alt.Y("volatility_ratio:Q", title=None, axis=alt.Axis(tickCount=4))
    key = _legend(colours, opacity=0.55) if later else None  # a page has a key of its own
    named: dict[str, Any] = {"domain": list(REGIMES[1:]), "range": list(colours.regimes[1:])}
    colour = alt.Color("regime:N", scale=alt.Scale(**named), legend=key)
    line: dict[str, Any] = (
        {"strokeDash": alt.StrokeDash(f"{REVISION}:N", sort=None, legend=_legend(colours))} if later else {}
    )
    layers = [
        _chart(spans).mark_rect(opacity=0.55).encode(x=start, x2=alt.X2("end:T"), color=colour),
        _chart(origins).mark_line(color=colours.ink, strokeWidth=1).encode(x=x, y=ratio, **line),
    ]
    if named_spans is not None:
        known = _chart(named_spans)
        layers += [
            known.mark_rule(color=colours.ink, strokeDash=[2, 2]).encode(x=start),
            known.mark_text(
                align="center", baseline="bottom", dy=-3, y=0, color=colours.ink, fontSize=11, font=FONT
            ).encode(x=start, text=alt.Text("name:N")),
        ]
    return alt.layer(*layers).properties(width=width, height=height)


def skill_chart(rows: Given, *, colours: Palette, width: int, step: int, title: str, named: bool) -> Any:
    """Differences in CRPS from each benchmark at one horizon, filled where there is evidence of them.

    Rows: model, difference (per cent), evidence.  named: with the benchmarks' names beside the bars.
    """
    axis = alt.Axis(labelLimit=200) if named else None
    y = alt.Y("model:N", title=None, sort=None, axis=axis)
    x = alt.X("difference:Q", title=None, axis=alt.Axis(tickCount=3))
    zero = alt.Chart(alt.InlineData(values=[{"difference": 0}])).mark_rule(color=colours.muted).encode(x=x)
    open_, found = rows.where(evidence=False), rows.where(evidence=True)
    return alt.layer(
        _chart(found).mark_bar(color=colours.accent, stroke=colours.accent).encode(y=y, x=x),
        _chart(open_).mark_bar(color="transparent", stroke=colours.muted).encode(y=y, x=x),
        zero,
    ).properties(width=width, height=alt.Step(step), title=title)


def drift_chart(rows: Given, *, colours: Palette, width: int, height: int) -> Any:
    """The score of drift at every look.  Rows: origin_date, score."""
    x = alt.X("origin_date:T", scale=UTC, title=None, axis=alt.Axis(tickCount=5, grid=False))
    y = alt.Y("score:Q", scale=alt.Scale(domain=[0, 100]), title=None, axis=alt.Axis(tickCount=5))
    return (
        _chart(rows)
        .mark_line(color=colours.accent, strokeWidth=1.5)
        .encode(x=x, y=y)
        .properties(width=width, height=height)
    )


def trend_chart(rows: Given, *, colours: Palette, width: int, height: int, form: str, target: float) -> Any:
    """A figure on the days of weekly reports, and what it is held against.  Rows: as_of, value.  form: of d3, ".1%"."""
    x = alt.X("as_of:T", scale=UTC, title=None, axis=alt.Axis(tickCount=3, grid=False))
    y = alt.Y("value:Q", scale=alt.Scale(zero=False, padding=6), title=None, axis=alt.Axis(tickCount=4, format=form))
    aimed = alt.Chart(alt.InlineData(values=[{"value": target}]))
    base = _chart(rows)
    return alt.layer(
        aimed.mark_rule(color=colours.muted, strokeDash=[3, 3]).encode(y=y),
        base.mark_line(color=colours.accent, strokeWidth=1.5).encode(x=x, y=y),
        base.mark_circle(color=colours.accent, opacity=1, size=18).encode(x=x, y=y),
    ).properties(width=width, height=height)


def pit_chart(source: Source, *, colours: Palette, width: int, height: int) -> Any:
    """How often the outcome fell into each bin of the forecast's distribution; level is calibrated.  Rows: model, pit, share."""
    published = source.where(model=PUBLISHED)
    share: dict[str, Any] = {"type": "quantitative", "title": "share", "axis": alt.Axis(format=".0%", tickCount=5)}
    even = alt.Y("share", aggregate="mean", **share)
    steps = _chart(published).mark_line(interpolate="step", strokeWidth=1.5)
    return alt.layer(
        _chart(published).mark_rule(color=colours.muted, strokeDash=[3, 3]).encode(y=even),
        steps.encode(
            x=alt.X("pit:Q", title="PIT", axis=alt.Axis(tickCount=5, grid=False)),
            y=alt.Y("share", scale=alt.Scale(zero=True), **share),
            color=_own(source, colours),
        ),
    ).properties(width=width, height=height)


def scores_chart(source: Source, *, colours: Palette, width: int, step: int) -> Any:
    """CRPS against the random walk's by model, a bar for each revision.  Rows: model, n, crps, crps_se, crps_skill_pct."""
    told = ["horizon", "model", REVISION, "n", "crps", "crps_se", "crps_skill_pct"]
    return (
        _chart(source)
        .mark_bar()
        .encode(
            y=alt.Y("model:N", title=None),
            yOffset=alt.YOffset(f"{REVISION}:N", sort=None),
            x=alt.X("crps_skill_pct:Q", title="skill, %", axis=alt.Axis(tickCount=4)),
            color=_own(source, colours),
            tooltip=[alt.Tooltip(f"{name}:N") for name in told],
        )
        .properties(width=width, height=alt.Step(step))
    )


def _chart(source: Source) -> Any:
    if isinstance(source, Given):
        # As text: altair would copy a list of rows, and check each by its schema, wherever a chart is put together.
        return alt.Chart(alt.InlineData(values=json.dumps(source.values), format=alt.JsonDataFormat(type="json")))
    transforms = list(source.transforms) or alt.Undefined
    return alt.Chart(alt.NamedData(LATER), transform=transforms)


def _own(source: Source, colours: Palette) -> Any:
    """The colour of the forecast that a chart is about, by revision where rows come later."""
    if isinstance(source, Given):
        return alt.ColorValue(colours.accent)
    return alt.Color(f"{REVISION}:N", scale=alt.Scale(range=list(REVISIONS)), sort=None, legend=_legend(colours))


def _legend(colours: Palette, *, opacity: float = 1) -> Any:
    """Above the chart and the title of its axis, in full colour where what it explains is pale."""
    return alt.Legend(
        orient="top",
        title=None,
        offset=28,
        symbolOpacity=opacity,
        labelColor=colours.ink,
        labelFontSize=12,
        labelFont=FONT,
    )


def _apart(source: Source, *names: str) -> Any:
    """What keeps lines of the same colour apart."""
    fields = [alt.Detail(f"{name}:N") for name in (*names, *([REVISION] if isinstance(source, Later) else []))]
    return fields or alt.Undefined
