"""`mapie_steps.py TASK ANSWER METHOD`: MAPIE's time series intervals, one step ahead, METHOD "enbpi" or "aci".

A regression on the newest return, fitted on the first TRAINED origins and then updated origin by origin, as its documentation
shows. Several horizons at once it refuses, and its message goes to ANSWER. Needs requirements-bench.txt.
"""

import sys
import warnings

import numpy as np
from mapie.regression import TimeSeriesRegressor
from mapie.subsample import BlockBootstrap
from sklearn.linear_model import LinearRegression

TRAINED = 1000
LEVELS = [0.8, 0.95]

warnings.simplefilter("ignore")  # one of `update` at every step
task, method = np.load(sys.argv[1]), sys.argv[3]
seen, outcome = task["last_return"][:, None], task["1d_outcome"]


def regressor() -> TimeSeriesRegressor:
    """A regressor with METHOD's intervals, not yet fitted."""
    blocks = BlockBootstrap(n_resamplings=10, n_blocks=10, random_state=1)
    return TimeSeriesRegressor(LinearRegression(), method=method, cv=blocks, agg_function="mean", random_state=1)


training = np.flatnonzero(np.isfinite(outcome[:TRAINED]))
model = regressor().fit(seen[training], outcome[training])
bounds = np.full((len(outcome), 2, len(LEVELS)), np.nan)
for i in range(TRAINED, len(outcome)):
    bounds[i] = model.predict(seen[i : i + 1], ensemble=True, confidence_level=LEVELS, allow_infinite_bounds=True)[1][0]
    if np.isfinite(outcome[i]):
        if method == "aci":
            model.adapt_conformal_inference(seen[i : i + 1], outcome[i : i + 1], gamma=0.01, confidence_level=LEVELS)
        model.update(seen[i : i + 1], outcome[i : i + 1], ensemble=True)

several = np.stack([outcome, np.nan_to_num(task["7d_outcome"])], axis=1)[training]
try:
    regressor().fit(seen[training], several)
    notes = []
except ValueError as error:
    notes = [f"MAPIE makes one step; two horizons at once it refuses: {error}"]
answer = {"1d_lower": bounds[:, 0], "1d_upper": bounds[:, 1]}
np.savez(sys.argv[2], **answer, origins=len(outcome) - TRAINED, notes=np.array(notes, str))
