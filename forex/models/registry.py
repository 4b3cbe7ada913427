"""The models by the name they have in params.yaml; a new one is a file here and an entry below."""

from forex.models.garch_t import GarchT
from forex.models.naive import Predecessor, RandomWalk, RandomWalkDrift
from forex.models.nowcast import Nowcast
from forex.models.protocol import Model
from forex.params import Fit


def build(fit: Fit) -> dict[str, Model]:
    """The enabled models in the order of params.yaml."""
    known: dict[str, Model] = {
        "random_walk": RandomWalk(),
        "random_walk_drift": RandomWalkDrift(),
        "predecessor": Predecessor(),
        "garch_t": GarchT(fit.garch_t),
        "nowcast": Nowcast(fit.nowcast),
    }
    return {name: known[name] for name in fit.models}
