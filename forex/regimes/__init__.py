"""The market regime of every origin, from what was known at its cut-off.

It takes the panel and the lists of policy meetings and announced interventions, and gives one regime a day with its confidence
and the signals behind it.
"""
