"""The gettext catalogues, a file for each package and language, read and compiled in memory."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.support import NullTranslations

Code = Literal["es", "en"]
CATALOGUES: Final = Path(__file__).parent / "catalogues"
HEADER: Final = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""  # of every catalogue: no dates, no people


@cache
def translations(code: Code) -> "NullTranslations":
    """The catalogues of a language as one, compiled in memory; English, the language of the code's own texts, has none."""
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.support import NullTranslations, Translations

    files = sorted((CATALOGUES / code).glob("*.po"))
    if not files:
        return NullTranslations()
    whole = new_catalogue(code)
    for path in files:
        for message in read_catalogue(path, code):
            if message.id and message.string:
                whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def read_catalogue(path: Path, code: Code) -> "Catalog":
    """The catalogue in a .po file."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=code)


def new_catalogue(code: Code) -> "Catalog":
    """A catalogue with the common header and no messages."""
    from io import BytesIO

    from babel.messages.pofile import read_po

    return read_po(BytesIO(HEADER.encode()), locale=code)
