"""The dashboard's figures: each chart in the sizes it is shown at, with a text that says what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.status import INSUFFICIENT_DATA
from forex.forecast.fan import INTERVAL, MEDIAN_PART, OBSERVADO, by_length
from forex.regimes.regimes import REGIMES
from forex.report.charts import (
    ON_PAGE,
    ON_WHITE,
    fan_chart,
    note,
    regime_chart,
    reliability_chart,
    rolling_chart,
    side_by_side,
    svg,
)
from forex.report.rows import Given, as_per_cent

NOTHING = f"{INSUFFICIENT_DATA}: nothing has matured yet."


@dataclass(frozen=True)
class Figures:
    """The page's charts as SVG text: `fan` and `regimes` as (wide, narrow), `reliability` and `rolling` by horizon."""

    fan: tuple[str, str]
    reliability: Mapping[str, str]
    rolling: Mapping[str, str]
    regimes: tuple[str, str]


def figures(
    *,
    fan: pl.DataFrame,
    reliability: pl.DataFrame,
    rolling: pl.DataFrame,
    regimes: pl.DataFrame,
    episodes: pl.DataFrame,
) -> Figures:
    """The page's charts, drawn.

    fan: from forex.forecast.fan.  reliability, rolling: the plot data of the validation report.  regimes: data/regimes.parquet.
    """
    about, timeline = fan_text(fan), regime_text(episodes)
    origins, spans = Given(_weekly(regimes)), Given(episodes.filter(pl.col("regime") != REGIMES[0]))
    return Figures(
        fan=(
            svg(
                fan_chart(Given(fan), colours=ON_PAGE, width=860, height=340),
                name="fan-wide",
                alt_text=about,
                colours=ON_PAGE,
            ),
            svg(
                fan_chart(Given(fan), colours=ON_PAGE, width=290, height=240, compact=True),
                name="fan-narrow",
                alt_text=about,
                colours=ON_PAGE,
            ),
        ),
        reliability={
            horizon: svg(
                reliability_chart(_at(reliability, horizon), against=RANDOM_WALK, colours=ON_PAGE, size=125),
                name=f"reliability-{horizon}",
                alt_text=reliability_text(reliability, horizon),
                colours=ON_PAGE,
            )
            for horizon in _horizons(reliability)
        },
        rolling={
            horizon: svg(
                rolling_chart(_at(rolling, horizon), colours=ON_PAGE, width=250, height=150),
                name=f"rolling-{horizon}",
                alt_text=rolling_text(rolling, horizon),
                colours=ON_PAGE,
            )
            for horizon in _horizons(rolling)
        },
        regimes=(
            svg(
                regime_chart(origins, spans, colours=ON_PAGE, width=880, height=150),
                name="regimes-wide",
                alt_text=timeline,
                colours=ON_PAGE,
            ),
            svg(
                regime_chart(origins, spans, colours=ON_PAGE, width=300, height=140),
                name="regimes-narrow",
                alt_text=timeline,
                colours=ON_PAGE,
            ),
        ),
    )


def forecast_figure(fan: pl.DataFrame) -> str:
    """reports/figures/forecast.svg: the fan chart on white, to be shown on its own."""
    chart = fan_chart(Given(fan), colours=ON_WHITE, width=760, height=320)
    return svg(chart, name="forecast", alt_text=fan_text(fan), colours=ON_WHITE)


def reliability_figure(reliability: pl.DataFrame) -> str:
    """reports/figures/reliability.svg: one reliability diagram per horizon, side by side on white."""
    horizons = _horizons(reliability)
    charts = [
        reliability_chart(_at(reliability, horizon), against=RANDOM_WALK, colours=ON_WHITE, size=150, title=horizon)
        for horizon in horizons
    ]
    about = " ".join(reliability_text(reliability, horizon) for horizon in horizons) or NOTHING
    return svg(
        side_by_side(charts) if charts else note(NOTHING, colours=ON_WHITE),
        name="reliability",
        alt_text=about,
        colours=ON_WHITE,
    )


def fan_text(fan: pl.DataFrame) -> str:
    """What the fan chart shows, in a sentence."""
    past, ahead = fan.filter(part=OBSERVADO), fan.filter(part=MEDIAN_PART)
    last = ahead.row(-1, named=True)
    intervals = fan.filter((pl.col("part") == INTERVAL) & (pl.col("date") == last["date"])).iter_rows(named=True)
    widths = ", ".join(f"{as_per_cent(row['level'])} {row['lower']:.2f} to {row['upper']:.2f}" for row in intervals)
    return (
        f"The dólar observado from {past['date'][0]} to {past['date'][-1]}, last {past['value'][-1]:.2f}, "
        f"and its forecast: median {last['value']:.2f} on {last['date']}; intervals that day: {widths}."
    )


def reliability_text(reliability: pl.DataFrame, horizon: str) -> str:
    """What a reliability diagram shows: how far measured coverage lies from nominal at most."""
    parts = []
    for model in (PUBLISHED, RANDOM_WALK):
        rows = reliability.filter((pl.col("horizon") == horizon) & (pl.col("model") == model))
        if rows.height:
            worst = rows.sort((pl.col("coverage") - pl.col("level")).abs()).row(-1, named=True)
            measured = f"{100 * worst['coverage']:.1f}\u202f%"
            parts.append(
                f"{model} is furthest from nominal at {as_per_cent(worst['level'])}, where it covers {measured}"
            )
    return f"Reliability at {horizon}: {'; '.join(parts)}."


def rolling_text(rolling: pl.DataFrame, horizon: str) -> str:
    """What a chart of rolling coverage shows: the range and the newest value of each level."""
    parts = []
    for [level], rows in (
        rolling.filter(horizon=horizon).partition_by("level", as_dict=True, maintain_order=True).items()
    ):
        low, high, now = rows["coverage"].min(), rows["coverage"].max(), rows["coverage"][-1]
        parts.append(f"{as_per_cent(level)} between {_whole(low)} and {_whole(high)}, last {_whole(now)}")
    return f"Rolling coverage at {horizon}: {'; '.join(parts)}."


def regime_text(episodes: pl.DataFrame) -> str:
    """What the timeline shows: how many episodes, and the current one."""
    now = episodes.row(-1, named=True)
    span = f"from {episodes['start'][0]} to {now['end']}"
    return f"Volatility ratio and {episodes.height} regime episodes {span}; {now['regime']} since {now['start']}."


def _whole(share: Any) -> str:
    return f"{100 * share:.0f}\u202f%"


def _horizons(table: pl.DataFrame) -> list[str]:
    found: Mapping[str, None] = dict.fromkeys(table["horizon"].to_list())
    return list(by_length(found))


def _at(table: pl.DataFrame, horizon: str) -> Given:
    return Given(table).where(horizon=horizon)


def _weekly(regimes: pl.DataFrame) -> pl.DataFrame:
    """One row a week, its last that has a volatility ratio."""
    weeks = regimes.sort("origin_date").group_by_dynamic("origin_date", every="1w", label="datapoint")
    return weeks.agg(pl.col("volatility_ratio").last()).drop_nulls()
