"""The page's figures and the README's: each chart in the sizes it is shown at, with a text that says what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.status import NO_EVIDENCE
from forex.forecast.fan import INTERVAL, MEDIAN_PART, OBSERVADO, by_length
from forex.monitoring.report import PerformanceReport
from forex.presentation.language import Language
from forex.regimes.regimes import REGIMES
from forex.report import charts, drawing
from forex.report.backtest import ScoreRow
from forex.report.drawing import ENGLISH, ON_PAGE, ON_WHITE
from forex.report.rows import Given

Pair = tuple[str, str]  # on a wide and on a narrow screen


@dataclass(frozen=True)
class Figures:
    """The page's charts as SVG text; `reliability` and `rolling` by horizon; None for what cannot be drawn yet."""

    fan: Pair
    reliability: Mapping[str, str]
    rolling: Mapping[str, str]
    regimes: Pair
    skill: Pair | None
    drift: Pair | None


def figures(
    *,
    fan: pl.DataFrame,
    reliability: pl.DataFrame,
    rolling: pl.DataFrame,
    regimes: pl.DataFrame,
    episodes: pl.DataFrame,
    scores: Sequence[ScoreRow],
    performance: PerformanceReport,
    language: Language,
) -> Figures:
    """The page's charts, drawn.

    fan: from forex.forecast.fan.  reliability, rolling: the plot data of the validation report.  regimes: data/regimes.parquet.
    scores: from forex.report.backtest.score_rows.
    """
    drawn = partial(_pair, language=language)
    origins, spans = Given(_weekly(regimes)), Given(episodes.filter(pl.col("regime") != REGIMES[0]))
    known = _known_episodes(performance, episodes, language)
    looks = pl.DataFrame(
        [(look.origin_date, look.score) for look in performance.drift.target.history],
        ["origin_date", "score"],
        orient="row",
    )
    return Figures(
        fan=drawn(
            "fan",
            fan_text(fan, language),
            charts.fan_chart(Given(fan), colours=ON_PAGE, width=860, height=340, language=language),
            charts.fan_chart(Given(fan), colours=ON_PAGE, width=290, height=240, compact=True, language=language),
        ),
        reliability={
            horizon: drawing.svg(
                charts.reliability_chart(
                    _at(reliability, horizon), against=RANDOM_WALK, colours=ON_PAGE, size=125, language=language
                ),
                name=f"reliability-{horizon}",
                alt_text=reliability_text(reliability, horizon, language),
                colours=ON_PAGE,
                language=language,
            )
            for horizon in _horizons(reliability)
        },
        rolling={
            horizon: drawing.svg(
                charts.rolling_chart(_at(rolling, horizon), colours=ON_PAGE, width=250, height=130, language=language),
                name=f"rolling-{horizon}",
                alt_text=rolling_text(rolling, horizon, language),
                colours=ON_PAGE,
                language=language,
            )
            for horizon in _horizons(rolling)
        },
        regimes=drawn(
            "regimes",
            regime_text(episodes, language),
            charts.regime_chart(origins, spans, colours=ON_PAGE, width=880, height=150, named_spans=known),
            charts.regime_chart(origins, spans, colours=ON_PAGE, width=300, height=140),
        ),
        skill=drawn(
            "skill",
            skill_text(scores, language),
            charts.side_by_side(_skill(scores, language, width=125, every=False)),
            charts.below_each_other(_skill(scores, language, width=150, every=True)),
        )
        if scores
        else None,
        drift=drawn(
            "drift",
            drift_text(looks, language),
            charts.drift_chart(Given(_dated(looks)), colours=ON_PAGE, width=860, height=110),
            charts.drift_chart(Given(_dated(looks)), colours=ON_PAGE, width=290, height=110),
        )
        if looks.height > 1
        else None,
    )


def _pair(name: str, about: str, wide: Any, narrow: Any, *, language: Language) -> Pair:
    on_wide, on_narrow = (
        drawing.svg(chart, name=f"{name}-{size}", alt_text=about, colours=ON_PAGE, language=language)
        for size, chart in (("wide", wide), ("narrow", narrow))
    )
    return on_wide, on_narrow


def _skill(scores: Sequence[ScoreRow], language: Language, *, width: int, every: bool) -> list[Any]:
    """A chart for each horizon.  every: with the benchmarks' names at each, not at the first alone."""
    drawn: list[Any] = []
    for horizon in by_length(dict.fromkeys(row.horizon for row in scores)):
        rows = [
            {
                "model": language.name(row.model),
                "difference": row.crps.difference_pct,
                "evidence": row.crps.evidence != NO_EVIDENCE,
            }
            for row in scores
            if row.horizon == horizon
        ]
        drawn.append(
            charts.skill_chart(
                Given(pl.DataFrame(rows)),
                colours=ON_PAGE,
                width=width,
                step=16,
                title=language.horizon(horizon),
                named=every or not drawn,
            )
        )
    return drawn


def forecast_figure(fan: pl.DataFrame) -> str:
    """reports/figures/forecast.svg: the fan chart on white, to be shown on its own."""
    chart = charts.fan_chart(Given(fan), colours=ON_WHITE, width=760, height=320)
    return drawing.svg(chart, name="forecast", alt_text=fan_text(fan, ENGLISH), colours=ON_WHITE)


def mail_figure(fan: pl.DataFrame, language: Language) -> bytes:
    """The fan chart of a mail, for wide and narrow screens alike: PNG on white, with enough dots to be sharp."""
    chart = charts.fan_chart(Given(fan), colours=ON_WHITE, width=360, height=220, compact=True, language=language)
    return drawing.png(chart, colours=ON_WHITE, language=language, scale=2.5)


def reliability_figure(reliability: pl.DataFrame) -> str:
    """reports/figures/reliability.svg: one reliability diagram per horizon, side by side on white."""
    horizons = _horizons(reliability)
    nothing = ENGLISH.say("Insufficient data: no forecast that is scored has matured yet.")
    drawn = [
        charts.reliability_chart(
            _at(reliability, horizon), against=RANDOM_WALK, colours=ON_WHITE, size=150, title=horizon
        )
        for horizon in horizons
    ]
    about = " ".join(reliability_text(reliability, horizon, ENGLISH) for horizon in horizons) or nothing
    return drawing.svg(
        charts.side_by_side(drawn) if drawn else charts.note(nothing, colours=ON_WHITE),
        name="reliability",
        alt_text=about,
        colours=ON_WHITE,
    )


def fan_text(fan: pl.DataFrame, language: Language) -> str:
    """What the fan chart shows, in a sentence."""
    past, ahead = fan.filter(part=OBSERVADO), fan.filter(part=MEDIAN_PART)
    last = ahead.row(-1, named=True)
    intervals = fan.filter((pl.col("part") == INTERVAL) & (pl.col("date") == last["date"])).iter_rows(named=True)
    widths = [
        f"{language.level(row['level'])} {language.rate(row['lower'])} – {language.rate(row['upper'])}"
        for row in intervals
    ]
    return language.say(
        "The dólar observado from {first} to {last}, then at {rate:.2f}, and its forecast: median {median:.2f} on {day}, "
        "intervals of that day {widths::s}.",
        first=past["date"][0],
        last=past["date"][-1],
        rate=past["value"][-1],
        median=last["value"],
        day=last["date"],
        widths=tuple(widths),
    )


def reliability_text(reliability: pl.DataFrame, horizon: str, language: Language) -> str:
    """What a reliability diagram shows: how far measured coverage lies from nominal at most."""
    parts = []
    for model in (PUBLISHED, RANDOM_WALK):
        rows = reliability.filter((pl.col("horizon") == horizon) & (pl.col("model") == model))
        if rows.height:
            worst = rows.sort((pl.col("coverage") - pl.col("level")).abs()).row(-1, named=True)
            parts.append(
                language.say(
                    "{model} is furthest from nominal at {level:s}, where it covers {coverage:.1%}",
                    model=model,
                    level=language.level(worst["level"]),
                    coverage=worst["coverage"],
                )
            )
    return language.say("Reliability, {horizon:s}: {parts::s}.", horizon=language.horizon(horizon), parts=tuple(parts))


def rolling_text(rolling: pl.DataFrame, horizon: str, language: Language) -> str:
    """What a chart of rolling coverage shows: the range and the newest value of each level."""
    parts = []
    levels = rolling.filter(horizon=horizon).partition_by("level", as_dict=True, maintain_order=True)
    for [level], rows in levels.items():
        parts.append(
            language.say(
                "{level:s} between {low:.0%} and {high:.0%}, last {now:.0%}",
                level=language.level(level),
                low=rows["coverage"].min(),
                high=rows["coverage"].max(),
                now=rows["coverage"][-1],
            )
        )
    return language.say(
        "Rolling coverage, {horizon:s}: {parts::s}.", horizon=language.horizon(horizon), parts=tuple(parts)
    )


def regime_text(episodes: pl.DataFrame, language: Language) -> str:
    """What the timeline shows: how many episodes, and the current one."""
    now = episodes.row(-1, named=True)
    return language.say(
        "Volatility ratio and {count:d} stretches of one regime from {first} to {last}; {regime} since {since}.",
        count=episodes.height,
        first=episodes["start"][0],
        last=now["end"],
        regime=now["regime"],
        since=now["start"],
    )


def skill_text(scores: Sequence[ScoreRow], language: Language) -> str:
    """What the chart of differences shows: the largest and the smallest."""
    known = sorted(
        (row.crps.difference_pct, row.horizon, row.model) for row in scores if row.crps.difference_pct is not None
    )
    said = (
        [
            language.say(
                "{difference:+.1f} % from {model}, {horizon:s}",
                difference=difference,
                model=model,
                horizon=language.horizon(horizon),
            )
            for difference, horizon, model in dict.fromkeys((known[0], known[-1]))
        ]
        if known
        else []
    )
    return language.say("Differences in CRPS from the benchmarks, between {extremes::s}.", extremes=tuple(said))


def drift_text(looks: pl.DataFrame, language: Language) -> str:
    """What the chart of drift shows: the highest score and the last.  looks: origin_date, score; the oldest first."""
    first, last = looks.row(0), looks.row(-1)
    return language.say(
        "The score of drift from {first} to {last}, at most {most:.0f}, last {now:.0f}.",
        first=first[0],
        last=last[0],
        most=looks["score"].max(),
        now=last[1],
    )


def _known_episodes(performance: PerformanceReport, episodes: pl.DataFrame, language: Language) -> Given | None:
    """The episodes that the monitor looks back on and that begin within the chart's time; None where none does."""
    first, last = episodes["start"].min(), episodes["end"].max()
    rows = pl.DataFrame(
        [(language.name(name), episode.from_) for name, episode in performance.episodes.items()],
        schema={"name": pl.String, "start": pl.String},
        orient="row",
    ).with_columns(pl.col("start").str.to_date())
    shown = rows.filter(pl.col("start").is_between(first, last)).sort("start")
    return Given(shown) if shown.height else None


def _dated(looks: pl.DataFrame) -> pl.DataFrame:
    return looks.with_columns(pl.col("origin_date").str.to_date())


def _horizons(table: pl.DataFrame) -> list[str]:
    found: Mapping[str, None] = dict.fromkeys(table["horizon"].to_list())
    return list(by_length(found))


def _at(table: pl.DataFrame, horizon: str) -> Given:
    return Given(table).where(horizon=horizon)


def _weekly(regimes: pl.DataFrame) -> pl.DataFrame:
    """One row a week, with the volatility ratio of its last origin; no row where that has none."""
    weeks = regimes.sort("origin_date").group_by_dynamic("origin_date", every="1w", label="datapoint")
    return weeks.agg(pl.col("volatility_ratio").last()).drop_nulls()
