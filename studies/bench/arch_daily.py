"""`arch_daily.py TASK ANSWER`: what most people write with `arch`, a loop that fits GARCH(1,1)-t at every origin.

The variance over h steps is the sum of its forecast daily variances. Imports nothing of this repository.
"""

import sys

import numpy as np
from arch import arch_model
from scipy.stats import t

task = np.load(sys.argv[1])
horizons = [name.removesuffix("_steps") for name in task.files if name.endswith("_steps")]
steps = {horizon: task[f"{horizon}_steps"] for horizon in horizons}
longest = max(int(of_horizon.max()) for of_horizon in steps.values())
levels = np.array([0.8, 0.95])

half_widths = {horizon: np.empty((len(task["known"]), len(levels))) for horizon in horizons}
for i, known in enumerate(task["known"]):
    model = arch_model(task["returns"][:known], mean="Zero", vol="GARCH", p=1, q=1, dist="t", rescale=False)
    fitted = model.fit(disp="off", show_warning=False)
    variance = np.cumsum(fitted.forecast(horizon=longest, reindex=False).variance.to_numpy()[0])
    nu = fitted.params["nu"]
    factors = t.ppf((1 + levels) / 2, nu) * np.sqrt((nu - 2) / nu) / 100
    for horizon in horizons:
        half_widths[horizon][i] = np.sqrt(variance[steps[horizon][i] - 1]) * factors

answer = {f"{horizon}_lower": -half_widths[horizon] for horizon in horizons}
answer |= {f"{horizon}_upper": half_widths[horizon] for horizon in horizons}
np.savez(sys.argv[2], **answer, origins=len(task["known"]), notes=np.array([], str))
