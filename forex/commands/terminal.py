"""Where commands print: the one place that knows the terminal, its language, its width and its colours.

Whatever comes from outside, such as the names of series and files or what a provider says, is shown with its control characters
escaped: nothing that is printed can move the cursor, colour a line or break a table. Results go to stdout, all else to stderr.
"""

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO, get_args

import typer

from forex.commands.tables import wide
from forex.core.edges.ending import aside
from forex.core.edges.shown import INVISIBLE, line, lines, visible
from forex.core.errors import UsageError, os_fault

if TYPE_CHECKING:
    from forex.commands.words import Words

Lang = Literal["es", "en"]
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

ROW = re.compile(r"\S {2,}\S|^\|")  # of a table: a terminal wraps prose by itself
LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def spoken(lang: Lang | None, environ: Mapping[str, str] = os.environ) -> Lang:
    """The language that was asked for, else that of the locale: Spanish for a Spanish one, English for any other.

    >>> spoken(None, {"LANG": "es_CL.UTF-8"}), spoken(None, {"LC_ALL": "C", "LANG": "es_CL.UTF-8"}), spoken("es", {})
    ('es', 'en', 'es')
    """
    if lang is not None:
        return lang
    locale = next((environ[name] for name in LOCALE if environ.get(name)), "")
    return "es" if locale.split("_")[0].split(".")[0].lower() == "es" else "en"


def words(lang: Lang | None, *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> "Words":
    """How to speak on stdout, or on another stream.

    A terminal has its width, and colours unless NO_COLOR is set or TERM is dumb; a file or a pipe has neither.
    """
    from forex.commands.words import Words

    if not (stream or sys.stdout).isatty():
        return Words(spoken(lang, environ))
    colour = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return Words(spoken(lang, environ), width=_width(stream or sys.stdout), colour=colour)


def _width(stream: TextIO) -> int | None:
    return shutil.get_terminal_size().columns if stream.isatty() else None


def show(content: Mapping[str, Any], text: Callable[[Any], str], *, as_json: bool) -> None:
    """Print the content of a command on stdout, as JSON or as `text` puts it.

    text: gets the content with every string escaped; only what it adds itself can end a line or have a colour.

    Where a table is wider than the terminal, a line on stderr says so.

    Raises UsageError where stdout takes no more.
    """
    if as_json:
        _print(_for_json(json.dumps(content, indent=2, ensure_ascii=False)))
        return
    shown = text(_escaped(content))
    _print(shown)
    width = _width(sys.stdout)
    widest = wide("\n".join(row for row in shown.split("\n") if ROW.search(row)))
    if width is not None and widest > width:
        progress(f"The table has {widest} columns and the terminal {width}: widen it, or read it with `| less -S`.")


def _print(said: str) -> None:
    try:
        typer.echo(said)
    except OSError as error:
        raise UsageError(
            f"{os_fault(error, 'stdout')} What was asked for is done; what there is to say of it is lost."
        ) from error


def tell(content: Mapping[str, Any], text: Callable[[Any, "Words"], str], lang: Lang | None, *, as_json: bool) -> None:
    """As `show`, with `text` in the language that was asked for."""
    show(content, lambda found: text(found, words(lang)), as_json=as_json)


def progress(said: str) -> None:
    """Say on stderr, in one line, how far a command has come."""
    aside(line(said))


def failed(message: str) -> None:
    """Say on stderr why a command failed; the message may have several lines."""
    aside(lines(f"forex: {message}"))


def visible_lines(text: str) -> str:
    """The text as `visible` makes it, but with its line breaks kept."""
    return "\n".join(visible(part) for part in text.split("\n"))


def _escaped(content: Any) -> Any:
    """The content of a command with all its strings, keys included, made visible."""
    if isinstance(content, Mapping):
        return {_escaped(name): _escaped(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_escaped(value) for value in content]
    return visible(content) if isinstance(content, str) else content


def _for_json(text: str) -> str:
    """The JSON with the other characters escaped that a terminal acts on; `json` itself escapes those below the space."""
    return "".join(
        json.dumps(sign)[1:-1] if sign != "\n" and unicodedata.category(sign) in INVISIBLE else sign for sign in text
    )
