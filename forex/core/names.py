"""The names of models and levels, as params.yaml, calibrated.parquet and every report use them."""

RANDOM_WALK = "random_walk"  # what skill is measured against, and what tells a rougher market from a worse forecast
# These pass through calibration unchanged, under these names, so that anyone can recompute them.
BENCHMARKS = (RANDOM_WALK, "random_walk_drift", "predecessor", "garch_t")
MODELS = (*BENCHMARKS, "nowcast", "theta", "chronos")

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
