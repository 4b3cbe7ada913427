"""The blocks of README.md that hold figures, made from the reports: `python -m forex.commands.keep.readme` renews them.

A block stands between `<!-- name -->` and `<!-- /name -->`; everything else is left as it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from forex.commands.show import forecast, nowcast, scoreboard
from forex.core.errors import UsageError
from forex.core.files import write_text

README = Path("README.md")
MONITORS = Path("reports/monitors.md")  # written by `make study`


def blocks() -> dict[str, str]:
    """What each block holds: the output of the command that the text around it names, or what the study measured."""
    shown = forecast.text(forecast.view(at=None, above=None, below=None, settlement=None))
    measured = MONITORS.read_text(encoding="utf-8")
    return {
        "forecast": f"```text\n{shown}\n```",
        "scoreboard": scoreboard.text(scoreboard.view()),
        "nowcast": nowcast.text(nowcast.view(at=None)),
        "monitors": block(measured, "steady"),
        "delays": block(measured, "delays"),
    }


def block(page: str, name: str) -> str:
    """What a page holds between the markers of a block.

    >>> block("a <!-- x -->\\nheld\\n<!-- /x --> b", "x")
    'held'
    """
    return page.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip()


def filled(page: str, contents: Mapping[str, str]) -> str:
    """The page with each block replaced.  Raises UsageError naming a block that the page does not have once.

    >>> filled("a <!-- x -->old<!-- /x --> b", {"x": "new"})
    'a <!-- x -->\\nnew\\n<!-- /x --> b'
    """
    for name, content in contents.items():
        pattern = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        if len(pattern.findall(page)) != 1:
            raise UsageError(f"{README}: expected the block <!-- {name} --> … <!-- /{name} --> once.")
        page = pattern.sub(lambda found, text=content: f"{found[1]}\n{text}\n{found[2]}", page)  # type: ignore[misc]
    return page


if __name__ == "__main__":
    write_text(README, filled(README.read_text(encoding="utf-8"), blocks()))
