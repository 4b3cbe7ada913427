"""Each provider's client at a server's address, and how tests ask it."""

import datetime as dt
from collections.abc import Callable

from forex.providers.bcch import Bcch
from forex.providers.ecb import Ecb
from forex.providers.ecb_xml import EcbXml
from forex.providers.findic import Findic
from forex.providers.frankfurter import Frankfurter
from forex.providers.fred import Fred
from forex.providers.jsdelivr import JsDelivr
from forex.providers.mindicador import Mindicador
from forex.providers.network.secret import Secret
from forex.providers.protocol import Found, Provider
from forex.providers.yahoo import Yahoo
from tests.support.live.web import Web

MONDAY, TUESDAY, WEDNESDAY = dt.date(2024, 11, 25), dt.date(2024, 11, 26), dt.date(2024, 11, 27)
OBSERVADO = {MONDAY: 975.54, TUESDAY: 976.89, WEDNESDAY: 975.06}
CODE = "F073.TCO.PRE.Z.D"


def ask(
    site: Web, client_of: Callable[[str], Provider], code: str, first: dt.date = MONDAY, last: dt.date = WEDNESDAY
) -> Found:
    with site.client(attempts=1) as client:
        return client_of(site.url).observations(client, code, first, last)


def bcch(url: str) -> Bcch:
    return Bcch(url, {"user": Secret("someone"), "pass": Secret("hunter2")})


def fred(url: str) -> Fred:
    return Fred(url, {"api_key": Secret("hunter2")})


def jsdelivr(url: str) -> JsDelivr:
    return JsDelivr(f"{url}/currency-api")


CLIENTS: dict[str, tuple[Callable[[str], Provider], str]] = {
    "bcch": (bcch, CODE),
    "mindicador": (Mindicador, "dolar"),
    "fred": (fred, "DGS2"),
    "yahoo": (Yahoo, "HG=F"),
    "ecb": (Ecb, "BRL"),
    "ecb_xml": (EcbXml, "BRL"),
    "frankfurter": (Frankfurter, "BRL"),
    "findic": (Findic, "dolar"),
    "jsdelivr": (jsdelivr, "brl"),
}
