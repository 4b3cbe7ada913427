"""validate: a bad row is set aside with its reason, a bad table stops the run; what remains may be used."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path
from typing import cast

import polars as pl

from forex.core.disk import remove_files, write_text
from forex.core.files import read_parquet, write_parquet
from forex.core.reports import read_report, write_report
from forex.core.stage import run, say
from forex.observations.ingest import store_hashes
from forex.observations.manifest import Manifest
from forex.params import Validate, block_hashes, load_params
from forex.presentation.language import language
from forex.validation.page import page
from forex.validation.summary import summary
from forex.validation.validate import FLAGGED, QUARANTINE, USED, check_series, stop_on_failure
from forex.validation.warnings import input_warnings

MANIFEST = Path("data/manifest.json")
RAW = Path("data/raw")
CLEAN = Path("data/clean")
QUARANTINED = Path("data/quarantine.parquet")
REPORT = Path("reports/expectations.json")
PAGE = Path("reports/expectations.html")


def main() -> None:
    """Check data/raw: write the quarantine, the report and its page, then the usable series to data/clean.

    Raises what `stop_on_failure` raises, with the report written and data/clean as it was.
    """
    params = load_params(
        "as_of",
        "validate",
        "report.language",
        "usdclp.thresholds",
        "usdclp.warnings",
        "usdclp.estimation",
        "usdclp.provenance",
    )
    bounds = cast(Validate, params.validate)
    manifest = read_report(MANIFEST, Manifest)
    left_out = {name: entry.left_out for name, entry in manifest.series.items() if entry.left_out is not None}
    raw = {name: read_parquet(RAW / f"{name}.parquet") for name in sorted(manifest.series) if name not in left_out}
    checked = {}
    for name, rows in raw.items():
        entry = manifest.series[name]
        checked[name] = check_series(name, entry.unit, entry.tier, entry.publication, rows, bounds, as_of=params.as_of)

    # Written before a failure stops the run, so that they say what failed.
    quarantine = pl.concat([pl.DataFrame(schema=QUARANTINE), *(result.quarantine for result in checked.values())])
    write_parquet(QUARANTINED, quarantine)
    usable = {name: result.usable for name, result in checked.items() if result.fate in (USED, FLAGGED)}
    warnings = input_warnings(
        usable,
        params.usdclp,
        as_of=params.as_of,
        known_until=manifest.known_until,
        in_per_cent=manifest.in_per_cent,
    )
    hashes = block_hashes(params, "validate")
    store = store_hashes(raw, manifest.known_until)
    report = summary(checked, left_out, params.as_of, warnings=warnings, params_sha256=hashes, store=store)
    write_report(REPORT, report)
    write_text(PAGE, page(report, language(params.report.language)))
    stop_on_failure(checked)

    remove_files(CLEAN, ".parquet")
    for name, result in checked.items():
        if result.fate in (USED, FLAGGED):
            write_parquet(CLEAN / f"{name}.parquet", result.usable)
        if result.why is not None:
            say(f"validate: {result.fate.replace('_', ' ')}: {result.why.says}")
    for warning in warnings:
        say(f"validate: warning: {warning.says}")


if __name__ == "__main__":
    run(main)
