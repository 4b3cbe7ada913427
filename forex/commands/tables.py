"""Tables for people: plain ones for a terminal, and Markdown that reads well on one, too. Columns of numbers are right-aligned.

`width` is the terminal's, in characters; None where there is none. A table that does not fit has its columns moved closer together,
and where that is not enough it is split into several, one below the other, each with the first column.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

Rows = Sequence[Sequence[str]]
WORD = re.compile(r"[^\W\d_]{3,}")  # what "p" and "vs" beside a number are not
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
NARROWEST: Final = 20  # characters of a column of prose


def aligned(rows: Rows, *, width: int | None = None) -> str:
    """Columns two spaces apart, or one where they do not fit otherwise; the first of `rows` is their head.

    >>> print(aligned([["", "median", "rises"], ["1d", "975.42", "9%"], ["30d", "975.40", "51%"]]))
         median  rises
     1d  975.42     9%
    30d  975.40    51%
    """
    return _fitted(rows, _spaced, width)


def markdown(rows: Rows, *, width: int | None = None) -> str:
    """A table in Markdown; the first of `rows` is its head. For a terminal too narrow for it, the table that `aligned` makes.

    >>> print(markdown([["model", "CRPS"], ["garch_t", "9.1 ± 0.4"], ["theta", "12.3"]]))
    | model   |      CRPS |
    |:--------|----------:|
    | garch_t | 9.1 ± 0.4 |
    | theta   |      12.3 |
    """
    # The head goes in as a row, so tabulate puts the rule above it.
    rule, head, *body = _tabulated(rows, "pipe", _alignment(rows[1:])).split("\n")
    text = "\n".join([head, rule, *body])
    return text if width is None or wide(text) <= width else aligned(rows, width=width)


def prose(rows: Rows, *, width: int | None = None) -> str:
    """As `markdown`, for a table whose last column holds sentences: for a terminal too narrow for it, `listed` wraps them."""
    text = markdown(rows)
    return text if width is None or wide(text) <= width else listed(rows, width=width)


def listed(rows: Rows, *, width: int | None = None) -> str:
    """Entries and what is said of them, without a head; the last column, NARROWEST or wider, is wrapped to fit `width`.

    >>> print(listed([["anchor", "975.42 of 2024-11-27"], ["missing", "none"]]))
    anchor   975.42 of 2024-11-27
    missing  none
    """
    most: list[int | None] = [None] * len(rows[0])
    if width is not None:
        others = sum(2 + max(wide(row[i]) for row in rows) for i in range(len(most) - 1))
        most[-1] = max(width - others, NARROWEST)
    whole = [[unbroken(cell) for cell in row] for row in rows]
    return broken(_tabulated(whole, "plain", ["left"] * len(rows[0]), maxcolwidths=most))


def unbroken(text: str) -> str:
    """The text with each per cent sign tied to the number before it, so that none begins a line; `broken` undoes it."""
    return text.replace(" %", "\u00a0%")


def broken(text: str) -> str:
    """The text with plain spaces before its per cent signs again, where `unbroken` put others."""
    return text.replace("\u00a0%", " %")


def _fitted(rows: Rows, render: Callable[[Rows, int], str], width: int | None) -> str:
    """The table with the usual gap between its columns, else with the smaller one, else in parts."""
    for gap in (2, 1):
        text = render(rows, gap)
        if width is None or wide(text) <= width:
            return text
    parts: list[list[int]] = [[0]]
    for column in range(1, len(rows[0])):
        if len(parts[-1]) > 1 and wide(render(_columns(rows, [*parts[-1], column]), 2)) > (width or 0):
            parts.append([0])
        parts[-1].append(column)
    return "\n\n".join(render(_columns(rows, part), 2) for part in parts)


def _columns(rows: Rows, chosen: Sequence[int]) -> Rows:
    return [[row[column] for column in chosen] for row in rows]


def _spaced(rows: Rows, gap: int) -> str:
    return _tabulated(rows, "plain" if gap == 2 else "narrow", _alignment(rows[1:]))


def wide(text: str) -> int:
    """The number of characters in the longest line, without the codes of colours."""
    return max(len(line) for line in COLOUR.sub("", text).split("\n"))


def _alignment(rows: Rows) -> list[str]:
    """By column: "right" where most cells with a digit or a word have no word, else "left". Ranges, errors and dates have none."""
    aligned = []
    for cells in zip(*rows, strict=True):
        words = [bool(WORD.search(cell)) for cell in cells if WORD.search(cell) or re.search(r"\d", cell)]
        aligned.append("right" if 2 * sum(words) < len(words) else "left")
    return aligned


def _tabulated(rows: Rows, form: str, alignment: Sequence[str], **options: Any) -> str:
    """The head goes in as a row like the others: tabulate makes columns wider than they need to be for a head of its own."""
    from tabulate import DataRow, TableFormat, tabulate

    narrow = TableFormat(None, None, None, None, None, DataRow("", " ", ""), 0, None)
    text = tabulate(
        rows,
        tablefmt=narrow if form == "narrow" else form,
        colalign=alignment or None,
        disable_numparse=True,
        preserve_whitespace=True,
        **options,
    )
    return "\n".join(line.rstrip() for line in text.split("\n"))
