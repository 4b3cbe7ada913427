"""What reports are made of: frozen models, written as canonical JSON and read back as what they were.

The package that fills a report defines its model; whoever reads the file parses it with `read_report`, so that a renamed field is
an error of the type checker, and a file that does not fit is named with its key and with the command that makes it anew.
"""

import io
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forex.core.edges.handover import vouch
from forex.core.edges.json import parsed
from forex.core.edges.shown import LONGEST_VALUE, cut
from forex.core.errors import DataError
from forex.core.faults import in_words
from forex.core.files import FORCED, json_bytes, write_json


class Report(BaseModel):
    """A report, or a part of one: every field known, none changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# The default of a field that is left out of the file where it is None; None in any other field is written as null.
ABSENT: Any = Field(default=None, exclude_if=lambda value: value is None)

# The content of a file of metrics: report -> horizon -> model -> metric, finite numbers all.
Metrics = dict[str, dict[str, dict[str, dict[str, float]]]]

AnyReport = TypeVar("AnyReport", bound=Report)


def plain(report: Report) -> dict[str, Any]:
    """The report as its file holds it, keys sorted, numbers not yet rounded."""
    content: dict[str, Any] = json.loads(json.dumps(report.model_dump(mode="json", by_alias=True), sort_keys=True))
    return content


def write_report(path: Path, report: Report) -> None:
    """Write as `forex.core.files.write_json` does: sorted keys, floats at 8 significant digits, whole or not at all."""
    write_json(path, plain(report))


def read_report(path: Path, model: type[AnyReport], *, made_by: str = "dvc repro") -> AnyReport:
    """The report in the file at `path`.

    Types are those of JSON: a number written as text is refused.  made_by: the command that makes the file anew, for the message.
    Raises DataError where the file is missing, not JSON or not what its stage wrote, and, naming the first keys that do not fit,
    where it is not such a report.
    """
    try:
        content = json_bytes(path)
        found = model.model_validate_json(json.dumps(parsed(content, path, mend=FORCED)), strict=True)
    except ValidationError as error:
        faults = [f"{_key(fault['loc'])}: {in_words(fault)}" for fault in error.errors(include_url=False)]
        shown = "; ".join(faults[:3]) + (f"; and {len(faults) - 3} more" if len(faults) > 3 else "")
        raise DataError(f"{path}: not what this version writes ({shown}). `{made_by}` makes it anew.") from error
    vouch(path, io.BytesIO(content))  # last, for what cannot be read has been reported more precisely
    return found


def json_schema(model: type[Report]) -> dict[str, Any]:
    """The JSON Schema of a report's file (draft 2020-12), generated from its model."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema(
        mode="serialization", by_alias=True
    )


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(cut(str(part), LONGEST_VALUE) for part in location) or "the whole"
