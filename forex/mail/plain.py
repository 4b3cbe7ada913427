"""A mail as plain text: lines of at most 72 characters, which every client shows and quotes whole."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from forex.mail.blocks import Block, Heading, Paragraph, Picture, Points, Standing, Table
from forex.presentation.one_line import as_text

WIDTH: Final = 72  # characters of a line
GAP: Final = "  "  # between two columns


def text(blocks: Sequence[Block]) -> str:
    """The text of a mail, an empty line between its blocks; nothing stands for the picture."""
    parts = [lines for lines in map(_said, blocks) if lines]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _said(block: Block) -> list[str]:
    match block:
        case Standing():
            return [*wrapped(block.title.upper()), *points(block.points)]
        case Heading():
            title = wrapped(block.text)
            return [*title, "-" * max(map(len, title))]
        case Paragraph():
            return wrapped(block.text)
        case Points():
            return points(block.items)
        case Table():
            return [*wrapped(block.about), "", *table(block)]
        case Picture():
            return []


def wrapped(said: str, *, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `WIDTH` characters, beginning with `first` and then `rest`; a longer word is broken."""
    return wrap(as_text(said), WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def points(items: Sequence[str]) -> list[str]:
    """The lines of a list, a dash before each item."""
    return [line for item in items for line in wrapped(item, first="- ", rest="  ")]


def table(block: Table) -> list[str]:
    """The lines of a table: columns two spaces apart, numbers flush right; where they do not fit, one entry below the other.

    >>> print("\\n".join(table(Table("", ["", "Median"], [["7 days", "999.38"], ["30 days", "1001.20"]]))))
              Median
    7 days    999.38
    30 days  1001.20
    """
    rows = [[as_text(cell) for cell in row] for row in (block.heads, *block.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > WIDTH:
        return _entries(rows, block.words)
    return [
        GAP.join(
            cell.ljust(width) if number < block.words else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _entries(rows: Sequence[Sequence[str]], words: int) -> list[str]:
    heads, *body = rows
    lines = []
    for row in body:
        said = [f"{head} {cell}" for head, cell in zip(heads[words:], row[words:], strict=True)]
        lines += wrapped(f"{', '.join(row[:words])}: {'; '.join(said)}", first="- ", rest="  ")
    return lines
