"""Time as Santiago keeps it: business days, cut-offs, origins, horizons, targets, and when a forecast has matured.

`calendar` takes dates and gives dates and instants in UTC; `holidays` reads the committed list of holidays that they rest on.
"""
