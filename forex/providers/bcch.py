"""Banco Central de Chile, SieteRestWS: official series, for registered accounts: an API token, or user and password.

GET …/SieteRestWS.ashx?function=GetSeries&timeseries=F073.TCO.PRE.Z.D&firstdate=…&lastdate=… answers {"Codigo": 0, "Series":
{"seriesId": "F073.TCO.PRE.Z.D", "Obs": [{"indexDateString": "27-11-2024", "value": "976.36", "statusCode": "OK"}, …]}}, titles
in Latin-1. A day without a value has statusCode "ND" and the value "NaN". Refusals come with HTTP 200 and another Codigo.

Meaning of a date: the day for which the bank gives the value, and it is ours. F073.TCO.PRE.Z.D (observado): the day it is in force,
public the evening before. F022.TPM…: the day it is in force. F019.PPB.PRE.100.D (copper): the bank's own, about LME's cash price
of two London business days before; it is no LME series and has no hour of London. From when each is public says series.yaml.

The token is the documented way; the bank takes user and password too (March 2026). It expires after a year and holds "$" and "/",
which a shell changes unless it is written in single quotes. Source: the bank's page "API Base de Datos Estadísticos".

The bank's package `bcchapi` sends the same request. It is not used: it waits without limit, follows any redirect, and the error
of a failed request names the address with its credentials.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from forex.core.errors import ProviderError, RequestRefused
from forex.providers.network.net import Answers
from forex.providers.network.secret import Secret, hidden
from forex.providers.protocol import Declaration, Found, Observation, in_order, number, sound_rows

DAY = "%d-%m-%Y"
MISSING = "ND"
BAD_CREDENTIALS, UNKNOWN_SERIES = -5, -50


class Bcch:
    """Asks the bank's web service for one series at a time."""

    name = "bcch"

    def __init__(self, url: str, credentials: Mapping[str, Secret]):
        """credentials: the query field `token`, or `user` and `pass`."""
        self._url = url
        self._credentials = credentials

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`.  Raises RequestRefused where the bank answers with a Codigo other than 0."""
        where = f"{self.name} {code}"
        query: dict[str, str | Secret] = {
            **self._credentials,
            "function": "GetSeries",
            "timeseries": code,
            "firstdate": first.isoformat(),
            "lastdate": last.isoformat(),
        }
        rows = self._rows(client.json(self._url, query, encoding="latin-1"), code, where)
        found, unsound = sound_rows(rows, lambda row: _read(row, where), "indexDateString, value and statusCode", where)
        return in_order(found, first, where, unsound)

    def _rows(self, answer: Any, code: str, where: str) -> list[Any]:
        if isinstance(answer, dict) and answer.get("Codigo", 0) != 0:
            said = hidden(str(answer.get("Descripcion")), self._credentials.values())
            raise RequestRefused(
                f"{where}: refused with {answer['Codigo']}: {said}{self._next_step(answer['Codigo'], code)}"
            )
        series = answer.get("Series") if isinstance(answer, dict) else None
        if not isinstance(series, dict) or series.get("seriesId") != code or not isinstance(series.get("Obs"), list):
            raise ProviderError(f'{where}: expected {{"Series": {{"seriesId": "{code}", "Obs": […]}}}}')
        return list(series["Obs"])

    def _next_step(self, refusal: Any, code: str) -> str:
        if refusal == UNKNOWN_SERIES:
            return f". It says so of series that it does not have: is {code} right in fetch.series?"
        if refusal != BAD_CREDENTIALS:
            return ""
        if "token" not in self._credentials:
            return ". Check BCCH_USER and BCCH_PASSWORD, or set BCCH_TOKEN, which the bank documents"
        length = len(self._credentials["token"].reveal())
        return (
            f". BCCH_TOKEN arrived with {length} characters; where the bank's page (Mi Cuenta, Apikey Token) shows another number, "
            "quote it: export BCCH_TOKEN='…' in single quotes, for a shell changes its $. Where they agree it may have expired: it "
            "is valid for a year"
        )


def _read(row: Any, where: str) -> Observation | None:
    if row["statusCode"] == MISSING or row["value"] in ("NaN", ""):
        return None
    text = row["indexDateString"]
    try:
        date = dt.datetime.strptime(text, DAY).date()
        if f"{date:{DAY}}" != text:  # strptime takes 7-11-2024, and the digits of every script
            raise ValueError(text)
    except ValueError:
        raise ProviderError(f"{where}: indexDateString {text!r} is not a date like 27-11-2024") from None
    return Observation(date, number(row["value"], f"{where}, {date}"))


PROVIDER = Declaration(
    Bcch, credentials=({"token": "BCCH_TOKEN"}, {"user": "BCCH_USER", "pass": "BCCH_PASSWORD"}), per_second=5
)
