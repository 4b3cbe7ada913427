"""`forex regime`: the signals explain the call, the words hold computed numbers only, and other days are refused."""

import datetime as dt
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.commands.show import regime
from forex.commands.show.regime_words import ON, signals
from forex.core.errors import DataError, UsageError
from forex.core.files import write_parquet
from forex.core.reports import write_report
from forex.params import Regimes
from forex.regimes.advice import recommendation
from forex.regimes.regimes import STRESSED, classify
from tests.support.calibration_made_up import calibration
from tests.support.forex_command import forex
from tests.support.made_up import ROOT
from tests.support.regimes.panels import (
    COMMITTED,
    INTERVENTIONS,
    MEETINGS,
    MOVE,
    PARAMS,
    QUICK,
    QUICK_MOVE,
    made_up_panel,
    sample,
    sample_panel,
)

pytestmark = pytest.mark.slow

STATES = {  # the signals that a call needs, of which one must be on
    "BCCH_INTERVENTION": {"policy meeting", "intervention"},
    "COPPER_SHOCK": {"copper"},
    "HIGH_VOL": {"volatility"},
}
PRECEDENCE = ("BCCH_INTERVENTION", "COPPER_SHOCK", "HIGH_VOL")


def project(folder: Path, regimes: pl.DataFrame, params: Regimes, copper_move: float) -> None:
    """A folder that a run has left behind, with a multiplier of 1.25 at 7d on the last 200 origins."""
    shutil.copytree(ROOT / "data/calendar", folder / "data/calendar")
    (folder / "dvc.yaml").write_text("", encoding="utf-8")
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    for name, value in params.model_dump(mode="json").items():
        text = re.sub(rf"(?m)^(  {name}:) .*$", rf"\1 {json.dumps(value)}", text, count=1)
    text = re.sub(r"(?m)^(    copper_move:) .*$", rf"\1 {copper_move}", text, count=1)
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    write_parquet(folder / "data/regimes.parquet", regimes)
    last = regimes.select("origin_date").tail(200)
    factors = [last.with_columns(horizon=pl.lit(h), multiplier=pl.lit(m)) for h, m in FACTORS]
    write_parquet(folder / "data/multipliers.parquet", pl.concat(factors))
    write_report(folder / "data/calibration.json", calibration(**WIDTHS))


FACTORS = [("1d", 1.0), ("7d", 1.25)]
WIDTHS = {
    "NORMAL": {"1d": 1.0, "7d": 1.0},
    "HIGH_VOL": {"1d": 1.6, "7d": 1.4},
    "COPPER_SHOCK": {"7d": 1.3},
    "BCCH_INTERVENTION": {"1d": 1.7},
    "UNKNOWN": {"1d": 1.1, "7d": 1.1},
}


@pytest.fixture(scope="module")
def on_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    project(
        folder,
        classify(sample_panel(sample("usdclp")), MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE),
        PARAMS,
        MOVE,
    )
    return folder


@pytest.fixture(scope="module")
def with_copper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copper")
    project(
        folder,
        classify(made_up_panel(np.random.default_rng(3)), MEETINGS, INTERVENTIONS, QUICK, copper_move=QUICK_MOVE),
        QUICK,
        QUICK_MOVE,
    )
    return folder


def at(folder: Path, day: str | None, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    patch.chdir(folder)
    return regime.view(at=day)


@pytest.mark.parametrize("store", ["on_sample", "with_copper"])
def test_the_signals_that_are_on_make_the_call(
    store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every state in turn, on days all over the history."""
    folder = request.getfixturevalue(store)
    regimes = pl.read_parquet(folder / "data/regimes.parquet")
    rng, seen = np.random.default_rng(1), set()
    for (called,), rows in regimes.partition_by("regime", as_dict=True).items():
        for day in rng.choice(rows["origin_date"].cast(str).to_numpy(), 12):
            content = at(folder, str(day), monkeypatch)
            assert (content["origin_date"], content["regime"]) == (day, called)
            on = {signal["name"] for signal in content["signals"] if signal["verdict"] == ON}
            verdicts = {signal["name"]: signal["verdict"] for signal in content["signals"]}
            if called == "UNKNOWN":
                assert verdicts["volatility"] == "NOT_EVALUATED"
            else:
                assert next((state for state in PRECEDENCE if STATES[state] & on), "NORMAL") == called
            seen.add(called)
    expected = {"NORMAL", "HIGH_VOL", "BCCH_INTERVENTION", "UNKNOWN"}
    assert seen == expected | ({"COPPER_SHOCK"} if store == "with_copper" else set())


def test_since_when_and_what_comes_next(on_sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = at(on_sample, "2022-07-25", monkeypatch)
    regimes = pl.read_parquet(on_sample / "data/regimes.parquet")
    run = regimes.filter(pl.col("origin_date").cast(str).is_between(pl.lit(content["since"]), pl.lit("2022-07-25")))
    assert set(run["regime"]) == {"BCCH_INTERVENTION"}
    day_before = regimes.filter(pl.col("origin_date").cast(str) < content["since"])["regime"][-1]
    assert day_before in STRESSED
    calm = regimes.filter(pl.col("origin_date").cast(str) < content["stressed_since"])["regime"][-1]
    assert calm == "NORMAL"
    assert content["next_meeting"] == "2022-09-06"
    intervention = next(signal for signal in content["signals"] if signal["name"] == "intervention")
    assert intervention["value"] == 6 and intervention["verdict"] == ON
    assert intervention["sentence"]["says"].startswith(
        "Dollar sales by the central bank were first known on 2022-07-15, 6 business"
    )


@pytest.mark.parametrize(
    ("day", "meeting"),
    [
        ("2020-03-13", "2020-03-31"),  # the special one of the 16th is not known yet
        ("2020-03-16", "2020-03-16"),
        ("2020-03-17", "2020-03-31"),
        ("2024-06-18", "2024-06-18"),  # decided that evening
        ("2010-06-01", None),
    ],
)
def test_the_next_published_meeting(
    day: str, meeting: str | None, on_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at(on_sample, day, monkeypatch)["next_meeting"] == meeting


def test_an_ended_intervention_is_not_named(on_sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The purchases of 2023 have ended; those of 2021, whose end the list does not have, are older and not meant either."""
    content = at(on_sample, "2024-11-27", monkeypatch)
    intervention = next(signal for signal in content["signals"] if signal["name"] == "intervention")
    assert intervention["value"] is None and "2021" not in intervention["sentence"]["says"]


def test_a_weekend_shows_the_business_day_before_it(on_sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at(on_sample, "2024-11-24", monkeypatch)["origin_date"] == "2024-11-22"
    assert at(on_sample, None, monkeypatch)["origin_date"] == COMMITTED.as_of


def test_other_days_are_refused(on_sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    regimes = pl.read_parquet(on_sample / "data/regimes.parquet")
    first = str(regimes["origin_date"][0])
    last = regimes["origin_date"][-1]
    for day in ("1999-12-31", str(last + dt.timedelta(days=1))):
        with pytest.raises(UsageError, match=f"--at {day}: regimes were called from {first} to {last}"):
            at(on_sample, day, monkeypatch)
    with pytest.raises(UsageError, match="--at yesterday: expected a date like"):
        at(on_sample, "yesterday", monkeypatch)
    for days in (1, 7):
        with pytest.raises(UsageError):
            at(on_sample, str(regimes["origin_date"][0] - np.timedelta64(days, "D").item()), monkeypatch)


def test_before_a_run_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "data/calendar", tmp_path / "data/calendar")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    with pytest.raises(DataError, match=r"data/regimes.parquet: not found. `dvc repro` makes it"):
        at(tmp_path, None, monkeypatch)


def shock_ages(regimes: pl.DataFrame, day: str, rules: Regimes, move: float) -> list[int]:
    moved = pl.col("copper_move").abs() > move, pl.col("copper_sigmas").abs() > rules.copper_sigmas
    until = regimes.with_row_index().filter(pl.col("origin_date").cast(str) <= day)
    return [until.height - 1 - row for row in until.filter(*moved)["index"]]


@pytest.mark.parametrize("store", ["on_sample", "with_copper"])
def test_no_number_in_the_text_that_was_not_computed(
    store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each number of the text is a date's, or rounds to a value of the row or of params.yaml."""
    folder = request.getfixturevalue(store)
    regimes = pl.read_parquet(folder / "data/regimes.parquet")
    rules, move = (PARAMS, MOVE) if store == "on_sample" else (QUICK, QUICK_MOVE)
    for day in regimes["origin_date"].gather_every(97).cast(str):
        content = at(folder, day, monkeypatch)
        said = re.sub(r"\d{4}-\d\d-\d\d|(?m:^\d+d )", "", regime.text(content)).replace("1d,", "").replace(" 7d", "")
        row = regimes.filter(pl.col("origin_date").cast(str) == day).row(0, named=True)
        known = [value for value in row.values() if isinstance(value, int | float)]
        known += [value for value in rules.model_dump().values() if isinstance(value, int | float)] + [move]
        known += [signal["value"] for signal in content["signals"] if isinstance(signal["value"], int | float)]
        if (
            row["copper_move"] is not None
        ):  # moves are told as shares of the price before, thresholds as those of their side
            signed = math.copysign(move, row["copper_move"])
            known += [math.expm1(row["copper_move"]), math.expm1(signed)]
        known += [*content["multipliers"].values(), *shock_ages(regimes, day, rules, move)]
        widening = content["widening"]
        known += [widening["level"], widening["share"]]
        for widened in widening["regimes"].values():
            known += widened["assumed_before"]
            known += [end for found in widened["horizons"].values() for end in (found["median"], *found["range"])]
        for number in re.findall(r"\d+(?:\.\d+)?(?=[^\d]|$)", said.replace("at 1d", "")):
            digits = len(number.partition(".")[2])
            fits = [abs(abs(v) * scale - float(number)) <= 0.5001 * 10**-digits for v in known for scale in (1, 100)]
            assert any(fits), (day, number, said)


@pytest.mark.parametrize(
    ("move", "says"),
    [(math.log(3.27766 / 3.98322), "Copper fell 17.7 %"), (math.log(4.60 / 4.00), "Copper rose 15.0 %")],
)
def test_copper_s_move_is_told_as_a_share_of_the_price_before(move: float, says: str) -> None:
    row = dict.fromkeys(
        ("volatility_ratio", "meeting_days", "intervention_days", "copper_correlation", "copper_correlation_broken")
        + ("copper_correlation_low", "copper_correlation_high")
    ) | {"copper_move": move, "copper_sigmas": 4.0}
    found = signals(row, COMMITTED.regimes, stormy=False, copper_move=0.05, shock_age=0, announced=None)
    [copper] = [signal["sentence"]["says"] for signal in found if signal["name"] == "copper"]
    assert copper.startswith(says) and ("more than 4.9 %" if move < 0 else "more than 5.1 %") in copper


def test_copper_s_direction_is_only_claimed_where_the_link_holds() -> None:
    row = {"regime": "COPPER_SHOCK", "copper_move": -0.09, "copper_correlation": -0.5, "copper_correlation_broken": 0}
    fell, rose = recommendation(row).says, recommendation(row | {"copper_move": 0.09}).says
    assert "fallen" in fell and "makes the dollar dearer" in fell and "to buy" in fell
    assert "risen" in rose and "makes the dollar cheaper" in rose and "to sell" in rose
    for unclear in ({"copper_correlation_broken": 1}, {"copper_correlation_broken": None}, {"copper_correlation": 0.1}):
        assert "makes the dollar" not in recommendation(row | unclear).says
    assert not any(character.isdigit() for character in fell + rose)


def test_each_regime_has_its_own_recommendation() -> None:
    empty = {"copper_move": None, "copper_correlation": None, "copper_correlation_broken": None}
    said = {recommendation({"regime": name} | empty).says for name in ("NORMAL", "UNKNOWN", *STRESSED)}
    assert len(said) == 5


def test_the_command(on_sample: Path) -> None:
    shown = forex("regime", "--at", "2024-11-27", cwd=on_sample)
    assert shown.returncode == 0
    assert shown.stdout.startswith("NORMAL on 2024-11-27, since ")
    assert "Next published policy meeting: 2024-12-17." in shown.stdout
    assert "1.250 at 7d" in shown.stdout
    assert shown.stdout.splitlines()[-3:] == [
        "            1d  1.00 (0.50-2.00)  1.60 (0.80-3.20)                     1.70 (0.85-3.40)  1.10 (0.55-2.20)",
        "            7d  1.00 (0.50-2.00)  1.40 (0.70-2.80)  1.30 (0.65-2.60)                     1.10 (0.55-2.20)",
        "assumed before              1.00         1.50-2.50              1.50               2.00              1.50",
    ]
    assert max(map(len, shown.stdout.splitlines())) <= regime.WIDTH
    content = json.loads(forex("regime", "--json", cwd=on_sample).stdout)
    assert content["multipliers"] == dict(FACTORS)
    assert content["widening"]["regimes"]["COPPER_SHOCK"] == {
        "assumed_before": [1.5, 1.5], "horizons": {"7d": {"origins": 300, "median": 1.3, "range": [0.65, 2.6]}},
    }  # fmt: skip
    refused = forex("regime", "--at", "2031-01-01", cwd=on_sample)
    assert refused.returncode == 2 and refused.stdout == ""
