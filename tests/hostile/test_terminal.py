"""What others say, as a terminal gets it: on one line, cut, without what a terminal acts on and without a secret."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from forex.commands.terminal import failed, progress
from forex.core.edges import shown
from forex.core.errors import ProviderError
from forex.core.stage import say
from forex.operations import Source
from forex.providers.services import LONGEST
from stages import ingest
from tests.support.live import recorded
from tests.support.live.provider_clients import CODE, MONDAY, OBSERVADO, WEDNESDAY
from tests.support.live.served import SECRET, Canned, services
from tests.support.made_up import Project

FORGED = {
    "an escape": "\x1b[2J\x1b[1;1Hall is well",
    "a line of its own": "no\nusdclp         1 new, from bcch",
    "a line over the old one": "no\rusdclp         1 new, from bcch",
    "text from right to left": "no \u202egnihtyreve si llew",
    "nothing that is seen": "no\u200b\u2066\u00ad",
    "a title of the window": "\x1b]0;all is well\x07",
}


def said(body: bytes, provider: str = "bcch", code: str = CODE) -> list[str]:
    """The sentences that a fetch would show of an answer."""
    try:
        return services(Canned(body)).observations(Source(provider=provider, code=code), MONDAY, WEDNESDAY).unsound
    except ProviderError as error:
        return [str(error)]


def answers(text: str) -> dict[str, bytes]:
    """Places in which a service can say a text."""
    row = {"indexDateString": "27-11-2024", "value": "975.06", "statusCode": "OK"}
    rows = [{**row, "indexDateString": text}, {**row, "value": text}, {**row, text: 1, "value": None}]
    found = {f"row {i}": {"Series": {"seriesId": CODE, "Obs": [row, other]}} for i, other in enumerate(rows)}
    found |= {"Descripcion": {"Codigo": -5, "Descripcion": text}, "Codigo": {"Codigo": text, "Descripcion": "no"}}
    found |= {"the list": {"Codigo": [text], "Descripcion": {text: text}}, "a series": {"Series": {"seriesId": text}}}
    return {name: json.dumps(content).encode() for name, content in found.items()} | {"no JSON": text.encode()}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_what_a_provider_says_is_one_visible_line(text: str) -> None:
    for place, body in answers(text).items():
        for sentence in said(body):
            assert sentence == shown.visible(sentence) and "\n" not in sentence, place


@pytest.mark.parametrize("size", [LONGEST, 100_000])
def test_what_a_provider_says_is_cut(size: int) -> None:
    for place, body in answers("x" * size).items():
        assert all(len(sentence) < 2 * LONGEST for sentence in said(body)), place


def test_ten_megabytes_that_a_provider_says_are_cut() -> None:
    [sentence] = said(answers("x" * 10_000_000)["Descripcion"])
    assert len(sentence) < 2 * LONGEST


@pytest.mark.parametrize("text", [SECRET, f"token={SECRET}&x", SECRET.upper()])
def test_no_secret_comes_back_in_what_a_provider_says(text: str) -> None:
    for place, body in answers(text).items():
        sentences = said(body)
        assert sentences or place == "row 2"
        assert not any(SECRET in sentence.lower() for sentence in sentences), place


def test_a_provider_that_falls_over_an_answer_costs_that_answer_and_says_as_little() -> None:
    body = json.dumps(recorded.bcch(CODE, OBSERVADO)).encode()
    asked = services(Canned(body))
    _, session = asked._up("bcch")

    class Broken:
        name = "bcch"

        def observations(self, *_: Any) -> Any:
            raise ArithmeticError(f"{SECRET}\x1b[31m" + "x" * 10_000)

    asked._made["bcch"] = Broken(), session
    with pytest.raises(ProviderError, match="could not be read") as error:
        asked.observations(Source(provider="bcch", code=CODE), MONDAY, WEDNESDAY)
    assert SECRET not in str(error.value) and "\x1b" not in str(error.value) and len(str(error.value)) < 1_000


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_whatever_a_command_says_on_stderr_is_visible_and_cut(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for tell in (progress, failed, say):
        tell(text + "x" * 1_000_000)
        told = capsys.readouterr().err
        assert len(told) < 3 * shown.LONGEST_LINE
        assert all(line == shown.visible(line) for line in told.split("\n"))
    failed("\n".join(["a key"] * 100_000))
    assert len(capsys.readouterr().err.splitlines()) == shown.MOST_LINES + 1


@pytest.mark.parametrize("name", ["\x1b[31mred.csv", "a\nforex: all is well.csv", "\u202evsc.tset.csv"])
def test_the_name_of_an_unlisted_file_is_visible(
    name: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{dt.date(2024, 11, day)},930\n" for day in range(18, 23))
    project.store.add("usdclp", f"date,value\n{rows}")
    (project.store.path / name).write_text("", encoding="utf-8")
    ingest.main()
    [line] = capsys.readouterr().err.splitlines()
    assert line == shown.visible(line) and line.endswith("is not listed in series.yaml and is not read.")


def test_a_value_is_shown_in_a_message_whatever_it_is() -> None:
    assert shown.shown(10**5_000) == "a number of thousands of digits"
    assert len(shown.shown(["x" * 1_000] * 1_000)) == shown.LONGEST_VALUE
    assert Path(shown.shown("a" * 10)) == Path("'aaaaaaaaaa'")
