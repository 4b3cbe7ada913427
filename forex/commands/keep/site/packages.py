"""docs/images/packages.svg: the order of the packages, drawn from the contract in pyproject.toml that `make lint` checks.

`python -m forex.commands.keep.site.packages` renews it.
"""

import tomllib
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from forex.core.disk import write_text
from forex.core.installed import PACKAGE

PICTURE: Final = Path("docs/images/packages.svg")
WIDTH, HEIGHT, GAP = 420, 26, 4
STAGES: Final = "Stages reach no further up"


def contract(kind: str) -> dict[str, list[str]]:
    """The first contract of a kind in pyproject.toml."""
    content = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    return next(entry for entry in content["tool"]["importlinter"]["contracts"] if entry["type"] == kind)


def layers() -> list[str]:
    """The packages of forex, each above those that it may import."""
    return [name.removeprefix("forex.") for name in contract("layers")["layers"]]


def beyond_stages() -> set[str]:
    """The packages that no stage may reach."""
    return {name.removeprefix("forex.") for name in contract("forbidden")["forbidden_modules"]} | {"__main__"}


def drawing() -> str:
    """The picture as SVG: a box for each package, what people call on top, and a line above the packages that stages use."""
    above, rows, y = beyond_stages(), [], GAP
    lined = False
    for name in layers():
        if name not in above and not lined:
            rows.append(f'<text x="{WIDTH - 8}" y="{y + 12}" class="line" text-anchor="end">{STAGES}</text>')
            rows.append(f'<line x1="0" y1="{y + 17}" x2="{WIDTH}" y2="{y + 17}"/>')
            y, lined = y + 22, True
        kind = "above" if name in above else "below"
        rows.append(f'<rect x="1" y="{y}" width="{WIDTH - 2}" height="{HEIGHT}" rx="3" class="{kind}"/>')
        rows.append(f'<text x="10" y="{y + 17}" class="name">{escape(name)}</text>')
        y += HEIGHT + GAP
    style = (
        "text{font:12px sans-serif;fill:#16202c}.name{font-weight:bold}.line{fill:#566372}"
        "line{stroke:#566372;stroke-dasharray:4 3}rect{stroke:#c3ccd6}.above{fill:#eef2f6}.below{fill:#dbe8f4}"
    )
    size = f'viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}"'
    title = "<title>The packages of forex: each may import those below it</title>"
    return (
        "\n".join(
            [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', title, f"<style>{style}</style>", *rows, "</svg>"]
        )
        + "\n"
    )


if __name__ == "__main__":
    write_text(PICTURE, drawing())
