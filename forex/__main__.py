"""`forex` on the command line: a ForexError ends with its exit code and one message on stderr, never a traceback."""

import sys

from forex.errors import ForexError


def main() -> None:
    from forex.cli import app

    try:
        app()
    except ForexError as error:
        print(f"forex: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
