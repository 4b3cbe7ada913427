"""The newest origin's forecast in full.

It takes the calibrated quantiles, the panel, the regime and what is usual, and gives the typed report: intervals by horizon, the
ladder of levels, the fan from day to day, how old and how usual its inputs are.
"""
