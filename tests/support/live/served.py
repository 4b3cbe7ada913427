"""A fetch's services whose every answer is the same bytes, without a network."""

import ssl
from collections.abc import Mapping
from typing import Any

from forex.operations import load_operations
from forex.providers.network.net import Client
from forex.providers.network.secret import Secret
from forex.providers.services import Services
from tests.support.made_up import ROOT

SECRET = "hunter2"
SETTINGS = load_operations(ROOT / "operations.yaml").fetch


class Canned(Client):
    """Answers each request with `body`."""

    def __init__(self, body: bytes):
        super().__init__(SETTINGS.network, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # it connects to nobody
        self.body = body

    def get(self, url: str, query: Mapping[str, str | Secret] | None = None, **_: Any) -> bytes:
        return self.body


def services(client: Client) -> Services:
    return Services(SETTINGS, {"BCCH_TOKEN": SECRET, "FRED_API_KEY": SECRET}, client)
