"""One issued forecast as one line of text, and back, with every field checked.

A line begins with an id that is the hash of the rest: a torn or edited line does not fit its id.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from forex.core.edges.shown import shown
from forex.core.edges.validators import HORIZON, decimal_number, iso_day, whole_number
from forex.core.errors import DataError
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair

FORMAT = 1
HEADER = (
    "id",
    "origin_date",
    "horizon",
    "target_date",
    "as_of",
    "steps",
    "anchor",
    *COLUMNS,
    "model",
    "regime",
    "data_sha256",
    "params_sha256",
    "format",
)
RESTORE = "Rows are never edited: restore the file with git."

REGIME, SHA256 = (re.compile(pattern) for pattern in (r"[A-Z_]{1,40}", r"[0-9a-f]{64}"))

Key = tuple[str, str]


@dataclass(frozen=True)
class Issued:
    """One row of the ledger: what was said on `origin_date` of one horizon, as of when, and from what."""

    origin_date: dt.date
    horizon: str
    target_date: dt.date
    as_of: dt.date
    steps: int
    anchor: float  # CLP per USD
    quantiles: tuple[float, ...]  # (25,), CLP per USD
    regime: str
    data_sha256: str
    params_sha256: str

    @property
    def key(self) -> Key:
        """What there is one forecast of: origin date, in ISO form, and horizon."""
        return str(self.origin_date), self.horizon

    @property
    def said(self) -> tuple[Any, ...]:
        """What makes two rows of a key the same forecast: target, anchor and quantiles.

        The rest is circumstance: a run as of Saturday has another `as_of` and other hashes than Friday's, and says the same.
        """
        return self.target_date, self.steps, self.anchor, self.quantiles

    @property
    def line(self) -> str:
        """The row as text, its id in front; numbers in the shortest form that reads back as they are."""
        fields = [self.origin_date, self.horizon, self.target_date, self.as_of, self.steps]
        numbers = [repr(float(value)) for value in (self.anchor, *self.quantiles)]
        ends = [PUBLISHED, self.regime, self.data_sha256, self.params_sha256, FORMAT]
        content = ",".join([*(str(field) for field in fields), *numbers, *(str(end) for end in ends)])
        return f"{id_of(content)},{content}"

    @property
    def id(self) -> str:
        """The id with which `line` begins: `id_of` the rest of it."""
        return self.line.partition(",")[0]

    def __str__(self) -> str:
        lower, upper = (self.quantiles[i] for i in central_pair(0.95))
        return (
            f"{self.id} as of {self.as_of}: target {self.target_date}, anchor {self.anchor:g}, "
            f"median {self.quantiles[MEDIAN]}, 95 % interval {lower} to {upper}, "
            f"data {self.data_sha256[:8]}, params {self.params_sha256[:8]}"
        )


def id_of(content: str) -> str:
    """The id of a row from everything behind it on its line: the first 16 digits of the SHA-256.

    >>> id_of("2024-11-27,1d,2024-11-28")
    'c88264197cca0410'
    """
    return sha256(content.encode()).hexdigest()[:16]


def key_of(content: str) -> Key:
    """The key of a row from everything behind its id.

    >>> key_of("2024-11-27,1d,2024-11-28,2024-11-27")
    ('2024-11-27', '1d')
    """
    origin, horizon, _ = content.split(",", 2)
    return origin, horizon


def parse(line: str, where: str, remedy: str = RESTORE) -> Issued:
    """The row that a line holds.

    where, remedy: what an error begins and ends with; `where` is like "data/ledger/2024.csv, line 7".  Raises DataError naming
    the field and its value where it is of a wrong type or range or written in another way than `Issued.line` does, and where the
    id does not fit.
    """
    identity, _, content = line.partition(",")
    fields = line.split(",")
    if len(fields) != len(HEADER):
        raise DataError(f"{where}: {len(fields)} fields, {len(HEADER)} expected: {shown(line)}. {remedy}")
    texts = dict(zip(HEADER, fields, strict=True))

    def wrong(name: str, expected: str) -> DataError:
        return DataError(f"{where}: {name} {shown(texts[name])}, expected {expected}. {remedy}")

    def take(name: str, convert: Callable[[str], Any], expected: str) -> Any:
        try:
            return convert(texts[name])
        except ValueError as error:
            raise wrong(name, expected) from error

    origin, target, as_of = (
        take(name, iso_day, "a date like 2024-11-27") for name in ("origin_date", "target_date", "as_of")
    )
    steps = take("steps", whole_number, "business days like 5")
    for name, holds, expected in (
        ("format", texts["format"] == str(FORMAT), f"{FORMAT}, the format that this version reads"),
        ("horizon", HORIZON.fullmatch(texts["horizon"]), "a horizon like 7d"),
        ("target_date", target > origin, f"a day after origin_date {origin}"),
        ("as_of", as_of >= origin, f"no day before origin_date {origin}"),
        ("steps", steps >= 1, "at least 1"),
        ("model", texts["model"] == PUBLISHED, f"'{PUBLISHED}'"),
        ("regime", REGIME.fullmatch(texts["regime"]), "a regime like NORMAL"),
        ("data_sha256", SHA256.fullmatch(texts["data_sha256"]), "64 hexadecimal digits"),
        ("params_sha256", SHA256.fullmatch(texts["params_sha256"]), "64 hexadecimal digits"),
    ):
        if not holds:
            raise wrong(name, expected)
    anchor, *quantiles = (take(name, _rate, "a rate like 934.54") for name in ("anchor", *COLUMNS))
    if quantiles != sorted(quantiles):
        below, name = next(pair for pair in pairwise(COLUMNS) if float(texts[pair[1]]) < float(texts[pair[0]]))
        raise wrong(name, f"at least {below}, {texts[below]}")
    if id_of(content) != identity:
        raise DataError(
            f"{where}: id {shown(identity)} does not fit the row, whose content has {id_of(content)!r}: it was changed after it "
            f"was issued. {remedy}"
        )
    found = Issued(
        origin_date=origin,
        horizon=texts["horizon"],
        target_date=target,
        as_of=as_of,
        steps=steps,
        anchor=anchor,
        quantiles=tuple(quantiles),
        regime=texts["regime"],
        data_sha256=texts["data_sha256"],
        params_sha256=texts["params_sha256"],
    )
    if found.line != line:  # 05 for 5, 934.50 for 934.5
        written = next(pair for pair in zip(fields, found.line.split(","), strict=True) if pair[0] != pair[1])
        raise DataError(f"{where}: {shown(written[0])}, expected it written as {shown(written[1])}. {remedy}")
    return found


def _rate(text: str) -> float:
    value = decimal_number(text)
    if not 0 < value < math.inf:
        raise ValueError
    return value
