"""Which observations may be used: a bad row is set aside with its reason, a bad table stops the run.

`suites` says what is expected of a series, `expectations` asks Great Expectations (no other module knows it), `suspension`
decides on large moves, `validate` judges, `page` shows. `warnings` compares the newest inputs with what is usual.
"""
