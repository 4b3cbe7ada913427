"""How a stage ends: its exit code, and a message instead of a traceback."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from forex.core.errors import EXIT_INTERNAL, EXIT_OK, ForexError, UsageError, os_fault


def run(stage: Callable[[], None]) -> None:
    """Call `stage` and end the process with 0, with a ForexError's code and message, or with 5 and the traceback of a defect."""
    try:
        stage()
    except ForexError as error:
        print(f"{_name()}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        print(f"{_name()}: {os_fault(error)}", file=sys.stderr)
        sys.exit(UsageError.exit_code)
    except Exception:
        traceback.print_exc()
        print("A defect of forex itself: please report the lines above.", file=sys.stderr)
        sys.exit(EXIT_INTERNAL)
    sys.exit(EXIT_OK)


def _name() -> str:
    return Path(sys.argv[0]).stem
