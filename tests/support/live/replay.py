"""Real days replayed one at a time: a clone whose providers know, at each instant, what had been published by then.

The providers are a web server that answers in bcch's and the ECB's formats from the sample, whose rates are crossed with the euro
again.
"""

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

from forex.commands.live import advance, backfill
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS
from forex.ledger.rows import parse
from forex.observations.store import Publication, published, read_series, read_series_list
from forex.params import load_params
from forex.timeline import calendar
from tests.support.finished_project import once
from tests.support.live import recorded
from tests.support.live.project import PROVIDERS
from tests.support.live.web import Answer, Query, Web, web
from tests.support.made_up import ROOT, copy_of_tree
from tests.support.nowcast_runs import NOWCAST_ONLY

CODE = "F073.TCO.PRE.Z.D"
DRIVERS = ("brl", "mxn", "zar", "aud", "eur")
FIRST = "2019-01-01"
SERIES = {"usdclp": [f"bcch {CODE}"]} | {name: [f"ecb {name.upper()}"] for name in DRIVERS}
EARLIER = "2023-07-07"  # the day before the first that may be replayed
FIRST_DAY = "2023-07-13"  # a Thursday, and on the Sunday after it is a holiday
EVENING = Publication(business_days=-1, time="18:00", zone="America/Santiago")
FRANKFURT = Publication(business_days=0, time="16:00", zone="Europe/Berlin")
NOT_OURS = (
    "data/sample",
    "tests/",
    "data/ledger/",
    "data/issued_at.csv",
)  # what a clone in live use has of its own, or not
# A short history and the model that is published, so that a day takes seconds: what is compared depends neither on how long the
# history is nor on the models beside it.
SHORT: dict[str, Any] = NOWCAST_ONLY | {
    "validate.min_rows.critical": 500,
    "regimes.reference_window": 250,
    "regimes.min_reference": 100,
    "fit.first_origin": 400,
    "fit.warm_up": 100,
    "calibrate.min_scores": 60,
    "evaluate.from": "2021-01-04",
    "evaluate.draws": 200,
}


class Published:
    """What each provider knows at `now`."""

    def __init__(self) -> None:
        store = ROOT / "data/sample"
        listed = read_series_list(store)
        self.values: dict[str, dict[dt.date, float]] = {}
        self.instants: dict[str, dict[dt.date, dt.datetime]] = {}
        for name, rule in {"usdclp": EVENING, **dict.fromkeys(DRIVERS, FRANKFURT)}.items():
            rows = read_series(store, name, listed[name]).filter(pl.col("date") >= dt.date.fromisoformat(FIRST))
            dates = rows["date"].to_list()
            self.values[name] = dict(zip(dates, rows["value"].to_list(), strict=True))
            self.instants[name] = dict(zip(dates, published(rows["date"], rule).to_list(), strict=True))
        self.now = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    def known(self, name: str, first: str, last: str) -> dict[dt.date, float]:
        instants = self.instants[name]
        return {
            date: value
            for date, value in self.values[name].items()
            if instants[date] <= self.now and first <= str(date) <= last
        }

    def route(self, path: str, query: Query) -> Answer:
        provider, *rest = path.strip("/").split("/")
        if provider == "bcch":
            return Answer(recorded.bcch(CODE, self.known("usdclp", query["firstdate"], query["lastdate"])))
        if provider == "ecb":
            between = query["startPeriod"], query["endPeriod"]
            euros = self.known("eur", *between)
            rates = {"USD": {date: 1 / value for date, value in euros.items()}}
            for currency in set(rest[0].split(".")[1].split("+")) - {"USD"}:
                units = self.known(currency.lower(), *between)
                rates[currency] = {date: value / euros[date] for date, value in units.items() if date in euros}
            return Answer(recorded.ecb(rates))
        return Answer(status=404)


class Replay:
    """A clone of the working tree in live use."""

    def __init__(self, root: Path, site: Web):
        """root: a folder that does not exist yet, or that another Replay left behind and whose providers are `site` from now on."""
        self.root, self.site, self.providers = root, site, Published()
        site.route = self.providers.route
        if not root.exists():
            _clone(root)
            self.set(SHORT | {"as_of": EARLIER, "ingest.store": "data/store", "fetch.first": FIRST})
            self.set({"fetch.network.hosts": ["localhost"], "fetch.series": SERIES})
        self.set({"fetch.providers": {name: f"{site.url}/{name}" for name in PROVIDERS}})

    def set(self, values: dict[str, Any]) -> None:
        """Set dotted keys of params.yaml or operations.yaml, whichever has them."""
        for path in (self.root / "params.yaml", self.root / "operations.yaml"):
            yaml = YAML()
            yaml.preserve_quotes = True
            content = yaml.load(path.read_text(encoding="utf-8"))
            for key, value in values.items():
                *blocks, name = key.split(".")
                if key.partition(".")[0] not in content:
                    continue
                block = content
                for part in blocks:
                    block = block[part]
                block[name] = value
            with path.open("w", encoding="utf-8") as file:
                yaml.dump(content, file)

    def advance(self, now: dt.datetime, **options: Any) -> dict[str, Any]:
        self.providers.now = now
        self.said: list[str] = []
        return advance.view(
            self.said.append,
            clock=lambda: now,
            environ={"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"},
            client=lambda: self.site.client(attempts=1),
            **options,
        )

    def backfill(self, first: str, last: str) -> list[str]:
        out = self.root / "backfill.csv"
        out.unlink(missing_ok=True)
        backfill.view(first, last, out, progress=lambda line: None)
        return out.read_text(encoding="utf-8").splitlines()[1:]

    def revise(self, day: str) -> None:
        """What the providers say of this day's observado is another value from now on."""
        self.providers.values["usdclp"][dt.date.fromisoformat(day)] *= 1.004

    def ledger(self) -> list[str]:
        files = sorted((self.root / "data/ledger").glob("*.csv"))
        return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()[1:]]


def _clone(root: Path) -> None:
    """The working tree, with the template of the live store's series for those that are replayed."""
    copy_of_tree(root, without=NOT_OURS)
    (root / "data/ledger").mkdir(exist_ok=True)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    template = root / "data/live_series.yaml"
    entries = YAML(typ="safe").load(template.read_text(encoding="utf-8"))
    template.write_text(json.dumps({name: entries[name] for name in SERIES}), encoding="utf-8")


def after_first_day(tmp_path_factory: pytest.TempPathFactory, site: Web) -> Replay:
    """A project of the caller's own that has advanced to FIRST_DAY, which is done once for all who ask."""

    def first_day(root: Path) -> None:
        with web() as first, pytest.MonkeyPatch.context() as patch:
            replay = Replay(root, first)
            patch.chdir(root)
            replay.advance(cut_off(FIRST_DAY))

    root = tmp_path_factory.mktemp("live") / "project"
    shutil.copytree(once(tmp_path_factory, "first_day", first_day), root, symlinks=True)
    return Replay(root, site)


@dataclass(frozen=True)
class Compared:
    """The issued rows of a replay beside one backfill, line by line, and beside the backtest, value by value."""

    rows: int
    like_backfill: int
    like_backtest: int
    largest_difference: float  # CLP per USD, of a quantile or the anchor, from the backtest's


def compare(replay: Replay, first: str, last: str) -> Compared:
    issued = replay.ledger()
    filled = replay.backfill(first, last)
    calibrated = read_parquet(replay.root / "data/forecasts/calibrated.parquet").filter(pl.col("model") == PUBLISHED)
    backtest = {(row["origin_date"], row["horizon"]): row for row in calibrated.iter_rows(named=True)}
    equal, differences = 0, [0.0]
    for row in (parse(line, "ledger") for line in issued):
        same = backtest[row.origin_date, row.horizon]
        numbers, again = (row.anchor, *row.quantiles), (same["anchor"], *(same[name] for name in COLUMNS))
        equal += numbers == again and (row.target_date, row.regime) == (same["target_date"], same["regime"])
        differences.append(max(abs(a - b) for a, b in zip(numbers, again, strict=True)))
    alike = sum(a == b for a, b in zip(issued, filled, strict=False))
    return Compared(max(len(issued), len(filled)), alike, equal, max(differences))


def cut_off(day: str, minutes: int = 5) -> dt.datetime:
    """So many minutes after the day's cut-off."""
    at = pl.Series(calendar.cut_offs([day], load_params().cut_off)).dt.replace_time_zone("UTC").item()
    return at + dt.timedelta(minutes=minutes)  # type: ignore[no-any-return]


def days(first: str, count: int) -> list[str]:
    return [
        str(day) for day in calendar.business_days(first, str(dt.date.fromisoformat(first) + dt.timedelta(400)))[:count]
    ]
