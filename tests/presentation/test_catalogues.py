"""The catalogues say what the code says: every text, with its fields, the same everywhere, and no figure that nobody computed.

Each check is made on all catalogues, and on made-up texts with the fault that it is there for.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest
from babel.messages.catalog import Catalog

from forex.commands.keep.catalogue import NAMED, TRANSLATED, Text, catalogue, packages, texts, written
from forex.core.files import read_text
from forex.core.sentence import LISTS, UNITS
from forex.presentation.catalogue import Code, new_catalogue, read_catalogue
from forex.presentation.language import NUMBER

# Figures that are no results: why each may stand in a text.
FIGURES = {
    "2 years": "the maturity of a bond, in its name",
    "2 años": "the maturity of a bond, in its name",
    "2020": "the year of a known episode, in its name",
    "2022": "the year of a known episode, in its name",
}

Translations = Mapping[Text, tuple[str, ...]]  # of a text, or of the forms of one that counts


def translations(found: Catalog) -> Translations:
    return {
        message.id if isinstance(message.id, str) else tuple(message.id): (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string)
        for message in found
        if message.id
    }


def forms(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def disagreements(said: Iterable[Text], found: Translations) -> list[str]:
    """Texts of the code without a translation, and translations of what the code does not say."""
    wanted = set(said)
    missing = [f"no translation of {text!r}" for text in wanted if not all(found.get(text, ()) or [""])]
    return sorted(missing + [f"nobody says {text!r}" for text in set(found) - wanted])


def plurals(found: Translations) -> list[str]:
    """Texts that count without both a singular and a plural, and texts that do not count with more than one form."""
    return [
        f"{text!r} has {len(said)} forms"
        for text, said in found.items()
        if len(said) != (1 if isinstance(text, str) else 2)
    ]


def fields(text: str) -> Counter[tuple[str, str]]:
    """Names and specifications of the fields in a text of the code; in a template's text, the names, with "%" for each."""
    named = Counter((name, "%") for name in re.findall(r"%\((\w+)\)s", text))
    plain = string.Formatter().parse(text)
    return named + Counter((name, spec or "") for _, name, spec, _ in plain if name is not None)


def other_fields(found: Translations) -> list[str]:
    """Translations whose fields are not those of their text, form by form."""
    return [
        f"{text!r}: {translation!r}"
        for text, said in found.items()
        for original, translation in zip(forms(text), said, strict=False)
        if set(fields(original)) != set(fields(translation))
    ]


def unknown_forms(found: Iterable[Text]) -> list[str]:
    """Fields with a specification that no language knows."""
    return [
        f"{text!r}: {spec}"
        for text in found
        for form in forms(text)
        for (_, spec) in fields(form)
        if spec not in ("%", "s", *UNITS) and not NUMBER.fullmatch(spec)
        if spec.partition(":")[0] not in LISTS or (each := spec.partition(":")[2]) != "s" and not NUMBER.fullmatch(each)
    ]


def figures(found: Translations) -> list[str]:
    """Texts and translations in which a digit stands outside of a field."""
    return [text for source, said in found.items() for text in (*forms(source), *said) if _digits(text)]


def _digits(text: str) -> bool:
    for allowed in FIGURES:
        text = text.replace(allowed, "")
    return bool(re.search(r"\d", re.sub(r"%\(\w+\)s|{[^}]*}", "", text)))


def conflicts(catalogues: Iterable[Translations]) -> list[str]:
    """Texts that are said in two ways."""
    said: dict[Text, set[tuple[str, ...]]] = {}
    for found in catalogues:
        for text, translation in found.items():
            said.setdefault(text, set()).add(translation)
    return [f"{text!r}: {sorted(ways)}" for text, ways in said.items() if len(ways) > 1]


def read(package: str, code: Code) -> Translations:
    return translations(read_catalogue(catalogue(package, code), code))


EVERY = [(path.stem, code) for code in TRANSLATED for path in sorted(catalogue(NAMED, code).parent.glob("*.po"))]


@pytest.mark.parametrize(("package", "code"), EVERY)
def test_a_catalogue_has_what_its_package_says(package: str, code: Code) -> None:
    found = read(package, code)
    assert disagreements(texts(package), found) == []
    assert plurals(found) == [] and other_fields(found) == [] and unknown_forms(found) == []
    assert figures(found) == []


@pytest.mark.parametrize(("package", "code"), EVERY)
def test_a_catalogue_is_as_make_catalogue_writes_it(package: str, code: Code) -> None:
    path = catalogue(package, code)
    assert written(read_catalogue(path, code)) == read_text(path)


@pytest.mark.parametrize("code", TRANSLATED)
def test_there_is_a_catalogue_of_every_package_and_of_nothing_else(code: Code) -> None:
    assert sorted(path.stem for path in catalogue(NAMED, code).parent.glob("*")) == packages()


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_text_is_said_in_one_way(code: Code) -> None:
    assert conflicts(read(package, code) for package in packages()) == []


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_that_may_stand_in_a_text_does(figure: str) -> None:
    whole = [
        text
        for package, code in EVERY
        for source, said in read(package, code).items()
        for text in (*forms(source), *said)
    ]
    assert any(figure in text for text in whole)


# The faults that the checks are there for.


def test_a_text_without_a_translation_and_one_that_nobody_says_are_found() -> None:
    assert disagreements(
        ["rises", "falls", ("{n} day", "{n} days")], {"rises": ("sube",), "falls": ("",), "old": ("x",)}
    ) == [
        "no translation of 'falls'",
        "no translation of ('{n} day', '{n} days')",
        "nobody says 'old'",
    ]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("{share:.1%} of {of}", "{share:.1%} de {todo}"),
        ("{share:.1%} of {of}", "{share:.1%}"),
        ("{share:.1%} of {of}", "{share:.2%} de {of}"),
        ("%(share)s of all", "%(parte)s del total"),
        ("all of it", "{todo}"),
    ],
)
def test_other_fields_are_found(text: str, translation: str) -> None:
    assert len(other_fields({text: (translation,)})) == 1
    assert other_fields({text: (text,)}) == []


def test_a_form_that_is_missing_is_found() -> None:
    assert len(plurals({("{n} day", "{n} days"): ("{n} día",), "day": ("día",)})) == 1


def test_a_specification_that_no_language_knows_is_found() -> None:
    known = ["{a} {b:s} {c:+.1f} {d:rows} {e:comma} {f:slash:+.1f} {g:or:s} {h:.2%} {i:g} {j:.2g}"]
    assert unknown_forms(known) == []
    assert len(unknown_forms(["{a:e}", "{a:weeks}", "{a:comma:e}", "{a:>8}"])) == 4


@pytest.mark.parametrize("text", ["95 % of outcomes", "{share:.1%} of 20 days", "a 3-day move", "until 2021"])
def test_a_written_figure_is_found(text: str) -> None:
    assert figures({text: ("todo",)}) == [text] and figures({"all": (text,)}) == [text]


def test_digits_of_fields_are_no_figures() -> None:
    assert figures({"{level_95:.2f} of %(part_1)s": ("{level_95:.2f} de %(part_1)s",)}) == []


def test_two_ways_to_say_a_text_are_found() -> None:
    assert len(conflicts([{"median": ("mediana",)}, {"median": ("la mediana",), "rate": ("dólar",)}])) == 1


def test_a_catalogue_in_another_order_is_another_file() -> None:
    """What `make catalogue` writes has no dates and no places, so that only a text changes it."""
    made = new_catalogue("es")
    made.add("median", "mediana")
    assert written(made).endswith('msgid "median"\nmsgstr "mediana"\n\n') and "POT-Creation-Date" not in written(made)
