"""The weekly validation report: what the backtest says against its targets, its newest folds, and what changed since the last one.

It takes the reports of a run, calibrated.parquet and the history of weekly reports, and gives a page, a PDF of it where WeasyPrint
works, and the history with one more row. No stage makes it; `forex report weekly` does.
"""
