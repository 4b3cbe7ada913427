"""The blocks of README.md that hold figures, made from the reports: `python -m forex.commands.readme` renews them.

A block stands between `<!-- name -->` and `<!-- /name -->`; everything else is left as it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from forex.commands import forecast_view, nowcast_view, scoreboard_view
from forex.core.errors import UsageError
from forex.core.files import write_text

README = Path("README.md")
MONITORS = Path("reports/monitors.md")  # written by `make study`


def blocks() -> dict[str, str]:
    """What each block holds: the output of the command that the text around it names, or what the study measured."""
    forecast = forecast_view.text(forecast_view.view(at=None, above=None, below=None, settlement=None))
    measured = MONITORS.read_text(encoding="utf-8")
    return {
        "forecast": f"```text\n{forecast}\n```",
        "scoreboard": scoreboard_view.text(scoreboard_view.view()),
        "nowcast": nowcast_view.text(nowcast_view.view(at=None)),
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
