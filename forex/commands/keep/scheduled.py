"""Whether the jobs of operations.yaml run commands that `forex` has, with options that those commands have."""

import shlex
from collections.abc import Mapping
from typing import Any

from forex.core.errors import ParamsError
from forex.operations import OPERATIONS_FILE, Operations


def options() -> Mapping[str, frozenset[str]]:
    """The long options of each command of `forex`, by its name: "forecast", "params check"."""
    import typer.main

    from forex.commands.cli import app

    found: dict[str, frozenset[str]] = {}
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        if inner := getattr(command, "commands", None):
            waiting += [(f"{name} {word}".strip(), below) for word, below in inner.items()]
        else:
            found[name] = frozenset(
                option for parameter in command.params for option in parameter.opts if option.startswith("--")
            )
    return found


def check_commands(operations: Operations) -> None:
    """Raise ParamsError naming a job's command that `forex` does not have, or an option that the command does not have."""
    known = options()
    for job, settings in operations.schedule.jobs.items():
        for command in settings.commands:
            words = shlex.split(command)
            name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), None)
            where = f'{OPERATIONS_FILE}: schedule.jobs.{job}.commands: "{command}"'
            if name is None:
                raise ParamsError(f"{where} is no command of forex; forex --help lists them.")
            unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known[name]]
            if unknown:
                raise ParamsError(f"{where}: forex {name} has no option {unknown[0]}; forex {name} --help lists them.")
