"""The page of the API: the functions of `import forex`, then each package of the library with its modules, for mkdocstrings."""

from typing import Final

from forex.commands.keep.site.packages import layers
from forex.core.installed import PACKAGE

OPTIONS: Final = "    options:\n      show_root_heading: true\n      heading_level: {level}\n"
INTERNAL: Final = ("__main__", "commands", "library")


def page() -> str:
    """The page, nothing but directives: mkdocstrings reads the docstrings from the sources."""
    blocks = ["# The API", "", "## import forex", "", _directive("forex.library.steps", 3)]
    for name in reversed(layers()):
        if name in INTERNAL:
            continue
        modules = sorted(path.stem for path in (PACKAGE / name).glob("*.py") if not path.stem.startswith("_"))
        blocks += [f"## forex.{name}", "", _directive(f"forex.{name}", 3)]
        blocks += [_directive(f"forex.{name}.{module}", 3) for module in modules]
    return "\n".join(blocks)


def _directive(name: str, level: int) -> str:
    return f"::: {name}\n{OPTIONS.format(level=level)}"
