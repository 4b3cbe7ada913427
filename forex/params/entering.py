"""The params that can change a forecast, as one hash that is the same wherever it is taken.

Each step of the pipeline records the hashes of the blocks that it was made with; the forecast puts them together, and so can
whoever has params.yaml: in `forex check`, `promote` and `backfill`, the hash is that of a run with these params.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from forex.core.files import json_text
from forex.params.file import Params, plain

# `ingest.store` is only where the data lies, and the data has hashes of its own.
ENTERING = ("as_of", "cut_off", "horizons", "levels", "validate", "regimes", "fit", "calibrate", "usdclp")


def content_sha256(content: Any) -> str:
    """The hash of the content's canonical JSON."""
    return sha256(json_text(content).encode()).hexdigest()


def block_hashes(params: Params, *keys: str) -> dict[str, str]:
    """The hash of what params.yaml holds under each top-level key; `params`: read whole, or with these keys."""
    whole = isinstance(params, Params)
    return {
        key: content_sha256(plain(getattr(params, f"{key}_" if whole and key == "validate" else key))) for key in keys
    }


def entering_sha256(hashes: Mapping[str, str]) -> str:
    """The hash of all that enters a forecast, from that of each block.  Raises KeyError where one is missing."""
    return content_sha256({key: hashes[key] for key in ENTERING})


def params_sha256(params: Params) -> str:
    """The hash of all that enters a forecast made with `params`."""
    return entering_sha256(block_hashes(params, *ENTERING))
