"""The study of the monitors, whole: what is measured, the tables of reports/monitors.md, and the two that the pipeline reads.

`python -m studies.worlds.study` runs it on every core and prints the page; `make study` runs it with what must hold.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.commands.keep.readme import filled
from forex.commands.tables import markdown
from forex.core.disk import write_text
from forex.core.files import read_parquet, write_csv
from forex.core.quantiles import COLUMNS, central_pair
from forex.monitoring.early import early, path_of
from forex.monitoring.measured import EARLY, FALSE_ALARMS, EarlyRates
from forex.monitoring.windows import Floats
from forex.statistics.scores import covered
from forex.timeline.calendar import usual_steps
from studies.worlds import messages, monitors, tolerance
from studies.worlds.forecaster import ADAPTS, FORECASTERS, HORIZONS
from studies.worlds.messages import Year
from studies.worlds.monitors import (
    CHANGES,
    EARLY_RATES,
    NEVER,
    NO_CHANGE,
    YEAR,
    Key,
    Said,
    Share,
    delay,
    early_horizons,
    early_rates,
    ever,
    share,
    within,
)
from studies.worlds.returns import CALM, REAL, estimated
from tests.support.made_up import ROOT

PAGE = ROOT / "reports/monitors.md"
DAYS_OF_EPISODES = ROOT / "reports/early_days.csv"
CALIBRATED = ROOT / "data/forecasts/calibrated.parquet"
CHANGED_WORLDS = ("GARCH-t", "fitted")
EPISODES = {
    "October 2008": ("2008-10-01", "2008-10-31"),
    "November 2019": ("2019-11-01", "2019-11-29"),
    "March 2020": ("2020-03-02", "2020-03-31"),
    "July 2022": ("2022-07-01", "2022-07-29"),
}
SHOWN = ("misses x 2 at 80 %", "coverage 95 -> 90", "error x 2", "October 2008")
SEED = 1


@dataclass(frozen=True)
class Sizes:
    """How many series of each kind."""

    calm: int = 400
    changed: int = 100
    real: int = 200
    messages: int = 60
    tolerance: int = 100


@dataclass(frozen=True)
class Study:
    """said: by world, then forecaster and change.  rates: of the early signal, from the years before the last one, in which its
    false alarms are counted.  years: by world, of drift and messages.  tolerances: by forecaster and tolerance.
    """

    said: Mapping[str, Mapping[Key, Said]]
    rates: EarlyRates
    years: Mapping[str, Year]
    tolerances: Mapping[tuple[str, float], tuple[Share, Share]]


def study(sizes: Sizes, *, processes: int) -> Study:
    said = {
        world: dict(
            monitors.measure(world, sizes.calm if world in CALM else sizes.real, seed=SEED, processes=processes)
        )
        for world in (*CALM, *REAL)
    }
    for world in CHANGED_WORLDS:
        said[world] |= monitors.measure(
            world, sizes.changed, seed=SEED + 1, changes=tuple(CHANGES), processes=processes
        )
    rates = early_rates({world: said[world][ADAPTS, NO_CHANGE].farthest for world in CALM})
    years = {
        world: messages.measure(world, sizes.messages, seed=SEED + 2, processes=processes) for world in (*CALM, *REAL)
    }
    tolerances = tolerance.measure(sizes.tolerance, seed=SEED + 3, processes=processes)
    return Study(said, rates, years, tolerances)


# --- what the pipeline reads ------------------------------------------------------------------------------------------


def false_alarms(found: Study) -> dict[tuple[str, str], dict[str, tuple[float, float, int]]]:
    """By world and forecaster, by monitor: share, its standard error, number of series.  Drift is of the market: one forecaster."""
    table: dict[tuple[str, str], dict[str, tuple[float, float, int]]] = {}
    for world in CALM:
        for forecaster in FORECASTERS:
            one = found.said[world][forecaster, NO_CHANGE]
            shares = {
                "windows_year": ever(np.any(list(one.windows.values()), axis=0)),
                "alarm_year": ever(np.any(list(one.alarm.values()), axis=0)),
                "either_year": ever(one.either(*HORIZONS)),
                "alarm_five_years": share(one.alarm_five_years),
                "early_year": ever(one.early(found.rates, *HORIZONS)),
                "any_year": ever(one.either(*HORIZONS) | one.early(found.rates, *HORIZONS)),
            }
            table[world, forecaster] = {name: (part.value, part.error, part.n) for name, part in shares.items()}
            n = one.excellent.size
            table[world, forecaster]["excellent_look"] = (*_mean(one.excellent), n)
        year = found.years[world]
        n = year.drift_year.size
        table[world, ADAPTS] |= {
            "drift_look": (*year.look, n),
            "drift_year": (year.year.value, year.year.error, n),
        }
    return table


def _mean(values: Floats) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def write_tables(found: Study) -> None:
    """The two CSVs of forex/monitoring/rates."""
    rows = [
        f"{world},{forecaster},{monitor},{value:.4f},{error:.4f},{n}"
        for (world, forecaster), by_monitor in false_alarms(found).items()
        for monitor, (value, error, n) in by_monitor.items()
    ]
    write_text(FALSE_ALARMS, "\n".join(["world,forecaster,monitor,share,error,series", *rows]) + "\n")
    rows = [
        f"{rate:g},{horizon},{distance:.4f}"
        for horizon, distances in found.rates.distances.items()
        for rate, distance in zip(found.rates.rates, distances, strict=True)
    ]
    write_text(EARLY, "\n".join(["rate,horizon,distance", *rows]) + "\n")


# --- the page ---------------------------------------------------------------------------------------------------------


def blocks(found: Study) -> dict[str, str]:
    """The tables of reports/monitors.md by name."""
    return {
        "worlds": _worlds(),
        "steady": _steady(found),
        "tolerance": _tolerance(found),
        "by_horizon": _by_horizon(found),
        "delays": _delays(found),
        "other_horizons": _other_horizons(found),
        "found": _found(found),
        "early": _early(found.rates),
        "early_power": _early_power(found),
        "early_episodes": early_episodes(found.rates, read_parquet(CALIBRATED)),
        "messages": _messages(found),
    }


def percent(value: float, error: float | None = None) -> str:
    return f"{100 * value:.1f} %" if error is None else f"{100 * value:.1f} ± {100 * error:.1f} %"


def _told(part: Share) -> str:
    return percent(part.value, part.error)


def _worlds() -> str:
    like = estimated()
    rows = [
        ["AR(1) coefficient", f"{like.ar:.3f}"],
        ["GARCH α, β", f"{like.alpha:.3f}, {like.beta:.3f}"],
        ["degrees of freedom of t", f"{like.nu:.1f}"],
        ["standard deviation of a day", f"{100 * like.daily:.2f} %"],
        ["days that jump", f"{100 * like.jump_rate:.2f} %"],
        ["size of a jump, root mean square", f"{100 * like.jump_size:.1f} %"],
        ["October 2008: mean absolute return over that of the 250 days before", f"{like.shift:.1f}"],
    ]
    return markdown([["estimated from the shipped observado", "value"], *rows])


def _steady(found: Study) -> str:
    head = ["world", "forecaster", "windows, a year", "alarm, a year", "either, a year", "alarm, five years"]
    head += ["early signal, a year", "any of them, a year", "predecessor's rule, a look", "predecessor's rule, a year"]
    rows = []
    for world in (*CALM, *REAL):
        for forecaster in FORECASTERS:
            one = found.said[world][forecaster, NO_CHANGE]
            cells = [
                ever(np.any(list(one.windows.values()), axis=0)),
                ever(np.any(list(one.alarm.values()), axis=0)),
                ever(one.either(*HORIZONS)),
                share(one.alarm_five_years),
                ever(one.early(found.rates, *HORIZONS)),
                ever(one.either(*HORIZONS) | one.early(found.rates, *HORIZONS)),
            ]
            old = one.predecessor < 0.05
            rows.append([world, forecaster, *map(_told, cells), percent(float(old.mean())), percent(ever(old).value)])
    return markdown([head, *rows])


def _by_horizon(found: Study) -> str:
    rows = [
        [
            world,
            forecaster,
            *(_told(ever(found.said[world][forecaster, NO_CHANGE].either(horizon))) for horizon in HORIZONS),
        ]
        for world in (*CALM, *REAL)
        for forecaster in FORECASTERS
    ]
    return markdown([["either, a year", "forecaster", *HORIZONS], *rows])


def _tolerance(found: Study) -> str:
    rows = [
        [forecaster, percent(wider), _told(false), _told(power)]
        for (forecaster, wider), (false, power) in found.tolerances.items()
    ]
    head = [
        "forecaster",
        "tolerance",
        f"alarm, five years, {tolerance.FALSE_IN}",
        f"{tolerance.CHANGE} at 1d, within a year, {tolerance.FOUND_IN}",
    ]
    return markdown([head, *rows])


def _changed(found: Study) -> list[tuple[str, str, str, Said]]:
    return [
        (change, world, forecaster, found.said[world][forecaster, change])
        for change in CHANGES
        for world in CHANGED_WORLDS
        for forecaster in FORECASTERS
    ]


def _delays(found: Study) -> str:
    head = ["change at 1d", "world", "forecaster", "within 60", "within a year", "median"]
    head += ["predecessor within a year", "predecessor median"]
    rows = []
    for change, world, forecaster, one in _changed(found):
        calm = found.said[world][forecaster, NO_CHANGE]
        # the p with which the predecessor's rule alarms in as many calm years as all of ours together
        threshold = float(np.quantile(calm.predecessor.min(axis=0), ever(calm.either(*HORIZONS)).value))
        ours, old = delay(one.either("1d")), delay(one.predecessor < threshold)
        figures = [_told(within(ours, 60)), _told(within(ours, YEAR)), _median(ours)]
        rows.append([change, world, forecaster, *figures, percent(within(old, YEAR).value), _median(old)])
    return markdown([head, *rows])


def _other_horizons(found: Study) -> str:
    rows = []
    for change, world, forecaster, one in _changed(found):
        cells = []
        for horizon in HORIZONS:
            delays = delay(one.either(horizon))
            cells.append(f"{_told(within(delays, YEAR))}, {_median(delays)}")
        rows.append([change, world, forecaster, *cells])
    return markdown([["change", "world", "forecaster", *HORIZONS], *rows])


def _found(found: Study) -> str:
    """The README's table: what is found in the fitted world by the pipeline's own forecaster, by horizon, and where nothing is."""
    calm = found.said["fitted"][ADAPTS, NO_CHANGE]
    rows = [["nothing: a false alarm", *(_told(ever(calm.either(horizon))) for horizon in HORIZONS)]]
    for change in SHOWN:
        delays = [delay(found.said["fitted"][ADAPTS, change].either(horizon)) for horizon in HORIZONS]
        rows.append([change, *(f"{_told(within(one, YEAR))}, {_median(one)}" for one in delays)])
    return markdown([["what changes: found within a year, median", *HORIZONS], *rows])


def _early(rates: EarlyRates) -> str:
    rows = [[horizon, *(f"{value:.2f}" for value in rates.distances[horizon])] for horizon in early_horizons()]
    return markdown([["exceeded in a share of years of", *(percent(rate) for rate in EARLY_RATES)], *rows])


def _early_power(found: Study) -> str:
    """By rate: how often the signal comes within a year of a change, and at 30d before the first outcome that is affected."""
    rows = []
    soon = usual_steps("30d")
    for change, world, forecaster, one in _changed(found):
        if forecaster != ADAPTS or CHANGES[change](world).volatility == 1.0:
            continue  # the rate's own path does not change
        for rate in (0.02, 0.05, 0.1, 0.2):
            at = {
                horizon: found.rates.rate(horizon, one.distance[:, HORIZONS.index(horizon)]) <= rate
                for horizon in early_horizons()
            }
            thirty = delay(at["30d"]) if "30d" in at else np.array([NEVER])
            any_of = delay(np.any(list(at.values()), axis=0))
            rows.append(
                [
                    change,
                    world,
                    percent(rate),
                    _told(within(any_of, YEAR)),
                    _median(any_of),
                    _told(within(thirty, soon)),
                ]
            )
    head = ["change", "world", "rate a year", "within a year, any horizon", "median", f"30d within {soon}"]
    return markdown([head, *rows])


def episode_days(rates: EarlyRates, calibrated: pl.DataFrame) -> pl.DataFrame:
    """Day by day of the episodes and by horizon: open forecasts, outside, distance, rate; how many of them held in the end.

    calibrated: data/forecasts/calibrated.parquet of the shipped store.
    """
    signal = early(calibrated, path_of(calibrated), horizons=HORIZONS, rates=rates)
    rows = []
    origins = signal.path.origin_date
    for episode, (first, last) in EPISODES.items():
        at = np.flatnonzero((origins >= np.datetime64(first)) & (origins <= np.datetime64(last)))
        seen, rate = signal.on_path(at)
        for look, position in enumerate(at.tolist()):
            for column, horizon in enumerate(signal.horizons):
                if horizon in rates.distances:
                    rows.append(
                        {
                            "episode": episode,
                            "origin": str(origins[position]),
                            "horizon": horizon,
                            "open": int(seen.count[look, column]),
                            "outside": int(seen.outside[look, column]),
                            "distance": float(seen.distance[look, column]),
                            "rate": float(rate[look, column]),
                            "held": _held(calibrated, horizon, origins[position]),
                        }
                    )
    return pl.DataFrame(rows)


def _whole_backtest(rates: EarlyRates, calibrated: pl.DataFrame) -> str:
    signal = early(calibrated, path_of(calibrated), horizons=HORIZONS, rates=rates)
    raised = signal.at(signal.path.origin_date)[1] <= monitors.SETTINGS.early_rate
    days = "/".join(str(int(raised[:, HORIZONS.index(horizon)].sum())) for horizon in early_horizons())
    return (
        f"Of the {len(raised):,} days of the shipped backtest, from {signal.path.origin_date[0]} on, it is raised on {days} at "
        f"{'/'.join(early_horizons())}."
    )


def _held(calibrated: pl.DataFrame, horizon: str, origin: np.datetime64) -> float:
    """The share of the forecasts open at an origin whose 95 % interval held in the end; NaN where none had an outcome."""
    day = pl.lit(str(origin)).str.to_date()
    own = calibrated.filter(
        (pl.col("model") == "published")
        & (pl.col("horizon") == horizon)
        & (pl.col("origin_date") < day)
        & (pl.col("target_date") > day)
        & pl.col("actual").is_not_null()
    )
    low, high = (own[COLUMNS[end]].to_numpy() for end in central_pair(0.95))
    return float(covered(own["actual"].to_numpy(), low, high).mean()) if own.height else float("nan")


def early_episodes(rates: EarlyRates, calibrated: pl.DataFrame) -> str:
    """Of each episode and horizon the day on which the rate was farthest from the open forecasts."""
    days = episode_days(rates, calibrated)
    rows = []
    for (episode, horizon), own in days.group_by("episode", "horizon", maintain_order=True):
        top = own.sort("distance", descending=True).row(0, named=True)
        rare = own.filter(pl.col("rate") <= monitors.SETTINGS.early_rate)
        rows.append(
            [
                str(episode),
                str(horizon),
                top["origin"],
                f"{top['outside']} of {top['open']}",
                f"{top['distance']:.2f}",
                percent(top["rate"]) if top["rate"] > min(rates.rates) else f"under {percent(min(rates.rates))}",
                rare["origin"][0] if rare.height else "never",
                percent(top["held"]) if np.isfinite(top["held"]) else "–",
            ]
        )
    head = [
        "episode",
        "horizon",
        "farthest on",
        "outside",
        "distance",
        "as far in",
        f"raised at {percent(monitors.SETTINGS.early_rate)}",
    ]
    head += ["held in the end"]
    return f"{markdown([head, *rows])}\n\n{_whole_backtest(rates, calibrated)}"


def _messages(found: Study) -> str:
    head = [
        "world",
        "drift, a look",
        "drift, a year of weekly looks",
        "WORSENING",
        "requires action",
        "messages a year",
    ]
    head += ["warnings a year"]
    rows = []
    for world, year in found.years.items():
        mean, error = year.messages_a_year
        rows.append(
            [
                world,
                percent(*year.look),
                _told(year.year),
                percent(float(year.worsening.mean())),
                percent(float(year.action.mean())),
                f"{mean:.1f} ± {error:.1f}",
                f"{year.warnings.mean():.1f}",
            ]
        )
    return markdown([head, *rows])


def _median(delays: Floats) -> str:
    middle = float(np.median(delays))
    return f"{middle:.0f}" if np.isfinite(middle) else "none"


def write(found: Study) -> str:
    """The tables that the pipeline reads, the page, and the days of the episodes; returns the page."""
    write_tables(found)
    page = filled(PAGE.read_text(encoding="utf-8"), blocks(found))
    write_text(PAGE, page)
    write_csv(DAYS_OF_EPISODES, episode_days(found.rates, read_parquet(CALIBRATED)))
    return page


def cores() -> int:
    return len(os.sched_getaffinity(0))


def main(arguments: Sequence[str] = ()) -> None:
    print(write(study(Sizes(), processes=cores())))


if __name__ == "__main__":
    main()
