"""Calibrated forecasts of the dólar observado (USD/CLP), as a library of pure functions."""

from forex.core.runtime import pin, restart_pinned, runs_a_stage

pin()
if runs_a_stage():
    restart_pinned()

__version__ = "0.1.0"
