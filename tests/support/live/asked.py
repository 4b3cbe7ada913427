"""A request to the local server that carries a secret and has to fail."""

import pytest

from forex.core.errors import ProviderError
from forex.providers.network.secret import Secret
from tests.support.live.web import Web


def refused(site: Web, match: str, url: str = "", **network: float) -> str:
    """What the error says, which holds neither the secret nor its name."""
    with site.client(**network) as client, pytest.raises(ProviderError, match=match) as error:
        client.get(url or f"{site.url}/series", {"pass": Secret("hunter2")})
    assert "hunter2" not in str(error.value)
    assert "pass" not in str(error.value)
    return str(error.value)
