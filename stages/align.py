"""align: the point-in-time panel of observado and drivers at each origin's cut-off."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

from forex.core.disk import files_in
from forex.core.files import read_parquet, write_parquet
from forex.core.reports import read_report
from forex.core.stage import run
from forex.observations.align import panel
from forex.observations.manifest import Manifest
from forex.observations.store import TARGET
from forex.params import load_params

MANIFEST = Path("data/manifest.json")
CLEAN = Path("data/clean")
PANEL = Path("data/panel.parquet")


def main() -> None:
    """Write data/panel.parquet from the series in data/clean, by `as_of` and `cut_off` of params.yaml."""
    params = load_params("as_of", "cut_off")
    manifest = read_report(MANIFEST, Manifest)
    target = read_parquet(CLEAN / f"{TARGET}.parquet")
    clean = {path.stem: read_parquet(path) for path in files_in(CLEAN, ".parquet") if path.stem != TARGET}
    table = panel(target, clean, manifest.in_per_cent, manifest.quotes, as_of=params.as_of, cut_off=params.cut_off)
    write_parquet(PANEL, table)


if __name__ == "__main__":
    run(main)
