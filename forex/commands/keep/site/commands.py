"""The commands with their options, from the command line itself, and the exit codes, from the errors."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from forex.core import errors


def page() -> str:
    """A section for every command, and a table of exit codes."""
    from forex.commands.cli import app

    blocks = [
        "# Every command and option",
        "",
        "As `forex COMMAND --help` says it; [what they are for](../commands.md).",
        "",
    ]
    for name, command in every(typer.main.get_command(app), "forex"):
        blocks += [f"## {name}", "", " ".join((command.help or "").split()), ""]
        rows = [
            f"| `{', '.join(parameter.opts)}`{_metavar(parameter)} | {_cell(getattr(parameter, 'help', None))} |"
            for parameter in command.params
        ]
        if rows:
            blocks += ["| option | what it does |", "| --- | --- |", *rows, ""]
    blocks += ["## Exit codes", "", "| code | error | when |", "| --- | --- | --- |", *exit_codes()]
    return "\n".join(blocks) + "\n"


def every(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each command that is not a group, with its full name, such as `forex params check`."""
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    for inner, below in command.commands.items():
        yield from every(below, f"{name} {inner}")


def exit_codes() -> list[str]:
    """A row for each class of errors: its code, its name, and what the tree at the top of the module says of it."""
    said = {}
    for line in (errors.__doc__ or "").splitlines():
        words = line.lstrip("│├└─ ").split(maxsplit=2)
        if len(words) == 3 and words[1].isdigit():
            said[words[0]] = (words[1], words[2])
    return [
        f"| {code} | `{name}` | {when} |" for name, (code, when) in sorted(said.items(), key=lambda entry: entry[1][0])
    ]


def _metavar(parameter: Any) -> str:
    return f" {parameter.metavar}" if parameter.metavar else ""


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
