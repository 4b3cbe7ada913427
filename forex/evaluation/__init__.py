"""How good the forecasts were: coverage, scores against benchmarks, tests, and the acceptance rules.

It takes calibrated.parquet and gives the validation report, its metrics and its plot data.
"""
