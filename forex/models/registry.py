"""The models that the files of this folder declare, and those of them that params.yaml lists."""

from forex.core.declarations import declarations
from forex.models.protocol import Declaration, Model
from forex.params import Fit, Settings


def declared() -> dict[str, Declaration]:
    """Every model by name, listed or not."""
    return declarations("forex.models", "MODEL", Declaration)


def settings() -> Settings:
    """What each may have in the block `fit`, for `load_params`."""
    return {name: model.settings for name, model in declared().items()}


def build(fit: Fit) -> dict[str, Model]:
    """The listed models in the order of params.yaml.  fit: read with `settings`."""
    known = declared()
    return {name: _made(name, known[name], fit) for name in fit.models}


def _made(name: str, model: Declaration, fit: Fit) -> Model:
    return model.make() if model.settings is None else model.make(fit.own(name, model.settings))
