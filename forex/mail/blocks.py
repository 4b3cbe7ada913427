"""What a mail is made of, in words already: text and HTML are two ways to show the same blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from forex.core.status import State


@dataclass(frozen=True)
class Standing:
    """The overall state, said first, and what keeps it from being in order."""

    state: State
    title: str
    points: Sequence[str]


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    """small: of what belongs beside the main thing.  strong: of the answer."""

    text: str
    small: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Points:
    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """about: what it shows.  words: how many of the first columns are words, the others being numbers."""

    about: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


@dataclass(frozen=True)
class Picture:
    """Of the message's one picture: what it shows."""

    about: str


Block = Standing | Heading | Paragraph | Points | Table | Picture
