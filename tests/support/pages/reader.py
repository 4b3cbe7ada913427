"""A page as a browser would take it apart: tags, whether they close, rows, and the text that is read."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}
UNREAD = {"style", "script", "svg"}


class Reader(HTMLParser):
    """Tags in order with their attributes, whether they close as they opened, and the text outside of charts."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        if not UNREAD & {*self.open}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))

    @property
    def told(self) -> list[str]:
        """What is read aloud and not seen: texts of charts and regions."""
        return [text for _, attributes in self.tags if (text := attributes.get("aria-label"))]


Cell = dict[str, str | None]


def cells_of(reader: Reader) -> list[list[list[Cell]]]:
    """By table the attributes of each row's cells; a cell that spans rows is in each of them."""
    tables: list[list[list[Cell]]] = []
    spanning: tuple[int, Cell] = (0, {})
    for tag, attributes in reader.tags:
        if tag == "table":
            tables.append([])
        elif tag == "tr":
            left, cell = spanning
            tables[-1].append([cell] if left else [])
            spanning = (left - 1, cell) if left else spanning
        elif tag in ("th", "td"):
            tables[-1][-1].append(attributes)
            if "rowspan" in attributes:
                spanning = (int(attributes["rowspan"] or 0) - 1, attributes)
    return tables
