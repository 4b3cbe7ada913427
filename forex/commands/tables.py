"""Tables for people: on a terminal, and in Markdown that reads well on one, too. Columns of numbers are right-aligned."""

import re
from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[str]]
WORD = re.compile(r"[^\W\d_]{3,}")  # what "p" and "vs" beside a number are not


def aligned(rows: Rows) -> str:
    """Columns two spaces apart; the first of `rows` is their head.

    >>> print(aligned([["", "median", "rises"], ["1d", "975.42", "9%"], ["30d", "975.40", "51%"]]))
         median  rises
     1d  975.42     9%
    30d  975.40    51%
    """
    return _tabulated(rows, "plain", _alignment(rows[1:]))


def markdown(rows: Rows) -> str:
    """A table in Markdown; the first of `rows` is its head.

    >>> print(markdown([["model", "CRPS"], ["garch_t", "9.1 ± 0.4"], ["theta", "12.3"]]))
    | model   |      CRPS |
    |:--------|----------:|
    | garch_t | 9.1 ± 0.4 |
    | theta   |      12.3 |
    """
    rule, head, *body = _tabulated(rows, "pipe", _alignment(rows[1:])).split(
        "\n"
    )  # without a head, the rule comes first
    return "\n".join([head, rule, *body])


def listed(rows: Rows, *, width: int | None = None) -> str:
    """Entries and what is said of them, without a head; the last column is broken into lines of `width` characters in all.

    >>> print(listed([["anchor", "975.42 of 2024-11-27"], ["missing", "none"]]))
    anchor   975.42 of 2024-11-27
    missing  none
    """
    most: list[int | None] = [None] * len(rows[0])
    if width is not None:
        most[-1] = width - sum(2 + max(len(row[i]) for row in rows) for i in range(len(most) - 1))
    return _tabulated(rows, "plain", ["left"] * len(rows[0]), maxcolwidths=most)


def _alignment(rows: Rows) -> list[str]:
    """Of a column whose cells are numbers rather than words, "right"; ranges, errors and dates are numbers, too."""
    aligned = []
    for cells in zip(*rows, strict=True):
        words = [bool(WORD.search(cell)) for cell in cells if WORD.search(cell) or re.search(r"\d", cell)]
        aligned.append("right" if 2 * sum(words) < len(words) else "left")
    return aligned


def _tabulated(rows: Rows, form: str, alignment: Sequence[str], **options: Any) -> str:
    """The head goes in as a row like the others: tabulate makes columns wider than a head of its own needs."""
    from tabulate import tabulate

    text = tabulate(
        rows, tablefmt=form, colalign=alignment or None, disable_numparse=True, preserve_whitespace=True, **options
    )
    return "\n".join(line.rstrip() for line in text.split("\n"))
