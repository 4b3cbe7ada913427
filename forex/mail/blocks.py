"""What a mail is made of, already in words: text and HTML are two ways to show the same blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from forex.core.status import State


@dataclass(frozen=True)
class Standing:
    """The overall state, which comes first.  points: what keeps it from being in order, or a sentence that nothing does."""

    state: State
    title: str
    points: Sequence[str]


@dataclass(frozen=True)
class Heading:
    """A heading over the blocks that follow it."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text.  small: for a side note.  strong: for the answer."""

    text: str
    small: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Points:
    """A list of points."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table.  about: what it shows.  words: how many of the first columns hold words; the others hold numbers."""

    about: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


@dataclass(frozen=True)
class Picture:
    """Where the message's one picture goes.  about: what the picture shows."""

    about: str


Block = Standing | Heading | Paragraph | Points | Table | Picture
