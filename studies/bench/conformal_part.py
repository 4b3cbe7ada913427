"""`python -m studies.bench.conformal_part FILE`: the stage calibrate, with a stopwatch around its calls of `conformal`.

Run where fit has been; writes the sums of wall and processor seconds to FILE.
"""

from forex.core.runtime import restart_pinned

restart_pinned()

import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from time import perf_counter, process_time  # noqa: E402
from typing import Any  # noqa: E402

from forex.statistics import conformal  # noqa: E402
from stages.calibrate import main  # noqa: E402

PARTS = ("standardised_quantiles", "pooled", "quantiles")  # what calibrate calls
spent = [0.0, 0.0]


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, adding the wall and processor seconds of each call to `spent`."""

    def call(*arguments: Any, **options: Any) -> Any:
        before = perf_counter(), process_time()
        result = function(*arguments, **options)
        spent[0] += perf_counter() - before[0]
        spent[1] += process_time() - before[1]
        return result

    return call


for name in PARTS:
    setattr(conformal, name, timed(getattr(conformal, name)))
main()
Path(sys.argv[1]).write_text(f"{spent[0]} {spent[1]}\n", encoding="utf-8")
