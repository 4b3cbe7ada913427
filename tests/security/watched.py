"""Runs stages and writes down what an attacker would want them to do: `python watched.py FILE STAGE...` in a project.

Each line of FILE is an audit event (PEP 578) as JSON: the stage, the event, what it was about, and the module that caused it.
PLANTED holds code that is executed after the stages, in the name of a module of ours: so that a test sees what is watched.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

# A process, a connection, an object that is made from bytes.
ALWAYS = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn",
    "subprocess.Popen", "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
    "urllib.Request", "pickle.find_class", "marshal.load", "dbm.open",
}  # fmt: skip
OF_OURS = {"exec", "compile"}  # every import compiles and executes a module: what counts is code that our own lines run
OURS = ("forex", "stages")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    def __init__(self, said: Path):
        self.file = said.open("a", encoding="utf-8", buffering=1)
        self.project = Path.cwd().resolve()
        self.stage = ""
        self.busy = False  # what is written down is no event

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            caller = str(sys._getframe(1).f_globals.get("__name__"))
            if event in ALWAYS or (event in OF_OURS and caller.partition(".")[0] in OURS):
                self.note(event, arguments, caller)
            elif event == "open" and arguments[2] & WRITING and isinstance(arguments[0], str | bytes):
                place = os.path.realpath(os.fsdecode(arguments[0]))
                if place != os.devnull and not Path(place).is_relative_to(self.project):
                    self.note("written outside of the project", place, caller)
        finally:
            self.busy = False

    def note(self, event: str, about: Any, caller: str) -> None:
        found = {"stage": self.stage, "event": event, "about": repr(about)[:200], "caller": caller}
        self.file.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    watch = Watch(Path(sys.argv[1]))
    sys.addaudithook(watch)
    for watch.stage in sys.argv[2:]:
        importlib.import_module(f"stages.{watch.stage}").main()
    watch.stage = "planted"
    exec(os.environ.get("PLANTED", ""), {"__name__": "forex.planted"})
