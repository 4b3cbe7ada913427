"""Whether everything that a run left behind is still what it was: from the store via every hand-over to the reports, byte by byte.

DVC compares times before it compares contents, and so misses a change that leaves a file's time as it was. Here every file is read:

store      the rows known at the cut-off have the hashes and counts that data/manifest.json has
manifest   the files in data/raw have them, too, and the forecast names the hash of all of them
outputs    have the MD5 that dvc.lock lists and a SHA-256 that their stage noted (forex.core.edges.handover); tables and reports are
           read whole
cache      DVC's objects of these outputs have the content that their names are hashes of
ledger     every row fits its id
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from forex.commands.keep.remedies.pipeline import LOCK, outputs_of, text_of
from forex.core.edges import handover
from forex.core.errors import DataError
from forex.core.files import read_json, read_parquet
from forex.core.reports import read_report
from forex.forecast.report import Forecast
from forex.ledger import ledger
from forex.observations.ingest import content_hash, known_rows
from forex.observations.manifest import Manifest
from forex.observations.store import read_series, read_series_list
from forex.params import Params, content_sha256

MANIFEST: Final = Path("data/manifest.json")
RAW: Final = Path("data/raw")
FORECAST: Final = Path("reports/forecast.json")
AGAIN: Final = "`dvc repro` makes it anew."


def verify(params: Params) -> int:
    """The number of output files that were read, once everything above has been found to be what it was.

    Raises DataError with a line for each thing that is not; FileRefused where a file may not be read.
    """
    outputs = outputs_of(text_of(LOCK))
    if not outputs:
        raise DataError(f"{LOCK} lists no outputs, or is broken: run `forex doctor`, then `dvc repro`.")
    files: list[Path] = []
    wrong = [*_outputs(outputs, files), *_cache(outputs)]
    if not wrong:
        wrong = [*_chain(params), *_ledger()]
    if wrong:
        raise DataError("\n".join(wrong))
    return len(files)


def _outputs(outputs: list[tuple[str, str]], files: list[Path]) -> Iterator[str]:
    """What is wrong with them; `files` gets every file that is read."""
    for name, listed in outputs:
        path = Path(name)
        if not path.exists():
            yield f"{path}: is not here. `dvc pull {path}` or `dvc repro` brings it."
            continue
        members = handover.members_of(path) if path.is_dir() else {}
        found = handover.folder_md5(members) if path.is_dir() else handover.md5_of(path)
        if found != listed:
            yield f"{path}: has the MD5 {found}, {LOCK} lists {listed}. {AGAIN}"
        for file in [path / member for member in members] or [path]:
            files.append(file)
            try:
                _read_whole(file)
            except DataError as error:
                yield str(error)


def _read_whole(path: Path) -> None:
    if path.suffix == ".parquet":
        read_parquet(path)
    elif path.suffix == ".json":
        read_json(path)
    else:
        with path.open("rb") as file:
            handover.vouch(path, file)


def _cache(outputs: list[tuple[str, str]]) -> Iterator[str]:
    """What is wrong with DVC's objects of the outputs, as far as they are here; it has none of files that are in git."""
    from dvc.repo import Repo

    with Repo(".") as repo:
        place = repo.cache.local.oid_to_path
        for listed in dict.fromkeys(md5 for _, md5 in outputs):
            named = {listed: listed.removesuffix(".dir")}
            if listed.endswith(".dir") and Path(place(listed)).exists():
                with suppress(DataError, KeyError, TypeError):  # its own hash says so
                    named |= {entry["md5"]: entry["md5"] for entry in read_json(Path(place(listed)))}
            for object_, content in named.items():
                path = Path(place(object_))
                if path.exists() and handover.md5_of(path) != content:
                    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
                    yield f"{shown}: is not the object that it is named by. Remove it; {AGAIN}"


def _chain(params: Params) -> Iterator[str]:
    manifest = read_report(MANIFEST, Manifest)
    store = Path(params.ingest.store)
    series = read_series_list(store, params.ingest.limits)
    for name, entry in manifest.series.items():
        if entry.left_out is not None:
            continue
        recorded = (entry.rows, entry.sha256)
        raw = read_parquet(RAW / f"{name}.parquet")
        if (raw.height, content_hash(raw)) != recorded:
            yield f"{RAW / name}.parquet: is not what {MANIFEST} says of it. {AGAIN}"
        if name not in series:
            yield f"{store}: {name} is in {MANIFEST} and no longer in the store. {AGAIN}"
            continue
        known = known_rows(read_series(store, name, series[name], params.ingest.limits), manifest.known_until)
        if (known.height, content_hash(known)) != recorded:
            yield f"{store}: {name} has other rows than the run knew, by {MANIFEST}. {AGAIN}"
    made_from = content_sha256({name: entry.sha256 for name, entry in manifest.series.items()})
    if read_report(FORECAST, Forecast).inputs.data_sha256 != made_from:
        yield f"{FORECAST}: was made from other data than {MANIFEST} says. {AGAIN}"


def _ledger() -> Iterator[str]:
    try:
        ledger.read(ledger.LEDGER)
    except DataError as error:
        yield str(error)
