"""One arithmetic on every machine: CPU dispatch and threads are pinned before numpy loads.

numpy, OpenBLAS and the C library pick their kernels by the CPU they find, and results differ in the last bit between kernels.
`begin` runs when the package `forex` is imported, before any module of it can import numpy. The C library chooses when a process
starts: `restart_pinned` therefore runs a stage's process once more with the choice made.
"""

import atexit
import gc
import os
import re
import sys
import zoneinfo
from collections.abc import Mapping, Sequence

PINNED = {
    # numpy 2.4's names. A CPU without one of them makes older versions warn on import: it is "already so".
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    # exp, log and pow of glibc have variants with fused multiply-add; names that a version does not know are ignored.
    # And it keeps what is freed, arrays up to 32 MB, for the next array: giving it back and asking anew costs a tenth of a stage.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX512F,-AVX_Usable,-AVX2_Usable,-FMA_Usable,-FMA4_Usable"
    ":glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=4294967296",
}


def begin() -> None:
    """What importing `forex` does, and all that it does: its `__init__.py` calls this and holds the version."""
    pin()
    if runs_a_stage():
        restart_pinned()
        collect_no_cycles()


def pin() -> None:
    """Set the pinned variables, whatever the caller's environment says; a process that already has numpy keeps its own.

    Zones are read from the locked tzdata, never from the machine's own, which may be older.
    """
    zoneinfo.reset_tzpath(to=())
    if "numpy" not in sys.modules:
        os.environ.update({name: value for name, value in PINNED.items() if name != "GLIBC_TUNABLES"})
        os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # numpy refuses to load with both lists


def restart_pinned() -> None:
    """Start this process again with the C library's choice pinned, unless it was started so; it returns only then."""
    if os.environ.get("GLIBC_TUNABLES") != PINNED["GLIBC_TUNABLES"] or sys.flags.optimize:
        _restart(PINNED)


def restart_whole() -> None:
    """Start this process again with docstrings and assertions, where it was started without: -O, -OO, PYTHONOPTIMIZE.

    The help of the commands stands in their docstrings, and altair does not load without its own.
    """
    if sys.flags.optimize:
        _restart({})


def _restart(also: Mapping[str, str]) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONOPTIMIZE"}
    os.execve(sys.executable, unoptimized(sys.orig_argv), {**environ, **also})


def unoptimized(words: Sequence[str]) -> list[str]:
    """The words that start Python, without its options -O and -OO.

    >>> unoptimized(["python", "-OO", "-uO", "-X", "utf8", "-m", "forex", "-O"])
    ['python', '-u', '-X', 'utf8', '-m', 'forex', '-O']
    """
    interpreter, *rest = words
    kept = [interpreter]
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c"):
        option = rest.pop(0)
        if option in ("-X", "-W"):
            kept += [option, *rest[:1]]
            rest = rest[1:]
        elif re.fullmatch("-[A-Za-z]+", option):
            kept += [shorter] if (shorter := option.replace("O", "")) != "-" else []
        else:
            kept.append(option)
    return [*kept, *rest]


def runs_a_stage() -> bool:
    """Whether this process was started as `python -m stages.NAME`."""
    words = sys.orig_argv[1:]
    while words and words[0] != "-m" and words[0].startswith("-"):  # Python's own options, such as -OO or -X dev
        words = words[2 if words[0] in ("-X", "-W") else 1 :]
    return len(words) > 1 and words[0] == "-m" and words[1].startswith("stages.")


def collect_no_cycles() -> None:
    """Stop the search for reference cycles, of which a stage's few seconds leave hardly any: it takes a tenth of the time.

    Objects that nothing refers to are freed all the same. When the process ends, Python searches once more; by then everything is
    frozen, and there is nothing to search.
    """
    gc.disable()
    atexit.register(gc.freeze)
