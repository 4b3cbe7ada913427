"""Whether the forecasts are still as good as they were: degradation, a sequential alarm on coverage, drift of the returns, alerts.

It takes matured forecasts and the panel, and gives the performance report and the alerts, with the same verdict whenever it is
asked for.
"""
