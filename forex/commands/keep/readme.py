"""The blocks of README and docs that hold figures, made from the reports: `python -m forex.commands.keep.readme` renews them.

A block stands between `<!-- name -->` and `<!-- /name -->`, each once among all pages; everything else is left as it is.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.commands.show import forecast, nowcast, scoreboard
from forex.commands.tables import markdown
from forex.commands.words import Words
from forex.core.disk import write_text
from forex.core.errors import UsageError

PAGES = (
    Path("README.md"),
    Path("docs/explanation/scores.md"),
    Path("docs/explanation/alarms.md"),
    Path("docs/es/intervalos.md"),
)
MONITORS = Path("reports/monitors.md")  # written by `make study`
SIDES_OF = "80"


def blocks() -> dict[str, str]:
    """What each block holds: the output of the command that the text around it names, or what the study measured."""
    shown = forecast.text(forecast.view(at=None, above=None, below=None, settlement=None))
    measured = MONITORS.read_text(encoding="utf-8")
    scores = scoreboard.view()
    return {
        "forecast": f"```text\n{shown}\n```",
        "scoreboard": scoreboard.text(scores),
        "lados": sides(scores["horizons"], Words("es")),
        "nowcast": nowcast.text(nowcast.view(at=None)),
        "monitors": block(measured, "steady"),
        **{name: block(measured, name) for name in ("delays", "early_episodes", "found", "messages")},
    }


def sides(horizons: Mapping[str, Any], words: Words) -> str:
    """A table of the shares of outcomes below, inside and above the interval of SIDES_OF, in per cent, by horizon."""
    covers = words.say("{level:s} % covers", level=SIDES_OF)
    rows = [[words.say("horizon"), words.say("below"), covers, words.say("above")]]
    for horizon, row in horizons.items():
        shares = [row["tails"][SIDES_OF]["below"], row["coverage"][SIDES_OF], row["tails"][SIDES_OF]["above"]]
        rows.append([horizon, *(words.number(100 * found["share"], ".1f") for found in shares)])
    return markdown(rows)


def block(page: str, name: str) -> str:
    """What a page holds between the markers of a block.

    >>> block("a <!-- x -->\\nheld\\n<!-- /x --> b", "x")
    'held'
    """
    return page.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip()


def filled(page: str, contents: Mapping[str, str]) -> str:
    """The page with each of its blocks replaced.

    >>> filled("a <!-- x -->old<!-- /x --> b", {"x": "new", "y": "other"})
    'a <!-- x -->\\nnew\\n<!-- /x --> b'
    """
    for name, content in contents.items():
        page = _pattern(name).sub(lambda found, text=content: f"{found[1]}\n{text}\n{found[2]}", page)  # type: ignore[misc]
    return page


def renew(pages: Sequence[Path], contents: Mapping[str, str]) -> None:
    """Write `contents` into the blocks of the pages.  Raises UsageError naming a block that they do not hold once."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    for name in contents:
        if len(_pattern(name).findall("\n".join(texts.values()))) != 1:
            where = ", ".join(map(str, pages))
            raise UsageError(f"expected the block <!-- {name} --> … <!-- /{name} --> once among {where}.")
    for path, text in texts.items():
        write_text(path, filled(text, contents))


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->)(?:(?!<!-- {name} -->).)*?(<!-- /{name} -->)", re.DOTALL)


if __name__ == "__main__":
    renew(PAGES, blocks())
