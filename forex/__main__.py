"""`forex` on the command line: whatever ends it has its exit code and a message on stderr, never a traceback."""

import sys
from typing import TextIO, cast


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    try:
        _run()
    except KeyboardInterrupt:
        from forex.core.errors import EXIT_INTERRUPTED

        sys.exit(EXIT_INTERRUPTED)


def _run() -> None:
    from forex.core.runtime import restart_whole

    restart_whole()
    from forex.commands.cli import app
    from forex.commands.terminal import failed
    from forex.core.edges.ending import Unheeded, ended_by, let_go_of_streams
    from forex.core.errors import UsageError

    stdout = sys.stdout
    try:
        if stdout is None:
            raise UsageError("stdout is closed: nothing could be said, so nothing was done.")
        sys.stdout = cast(TextIO, Unheeded(stdout))
        app()
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # polars' panic is no Exception
        message, code = ended_by(error)
        failed(message)
        sys.exit(code)
    finally:
        sys.stdout = stdout
        let_go_of_streams()


if __name__ == "__main__":
    main()
