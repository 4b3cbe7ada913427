"""The library for a notebook: from a store to calibrated forecasts and their scores, on frames, without DVC.

`steps` has the functions that `import forex` gives; each takes what the one before it returns. `frames` and `arguments` check what
people give them, so that nothing is computed with what is not what it should be.
"""
