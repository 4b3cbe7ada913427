"""Which series a file is about: what its owner says, else what its heads, titles and name say, in words that leave no doubt."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from forex.importing.days import plain
from forex.observations.store import TARGET

# Heads that say nothing: the values of whatever the file is about.
SILENT: Final = frozenset(
    {
        "",
        "valor",
        "valores",
        "value",
        "values",
        "precio",
        "price",
        "rate",
        "tasa",
        "serie",
        "series",
        "dato",
        "datos",
        "data",
        "obs_value",
    }
    | {
        "tipo de cambio",
        "exchange rate",
        "clp",
        "clp/usd",
        "pesos",
        "pesos por dolar",
        "clp per usd",
        "$",
        "observacion",
        "monto",
    }
)
_TARGET: Final = re.compile(
    r"\bdolar[ _-]?obs|\bobservado\b|\bobserved[ _](us[ _])?dollar|\busd[ _/-]?clp\b|^(valor (del )?)?dolar( eeuu| usa)?$"
)
# Prices of the dollar that are not the observado.
_OTHER: Final = re.compile(
    r"acuerdo|compra|venta|\bbid\b|\bask\b|spot|cierre|close|interbancari|forward|futur|\bmax|\bmin|apertura|open|high|low|var\.|change|promedio"
)


def recognised(texts: Iterable[str], ids: Sequence[str], codes: Mapping[str, str]) -> set[str]:
    """The ids of the series that texts name.

    ids: those that are known.  codes: of providers, such as "F073.TCO.PRE.Z.D", with the id that each stands for.

    >>> recognised(["1.Dólar observado (pesos por dólar)"], ["usdclp", "aud"], {})
    {'usdclp'}
    >>> recognised(["Dólar acuerdo"], ["usdclp"], {}), recognised(["AUD"], ["usdclp", "aud"], {})
    (set(), {'aud'})
    """
    found = set()
    # A code that is a word, as "dolar" is, says nothing.
    own = {plain(code): name for code, name in codes.items() if re.search(r"[^a-z]", plain(code))}
    for text in texts:
        said = plain(text)
        found |= {own[word] for word in re.split(r"[\s;,()]+", said) if word in own}
        if said in ids:
            found.add(said)
        elif _TARGET.search(said) and not _OTHER.search(said):
            found.add(TARGET)
    return found


def is_silent(heads: Sequence[str]) -> bool:
    """Whether the last of a column's heads says nothing of its series, or there is none."""
    return not heads or plain(heads[-1]) in SILENT
