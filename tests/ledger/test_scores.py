"""Ledger and backtest side by side: the figures of a loop, what differs is said, and later rows change nothing."""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forex.core.files import write_parquet
from forex.core.quantiles import COLUMNS, GRID, central_pair
from forex.core.reports import plain, write_report
from forex.ledger.ledger import LEDGER, SCHEMA, append, read
from forex.ledger.rows import Issued
from forex.ledger.scores import LedgerScores, MaturedForecasts, ledger_scores
from forex.observations import align
from forex.statistics.scores import WEIGHTS, pinball
from forex.timeline import calendar
from tests.support.forecasts_made_up import manifest
from tests.support.issued_rows import issued, moved
from tests.support.made_up import Project, published

DAYS = [str(day) for day in calendar.business_days("2024-10-01", "2024-11-27")]
NEWEST = DAYS[-1]
LEVELS = (0.5, 0.8, 0.95)
HORIZONS = ("1d", "7d")


def observado(day: dt.date) -> float:
    """What came out on a day: 900 to 970 CLP, without a pattern."""
    return 935 + 35 * float(np.sin(day.toordinal() ** 2))


def world() -> list[Issued]:
    """Every published forecast of the backtest, each with a centre of its own."""
    rows = [issued(day, name) for day in DAYS for name in HORIZONS]
    return [issued(*row.key, quantiles=moved(row, 7 * float(np.cos(i)))) for i, row in enumerate(rows)]


def backtest(rows: list[Issued]) -> pl.DataFrame:
    """The rows as calibrated.parquet has them as of NEWEST, beside another model."""
    made = []
    for row in sorted(rows, key=lambda row: row.key):
        fields = {
            name: getattr(row, name) for name in ("origin_date", "target_date", "horizon", "regime", "steps", "anchor")
        }
        known = str(row.target_date) <= NEWEST
        fields["actual"] = observado(row.target_date) if known else None
        for model, by in (("published", 0.0), ("random_walk", 3.0)):
            quantiles = dict(zip(COLUMNS, moved(row, by), strict=True))
            made.append(fields | {"model": model} | quantiles)
    return pl.DataFrame(made, schema_overrides={"actual": pl.Float64, "steps": pl.Int32})


def ledger(rows: list[Issued], folder: Path) -> pl.DataFrame:
    append(folder, rows, lock_timeout=10)
    return read(folder)


def scores(issued_rows: pl.DataFrame, frame: pl.DataFrame, horizons: tuple[str, ...] = HORIZONS) -> LedgerScores:
    return ledger_scores(issued_rows, frame, horizons=horizons, levels=LEVELS)


def figures_loop(rows: list[Issued]) -> dict[str, float]:
    """The figures of matured rows, one after the other."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        actual = observado(row.target_date)
        losses = [
            2 * w * pinball([actual], [q], level=p)[0] for w, q, p in zip(WEIGHTS, row.quantiles, GRID, strict=True)
        ]
        sums.setdefault("crps", []).append(sum(losses))
        sums.setdefault("bias", []).append(row.quantiles[12] - actual)
        for level, name in zip(LEVELS, ("50", "80", "95"), strict=True):
            lower, upper = (row.quantiles[i] for i in central_pair(level))
            sums.setdefault(f"coverage_{name}", []).append(float(lower <= actual <= upper))
            missed = max(lower - actual, 0) + max(actual - upper, 0)
            sums.setdefault(f"interval_score_{name}", []).append(upper - lower + 2 / (1 - level) * missed)
    return {name: sum(values) / len(values) for name, values in sums.items()}


def matured(rows: list[Issued], horizon: str) -> list[Issued]:
    return [row for row in rows if row.horizon == horizon and str(row.target_date) <= NEWEST]


def test_nothing_issued_is_insufficient_data() -> None:
    report = scores(pl.DataFrame(schema=SCHEMA), backtest(world()))
    assert (report.status, report.issued, report.last_origin) == ("INSUFFICIENT_DATA", 0, None)
    for figures in report.horizons.values():
        assert figures.status == "INSUFFICIENT_DATA"
        assert figures.ledger == figures.backtest == MaturedForecasts(n=0, by_level={})
    assert LedgerScores.model_validate(plain(report)) == report


def test_what_the_backtest_repeats_has_the_same_figures_and_they_are_the_loops(tmp_path: Path) -> None:
    rows = world()
    in_ledger = rows[10:40] + rows[-4:]  # the last of them have not matured
    report = scores(ledger(in_ledger, tmp_path), backtest(rows))
    assert report.status == "EVALUATED" and report.last_origin == NEWEST
    for horizon, figures in report.horizons.items():
        own = [row for row in in_ledger if row.horizon == horizon]
        assert (figures.issued, figures.equal, figures.different) == (len(own), len(own), 0)
        assert figures.largest_difference == 0
        assert figures.ledger == figures.backtest
        expected = figures_loop(matured(in_ledger, horizon))
        assert figures.ledger.n == len(matured(in_ledger, horizon)) < len(own)
        assert {name: plain(figures.ledger)[name] for name in expected} == pytest.approx(expected)


def test_what_the_backtest_says_otherwise_is_counted_and_scored_apart(tmp_path: Path) -> None:
    rows = world()
    in_ledger = [issued(*row.key, quantiles=moved(row, 2.5)) if i < 6 else row for i, row in enumerate(rows[:20])]
    report = scores(ledger(in_ledger, tmp_path), backtest(rows))
    for horizon, figures in report.horizons.items():
        assert (figures.equal, figures.different, figures.not_in_backtest) == (7, 3, 0)
        assert figures.largest_difference == pytest.approx(2.5)
        issued_loop, again_loop = (figures_loop(matured(part, horizon)) for part in (in_ledger, rows[:20]))
        assert {name: plain(figures.ledger)[name] for name in issued_loop} == pytest.approx(issued_loop)
        assert {name: plain(figures.backtest)[name] for name in again_loop} == pytest.approx(again_loop)
        assert figures.ledger.bias == pytest.approx(figures.backtest.bias + 0.75)


def test_an_origin_that_the_backtest_lacks_is_scored_as_issued_and_said(tmp_path: Path) -> None:
    rows = world()
    report = scores(ledger(rows[:20], tmp_path), backtest(rows[4:]))
    figures = report.horizons["7d"]
    assert (figures.issued, figures.equal, figures.not_in_backtest) == (10, 8, 2)
    assert (figures.ledger.n, figures.backtest.n) == (10, 8)


def test_another_target_is_scored_by_what_came_out_on_it_and_no_neighbour(tmp_path: Path) -> None:
    rows = world()
    row = rows[11]
    target = dt.date.fromisoformat(DAYS[DAYS.index(str(row.target_date)) + 1])
    retargeted = issued(*row.key, target_date=target, steps=row.steps + 1, quantiles=row.quantiles)
    figures = scores(ledger([retargeted], tmp_path), backtest(rows)).horizons[row.horizon]
    assert (figures.equal, figures.different, figures.largest_difference) == (0, 1, None)
    assert figures.ledger.bias == pytest.approx(row.quantiles[12] - observado(target))
    assert figures.backtest.bias == pytest.approx(row.quantiles[12] - observado(row.target_date))


def test_a_horizon_that_is_no_longer_forecast_is_still_scored(tmp_path: Path) -> None:
    rows = world()
    only = [row for row in rows if row.horizon == "1d"]
    figures = scores(ledger(rows[:20], tmp_path), backtest(only), ("1d",)).horizons["7d"]
    assert (figures.issued, figures.not_in_backtest, figures.ledger.n) == (10, 10, 10)


def test_rows_of_later_origins_and_the_order_of_the_files_change_nothing(project: Project) -> None:
    from stages import performance

    rows = world()
    project.set(horizons=list(HORIZONS), performance={"windows": [14], "min_windows": 3})
    write_parquet(performance.CALIBRATED, backtest(rows))
    days = calendar.business_days("2024-09-02", NEWEST)
    target = published(days, [observado(day) for day in days.tolist()])
    write_parquet(performance.PANEL, align.panel(target, {}, set(), as_of=NEWEST, cut_off="15:00"))
    write_report(performance.MANIFEST, manifest({"usdclp": "CLP per USD"}))

    def reported() -> bytes:
        performance.main()
        return performance.REPORT.read_bytes() + performance.METRICS.read_bytes()

    nothing = reported()
    append(LEDGER, rows[:30], lock_timeout=10)
    before = reported()
    assert before != nothing
    later = calendar.business_days("2024-11-28", "2025-02-10")
    append(LEDGER, [issued(str(day), name) for day in later for name in ("1d", "90d")], lock_timeout=10)
    assert reported() == before
    header, *lines = (LEDGER / "2024.csv").read_text().splitlines()
    (LEDGER / "2024.csv").write_text("\n".join([header, *reversed(lines), ""]))
    assert reported() == before
