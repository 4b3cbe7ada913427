"""What an online correction would buy in coverage by year and by regime, and what it would cost: `make trade` measures it.

The published forecasts are corrected at each rate, horizon by horizon, and scored over the matured origins from `evaluate.from`
on. reports/online_correction.md is the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forex.calibration.calibrate import Outcome, calibrate
from forex.calibration.inputs import actuals, calibration_inputs
from forex.commands.tables import markdown
from forex.core.disk import write_text
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.quantiles import MEDIAN, central_pair
from forex.observations.history import Floats, from_panel
from forex.params import Params, load_params
from forex.statistics import conformal
from forex.statistics.scores import covered, crps, interval_score
from studies.online_correction import tracker

PANEL, REGIMES, RAW = Path("data/panel.parquet"), Path("data/regimes.parquet"), Path("data/forecasts/raw.parquet")
REPORT = Path("reports/online_correction.md")
LEVELS, WIDEST = (0.80, 0.95), 0.95
OFF = 0.0
RATES = (0.005, 0.01, 0.02, 0.05, 0.1)  # in half-widths per miss
MIN_ORIGINS = 100  # matured origins that a year needs to count
HEADER = ["rate", "80 % covers", "95 % covers", "worst year 80/95", "off by year 80/95", "stressed 80", "others 80"]


@dataclass(frozen=True)
class Figures:
    """Shares in per cent by level; CRPS and the 95 % interval score in CLP per USD.

    by_year: distance of a year's coverage from the level, averaged over the years.  worst: the lowest coverage of a year.
    stressed, others: coverage at 80 % in the regimes that can have a multiplier, and in the others.
    """

    coverage: dict[float, float]
    by_year: dict[float, float]
    worst: dict[float, float]
    stressed: float
    others: float
    crps: float
    interval_score: float

    @property
    def off_by_year(self) -> float:
        """`by_year`, averaged over the levels; points."""
        return float(np.mean(list(self.by_year.values())))

    @property
    def gap(self) -> float:
        """The distance between the coverages in stressed and in other regimes, at 80 %; points."""
        return abs(self.stressed - self.others)


def figures(
    actual: Floats, quantiles: Floats, years: NDArray[np.int64], stressed: NDArray[np.bool_], least: int
) -> Figures:
    """The figures of n matured forecasts.

    actual: (n,), quantiles: (n, 25), in CLP per USD.  years: (n,), of the origins; a year counts with at least `least` of them.
    stressed: (n,), whether the origin's regime can have a multiplier.
    """
    hits = {level: covered(actual, *(quantiles[:, end] for end in central_pair(level))) for level in LEVELS}
    full = [year for year in np.unique(years) if np.count_nonzero(years == year) >= least]
    of_year = {level: np.array([100 * hit[years == year].mean() for year in full]) for level, hit in hits.items()}
    lower, upper = (quantiles[:, end] for end in central_pair(WIDEST))
    return Figures(
        coverage={level: float(100 * hit.mean()) for level, hit in hits.items()},
        by_year={level: float(np.abs(shares - 100 * level).mean()) for level, shares in of_year.items()},
        worst={level: float(shares.min()) for level, shares in of_year.items()},
        stressed=float(100 * hits[LEVELS[0]][stressed].mean()) if stressed.any() else np.nan,
        others=float(100 * hits[LEVELS[0]][~stressed].mean()) if not stressed.all() else np.nan,
        crps=float(crps(actual, quantiles).mean()),
        interval_score=float(interval_score(actual, lower, upper, level=WIDEST).mean()),
    )


def corrected(quantiles: Floats, outcome: Outcome, *, first: int, rate: float) -> Floats:
    """The quantiles of one horizon, with each central interval's half-width corrected by what had matured; the median stays.

    The sides of an interval keep their proportion, and an outcome's distance counts in that of its side.

    quantiles: (n, 25), log-distances.  first: the first origin whose outcome teaches.
    """
    median = quantiles[:, MEDIAN]
    above, below = quantiles[:, MEDIAN + 1 :] - median[:, None], (median[:, None] - quantiles[:, :MEDIAN])[:, ::-1]
    half_widths = (above + below) / 2
    lean = np.divide(above - below, 2 * half_widths, out=np.zeros_like(above), where=half_widths > 0)
    signed = (outcome.log_return - median)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):  # a side of no length
        scores = np.abs(signed) / np.where(signed > 0, 1 + lean, 1 - lean)
    scores[:first] = np.nan
    widths = tracker.corrected(half_widths, scores, outcome.matured, rate=rate)
    return conformal.quantiles(median, np.ones(len(median)), widths, lean)


def measure(params: Params, rates: Sequence[float] = RATES) -> dict[str, dict[float, Figures]]:
    """Horizon -> rate -> figures, from what the stages up to `fit` have made; rate 0 is the forecast without correction."""
    panel = read_parquet(PANEL)
    history = from_panel(panel)
    inputs = calibration_inputs(history, read_parquet(RAW), read_parquet(REGIMES), params.horizons)
    days, anchor = history.days[inputs.origins], history.anchor[inputs.origins]
    stressed = np.isin(inputs.regimes, params.calibrate.multipliers.regimes)
    actual = {horizon: actuals(history, panel, inputs.origins, horizon) for horizon in params.horizons}
    calibrated, first = calibrate(inputs.predictive, inputs.outcomes, params.calibrate, inputs.regimes)
    found: dict[str, dict[float, Figures]] = {}
    for horizon, result in calibrated.items():
        rows = np.isfinite(actual[horizon]) & (days >= np.datetime64(params.evaluate.from_))
        rows[:first] = False
        years = days[rows].astype("datetime64[Y]").astype(np.int64) + 1970
        found[horizon] = {}
        for rate in (OFF, *rates):
            made = corrected(result.quantiles[PUBLISHED], inputs.outcomes[horizon], first=first, rate=rate)
            quantiles = anchor[rows, None] * np.exp(made[rows])
            found[horizon][rate] = figures(actual[horizon][rows], quantiles, years, stressed[rows], MIN_ORIGINS)
    return found


def worth(by_rate: Mapping[float, Figures]) -> list[float]:
    """The rates that bring coverage nearer to its level by year and by regime, and raise neither CRPS nor interval score."""
    off = by_rate[OFF]
    return [
        rate
        for rate, on in by_rate.items()
        if on.off_by_year < off.off_by_year and on.gap < off.gap
        and on.crps <= off.crps and on.interval_score <= off.interval_score
    ]  # fmt: skip


INTRODUCTION = """\
# What an online correction buys and what it costs

The published forecast from {since} on, corrected online at each rate: after every outcome that becomes known each level's
half-width grows by rate times the level where it was missed, and else shrinks by rate times the rest; 0 is off, as published.
"Off by year" is the distance of a year's coverage from its level, averaged over the years, in points; "gap" is that between the
stressed regimes (those that can have a multiplier) and the others, at 80 %. Coverage is in per cent; CRPS and IS95, the interval
score of the 95 % interval, are against rate 0. Both scores count misses and width together, so a rate that does not raise them
costs no more sharpness than it buys in coverage. `make trade` writes this page."""


def text(found: Mapping[str, Mapping[float, Figures]], since: str) -> str:
    """The report in Markdown: what the columns mean, then a table and a verdict by horizon."""
    parts = [INTRODUCTION.format(since=since)]
    for horizon, by_rate in found.items():
        rates = ", ".join(f"{rate:g}" for rate in worth(by_rate))
        which = f"rate {rates}" if rates else "no rate"
        verdict = f"Nearer to the level by year and by regime, with neither score higher: {which}."
        parts += [f"## {horizon}", _table(by_rate), verdict]
    return "\n\n".join(parts) + "\n"


def _table(by_rate: Mapping[float, Figures]) -> str:
    off = by_rate[OFF]
    rows: list[Sequence[str]] = [[*HEADER, "gap", "CRPS", "IS95"]]
    for rate, on in by_rate.items():
        against = ((on.crps, off.crps), (on.interval_score, off.interval_score))
        rows.append(
            [
                f"{rate:g}",
                *(f"{on.coverage[level]:.1f}" for level in LEVELS),
                " / ".join(f"{on.worst[level]:.0f}" for level in LEVELS),
                " / ".join(f"{on.by_year[level]:.1f}" for level in LEVELS),
                *(f"{value:.1f}" for value in (on.stressed, on.others, on.gap)),
                *(f"{100 * (new / old - 1):+.2f} %" for new, old in against),
            ]
        )
    return markdown(rows)


def main() -> None:
    """Measure the correction with params.yaml, and write the report."""
    params = load_params()
    write_text(REPORT, text(measure(params), params.evaluate.from_))
