"""The names of forecasts and levels that mean the same in every package: params.yaml, calibrated.parquet, every report.

A model has the name of its file in forex/models; only these mean more than that.
"""

RANDOM_WALK = "random_walk"  # what skill is measured against, and what tells a rougher market from a worse forecast
# What others are measured against: they pass through calibration unchanged, under these names, so that anyone can recompute them.
BENCHMARKS = (RANDOM_WALK, "random_walk_drift", "predecessor", "garch_t")

ENSEMBLE = "ensemble"
PUBLISHED = "published"


def calibrated_name(model: str) -> str:
    """A calibrated benchmark has a name of its own; any other model keeps its name.

    >>> calibrated_name("garch_t"), calibrated_name("nowcast")
    ('garch_t_conformal', 'nowcast')
    """
    return f"{model}_conformal" if model in BENCHMARKS else model


def percent(level: float) -> str:
    """A level as names carry it.

    >>> percent(0.95)
    '95'
    """
    return f"{100 * level:g}"
