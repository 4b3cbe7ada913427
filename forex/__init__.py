"""Calibrated forecasts of the dólar observado (USD/CLP), as a library of pure functions."""

from forex.core import runtime

runtime.begin()

__version__ = "0.1.0"
