"""`forex` on the command line: what was to be expected ends with its exit code and one message on stderr, never a traceback.

That is a ForexError, and a file that cannot be read or written: a full disk, a missing permission.
"""

import sys

from forex.errors import ForexError, UsageError


def main() -> None:
    from forex.cli import app

    try:
        app()
    except ForexError as error:
        print(f"forex: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(
            f"forex: {where}{error.strerror or error}. Check the path, its permissions and the disk.", file=sys.stderr
        )
        sys.exit(UsageError.exit_code)


if __name__ == "__main__":
    main()
