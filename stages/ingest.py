"""ingest: the store as it was known at the cut-off of `as_of`, every vintage with its `known_at`."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

import polars as pl

from forex.core.disk import remove_files
from forex.core.edges.shown import visible
from forex.core.errors import DataError
from forex.core.files import write_parquet
from forex.core.reports import write_report
from forex.core.stage import run, say
from forex.observations.ingest import known_rows, manifest
from forex.observations.store import TARGET, read_series, read_series_list, series_file, unlisted_files
from forex.params import load_params
from forex.timeline import calendar

RAW = Path("data/raw")
MANIFEST = Path("data/manifest.json")


def main() -> None:
    """Write what the store holds that was known at the cut-off of `as_of`: a file for each series in data/raw, and the manifest.

    A series that cannot be read or has no such row is left out, and the manifest says why; where it is critical or the observado,
    DataError is raised instead and nothing is written.
    """
    params = load_params("as_of", "cut_off", "ingest")
    store = Path(params.ingest.store)
    known_until = pl.Series(calendar.cut_offs([params.as_of], params.cut_off)).dt.replace_time_zone("UTC").item()

    listed = read_series_list(store, params.ingest.limits)
    unlisted = unlisted_files(store, listed)
    for name in unlisted:
        say(f"ingest: {visible(str(store / name))} is not listed in series.yaml and is not read.")

    known: dict[str, pl.DataFrame] = {}
    left_out: dict[str, str] = {}
    for name, series in listed.items():
        try:
            rows = read_series(store, name, series, params.ingest.limits)
            known[name] = known_rows(rows, known_until)
            if known[name].is_empty():
                raise DataError(
                    f"{series_file(store, name)}: {rows.height} rows have a value, none of them is known at "
                    f"{params.as_of} {params.cut_off}. Complete the file, or set a later as_of."
                )
        except DataError as error:
            if series.tier == "critical" or name == TARGET:
                raise
            known.pop(name, None)
            left_out[name] = str(error)
            say(f"ingest: {name} is left out: {error}")

    remove_files(RAW, ".parquet")
    for name, rows in known.items():
        write_parquet(RAW / f"{name}.parquet", rows)
    write_report(MANIFEST, manifest(listed, known, left_out, unlisted, as_of=params.as_of, known_until=known_until))


if __name__ == "__main__":
    run(main)
