"""Why a published forecast is what it is.

It takes what the last run wrote, remakes the parts that no file holds with the run's own code, refuses where they disagree, and
gives accounts in CLP per USD: from the anchor to the median, from the median to each end of an interval, and what changed in a
day.
"""
