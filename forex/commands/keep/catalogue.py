"""`make catalogue`: the texts of the code in the catalogues of every other language, a file for each package.

Texts are the first arguments of `sentence` and `say`, both of `plural`, and what templates hold in `trans` and `_`; and the
names of `forex.presentation.names`. What is new is added without a translation, for a translator to fill in; what the code no
longer says is removed. Tests compare the same.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import forex
from forex.core.disk import write_text
from forex.core.sentence import UNITS
from forex.presentation.catalogue import CATALOGUES, HEADER, Code, new_catalogue, read_catalogue
from forex.presentation.names import NAMES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LIBRARY: Final = Path(forex.__file__).parent
TRANSLATED: Final[tuple[Code, ...]] = ("es",)
KEYWORDS: Final[dict[str, Any]] = {"sentence": None, "say": None, "plural": (1, 2), "_": None}
TEMPLATE_KEYWORDS: Final[dict[str, Any]] = {"_": None, "gettext": None, "ngettext": (1, 2)}
NAMED: Final = "presentation"  # the package whose catalogue has the names

Text = str | tuple[str, ...]


def texts(package: str) -> list[Text]:
    """The texts of a package, each once, in the order of its files; one with a plural as the tuple of its two forms."""
    found: dict[Text, None] = dict.fromkeys(NAMES.values()) | dict.fromkeys(UNITS.values()) if package == NAMED else {}
    return list(found | dict.fromkeys(_extracted(LIBRARY / package)))


def packages() -> list[str]:
    """The names of the packages that have texts, in order."""
    return [path.parent.name for path in sorted(LIBRARY.glob("*/__init__.py")) if texts(path.parent.name)]


def _extracted(folder: Path) -> Iterator[Text]:
    from babel.messages.extract import extract

    options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.j2")]):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        keywords = KEYWORDS if path.suffix == ".py" else TEMPLATE_KEYWORDS
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, keywords, options=options):
                yield tuple(message) if isinstance(message, tuple | list) else message


def renewed(package: str, code: Code) -> "Catalog":
    """The catalogue of a package with the texts that the code has now, each with the translation it had."""
    path = catalogue(package, code)
    before = read_catalogue(path, code) if path.exists() else new_catalogue(code)
    after = new_catalogue(code)
    for text in texts(package):
        known = before.get(text if isinstance(text, str) else text[0])
        after.add(text, known.string if known else None)
    return after


def catalogue(package: str, code: Code) -> Path:
    """The file that holds, or is to hold, the texts of a package in a language."""
    return CATALOGUES / code / f"{package}.po"


def written(found: "Catalog") -> str:
    """The catalogue as text: no dates, no places in the code, so that it changes only when a text does."""
    from babel.messages.pofile import write_po

    file = BytesIO()
    write_po(file, found, width=120, omit_header=True)
    return HEADER + file.getvalue().decode("utf-8")


def untranslated(found: "Catalog") -> list[Text]:
    """The texts of a catalogue that lack a translation, or one form of it; one with a plural as the tuple of its two forms."""
    open_ = [
        message
        for message in found
        if message.id and not (message.string and (isinstance(message.string, str) or all(message.string)))
    ]
    return [message.id if isinstance(message.id, str) else tuple(message.id) for message in open_]


def main() -> None:
    """Bring every catalogue up to date with the code, and name on stderr each text that has no translation."""
    for code in TRANSLATED:
        for package in packages():
            found = renewed(package, code)
            write_text(catalogue(package, code), written(found))
            for text in untranslated(found):
                print(f"{code}/{package}.po: no translation of {text!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
