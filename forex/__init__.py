"""Calibrated forecasts of the dólar observado (USD/CLP), as a library on frames.

>>> import forex
>>> series = forex.read_store()                            # the sample; or the path of a store of yours
>>> panel = forex.panel(series, as_of="2009-03-31")        # a row per business day: what its cut-off knew
>>> raw = forex.fit(panel, horizons=["7d"])                # every model at every origin, as 25 quantiles
>>> calibrated = forex.calibrate(raw, panel)               # widths that the past proves; the model `published`
>>> forex.latest(calibrated)[["target_date", "median", "lower_80", "upper_80"]].rows()
[(datetime.date(2009, 4, 7), 578.89, 561.78, 595.9)]

The functions live in `forex.library.steps`, which is imported when the first of them is asked for. Import `forex` before numpy: it
pins numpy's arithmetic. A stage's process pins the C library's too, so that a last digit may differ from what the pipeline writes.
"""

from typing import Any

from forex.core import runtime

runtime.begin()

__version__ = "0.1.0"
__all__ = ["calibrate", "fit", "latest", "panel", "read_store", "score"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("forex.library.steps"), name)
    raise AttributeError(f"module 'forex' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
