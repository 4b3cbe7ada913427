"""YAML that may come from anywhere: plain values, no more and no deeper than its limits.

The events of the text are counted before anything is made of it, each alias as what it stands for: what would expand to gigabytes,
or holds itself, is refused while it is still a line of text. Tags (`!!int x`) are refused, too: no file of this project has one,
and what they make of a value is up to the parser.
"""

from typing import Any

from forex.core.edges.limits import YAML_BYTES, YAML_DEPTH, YAML_NODES
from forex.core.edges.shown import shown
from forex.core.errors import DataError, ForexError, yaml_fault


def parsed(text: str, where: object, *, fault: type[ForexError] = DataError, mend: str = "") -> Any:
    """The value of YAML text: mappings, lists, texts, numbers, dates, true, false and null.

    where: what messages begin with.  mend: what to do where it cannot be read.  Raises `fault` where it is not such YAML, naming
    the line where there is one; and, naming the limit, where it is too large or too deep.
    """
    from ruamel.yaml import YAML

    if len(text) > YAML_BYTES.most:
        raise fault(YAML_BYTES.passed(where, len(text)))
    try:
        _counted(text, where, fault)
        return YAML(typ="safe").load(text)
    except ForexError:
        raise
    except Exception as error:  # whatever a parser's constructor stumbles over, such as a 31st of November
        said = _culprit(text) or yaml_fault(error)
        raise fault(f"{where}: not readable as YAML: {said}{'. ' if mend else ''}{mend}") from error


def _counted(text: str, where: object, fault: type[ForexError]) -> None:
    """Raise `fault` where the text expands to too much, holds itself, or has a tag."""
    from ruamel.yaml import YAML
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

    nodes = 0
    size: dict[str, int] = {}  # by anchor
    begun: list[tuple[str | None, int]] = []  # open collections: anchor, and number of nodes before
    for event in YAML(typ="safe").parse(text):
        if isinstance(event, CollectionEndEvent):
            anchor, before = begun.pop()
            if anchor is not None:
                size[anchor] = nodes - before
        elif isinstance(event, AliasEvent):
            if event.anchor in {anchor for anchor, _ in begun}:
                raise fault(f"{where}: {_place(event)}: *{event.anchor} stands inside of what it stands for.")
            nodes += size.get(event.anchor, 1)
        elif isinstance(event, NodeEvent):
            if (tag := getattr(event, "tag", None)) is not None:
                raise fault(f"{where}: {_place(event)}: the tag {shown(str(tag))} is not read. Write the value alone.")
            if isinstance(event, CollectionStartEvent):
                begun.append((event.anchor, nodes))
            elif event.anchor is not None:
                size[event.anchor] = 1
            nodes += 1
        if len(begun) > YAML_DEPTH.most:
            raise fault(YAML_DEPTH.passed(where, len(begun)))
        if nodes > YAML_NODES.most:
            raise fault(YAML_NODES.passed(where, nodes))


def _culprit(text: str) -> str | None:
    """The first value that cannot be read by itself, with its line; None where the text as a whole is the fault."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import ScalarEvent

    try:
        for event in YAML(typ="safe").parse(text):
            if isinstance(event, ScalarEvent) and event.implicit[0] and not event.style:
                try:
                    YAML(typ="safe").load(event.value)
                except (ArithmeticError, LookupError, ValueError) as error:
                    return f"{_place(event)}: {shown(event.value)}: {error}"
                except YAMLError:
                    continue
    except YAMLError:
        return None
    return None


def _place(event: Any) -> str:
    return f"line {event.start_mark.line + 1}, column {event.start_mark.column + 1}"
