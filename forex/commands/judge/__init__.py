"""Commands whose exit code is a verdict, and what may follow from one.

They take the reports of the last run, a challenger's forecasts or another revision, and give 0 where nothing speaks against it,
else another code with the reasons; `calibrate` and `promote` may then change params.yaml.
"""
