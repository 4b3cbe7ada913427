"""The record of forecasts that were really issued: appended to, never rewritten.

`rows` are lines of text, checked field by field; `ledger` reads and appends; `scores` holds what was issued beside the
backtest.
"""
