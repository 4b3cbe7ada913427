"""Whether what operations.yaml has run by itself are commands of `forex`, with options that they have."""

import shlex
from collections.abc import Mapping
from typing import Any

from forex.core.errors import ParamsError
from forex.operations import OPERATIONS_FILE, Operations


def options() -> Mapping[str, frozenset[str]]:
    """Of each command of `forex`, by its name: "forecast", "params check"."""
    import typer.main

    from forex.commands.cli import app

    found: dict[str, frozenset[str]] = {}
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        if inner := getattr(command, "commands", None):
            waiting += [(f"{name} {one}".strip(), below) for one, below in inner.items()]
        else:
            found[name] = frozenset(
                one for parameter in command.params for one in parameter.opts if one.startswith("--")
            )
    return found


def check_commands(operations: Operations) -> None:
    """Raises ParamsError naming a job's command that `forex` does not have, or an option that the command does not have."""
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
