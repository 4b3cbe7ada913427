"""Commands of live use: fetching, issuing, a day as a whole, past days.

They take what services and people provide, and the last run's forecast, and add rows to the store and lines to the ledger; neither
is ever rewritten.
"""
