"""The providers by name, with their credentials from the environment."""

from collections.abc import Mapping

from forex.core.errors import ProviderError
from forex.params import Fetch
from forex.providers.bcch import Bcch
from forex.providers.ecb import Ecb
from forex.providers.fred import Fred
from forex.providers.jsdelivr import JsDelivr
from forex.providers.mindicador import Mindicador
from forex.providers.net import Secret
from forex.providers.protocol import Provider
from forex.providers.yahoo import Yahoo


def provider(name: str, settings: Fetch, environ: Mapping[str, str]) -> Provider:
    """The client of one service.  Raises ProviderError naming the environment variables that it needs and lacks."""
    url = settings.providers[name]  # type: ignore[index]
    match name:
        case "bcch":
            return Bcch(url, _bcch_credentials(environ))
        case "fred":
            return Fred(url, _secret("fred", "FRED_API_KEY", environ))
        case "mindicador":
            return Mindicador(url)
        case "ecb":
            return Ecb(url)
        case "jsdelivr":
            return JsDelivr(url)
        case _:
            return Yahoo(url)


def _bcch_credentials(environ: Mapping[str, str]) -> dict[str, Secret]:
    if environ.get("BCCH_TOKEN"):
        return {"token": Secret(environ["BCCH_TOKEN"])}
    return {"user": _secret("bcch", "BCCH_USER", environ), "pass": _secret("bcch", "BCCH_PASSWORD", environ)}


def _secret(name: str, variable: str, environ: Mapping[str, str]) -> Secret:
    if not environ.get(variable):
        also = " (or BCCH_TOKEN)" if name == "bcch" else ""
        raise ProviderError(
            f"{name}: set {variable} in the environment{also}; the service answers registered users only"
        )
    return Secret(environ[variable])
