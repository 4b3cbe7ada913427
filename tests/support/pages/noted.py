"""A language that notes what it could not say: texts without a translation, names that nobody has given words."""

import re
from collections.abc import Collection
from typing import Any

from forex.presentation.catalogue import CATALOGUES, Code, read_catalogue
from forex.presentation.language import HORIZON, Language
from forex.presentation.names import NAMES

FIELD = re.compile(r"{[^{}]*}|%\(\w+\)s")


def catalogue(code: Code, packages: Collection[str] = ()) -> dict[str, str]:
    """What the catalogues have for each text of the code, or of these packages; singular and plural are texts of their own."""
    found = {}
    for path in sorted((CATALOGUES / code).glob("*.po")):
        if packages and path.stem not in packages:
            continue
        for message in read_catalogue(path, code):
            texts, translated = (
                [forms] if isinstance(forms, str) else list(forms) for forms in (message.id, message.string)
            )
            found |= dict(zip(texts, [*translated, *[""] * len(texts)], strict=False))
    return found


class Noted:
    """Translations that note the texts which no catalogue has; a text of nothing but fields needs none."""

    def __init__(self, translations: Any, code: Code):
        self.translations = translations
        self.known = catalogue(code)
        self.untranslated: set[str] = set()

    def gettext(self, text: str) -> str:
        self._note(text)
        return str(self.translations.gettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        self._note(singular)
        self._note(plural)
        return str(self.translations.ngettext(singular, plural, number))

    def _note(self, text: str) -> None:
        if re.search(r"[^\W\d_]", FIELD.sub("", text)) and not self.known.get(text):
            self.untranslated.add(text)


class NotedLanguage(Language):
    """Spanish or English as it is, with `noted.untranslated`, and `nameless`: names of the code shown as their own words."""

    def __init__(self, code: Code):
        super().__init__(code)
        self.noted = Noted(self.translations, code)
        self.translations = self.noted  # type: ignore[assignment]
        self.nameless: set[str] = set()

    def name(self, name: str) -> str:
        if not HORIZON.fullmatch(name) and name not in NAMES and not self._currency(name):
            self.nameless.add(name)
        return super().name(name)


def english_fragments() -> dict[str, str]:
    """English texts by piece: what stands between two fields, long enough to be told from Spanish, and not in the translation."""
    found = {}
    for text, translation in catalogue("es").items():
        for piece in FIELD.split(text):
            piece = re.sub(r"<[^>]*>", "", piece).strip(" .,:;()")
            if len(piece) > 12 and " " in piece and piece not in translation:
                found[piece] = text
    return found
