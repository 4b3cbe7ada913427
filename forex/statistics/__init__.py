"""Estimation, scoring and inference on arrays, knowing nothing of files or params.

It takes moves, outcomes and quantiles, and gives volatilities, regressions, calibrated half-widths, scores with their standard
errors, tests that allow for overlapping forecasts, and probabilities read off a predictive distribution.
"""
