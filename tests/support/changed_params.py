"""The leaves of params.yaml, and a small project whose stages run in this process with some of them changed."""

import copy
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.made_up import ROOT

Content = dict[str, Any]

STAGES: Content = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
COMMITTED: Content = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def leaves(block: Content, prefix: str = "") -> Iterator[str]:
    for name, value in block.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def changed(content: Content, values: Mapping[str, Any]) -> Content:
    """A copy of `content` with each dotted key set to its value."""
    content = copy.deepcopy(content)
    for key, value in values.items():
        *blocks, name = key.split(".")
        block = content
        for part in blocks:
            block = block[part]
        assert name in block, f"{key} is not a key of params.yaml"
        block[name] = value
    return content


LEAVES = list(leaves(COMMITTED))
OPERATIONS: Content = YAML(typ="safe").load((ROOT / "operations.yaml").read_text(encoding="utf-8"))


@dataclass
class Folder:
    """A project's folder and the params that its stages read there."""

    path: Path
    params: Content

    def write(self, values: Mapping[str, Any]) -> None:
        text = json.dumps(changed(self.params, values))  # JSON is YAML
        (self.path / "params.yaml").write_text(text, encoding="utf-8")


def run(stage: str) -> None:
    importlib.import_module(f"stages.{stage}").main()
