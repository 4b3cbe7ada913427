"""What a process costs: everything from its start to its end, imports included.

Linux counts what a process was before it became its command into its largest resident set, so a large parent would hide what its
child needs. This module run as a script is the small parent between them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True)
class Cost:
    """What a process took from its start to its end."""

    seconds: float  # on the wall
    processor: float  # seconds of processor time, which a busy machine stretches less
    megabytes: float  # largest resident set (ru_maxrss), in 10⁶ bytes

    def __add__(self, other: "Cost") -> "Cost":
        """The cost of one process after the other: the sum of their times, the larger of their memories."""
        return Cost(
            self.seconds + other.seconds, self.processor + other.processor, max(self.megabytes, other.megabytes)
        )


def cost(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> Cost:
    """Run `command` in `cwd` and measure it.  Ends this process, with the command's messages, where it fails."""
    watched = [sys.executable, "-I", "-S", __file__, *command]
    done = subprocess.run(watched, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return Cost(**json.loads(done.stdout))


def _watch(command: Sequence[str]) -> None:
    """Run `command`, its messages on stderr, and print its Cost as JSON."""
    start = perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr)
    _, status, used = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(1)
    unit = 1 if sys.platform == "darwin" else 1024
    spent = {"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss * unit / 1e6}
    print(json.dumps(spent))


if __name__ == "__main__":
    _watch(sys.argv[1:])
