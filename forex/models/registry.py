"""The models by the name they have in params.yaml; a new one is a file here and an entry below."""

from collections.abc import Callable
from typing import cast

from forex import params
from forex.models.chronos import Chronos
from forex.models.garch_t import GarchT
from forex.models.naive import Predecessor, RandomWalk, RandomWalkDrift
from forex.models.nowcast import Nowcast
from forex.models.protocol import Model
from forex.models.theta import Theta


def build(fit: params.Fit) -> dict[str, Model]:
    """The enabled models in the order of params.yaml."""
    known: dict[str, Callable[[], Model]] = {
        "random_walk": RandomWalk,
        "random_walk_drift": RandomWalkDrift,
        "predecessor": Predecessor,
        "garch_t": lambda: GarchT(fit.garch_t),
        "nowcast": lambda: Nowcast(fit.nowcast),
        # Params have made sure that an enabled challenger has settings.
        "theta": lambda: Theta(cast(params.Theta, fit.theta)),
        "chronos": lambda: Chronos(cast(params.Chronos, fit.chronos)),
    }
    return {name: known[name]() for name in fit.models}
