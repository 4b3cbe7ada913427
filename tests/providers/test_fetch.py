"""`forex fetch` as a whole: providers that answer, fail, lag or lie; a store that only grows."""

import datetime as dt

import polars as pl
import pytest

from forex.commands.live.fetch import text
from forex.core.errors import ParamsError, ProviderError, StaleError, UsageError
from forex.core.files import read_parquet
from tests.support.live.project import Live
from tests.support.live.services import CODE, DAYS, NOW, OBSERVADO, REAIS, SERIES, Providers, result, stored
from tests.support.live.web import Answer
from tests.support.made_up import utc


def test_a_new_store_is_filled_and_a_second_fetch_adds_nothing(live: Live) -> None:
    content = live.fetch(NOW)
    assert stored(live) == OBSERVADO
    assert stored(live, "brl") == pytest.approx({day: value / 1.05 for day, value in REAIS.items()}, rel=1e-7)
    assert (result(content)["added"], result(content)["source"], result(content)["current"]) == (
        len(DAYS),
        "bcch",
        True,
    )
    assert len(live.said) == 3  # a line for each series and the quote
    before = (live.store / "usdclp.parquet").read_bytes()
    again = live.fetch(NOW + dt.timedelta(minutes=5))
    assert [(entry["added"], entry["revised"]) for entry in again["series"]] == [(0, 0)] * 3
    assert (live.store / "usdclp.parquet").read_bytes() == before


def test_the_sample_is_refused_with_the_key_to_set(live: Live) -> None:
    live.set(ingest__store="data/sample")
    with pytest.raises(UsageError, match="Set ingest.store in params.yaml to data/store"):
        live.fetch(NOW)


def test_what_comes_late_and_what_is_revised_counts_from_its_retrieval(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    evening, night = utc("2024-11-27T21:30"), utc("2024-11-28T02:00")
    live.fetch(evening)  # the rate of the 28th is due since 21:00, and not there
    thursday = dt.date(2024, 11, 28)
    providers.bcch = providers.mindicador = OBSERVADO | {thursday: 975.41, DAYS[-1]: 967.77}
    content = live.fetch(night)
    assert (result(content)["added"], result(content)["revised"]) == (1, 1)
    rows = read_parquet(live.store / "usdclp.parquet")
    assert rows.filter(pl.col("date") == thursday)["known_at"].item() == night
    vintages = rows.filter(pl.col("date") == DAYS[-1]).select("value", "known_at").rows()
    assert vintages == [(OBSERVADO[DAYS[-1]], utc("2024-11-26T21:00")), (967.77, night)]


def test_a_history_comes_later_where_only_the_latest_days_came_first(live: Live, providers: Providers) -> None:
    """And it was known when its rule says, though the first fetch had asked for it."""
    providers.ecb, providers.jsdelivr = Answer(status=500), {day: value + 0.1 for day, value in REAIS.items()}
    live.fetch(NOW)
    first = read_parquet(live.store / "brl.parquet")
    assert set(first["source"]) == {"jsdelivr:brl"} and first["date"].min() > DAYS[0] + dt.timedelta(days=10)
    providers.ecb = REAIS
    later = NOW + dt.timedelta(minutes=30)
    live.fetch(later)
    rows = read_parquet(live.store / "brl.parquet")
    assert rows[: first.height].equals(first)
    history = rows.filter(pl.col("date") < first["date"].min())
    assert history["date"].to_list() == [day for day in DAYS if day < first["date"].min()]
    assert (history["known_at"].dt.date() == history["date"]).all()
    revised = rows[first.height :].filter(pl.col("date") >= first["date"].min())
    assert set(revised["known_at"]) == {later} and set(revised["source"]) == {"ecb:BRL"}


def test_what_comes_in_time_counts_from_its_publication(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    providers.bcch = OBSERVADO | {dt.date(2024, 11, 28): 975.41}
    live.fetch(utc("2024-11-27T21:30"))
    rows = read_parquet(live.store / "usdclp.parquet")
    assert rows["known_at"].to_list()[-1] == utc("2024-11-27T21:00")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(status=500), id="500"),
        pytest.param(Answer(status=429), id="429"),
        pytest.param(Answer(b"<html>"), id="HTML"),
        pytest.param(Answer(b'{"Series": {"seriesId": "F0'), id="truncated"),
        pytest.param(Answer({"Codigo": -5, "Descripcion": "Invalid username or password"}), id="refused"),
        pytest.param(Answer(status=302, headers={"Location": "https://example.org/"}), id="another host"),
    ],
)
def test_a_provider_that_fails_is_followed_by_the_next(answer: Answer, live: Live, providers: Providers) -> None:
    providers.bcch = answer
    content = result(live.fetch(NOW))
    assert (content["source"], content["added"]) == ("mindicador", len(DAYS))
    assert "usdclp from bcch: " in content["failures"][0]
    assert "hunter2" not in str(content) + "".join(live.said)


def test_yesterday_s_data_with_status_200_is_completed_by_the_next(live: Live, providers: Providers) -> None:
    providers.bcch = {day: value for day, value in OBSERVADO.items() if day < DAYS[-1]}
    content = result(live.fetch(NOW))
    assert stored(live) == OBSERVADO
    sources = read_parquet(live.store / "usdclp.parquet")["source"].to_list()
    assert sources[-2:] == [f"bcch:{CODE}", "mindicador:dolar"]
    assert content["current"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({DAYS[-1]: 9760.0}, "2024-11-27: 9760 is outside 300 to 1500"),
        ({DAYS[-1]: 310.0}, "is a move by more than a factor of 3"),
        ({dt.date(2024, 11, 29): 980.0}, "2024-11-29: lies after 2024-11-28"),
    ],
)
def test_what_cannot_be_true_is_not_stored(
    wrong: dict[dt.date, float], why: str, live: Live, providers: Providers
) -> None:
    providers.unasked = wrong
    content = result(live.fetch(NOW))
    assert any(why in sentence for sentence in content["refused"])
    assert stored(live) == OBSERVADO


def test_an_outage_rewrites_nothing_with_another_provider_s_values(live: Live, providers: Providers) -> None:
    """A run without the ECB: what it said stays, where the next provider differs is told, and the ECB's return revises nothing."""
    providers.frankfurter = {day: value * 1.035 for day, value in REAIS.items()}
    live.fetch(NOW)
    before = (live.store / "brl.parquet").read_bytes()
    whole, providers.ecb = providers.ecb, Answer(status=500)
    content = result(live.fetch(NOW + dt.timedelta(hours=1)), "brl")
    assert (content["added"], content["revised"], content["source"]) == (0, 0, "frankfurter")
    assert "(3.50% apart; 18 of 18 dates" in content["disagreements"][0]
    providers.ecb = whole
    content = result(live.fetch(NOW + dt.timedelta(hours=2)), "brl")
    assert (content["added"], content["revised"]) == (0, 0)
    assert (live.store / "brl.parquet").read_bytes() == before


def test_providers_that_disagree_are_reported_and_not_averaged(live: Live, providers: Providers) -> None:
    providers.mindicador = OBSERVADO | {DAYS[3]: OBSERVADO[DAYS[3]] * 1.05}
    live.fetch(NOW)  # another provider's turn
    content = result(live.fetch(NOW + dt.timedelta(days=1)))
    assert (
        "bcch:F073.TCO.PRE.Z.D says 953 for 2024-11-07, mindicador 1000.65 (5.00% apart" in content["disagreements"][0]
    )
    assert stored(live) == OBSERVADO


def test_no_provider_at_all_is_an_error_that_says_what_to_do(live: Live, providers: Providers) -> None:
    live.fetch(NOW)
    before = {path.name: path.read_bytes() for path in live.store.glob("*.parquet")}
    providers.bcch = providers.mindicador = Answer(status=500)
    with pytest.raises(ProviderError, match=r"no provider brought it \(2 failed, as said above\).*try again later"):
        live.fetch(NOW + dt.timedelta(days=1))
    [line] = [line for line in live.said if line.startswith("usdclp ")]
    assert "usdclp from bcch: " in line and "status 500" in line and "; usdclp from mindicador: " in line
    assert {path.name: path.read_bytes() for path in live.store.glob("*.parquet")}["usdclp.parquet"] == before[
        "usdclp.parquet"
    ]
    content = live.fetch(NOW + dt.timedelta(days=1), strict=False)
    assert content["outage"].startswith("usdclp from bcch: ") and "; usdclp from mindicador: " in content["outage"]
    providers.mindicador = {day: 10 * value for day, value in OBSERVADO.items()}
    with pytest.raises(
        ProviderError, match=r"2024-11-27: 9670 is outside 300 to 1500; not stored; and 17 more values\)\. "
    ):
        live.fetch(NOW + dt.timedelta(days=1))
    with pytest.raises(StaleError, match=r"usdclp: the newest value is of 2024-11-27, 5 business days are allowed"):
        live.fetch(NOW + dt.timedelta(days=14))


def test_an_empty_store_and_no_provider_is_told_in_words(live: Live, providers: Providers) -> None:
    providers.bcch = providers.mindicador = Answer(status=500)
    with pytest.raises(StaleError, match=r"^usdclp: the store has no value, and no provider brought one \(2 failed"):
        live.fetch(NOW)


def test_a_store_of_csv_files_is_left_as_it_was(live: Live) -> None:
    live.store.mkdir()
    rows = live.store / "usdclp.csv"
    rows.write_text("date,value\n2024-11-26,976.89\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"usdclp.csv: a series has one file"):
        live.fetch(NOW)
    assert not list(live.store.glob("**/*.parquet"))


def test_a_fetched_series_without_bounds_is_an_error_of_params_yaml(live: Live) -> None:
    live.set(fetch__series=SERIES | {"cop": ["ecb COP"]})
    with pytest.raises(ParamsError, match="fetch.series: cop has no entry in validate.bounds"):
        live.fetch(NOW)


def test_missing_credentials_are_named_and_the_next_provider_serves(live: Live) -> None:
    content = result(live.fetch(NOW, environ={}))
    assert "set BCCH_TOKEN, or BCCH_USER and BCCH_PASSWORD in the environment" in content["failures"][0]
    assert content["source"] == "mindicador"


def test_the_quote_at_the_cut_off_is_known_from_its_own_stamp(live: Live, providers: Providers) -> None:
    providers.spot = [
        (utc("2024-11-27T17:55"), 973.4),  # a bar's beginning
        (utc("2024-11-27T18:00"), 978.0),  # its close is of 18:05
        (utc("2024-11-27T18:03"), 980.0),
    ]
    live.fetch(NOW)
    rows = read_parquet(live.store / "usdclp_spot.parquet")
    ours = rows.filter(pl.col("source") == "yahoo:CLP=X")
    assert ours.select("date", "value", "known_at").rows() == [(DAYS[-1], 973.4, utc("2024-11-27T18:00"))]
    live.fetch(utc("2024-11-27T23:00"))
    assert read_parquet(live.store / "usdclp_spot.parquet").equals(rows)


def test_an_old_quote_is_none(live: Live, providers: Providers) -> None:
    providers.spot = [(utc("2024-11-27T12:00"), 973.4)]
    content = result(live.fetch(NOW), "usdclp_spot")
    assert "no price within 120 minutes" in content["failures"][0]
    assert DAYS[-1] not in stored(live, "usdclp_spot")


def test_the_result_names_what_is_not_up_to_date_with_its_tier(live: Live, providers: Providers) -> None:
    providers.ecb = Answer(status=500)
    providers.spot = []
    assert text(live.fetch(NOW)).splitlines()[1] == "not up to date: brl (important), usdclp_spot (optional)"
