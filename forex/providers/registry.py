"""The providers by name, each the one that its file declares."""

from collections.abc import Mapping
from importlib import import_module

from forex.core.errors import UsageError
from forex.operations import Fetch, provider_name
from forex.providers.protocol import Declaration, Provider


def declaration(name: str) -> Declaration:
    """What the provider's file declares.  Raises UsageError for a name that no file has."""
    try:
        module = f"forex.providers.{provider_name(name)}"
    except ValueError as error:
        raise UsageError(f"forex/providers: {error}") from None
    declared: Declaration = import_module(module).PROVIDER
    return declared


def provider(name: str, settings: Fetch, environ: Mapping[str, str]) -> Provider:
    """The client of one service, at its address in `settings`.

    Raises UsageError for a name that no file declares; ProviderError naming the environment variables that it needs and lacks.
    """
    client = declaration(name).client_at(settings.providers[name], name, environ)
    if client.name != name:
        raise UsageError(f"forex/providers/{name}.py: its client is named {client.name}; name it like its file, {name}")
    return client
