"""`statsforecast_cv.py TASK ANSWER MODEL EVERY`: cross-validation at every EVERY-th origin, its conformal intervals as they come.

MODEL is "Naive", the random walk and its cheapest, or "AutoETS". Needs requirements-bench.txt.
"""

import sys

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, Naive
from statsforecast.utils import ConformalIntervals

task, every = np.load(sys.argv[1]), int(sys.argv[4])
model = {"Naive": Naive, "AutoETS": AutoETS}[sys.argv[3]]()
horizons = [name.removesuffix("_steps") for name in task.files if name.endswith("_steps")]
steps = {horizon: task[f"{horizon}_steps"] for horizon in horizons}
longest = max(int(of_horizon.max()) for of_horizon in steps.values())
levels = (80, 95)

observado, anchor_at = task["observado"], task["anchor_at"]
frame = pd.DataFrame({"unique_id": "usdclp", "ds": np.arange(len(observado)), "y": observado})
last = len(observado) - longest - 1  # the last cut-off from which its longest forecast ends within the series
first = int(anchor_at[0])
made = StatsForecast(models=[model], freq=1).cross_validation(
    df=frame,
    h=longest,
    n_windows=(last - first) // every + 1,
    step_size=every,
    level=list(levels),
    prediction_intervals=ConformalIntervals(h=longest, n_windows=2),
)
made = made.set_index(["cutoff", "ds"]).sort_index()

answer = {}
for horizon in horizons:
    at = pd.MultiIndex.from_arrays([anchor_at, anchor_at + steps[horizon]])
    for end, name in (("lower", "lo"), ("upper", "hi")):
        values = made.reindex(at)[[f"{sys.argv[3]}-{name}-{level}" for level in levels]].to_numpy()
        answer[f"{horizon}_{end}"] = values - observado[anchor_at][:, None]
notes = np.array([], str)
np.savez(sys.argv[2], **answer, origins=made.index.get_level_values("cutoff").nunique(), notes=notes)
