"""One arithmetic on every machine: CPU dispatch and threads are pinned before numpy loads.

numpy and OpenBLAS pick their kernels by the CPU they find, and sums differ in the last bit between kernels. `pin` runs when the
package `forex` is imported, which is before any module of it can import numpy.
"""

import os
import sys

# The names are numpy 2.4's. A CPU without one of the features makes numpy warn on import; the warning means "already so".
PINNED = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}


def pin() -> None:
    """Set the pinned variables, whatever the caller's environment says; a process that already has numpy keeps its own."""
    if "numpy" not in sys.modules:
        os.environ.update(PINNED)
        os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # numpy refuses to load with both lists
