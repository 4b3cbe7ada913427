"""The words of a mail's HTML."""

import re
from html.parser import HTMLParser


class Reader(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.words: list[str] = []
        self.hidden = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))
