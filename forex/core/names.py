"""The names of forecasts and levels that mean the same in every package: params.yaml, calibrated.parquet, every report.

A model has the name of its file in forex/models; only these mean more than that.
"""

RANDOM_WALK = "random_walk"  # what skill is measured against, and what tells a rougher market from a worse forecast
# What others are measured against: they pass through calibration unchanged, under these names, so that anyone can recompute them.
GARCH_T = "garch_t"
BENCHMARKS = (RANDOM_WALK, "random_walk_drift", "predecessor", GARCH_T)

NOWCAST = "nowcast"  # what is known of the coming rate; the centre of the benchmarks below
CENTRED = (RANDOM_WALK, GARCH_T)  # benchmarks that are also there with the nowcast's centre, under a name of their own

ENSEMBLE = "ensemble"
PUBLISHED = "published"


def calibrated_name(model: str) -> str:
    """A calibrated benchmark has a name of its own; any other model keeps its name.

    >>> calibrated_name("garch_t"), calibrated_name("nowcast")
    ('garch_t_conformal', 'nowcast')
    """
    return f"{model}_conformal" if model in BENCHMARKS else model


def centred_name(model: str) -> str:
    """A benchmark around the nowcast instead of the anchor: it knows as much, its intervals are its own.

    >>> centred_name("garch_t")
    'garch_t_nowcast'
    """
    return f"{model}_{NOWCAST}"


RIVALS = (*BENCHMARKS, *map(centred_name, CENTRED))  # what `published` is compared with


def percent(level: float) -> str:
    """A level in per cent, as the names of metrics and fields hold it.

    >>> percent(0.95)
    '95'
    """
    return f"{100 * level:g}"
