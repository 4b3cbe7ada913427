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
# Texts that name the observado itself, and those that name the dollar in pesos, of which there are other prices.
_OBSERVADO: Final = re.compile(r"\bdolar[ -]?obs|\bobservado\b|\bobserved (us )?dollar")
_DOLLAR: Final = re.compile(r"\busd[ /-]?clp\b|^(valor (del )?)?dolar( eeuu| usa)?$")
# Other prices of the dollar.
_PRICE: Final = re.compile(
    r"\b(acuerdo|compra(dor)?|ventas?|vendedor|bid|ask|spot|cierre|clos(e|ing)|interbancari[oa]s?|interbank|forwards?|futur[aeo]s?"
    r"|max(im[ao]s?)?|min(im[ao]s?)?|apertura|open|high|low|var|change|promedios?|average|informal|paralelo|blue|turista)\b"
    r"|\bdolar(es)? (de )?(australi|canad|neo[cz]eland|nueva zeland|hong|singap|taiwan)"
    r"|\b(australian|canadian|new zealand|hong ?kong|singapore|taiwan) dollar"
)
# What is no dollar of the United States.
_CODES: Final = (
    "eur|gbp|jpy|cny|cnh|brl|aud|cad|nzd|mxn|ars|uyu|chf|sek|nok|dkk|krw|inr|zar|sgd|thb|twd|myr|hkd|pln|czk|huf|idr"
)
_CODES_AS_WORDS: Final = "cop|pen|try|ils|bob|pyg|rub|php"  # with usd or clp beside them alone
_THING: Final = re.compile(
    rf"\b((usd|clp)[ /-]?)?({_CODES})([ /-]?(usd|clp))?\b"
    rf"|\b({_CODES_AS_WORDS})[/-]?(usd|clp)\b|\b(usd|clp)[/-]?({_CODES_AS_WORDS})\b"
    r"|\b(euros?|libras?|pounds?|sterling|yen(es)?|yuan(es)?|renminbi|reais|francos?|francs?|coronas?|kron[ae]|won|rupias?|rupees?"
    r"|rublos?|rand|bitcoins?|btc|deg|sdr|uf|utm|ipc|tpm|tcr|tcm|cobre|copper|oro|gold|onzas?|petroleo|oil|wti|brent)\b"
    r"|\b(australi|canad|neo[cz]eland|nueva zeland|new zealand|hong ?kong|singap|taiwan|argentin|mexic|colombian|urugu|peruan"
    r"|peruvian|filipin|bolivian|paragua|brasil|brazil|suiz|swiss|norueg|norweg|suec|swed|danes|danish|japon|japan|chin[ao]|chinese"
    r"|surcorean)"
    r"|\b(unidad(es)? de fomento|tipo de cambio (real|multilateral)|real exchange|derechos? especial)"
    r"|\bpesos (chilenos )?por (?!una?\b|cada\b|unidad\b|dolar|us\b|us\$|usd\b)"
)
# Heads of a market's prices; the observado is one value a day.
_OF_A_MARKET: Final = frozenset(
    {"open", "high", "low", "close", "adj close", "last", "settle", "bid", "ask"}
    | {"apertura", "cierre", "ultimo", "max", "min", "maximo", "minimo"}
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
    for text in texts:
        said = plain(text)
        found |= _by_code(said, codes)
        if said in ids:
            found.add(said)
        elif _is_named(said, _OBSERVADO) or _is_named(said, _DOLLAR):
            found.add(TARGET)
    return found


def names_the_observado(texts: Iterable[str], codes: Mapping[str, str]) -> bool:
    """Whether texts name the observado itself, by its name or a code, and not only the dollar in pesos.

    >>> names_the_observado(["Dólar observado"], {}), names_the_observado(["USD/CLP Historical Data"], {})
    (True, False)
    """
    return any(TARGET in _by_code(said, codes) or _is_named(said, _OBSERVADO) for said in map(plain, texts))


def is_of_another_thing(text: str) -> bool:
    """Whether a text speaks of another currency than the dollar, or of a good or an index.

    >>> is_of_another_thing("Tipo de cambio Euro (pesos por euro)"), is_of_another_thing("EURCLP")
    (True, True)
    >>> is_of_another_thing("Tipo de cambio nominal (dólar observado $CLP/USD)")
    False
    """
    return _THING.search(_words(plain(text))) is not None


def is_of_another_price(text: str) -> bool:
    """Whether a text speaks of another price of the dollar than the observado.

    >>> is_of_another_price("Dólar interbancario, cierre"), is_of_another_price("mindicador.cl, ventana diaria")
    (True, False)
    """
    return _PRICE.search(_words(plain(text))) is not None


def is_of_a_market(head: str) -> bool:
    """Whether a head is that of a market's price, such as "High"."""
    return plain(head).removesuffix(".") in _OF_A_MARKET


def is_silent(heads: Sequence[str]) -> bool:
    """Whether the last of a column's heads says nothing of its series, or there is none."""
    return not heads or plain(heads[-1]) in SILENT


def _is_named(said: str, name: re.Pattern[str]) -> bool:
    words = _words(said)
    return bool(name.search(words)) and not _THING.search(words) and not _PRICE.search(words)


def _by_code(said: str, codes: Mapping[str, str]) -> set[str]:
    # A code that is a word, as "dolar" is, says nothing.
    own = {plain(code): name for code, name in codes.items() if re.search(r"[^a-z]", plain(code))}
    return {own[word] for word in re.split(r"[\s;,()]+", said) if word in own}


def _words(said: str) -> str:
    """A text without what parts words in names of files: "usd clp" of "usd_clp_2024"."""
    return " ".join(re.sub(r"[\d_]", " ", said).split())
