"""The words and numbers of a command, in the language of whoever reads it on a terminal.

English is exactly what code and reports say: names stay ids, so that a program can read the output. Spanish comes from the
catalogues, with decimal commas. JSON is never translated.
"""

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from forex.commands.tables import broken, unbroken
from forex.commands.terminal import Lang
from forex.core.sentence import Sentence, sentence
from forex.core.status import (
    ABSORBED,
    CAUTION,
    CRITICAL,
    DEGRADED,
    EXCELLENT,
    FAIL,
    FAULT,
    GOOD,
    INSUFFICIENT_DATA,
    OK,
    PASS,
    WARNING,
)

if TYPE_CHECKING:
    from forex.presentation.language import Language

COLOURS: Final = {
    **dict.fromkeys((OK, EXCELLENT, GOOD, PASS, ABSORBED), "green"),
    **dict.fromkeys((CAUTION, WARNING, DEGRADED, INSUFFICIENT_DATA), "yellow"),
    **dict.fromkeys((FAULT, CRITICAL, FAIL), "red"),
}


class Words:
    """How a command speaks: in which language, how wide, and whether in colour.

    lang: es or en.  width: of the terminal in characters, None where there is none.  colour: whether statuses are coloured.
    """

    def __init__(self, lang: Lang = "en", *, width: int | None = None, colour: bool = False):
        self.lang, self.width, self.colour = lang, width, colour

    @property
    def _spanish(self) -> "Language | None":
        if self.lang == "en":
            return None
        from forex.presentation.language import plain_language

        return plain_language(self.lang)

    def say(self, said: str | Sentence | Mapping[str, Any], **values: Any) -> str:
        """A text with the `values` of its placeholders, or a sentence as a report or its JSON has it, in this language."""
        if isinstance(said, str):
            found = sentence(said, **values)
        elif isinstance(said, Sentence):
            found = said
        else:
            found = Sentence.model_validate({name: said[name] for name in Sentence.model_fields})
        return self._spanish.say(found) if self._spanish else found.says

    def name(self, name: str) -> str:
        """What a series, a regime, a kind of alert and the like are called in this language; in English, the id itself."""
        return self._spanish.name(name) if self._spanish else name

    def rule(self, name: str) -> str:
        """What an acceptance rule is called in this language; in English, the id itself."""
        if self.lang == "en":
            return name
        from forex.evaluation.rule_words import in_words

        return self.say(in_words(name))

    def status(self, status: str) -> str:
        """A word of `forex.core.status`, coloured by how good it is."""
        colour = COLOURS.get(status) if self.colour else None
        if colour is None:
            return self.name(status)
        import typer

        return typer.style(self.name(status), fg=colour)

    def number(self, value: float, form: str) -> str:
        """The value in the format `form`; in Spanish with a decimal comma.

        >>> Words("en").number(1005.286, "+.2f"), Words("es").number(1005.286, "+.2f")
        ('+1005.29', '+1005,29')
        """
        return format(value, form) if self.lang == "en" else format(value, form).replace(".", ",")

    def share(self, share: float, places: int = 0) -> str:
        """A share (0–1) as a percentage with so many decimal places.

        >>> Words("en").share(0.763), Words("es").share(0.763)
        ('76%', '76 %')
        """
        return f"{share:.{places}%}" if self.lang == "en" else f"{self.number(100 * share, f'.{places}f')} %"

    def chance(self, share: float) -> str:
        """A probability without false certainty: never 0 % or 100 %.

        >>> [Words("es").chance(share) for share in (0.0012, 0.42, 0.9991)]
        ['< 1 %', '42 %', '> 99 %']
        """
        if share < 0.01:
            return f"< {self.share(0.01)}"
        return f"> {self.share(0.99)}" if share > 0.99 else self.share(share)

    def wrapped(self, said: str, width: int | None = None) -> list[str]:
        """The text in lines no wider than the terminal or `width`; as one line where neither is given."""
        widths = [limit for limit in (width, self.width) if limit is not None]
        return [broken(line) for line in wrap(unbroken(said), min(widths))] if widths else [said]


ENGLISH: Final = Words()
