"""For `make docs`: shows the doctests of docstrings as code, which mkdocstrings takes for text and their lists for links."""

import re
from typing import Any

import griffe

TRIED = re.compile(r"^(?P<indent> *)>>> .*(?:\n(?! *$).*)*", re.MULTILINE)


def fenced(text: str) -> str:
    """The text with each run of lines from `>>>` to a blank one as a block of code."""
    return TRIED.sub(lambda found: f"{found['indent']}```pycon\n{found[0]}\n{found['indent']}```", text)


class Doctests(griffe.Extension):
    """Puts the doctests of every object into blocks."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Changes the object's docstring."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
