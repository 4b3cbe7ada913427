"""A file as a test writes it, read as `forex import` reads it."""

import datetime as dt
from pathlib import Path

from forex.importing.about import Asked, Known
from forex.importing.understood import Understood, understand

NOW = dt.datetime(2024, 12, 3, 12, tzinfo=dt.UTC)


def read(
    folder: Path, name: str, content: bytes | str, known: Known, now: dt.datetime = NOW, **asked: object
) -> Understood:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return understand(path, Asked(**asked), known, now)  # type: ignore[arg-type]
