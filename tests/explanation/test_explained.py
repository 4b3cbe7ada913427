"""Accounts of a whole small run: they sum to what is published, are what the formulas say, and rest on the past alone."""

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from forex.core.errors import DataError
from forex.core.files import read_parquet, write_parquet
from forex.core.quantiles import GRID, MEDIAN
from forex.explanation.again import Again, made_again
from forex.explanation.explain import explained
from forex.explanation.files import CALIBRATED, CONTRIBUTIONS, PANEL, RAW_FORECASTS, REGIMES, Frames
from forex.explanation.report import Account, Accounts, Explained
from forex.explanation.steps import to_end
from forex.models.nowcast import Settings
from forex.models.registry import settings
from forex.params import Params, load_params
from forex.statistics import volatility
from forex.statistics.contributions import moves
from tests.support.changed_params import run
from tests.support.finished_project import Made, copied

pytestmark = pytest.mark.slow

LEVELS = (0.8, 0.95)
HORIZONS = ("1d", "7d", "15d", "30d", "90d")
NOWCAST = {"calibrate.published.model": "nowcast"}
KEYS = ("horizons", "fit", "calibrate")
OF_NOWCAST = [
    "long_run", "time", "component", "component", "component", "information", "panel",
    "calibration", "pooling", "regime", "lean",
]  # fmt: skip
OF_CALIBRATED = ["own_interval", "calibration", "pooling", "regime", "lean"]
# By what is published, the parts of an end and whether the median is the nowcast's.
MODELS = {
    "nowcast": (OF_NOWCAST, True),
    "garch_t_conformal": (OF_CALIBRATED, False),
    "ensemble": (["own_interval", "calibration", "regime"], False),
    "random_walk": (["own_interval"], False),
    "random_walk_drift": (["own_interval"], False),
    "garch_t_nowcast": (["own_interval"], True),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The working directory, a copy of the finished project; its calibration is that of the nowcast as published."""
    with copied(tmp_path_factory) as made:
        publish(made, "nowcast")
        yield made


def publish(project: Made, model: str) -> None:
    project.write({"calibrate.published.model": model})
    run("calibrate")


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, project: Made) -> Iterator[str]:
    """What is published during the test."""
    with kept():
        if request.param != "nowcast":
            publish(project, request.param)
        yield request.param


@pytest.fixture
def unchanged(project: Made) -> Iterator[None]:
    with kept():
        yield


@contextmanager
def kept() -> Iterator[None]:
    """Puts these files back as they were before."""
    contents = {
        path: path.read_bytes()
        for path in (PANEL, REGIMES, RAW_FORECASTS, CONTRIBUTIONS, CALIBRATED, Path("params.yaml"))
    }
    yield
    for path, content in contents.items():
        path.write_bytes(content)


def params() -> Params:
    return load_params(*KEYS, declared={"fit": settings()})


def frames() -> Frames:
    return Frames(*(read_parquet(path) for path in (PANEL, REGIMES, RAW_FORECASTS, CONTRIBUTIONS)))


def again(horizon: str, whole: Frames | None = None) -> Again:
    given = params()
    return made_again(whole or frames(), given.fit, given.calibrate, horizon)


@cache
def as_at_first(horizon: str) -> Again:
    """`again` of the project as it is before any test changes it, and after."""
    return again(horizon)


def published(horizon: str) -> pl.DataFrame:
    chosen = (pl.col("model") == "published") & (pl.col("horizon") == horizon)
    return read_parquet(CALIBRATED).filter(chosen).sort("origin_date")


def explanation(horizon: str, origin: dt.date | None = None, made: Again | None = None) -> Explained:
    rows = published(horizon)
    return explained(made or again(horizon), rows, origin or rows["origin_date"][-1], LEVELS)


def every(accounts: Accounts) -> list[Account]:
    return [accounts.median, *(end for ends in accounts.intervals.values() for end in (ends.lower, ends.upper))]


def parts(account: Account) -> dict[tuple[str, str | None], float]:
    return {(part.kind, part.subject): part.clp for part in account.parts}


def kinds(account: Account) -> list[str]:
    return [part.kind for part in account.parts]


def require_sums(said: Explained, rows: pl.DataFrame) -> None:
    """Each account starts and ends where the file says, and its parts sum to that; the changes to the differences."""
    two = rows.filter(pl.col("origin_date").is_in([part.origin_date for part in (said.now, said.before) if part]))
    by_origin = {row["origin_date"]: row for row in two.iter_rows(named=True)}
    for forecast in (said.now, said.before):
        if forecast is None:
            continue
        stored = by_origin[forecast.origin_date]
        assert (forecast.accounts.median.start, forecast.accounts.median.end) == (stored["anchor"], stored["q0.5"])
        assert list(forecast.accounts.intervals) == ["0.8", "0.95"]
        for ends, names in zip(
            forecast.accounts.intervals.values(), (("q0.1", "q0.9"), ("q0.025", "q0.975")), strict=True
        ):
            assert (ends.lower.end, ends.upper.end) == tuple(stored[name] for name in names)
            assert ends.lower.start == ends.upper.start == stored["q0.5"]
    assert (said.before is None) == (said.change is None)
    if said.before is not None and said.change is not None:
        for now, before, changed in zip(
            *map(every, (said.now.accounts, said.before.accounts, said.change)), strict=True
        ):
            assert changed.start == pytest.approx(now.start - before.start, abs=1e-6)
            assert changed.end == pytest.approx(now.end - before.end, abs=1e-6)
    for accounts in filter(None, (said.now.accounts, said.before and said.before.accounts, said.change)):
        for account in every(accounts):
            assert account.start + sum(part.clp for part in account.parts) == pytest.approx(account.end, abs=1e-6)


def test_parts_sum_to_what_is_published_at_every_horizon(model: str) -> None:
    """With a quote; without one, and without drivers, see below."""
    regimes, quoted = set(), set()
    for horizon in HORIZONS:
        made, rows = again(horizon), published(horizon)
        for origin in [*rows["origin_date"][::23], rows["origin_date"][-1]]:
            found = explained(made, rows, origin, LEVELS)
            require_sums(found, rows)
            regimes.add(found.now.regime)
            ends, nowcast = MODELS[model]
            assert found.now.model == model and (found.now.volatility is not None) == (model == "nowcast")
            for account in every(found.now.accounts)[1:]:
                assert kinds(account) == ends
            if nowcast:
                quoted.add(found.now.accounts.median.parts[-1].clp != 0)
                assert kinds(found.now.accounts.median) == ["own_returns", *["driver"] * 6, "quote"]
            else:
                assert kinds(found.now.accounts.median) == ["model"]
    assert {"NORMAL", "HIGH_VOL"} <= regimes
    assert not nowcast or quoted == {True}


@pytest.mark.usefixtures("project")
def test_the_first_origin_has_none_before_it() -> None:
    rows = published("7d")
    made = as_at_first("7d")
    found = explanation("7d", rows["origin_date"][0], made)
    assert found.before is None and found.change is None
    require_sums(found, rows)
    assert explanation("7d", rows["origin_date"][1], made).before == found.now


def by_hand(horizon: str, origin: dt.date, level: float, side: int) -> list[float]:
    """The rates that an account of the nowcast reaches, from the formulas of docs/explanation/models.md."""
    own = params().fit.own("nowcast", Settings)
    made, row = as_at_first(horizon), published(horizon).filter(pl.col("origin_date") == origin).row(0, named=True)
    history = made.history
    at = list(history.days.astype(object)).index(origin)
    raw = read_parquet(RAW_FORECASTS).filter(
        pl.col("model") == "nowcast", pl.col("horizon") == horizon, pl.col("origin_date") == origin
    )
    location, scale = raw.row(0, named=True)["location"], raw.row(0, named=True)["scale"]
    sizes = np.abs(history.daily[: history.known[at]])
    long_run, now, steady = (
        component[-1]
        for component in volatility.components(
            sizes, volatility.Reversion(own.half_lives, 1.0, own.long_run_half_life, 1.0)
        )
    )
    steps = row["steps"]
    days = (row["target_date"] - history.anchor_date[at].astype(object)).days
    time = math.sqrt((1 - own.calendar_share) * steps + own.calendar_share * days * 5 / 7)
    normal = NormalDist().inv_cdf((1 + level) / 2) / math.sqrt(2 / math.pi)
    usual = math.ceil(int(horizon[:-1]) * 5 / 7)
    widths = [long_run * math.sqrt(usual), long_run * time]
    variance = long_run**2
    for j, half_life in enumerate(own.half_lives):
        weight = steps / (steps + own.root_steps)
        current = (1 - weight) * now[j] ** 2 + weight * steady[j] ** 2
        variance += (current - long_run**2) / (1 + steps / (own.persistence * half_life)) / len(own.half_lives)
        widths.append(math.sqrt(variance) * time)
    reached = [location + side * width * normal for width in [*widths, scale]]
    return [row["anchor"] * math.exp(distance) for distance in reached]


@pytest.mark.parametrize(("level", "side"), [(0.8, -1), (0.95, 1)])
@pytest.mark.parametrize("horizon", ["7d", "30d"])
@pytest.mark.usefixtures("project")
def test_the_account_of_the_nowcast_is_what_the_formulas_say(horizon: str, level: float, side: int) -> None:
    origin = published(horizon)["origin_date"][-40]
    ends = explanation(horizon, origin, as_at_first(horizon)).now.accounts.intervals[f"{level:g}"]
    account = ends.lower if side < 0 else ends.upper
    reached = np.cumsum([account.start, *(part.clp for part in account.parts)])[1:]
    *widths, scaled = by_hand(horizon, origin, level, side)
    np.testing.assert_allclose(reached[: len(widths)], widths, atol=2e-4)
    assert reached[kinds(account).index("panel")] == pytest.approx(scaled, abs=2e-4)


@pytest.mark.usefixtures("project")
def test_calibration_is_the_own_quantile_then_the_pooled_one_then_what_one_side_gives_the_other() -> None:
    made = as_at_first("90d")
    row = len(made.origins) - 1
    own, widths = made.calibrated.standardised["nowcast"].half_widths[row], made.calibrated.widths["nowcast"]
    location, scale = (getattr(made.fitted["nowcast"], name)[row] for name in ("location", "scale"))
    pair = GRID.index(0.975) - MEDIAN - 1
    for side in (-1, 1):
        reached = {step.kind: math.log(step.reached / made.anchor(row)) for step in to_end(made, row, 0.95, side)}
        assert reached["calibration"] == pytest.approx(location + side * scale * own[pair])
        assert reached["pooling"] == pytest.approx(location + side * scale * widths.pooled[row, pair])
        assert reached["regime"] == reached["pooling"]
        leaning = scale * widths.pooled[row, pair] * widths.lean[row, pair]
        assert leaning != 0 and reached["lean"] - reached["regime"] == pytest.approx(leaning)


@pytest.mark.usefixtures("project")
def test_a_regime_factor_above_one_has_its_part() -> None:
    made = as_at_first("7d")
    row = len(made.origins) - 1
    widths = made.calibrated.widths["nowcast"]
    wider = replace(widths, factors=widths.factors * 1.25)
    quantiles = made.calibrated.quantiles | {"nowcast": wider.around(made.fitted["nowcast"])}
    calibrated = replace(made.calibrated, quantiles=quantiles, widths=made.calibrated.widths | {"nowcast": wider})
    steps = to_end(replace(made, calibrated=calibrated), row, 0.8, 1)
    reached = {step.kind: math.log(step.reached / made.anchor(row)) for step in steps}
    location = float(made.fitted["nowcast"].location[row])
    assert reached["regime"] - location == pytest.approx(1.25 * (reached["pooling"] - location))


@pytest.mark.usefixtures("project")
def test_the_median_has_the_parts_that_the_nowcast_shows() -> None:
    rows = published("7d")
    for origin in rows["origin_date"][-60::20]:
        shown = moves(read_parquet(CONTRIBUTIONS), read_parquet(PANEL), origin)["series"]
        for part in explanation("7d", origin, as_at_first("7d")).now.accounts.median.parts:
            assert part.clp == pytest.approx(shown[part.subject or "usdclp"]["moves"]["7d"], abs=3e-4)


@pytest.mark.usefixtures("project")
def test_what_follows_an_origin_changes_nothing_of_its_account() -> None:
    """The account from files that end with the origin is the same, bit by bit."""
    rows = published("7d")
    origin = rows["origin_date"][-50]
    whole = frames()
    known = whole.panel.filter(pl.col("origin_date") <= origin)["cut_off_at"][-1]
    panel = whole.panel.filter((pl.col("origin_date") <= origin) | (pl.col("observado_usable_at") <= known))
    later = pl.col("origin_date") <= origin
    ended = Frames(panel, whole.regimes.filter(later), whole.raw.filter(later), whole.contributions.filter(later))
    assert len(ended.raw) < len(whole.raw)
    assert explained(again("7d", ended), rows, origin, LEVELS) == explained(as_at_first("7d"), rows, origin, LEVELS)


@pytest.mark.usefixtures("unchanged")
def test_without_drivers_and_quote_the_width_says_what_was_not_known() -> None:
    """Every driver and the quote are silent for the last four days: their parts are zero, and the interval is wider."""
    panel = read_parquet(PANEL)
    last = panel["origin_date"].to_list()[-4:]
    silent = [name for name in panel.columns if name.endswith(("_move_0", "_move_1", "_gap", "news_hours"))]
    there = pl.when(~pl.col("origin_date").is_in(last))
    write_parquet(PANEL, panel.with_columns(there.then(pl.col(name)).alias(name) for name in silent))
    for stage in ("fit", "calibrate"):
        run(stage)
    for horizon in HORIZONS:
        rows = published(horizon)
        found = explained(again(horizon), rows, last[-1], LEVELS)
        require_sums(found, rows)
        median = parts(found.now.accounts.median)
        assert {clp for (kind, _), clp in median.items() if kind != "own_returns"} == {0.0}
        ends = found.now.accounts.intervals["0.95"]
        assert parts(ends.lower)["information", None] < 0 < parts(ends.upper)["information", None]


@pytest.mark.parametrize(
    ("path", "column", "says"),
    [
        (
            RAW_FORECASTS,
            "scale",
            r"raw.parquet: the scale of nowcast at 7d of 2020-04-29 is .*; .* make it .*`dvc repro`",
        ),
        (CONTRIBUTIONS, "aud_contribution", r"forecasts/nowcast.parquet: the sum at 7d of 2020-04-29 is .*`dvc repro`"),
        (CALIBRATED, "q0.975", r"calibrated.parquet: q0.975 at 7d of 2020-04-29 is .*`dvc repro`"),
        (CALIBRATED, "q0.5", r"calibrated.parquet: q0.5 at 7d of 2020-04-29 is .*`dvc repro`"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_files_of_another_run_are_refused(path: Path, column: str, says: str) -> None:
    write_parquet(path, read_parquet(path).with_columns(pl.col(column) * 1.0001 + 1e-6))
    with pytest.raises(DataError, match=says):
        explanation("7d")


@pytest.mark.parametrize(
    ("path", "rows", "says"),
    [
        (RAW_FORECASTS, pl.col("model") != "nowcast", "raw.parquet: has no nowcast at 15d. Run `dvc repro`"),
        (RAW_FORECASTS, pl.col("horizon") != "7d", "raw.parquet: has no random_walk at 7d. Run `dvc repro`"),
        (
            RAW_FORECASTS,
            pl.col("origin_date") < dt.date(2020, 4, 30),
            "raw.parquet: has no 2020-04-30, for which .*calib",
        ),
        (
            PANEL,
            pl.col("origin_date") < dt.date(2020, 4, 30),
            "panel.parquet: has no 2020-04-30, for which .*raw.parquet",
        ),
        (REGIMES, pl.col("origin_date") < dt.date(2020, 4, 30), "regimes.parquet: has no 2020-04-30, for which"),
        (CONTRIBUTIONS, pl.col("origin_date") < dt.date(2020, 4, 30), "nowcast.parquet: has no 2020-04-30, for which"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_a_file_that_lacks_what_another_one_has_is_named(path: Path, rows: pl.Expr, says: str) -> None:
    write_parquet(path, read_parquet(path).filter(rows))
    with pytest.raises(DataError, match=says):
        explanation("7d")


@pytest.mark.parametrize(
    ("key", "value", "file"),
    [
        ("fit.nowcast.persistence", 1.6, "raw.parquet"),
        ("fit.nowcast.correction.root", 0.6, "raw.parquet"),
        ("calibrate.half_life", 300, "calibrated.parquet"),
        ("calibrate.lean_weight", 10, "calibrated.parquet"),
        ("calibrate.published.model", "ensemble", "calibrated.parquet"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_params_of_another_run_are_refused(key: str, value: float | str, file: str, project: Made) -> None:
    project.write(NOWCAST | {key: value})
    with pytest.raises(DataError, match=f"{file}: .* `dvc repro`"):
        explanation("7d")
    project.write(NOWCAST)
    explanation("7d")
