"""Blocks in which files of other packages have settings: a model in `fit`, an alert rule in `alerts`, a regime rule in `regimes`.

Here such settings are a mapping under the file's name, and nothing more is known of them: a step that does not run the file need
not know them, nor run again when it changes. A step that does run it gives `load_params` what the files declare; the settings are
then typed objects, checked with the rest of params.yaml, and what no file declares is refused.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BeforeValidator, ConfigDict, create_model
from pydantic_core import PydanticCustomError

from forex.params.types import Block

Own = TypeVar("Own", bound=Block)
# By the name of the file: what it declares, None where it has no settings.
Settings = Mapping[str, type[Block] | None]


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("extra_forbidden", "neither a key that anything reads nor a block of settings")
    return value


class OpenBlock(Block):
    """A block whose other keys hold settings that files declare."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[dict[str, Any], BeforeValidator(_mapping)]]
    declared: ClassVar[Settings | None] = None

    @classmethod
    def closed(cls, declared: Settings, *, optional: bool = False) -> type["OpenBlock"]:
        """This block with the settings of each file that has some, required unless `optional`, and no other key."""
        kinds = {name: kind for name, kind in declared.items() if kind is not None}
        fields: dict[str, Any] = {name: (kind | None, None) if optional else kind for name, kind in kinds.items()}
        block = create_model(cls.__name__, __base__=cls, __cls_kwargs__={"extra": "forbid"}, **fields)
        block.declared = declared
        return block

    def own(self, name: str, kind: type[Own]) -> Own:
        """The settings under `name`, which a file declares as `kind`.

        Raises TypeError where params.yaml was read without what files declare.
        """
        settings = getattr(self, name)
        if not isinstance(settings, kind):
            raise TypeError(f"{name} is {settings!r}; read params.yaml with what the files of its block declare")
        return settings

    def given(self) -> Mapping[str, Any]:
        """The settings that params.yaml holds, by name of their file."""
        if self.declared is None:
            return self.__pydantic_extra__
        return {name: getattr(self, name) for name in self.declared if getattr(self, name, None) is not None}
