"""`forex` on the command line: what was to be expected ends with its exit code and one message on stderr, never a traceback.

That is a ForexError, and a file that cannot be read or written: a full disk, a missing permission.
"""

import sys

from forex.core.errors import ForexError, UsageError, os_fault


def main() -> None:
    from forex.commands.cli import app
    from forex.commands.terminal import failed

    try:
        app()
    except ForexError as error:
        failed(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        failed(os_fault(error))
        sys.exit(UsageError.exit_code)


if __name__ == "__main__":
    main()
