"""From what models say to what is published.

It takes raw quantiles, regimes and matured outcomes, and gives calibrated quantiles by horizon with delayed feedback, the
factors of stressed regimes, the published forecast, and a report on all of it.
"""
