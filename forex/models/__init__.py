"""The models, one file each: history up to an origin in, predictive quantiles out.

`protocol` says what a model gets and gives, `registry` finds them by the names of params.yaml.
"""
