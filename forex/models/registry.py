"""The models that the files of this folder declare, and those of them that params.yaml lists."""

from forex.core.declarations import declarations
from forex.core.errors import ParamsError
from forex.models.protocol import Declaration, Model
from forex.params import Fit, Settings


def declared() -> dict[str, Declaration]:
    """Every model by name, listed or not."""
    return declarations("forex.models", "MODEL", Declaration)


def settings() -> Settings:
    """The settings that each model may have in the block `fit`, for `load_params`."""
    return {name: model.settings for name, model in declared().items()}


def build(fit: Fit) -> dict[str, Model]:
    """The listed models in the order of params.yaml.  fit: read with what `settings()` gives.

    Raises ParamsError naming a model whose base has no settings in `fit`.
    """
    return {name: _made(name, fit) for name in fit.models}


def _made(name: str, fit: Fit) -> Model:
    model = declared()[name]
    base = () if model.base is None else (_base(name, model.base, fit),)
    return model.make(*base, *(() if model.settings is None else (fit.own(name, model.settings),)))


def _base(name: str, base: str, fit: Fit) -> Model:
    if declared()[base].settings is not None and base not in fit.given():
        raise ParamsError(f"params.yaml: fit: models lists {name}, expected the settings of {base}, which it changes.")
    return _made(base, fit)
