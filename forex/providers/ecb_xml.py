"""The European Central Bank's daily reference rates, from the XML files of its web site, which is another machine; no key.

GET …/stats/eurofxref/eurofxref-hist-90d.xml, or eurofxref-hist.xml from 1999 on, answers <Cube time="2024-11-27"><Cube
currency="USD" rate="1.0563"/>…</Cube>… inside an envelope: units of the currency per euro. A file holds all currencies. A code
here is a currency; its value is units per dollar. `euro` says what a date means.
"""

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree

from forex.core.edges.xml import refuse_entities
from forex.core.errors import ProviderError
from forex.providers.euro import Sheet
from forex.providers.network.net import Answers
from forex.providers.protocol import Declaration, Found

CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
SHORT = dt.timedelta(days=85)  # what the file of 90 days holds for certain


class EcbXml:
    """Asks for the file of 90 days where it reaches far enough, else for the whole history."""

    name = "ecb_xml"

    def __init__(self, url: str):
        self._url = url
        self._first = dt.date.max

    def expect(self, codes: Sequence[str], first: dt.date) -> None:
        """As `Sharing.expect`; a file has every currency, so only `first` matters."""
        self._first = first

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`, in units per dollar."""
        short = last - min(first, self._first) <= SHORT
        body = client.get(f"{self._url}/eurofxref-hist{'-90d' if short else ''}.xml")
        return _read(body, f"{self.name} {code}").per_dollar(code, first)


def _read(body: bytes, where: str) -> Sheet:
    try:
        refuse_entities([body])  # the bank's file has none
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # LookupError: an encoding that nobody knows
        raise ProviderError(f"{where}: not readable as XML ({error})") from None
    sheet = Sheet(where.partition(" ")[0])
    days = [day for day in root.iter(CUBE) if "time" in day.attrib]
    if not days:
        raise ProviderError(f'{where}: expected <Cube time="2024-11-27"> with a <Cube currency="USD" rate="1.0563"/>')
    for day in days:
        for cell in day:
            sheet.enter(str(cell.get("currency")), str(day.get("time")), cell.get("rate"))
    return sheet


PROVIDER = Declaration(EcbXml, shared=True)
