"""Commands of live use: fetch, issue, a day as a whole, past days.

They take what services and people say and the last run's forecast, and add rows to the store and lines to the ledger; neither is
ever rewritten.
"""
