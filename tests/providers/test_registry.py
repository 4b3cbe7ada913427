"""A provider is one file: in a copy of the library, what its text adds is all that a fetch from it needs beside operations.yaml."""

import os
import shutil
import subprocess
import sys
from typing import Any

import polars as pl
import pytest

from forex.core.errors import UsageError
from forex.core.files import read_parquet
from forex.operations import load_operations
from forex.providers.registry import provider
from tests.support.live.project import ACCOUNT, PROVIDERS, Live
from tests.support.live.services import DAYS, REAIS, SERIES, Providers
from tests.support.live.web import Answer, Query
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

OURBANK = '''"""A bank's rates for its own clients; its answer is an object of dates and values."""

import datetime as dt
from collections.abc import Mapping

from forex.providers.network.net import Client, Secret
from forex.providers.protocol import Declaration, Observation, in_order, number


class OurBank:
    name = "ourbank"

    def __init__(self, url: str, credentials: Mapping[str, Secret]):
        self._url = url
        self._credentials = credentials

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        where = f"{self.name} {code}"
        query = {**self._credentials, "from": first.isoformat(), "to": last.isoformat()}
        rates = client.json(f"{self._url}/{code}", query)
        found = [Observation(dt.date.fromisoformat(day), number(value, where)) for day, value in rates.items()]
        return in_order(found, first, where)


PROVIDER = Declaration(OurBank, credentials=({"key": "OURBANK_KEY"},))
'''


class Copy:
    """A live project with a copy of the library beside its params.yaml, which is the one that its commands run."""

    def __init__(self, live: Live):
        self.live = live
        self.file = live.root / "forex/providers/ourbank.py"
        shutil.copytree(ROOT / "forex", live.root / "forex")
        shutil.copy(ROOT / "dvc.yaml", live.root)
        (live.root / "certificate.pem").write_bytes(live.site.certificate)
        self.file.write_text(OURBANK, encoding="utf-8")
        addresses = live.operations["fetch"]["providers"] | {"ourbank": f"{live.site.url}/ourbank"}
        live.set(fetch__providers=addresses, fetch__series=SERIES | {"brl": ["ourbank BRL", "ecb BRL"]})

    def forex(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "forex", *words],
            cwd=self.live.root,
            env={**os.environ, **ACCOUNT, "SSL_CERT_FILE": str(self.live.root / "certificate.pem"), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    def brl(self) -> pl.DataFrame:
        """What the store has; the library of this process knows no such provider, and cannot read the params."""
        return read_parquet(self.live.root / "data/store/brl.parquet").sort("date")

    def refused(self, *words: str, code: int = 2) -> str:
        done = self.forex(*words, OURBANK_KEY="hunter2")
        assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
        return done.stderr


@pytest.fixture
def copy(live: Live, providers: Providers) -> Copy:
    def route(path: str, query: Query) -> Answer:
        if path.startswith("/ourbank"):
            return Answer({str(day): value for day, value in REAIS.items() if query["from"] <= str(day) <= query["to"]})
        return providers.route(path, query)

    live.site.route = route
    return Copy(live)


def test_a_file_and_params_are_all_that_a_provider_needs(copy: Copy) -> None:
    assert copy.forex("params", "check").returncode == 0
    done = copy.forex("fetch", OURBANK_KEY="hunter2")
    assert "brl " in done.stderr and "from ourbank" in done.stderr, done.stderr
    assert ("/ourbank/BRL", "hunter2") in [(path, query.get("key")) for path, query in copy.live.site.requests]
    assert dict(copy.brl().select("date", "value").iter_rows()) == REAIS
    assert set(copy.brl()["source"]) == {"ourbank:BRL"}


def test_without_its_key_the_next_provider_answers(copy: Copy) -> None:
    done = copy.forex("fetch")
    assert "brl from ourbank: ourbank: set OURBANK_KEY in the environment" in done.stderr
    assert set(copy.brl()["source"]) == {"ecb:BRL"} and copy.brl()["date"].to_list() == DAYS


def test_what_a_file_declares_is_what_params_are_checked_by(copy: Copy) -> None:
    declared = "Declaration(OurBank, "
    copy.file.write_text(OURBANK.replace(declared, f"{declared}market=True, "), encoding="utf-8")
    assert copy.forex("params", "check").returncode == 0
    copy.live.set(fetch__series=SERIES | {"usdclp": ["ourbank USD"]})
    assert "series.usdclp: a market quote is never the observado" in copy.refused("params", "check")


def test_a_market_without_a_last_price_is_refused_for_the_quote(copy: Copy) -> None:
    copy.live.set(fetch__quote__source="ourbank CLP")
    assert "quote.source: expected the price of a market, from yahoo, not from ourbank" in copy.refused(
        "params", "check"
    )
    copy.file.write_text(OURBANK.replace("OurBank, ", "OurBank, market=True, "), encoding="utf-8")
    assert "fetch.quote.source: ourbank has no last price" in copy.refused("fetch")


def test_a_file_that_is_not_there_or_not_readable_is_named(copy: Copy) -> None:
    copy.file.write_text(OURBANK.replace('OURBANK_KEY"},))', 'OURBANK_KEY"},'), encoding="utf-8")
    line = 1 + OURBANK[: OURBANK.index("PROVIDER")].count("\n")
    assert f"forex/providers/ourbank.py, line {line}: not readable as Python" in copy.refused("params", "check")
    copy.file.unlink()
    said = copy.refused("params", "check")
    assert "fetch.providers.ourbank" in said and "fetch.series.brl.0 = 'ourbank BRL': " in said
    assert said.count(f'expected a provider among {", ".join(PROVIDERS)}, got "ourbank"') == 2


def test_a_client_is_named_like_its_file(copy: Copy) -> None:
    copy.file.write_text(OURBANK.replace('name = "ourbank"', 'name = "theirbank"'), encoding="utf-8")
    assert "forex/providers/ourbank.py: its client is named theirbank" in copy.refused("fetch")


@pytest.mark.parametrize("name", ["nobody", "registry", "..ecb", ""])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(
        UsageError,
        match="expected a provider among bcch, ecb, ecb_xml, findic, frankfurter, fred, jsdelivr, mindicador, yahoo, got",
    ):
        provider(name, load_operations(ROOT / "operations.yaml").fetch, {})


def test_operations_are_checked_without_a_web_client() -> None:
    words = "import sys; from forex.operations import load_operations; load_operations(); print([*sys.modules])"
    loaded: Any = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [name for name in ("httpx", "tenacity", "forex.providers") if f"'{name}'" in loaded.stdout]
