"""Whether everything that a run left behind is still what it was: from the store via every hand-over to the reports, byte by byte.

DVC compares times before it compares contents, and so misses a change that leaves a file's time as it was. Here every file is read:

inputs     have the MD5 that dvc.lock lists for the stages that read them: sources, calendar, store, each folder as DVC hashes it
params     have the values that dvc.lock lists; those that enter a forecast are compared by `forex check` itself
store      the rows known at the cut-off have the hashes and counts that data/manifest.json has, and series.yaml says the same
manifest   the files in data/raw have them, too, and the forecast names the hash of all of them
outputs    have the MD5 that dvc.lock lists and a SHA-256 that their stage noted (forex.core.edges.handover); tables and reports are
           read whole
cache      DVC's objects of these outputs have the content that their names are hashes of
ledger     every row fits its id

A live store grows with every fetch and the ledger with every issue, so no MD5 of these folders is compared, but what a run knew of
them. operations.yaml, dvc.yaml and data/live_series.yaml are no stage's inputs: nothing is said of them.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from forex.commands.keep.remedies.pipeline import LOCK, outputs_of, stages_of, text_of
from forex.core.edges import handover
from forex.core.edges.shown import shown
from forex.core.errors import DataError, FileRefused, UsageError
from forex.core.files import read_json, read_parquet
from forex.core.installed import INSTALLED
from forex.core.reports import read_report
from forex.forecast.report import Forecast
from forex.ledger import ledger
from forex.observations.ingest import content_hash, known_rows
from forex.observations.manifest import Listed, Manifest
from forex.observations.store import SERIES_FILE, Series, read_series, read_series_list
from forex.params import ENTERING, PARAMS_FILE, Params, content_sha256

MANIFEST: Final = Path("data/manifest.json")
RAW: Final = Path("data/raw")
FORECAST: Final = Path("reports/forecast.json")
FETCHES: Final = "fetches"  # the folder of a live store
AGAIN: Final = "`dvc repro` makes it anew."
RUN_AGAIN: Final = "Restore it, or `dvc repro` makes the run anew."


class Verified(NamedTuple):
    """How many files were read and found to be what they were."""

    outputs: int
    inputs: int


def verify(params: Params) -> Verified:
    """How many files of the outputs and of the inputs were read, once everything above has been found to be what it was.

    Raises DataError with a line for each thing that is not; FileRefused where a file may not be read.
    """
    from dvc.repo import Repo

    text = text_of(LOCK)
    outputs = outputs_of(text)
    if not outputs:
        raise DataError(f"{LOCK} lists no outputs, or is broken: run `forex doctor`, then `dvc repro`.")
    read: list[Path] = []
    inputs: list[Path] = []
    with Repo(".") as repo:
        stages = stages_of(text) or {}
        wrong = [*_outputs(outputs, read, repo), *_cache(outputs, repo)]
        other = [
            *_inputs(stages, {name for name, _ in outputs}, Path(params.ingest.store), inputs, repo),
            *_params(stages, repo),
        ]
    if not wrong:
        try:
            wrong = [*_chain(params), *_ledger()]
        except (DataError, UsageError) as error:
            if not other or isinstance(error, FileRefused):
                raise
            wrong = [str(error)]
    wrong = [*other, *wrong]
    if wrong:
        raise DataError("\n".join(wrong))
    return Verified(len(read), len(inputs))


def _outputs(outputs: list[tuple[str, str]], files: list[Path], repo: Any) -> Iterator[str]:
    """What is wrong with them; `files` gets every file that is read."""
    for name, listed in outputs:
        path = Path(name)
        if not path.exists():
            yield f"{path}: is not here. {_how_to_bring(name, listed, repo)}"
            continue
        if path.is_dir() and (inner := sorted(member for member in path.iterdir() if member.is_dir())):
            yield f"{inner[0]}: is a folder, where {path} has files only. Remove it, or move it elsewhere."
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


def _how_to_bring(name: str, listed: str, repo: Any) -> str:
    """What brings an output that is missing: git where it keeps the file, DVC where its cache or a remote does, else a run."""
    with suppress(FileNotFoundError):  # no git
        kept = subprocess.run(["git", "ls-files", "--", name], capture_output=True, check=False).stdout
        if kept:
            return f"`git checkout -- {name}` or `dvc repro` brings it."
    if listed and os.path.lexists(repo.cache.local.oid_to_path(listed)):
        return f"`dvc checkout {name}` or `dvc repro` brings it."
    if repo.config.get("core", {}).get("remote") and name not in _outside_the_cache(repo):
        return f"`dvc pull {name}` or `dvc repro` brings it."
    return AGAIN


def _outside_the_cache(repo: Any) -> set[str]:
    """The outputs that dvc.yaml says DVC does not keep."""
    from dvc.exceptions import DvcException

    with suppress(DvcException):  # a broken dvc.yaml is for other checks
        return {out.def_path for out in repo.index.outs if not out.use_cache}
    return set()


def _inputs(stages: Mapping[str, Any], outputs: set[str], store: Path, files: list[Path], repo: Any) -> Iterator[str]:
    """What is wrong with what stages read and none of them makes; `files` gets every file that is read."""
    readers: dict[tuple[str, str], list[str]] = {}
    for stage, entry in stages.items():
        for dep in entry.get("deps") or []:
            if dep["path"] not in outputs and "md5" in dep:
                readers.setdefault((dep["path"], dep["md5"]), []).append(stage)
    found: dict[str, str] = {}
    for (name, listed), by in readers.items():
        path = Path(name)
        if path == ledger.LEDGER or (path == store and (store / FETCHES).is_dir()):
            continue
        if name not in found:
            if not path.exists():
                yield f"{path}: is not here, and {by[0]} read it. {RUN_AGAIN}"
                continue
            members = _members(path, repo)
            files += [path / member for member in members]
            found[name] = handover.folder_md5(members) if path.is_dir() else members[""]
        if found[name] != listed:
            who = by[0] if len(by) == 1 else f"{by[0]} and {len(by) - 1} more stages"
            stood = f"has the MD5 {found[name]}, {LOCK} lists {listed} as what {who} read"
            other_code = "forex is another than the run had: `dvc repro` makes the run anew."
            yield f"{path}: {stood}. {other_code if path == INSTALLED else RUN_AGAIN}"


def _members(path: Path, repo: Any) -> dict[str, str]:
    """MD5 of each file in a folder and in those below it, without what .dvcignore names; of a file that is none, its own."""
    if not path.is_dir():
        return {"": handover.md5_of(path)}
    there = os.path.abspath(path)
    return {
        (Path(root) / name).relative_to(there).as_posix(): handover.md5_of(path / Path(root).relative_to(there) / name)
        for root, _, names in repo.dvcignore.walk(repo.fs, there)
        for name in names
    }


def _params(stages: Mapping[str, Any], repo: Any) -> Iterator[str]:
    """Which values differ from those that the stages read."""
    from dvc.dependency.param import read_param_file

    told = set()
    for entry in stages.values():
        for file, had in (entry.get("params") or {}).items():
            keys = [key for key in had if file != PARAMS_FILE.name or key.split(".")[0] not in ENTERING]
            if not keys:
                continue
            has = read_param_file(repo.fs, os.path.abspath(file), keys, flatten=True)
            for key in keys:
                for name, was, is_ in _differences(key, had[key], has.get(key)):
                    told.add(f"{file}: {name} is {shown(is_)}, and was {shown(was)} for the run. {RUN_AGAIN}")
    yield from sorted(told)


def _differences(key: str, was: Any, is_: Any) -> Iterator[tuple[str, Any, Any]]:
    """Key and both values of what differs, as far down as both have keys."""
    if isinstance(was, Mapping) and isinstance(is_, Mapping):
        for name in sorted({*was, *is_}):
            yield from _differences(f"{key}.{name}", was.get(name), is_.get(name))
    elif was != is_:
        yield key, was, is_


def _read_whole(path: Path) -> None:
    if path.suffix == ".parquet":
        read_parquet(path)
    elif path.suffix == ".json":
        read_json(path)
    else:
        with path.open("rb") as file:
            handover.vouch(path, file)


def _cache(outputs: list[tuple[str, str]], repo: Any) -> Iterator[str]:
    """What is wrong with DVC's objects of the outputs, as far as they are here; it has none of files that are in git."""
    place = repo.cache.local.oid_to_path
    for listed in dict.fromkeys(md5 for _, md5 in outputs):
        named = {listed: listed.removesuffix(".dir")}
        if listed.endswith(".dir") and Path(place(listed)).exists():
            with suppress(DataError, KeyError, TypeError):  # its own hash says so
                named |= {entry["md5"]: entry["md5"] for entry in read_json(Path(place(listed)))}
        for object_, content in named.items():
            path = Path(place(object_))
            if path.exists() and handover.md5_of(path) != content:
                named_path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
                yield f"{named_path}: is not the object that it is named by. Remove it; {AGAIN}"


def _chain(params: Params) -> Iterator[str]:
    manifest = read_report(MANIFEST, Manifest)
    store = Path(params.ingest.store)
    series = read_series_list(store, params.ingest.limits)
    for name, said in series.items():
        yield from _listed(store / SERIES_FILE, name, said, manifest.series.get(name))
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


def _listed(path: Path, name: str, says: Series, entry: Listed | None) -> Iterator[str]:
    """What series.yaml says of a series otherwise than the run read it."""
    if entry is None:
        yield f"{path}: {name} is in it and not in {MANIFEST}. {RUN_AGAIN}"
        return
    for key in Series.model_fields:
        if getattr(says, key) != getattr(entry, key):
            had, has = (_plain(getattr(of, key)) for of in (entry, says))
            yield f"{path}: {name}.{key} is {shown(has)}, and was {shown(had)} for the run, by {MANIFEST}. {RUN_AGAIN}"


def _plain(value: Any) -> Any:
    return value.model_dump() if hasattr(value, "model_dump") else value


def _ledger() -> Iterator[str]:
    try:
        ledger.read(ledger.LEDGER)
    except DataError as error:
        yield str(error)
