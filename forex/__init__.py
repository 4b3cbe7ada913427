"""Calibrated forecasts of the dólar observado (USD/CLP), as a library of pure functions."""

from forex.core.runtime import collect_no_cycles, pin, restart_pinned, runs_a_stage

pin()
if runs_a_stage():
    restart_pinned()
    collect_no_cycles()

__version__ = "0.1.0"
