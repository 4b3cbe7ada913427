"""How much is read of each kind of input: what is larger is refused before it is parsed, naming the limit.

These hold for what is read before params.yaml is, and for what the pipeline itself wrote. Those of a store are in params.yaml,
`ingest.limits`.
"""

from typing import Final, NamedTuple

from forex.core.edges.shown import shown

MB: Final = 1_000_000


class Limit(NamedTuple):
    """The most that is read of one kind of input.

    name: what messages call it, so that it can be found.  most: how many are still read.  unit: what is counted.
    """

    name: str
    most: int
    unit: str

    def passed(self, where: object, found: int) -> str:
        """The message about an input that has `found` of the unit, or more.  where: what it begins with.

        >>> Limit("YAML_DEPTH", 40, "levels of nesting").passed("params.yaml", 41)
        'params.yaml: 41 levels of nesting, more than the 40 that are read (YAML_DEPTH).'
        """
        return f"{where}: {shown(found)} {self.unit}, more than the {self.most} that are read ({self.name})."


YAML_BYTES: Final = Limit("YAML_BYTES", MB, "bytes")
YAML_DEPTH: Final = Limit("YAML_DEPTH", 40, "levels of nesting")
YAML_NUMBER: Final = Limit("YAML_NUMBER", 10**12, "as a number")  # no array can count as far
YAML_NODES: Final = Limit("YAML_NODES", 100_000, "values, each alias counted as what it stands for")

JSON_BYTES: Final = Limit("JSON_BYTES", 16 * MB, "bytes")
JSON_DEPTH: Final = Limit("JSON_DEPTH", 60, "levels of nesting")

# Of calendars, a year of the ledger, the weekly history, a table of plots.
TEXT_BYTES: Final = Limit("TEXT_BYTES", 16 * MB, "bytes")
LEDGER_ROWS: Final = Limit("LEDGER_ROWS", 20_000, "lines")  # of a year: 365 origins with twenty horizons are 7,300

PARQUET_ROWS: Final = Limit("PARQUET_ROWS", 5_000_000, "rows")  # of an artefact; a real backtest has half a million
PARQUET_COLUMNS: Final = Limit("PARQUET_COLUMNS", 5_000, "columns")  # of the panel, which has several for every series
PARQUET_BYTES: Final = Limit("PARQUET_BYTES", 2_000 * MB, "bytes")  # packed, and once unpacked

IMPORT_BYTES: Final = Limit("IMPORT_BYTES", 50 * MB, "bytes")  # of a file that somebody has
# Of a workbook: twenty years of fifty series have twenty million.
IMPORT_UNPACKED: Final = Limit("IMPORT_UNPACKED", 300 * MB, "bytes once unpacked")
# Of text and of a sheet. Where the days stand in a line, as many columns may have as many rows.
IMPORT_ROWS: Final = Limit("IMPORT_ROWS", 100_000, "rows")
IMPORT_COLUMNS: Final = Limit("IMPORT_COLUMNS", 1_000, "columns")
IMPORT_LINES: Final = Limit(
    "IMPORT_LINES", 1_048_576, "lines, with those that are empty"
)  # as many as a sheet of Excel has

MAIL_BYTES: Final = Limit("MAIL_BYTES", 25 * MB, "bytes")  # what a server usually takes
HORIZONS: Final = Limit("HORIZONS", 20, "horizons")
