"""Banco Central de Chile, SieteRestWS: official series, for registered accounts: user and password, or the newer API key.

GET …/SieteRestWS.ashx?function=GetSeries&timeseries=F073.TCO.PRE.Z.D&firstdate=…&lastdate=… answers {"Codigo": 0, "Series":
{"seriesId": "F073.TCO.PRE.Z.D", "Obs": [{"indexDateString": "27-11-2024", "value": "976.36", "statusCode": "OK"}, …]}}, titles
in Latin-1. A day without a value has statusCode "ND" and the value "NaN". Source: the bank's page "API Base de Datos
Estadísticos", and `bcchapi` 1.3 for the query field `token` in place of `user` and `pass`.

The bank's package `bcchapi` sends the same request. It is not used: it waits without limit, follows any redirect, and the error
of a failed request names the address with its credentials.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from forex.core.errors import ProviderError
from forex.providers.net import Client, Secret, hidden
from forex.providers.protocol import Declaration, Observation, in_order, number

MISSING = "ND"


class Bcch:
    name = "bcch"

    def __init__(self, url: str, credentials: Mapping[str, Secret]):
        """credentials: the query fields `user` and `pass`, or `token`."""
        self._url = url
        self._credentials = credentials

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        where = f"{self.name} {code}"
        query: dict[str, str | Secret] = {
            **self._credentials,
            "function": "GetSeries",
            "timeseries": code,
            "firstdate": first.isoformat(),
            "lastdate": last.isoformat(),
        }
        return in_order(self._read(client.json(self._url, query, encoding="latin-1"), code, where), first, where)

    def _read(self, answer: Any, code: str, where: str) -> list[Observation]:
        if isinstance(answer, dict) and answer.get("Codigo", 0) != 0:
            said = hidden(str(answer.get("Descripcion")), self._credentials.values())
            raise ProviderError(f"{where}: refused with {answer.get('Codigo')}: {said}")
        series = answer.get("Series") if isinstance(answer, dict) else None
        if not isinstance(series, dict) or series.get("seriesId") != code or not isinstance(series.get("Obs"), list):
            raise ProviderError(f'{where}: expected {{"Series": {{"seriesId": "{code}", "Obs": […]}}}}')
        try:
            return [
                Observation(_date(row["indexDateString"], where), number(row["value"], where))
                for row in series["Obs"]
                if row["statusCode"] != MISSING
            ]
        except (TypeError, KeyError):
            raise ProviderError(f"{where}: expected rows with indexDateString, value and statusCode") from None


def _date(text: str, where: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%d-%m-%Y").date()
    except (TypeError, ValueError):
        raise ProviderError(f"{where}: indexDateString {text!r} is not a date like 27-11-2024") from None


PROVIDER = Declaration(Bcch, credentials=({"token": "BCCH_TOKEN"}, {"user": "BCCH_USER", "pass": "BCCH_PASSWORD"}))
