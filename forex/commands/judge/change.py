"""`make ci-report`: what a change does to the forecast, against another revision, as one comment in gate.md.

The gate's verdict in words, outputs that were not committed, the parameters that differ, the metrics that moved. Ends with the code
of `forex gate`, or 1 where the committed outputs are not those of a run.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from forex.commands.judge import gate
from forex.core.disk import write_text
from forex.core.edges.validators import revision
from forex.core.errors import EXIT_OK, ForexError, GateFailed, OtherData

REPORT = Path("gate.md")
LONGEST = 60_000  # characters; no service takes a comment of more than 65,536
OUTPUTS = ("dvc.lock", "reports")


def report(base: str, links: str = "") -> tuple[str, int]:
    """The comment on what the working tree changes against the revision `base`, and the exit code that goes with it.

    links: what comes before the path of a picture in a link.
    """
    verdict, code = _verdict(base, links)
    uncommitted = _uncommitted()
    blocks = [verdict, uncommitted, _folded("Parameters that differ", "params", base)]
    text = "\n\n".join(filter(None, blocks))
    metrics = _folded("Metrics that moved", "metrics", base, room=LONGEST - len(text))
    return "\n\n".join(filter(None, [text, metrics])) + "\n", code or (GateFailed.exit_code if uncommitted else EXIT_OK)


def _verdict(base: str, links: str) -> tuple[str, int]:
    try:
        content = gate.view(base)
    except ForexError as error:
        return f"### Nothing was compared with `{base}`\n\n{error}", error.exit_code
    code = OtherData.exit_code if content["other_data"] else GateFailed.exit_code if content["failed"] else EXIT_OK
    return gate.markdown(content, links=links), code


def _uncommitted() -> str:
    """A paragraph on the committed outputs that a run has just made differently; nothing where there are none."""
    words = ("git", "status", "--porcelain", "--", *OUTPUTS)
    changed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    if not changed:
        return ""
    named = "\n".join(f"- `{line[3:]}`" for line in changed)
    return f"**The committed outputs are not those that this code makes.** Run `dvc repro` and commit:\n\n{named}"


def _folded(title: str, what: str, base: str, room: int = LONGEST) -> str:
    """What `dvc params diff` or `dvc metrics diff` says, as far as there is room; nothing where nothing differs."""
    words = ("dvc", what, "diff", "--md", base)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"`{' '.join(words)}` failed: {done.stderr.strip().splitlines()[-1]}" if done.stderr.strip() else ""
    head, *rows = [
        " | ".join(cell.strip() for cell in line.split("|")).strip() for line in done.stdout.strip().splitlines()
    ]
    count = len(rows) - 1  # below the rule
    if count < 1:
        return ""
    start = f"<details><summary>{title}: {count}</summary>\n\n{head}\n"
    end = "\n</details>"
    left = f"\nAnd more: `{' '.join(words)}` shows them.\n"
    shown: list[str] = []
    used = len(start) + len(left) + len(end)
    for row in rows:
        used += len(row) + 1
        if used > room:
            return "".join([start, "\n".join(shown), "\n", left, end])
        shown.append(row)
    return "".join([start, "\n".join(shown), "\n", end])


def main() -> None:
    """Write the comment to gate.md and to stdout, and end with its exit code; with 2 where the arguments are wrong."""
    parser = argparse.ArgumentParser(prog="python -m forex.commands.judge.change")
    parser.add_argument("base", help="the revision to compare with")
    parser.add_argument("--links", default="", help="what comes before the path of a picture in a link")
    asked = parser.parse_args()
    try:
        revision(asked.base)  # DVC would take what begins with a dash for an option
    except ValueError as error:
        parser.error(str(error))
    text, code = report(asked.base, asked.links)
    write_text(REPORT, text)
    print(text, end="")
    sys.exit(code)


if __name__ == "__main__":
    main()
