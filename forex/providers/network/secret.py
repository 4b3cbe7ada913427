"""Credentials: values from the environment that nothing shows."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus


class Secret:
    """A value from the environment that no log, error, file or repr shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str):
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the request that needs it."""
        return self._value

    def forms(self) -> set[str]:
        """How the value may stand in a text: as it is, and as addresses escape it."""
        return {self._value, quote(self._value), quote(self._value, safe=""), quote_plus(self._value)}

    def __repr__(self) -> str:
        return "Secret(***)"


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """`text`, such as what a service said, without any of the secrets; one that holds another is hidden whole.

    >>> hidden("GET /?user=ann&pass=ann%40home: refused", [Secret("ann"), Secret("ann@home")])
    'GET /?user=***&pass=***: refused'
    """
    forms = {form for secret in secrets for form in secret.forms()}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "***", text, flags=re.IGNORECASE) if forms else text
