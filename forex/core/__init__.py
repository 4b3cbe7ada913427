"""What everything stands on: names, the quantile grid, errors with their exit codes, files, locks, the clock, the pinned runtime.

It takes nothing from the rest of the library and knows nothing of exchange rates. Files are written and read in `files`,
reports in `reports`, the wall clock is read in `clock` alone, and `stage` runs a stage.
"""
