"""A project in live use: its own params.yaml, a store, and a web server in place of every provider."""

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from forex.commands.live import fetch
from forex.operations import declared_providers
from tests.support.changed_params import COMMITTED, OPERATIONS, Content, changed
from tests.support.live.web import Web
from tests.support.made_up import AS_OF, ROOT, with_holidays

PROVIDERS = tuple(declared_providers())
ACCOUNT = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"}


@dataclass
class Live:
    root: Path
    site: Web
    params: Content = field(default_factory=lambda: changed(COMMITTED, {"as_of": AS_OF}))
    operations: Content = field(default_factory=lambda: OPERATIONS)

    def set(self, **values: Any) -> None:
        """Set dotted keys, with "__" for the dot, and write params.yaml and operations.yaml; JSON is YAML."""
        dotted = {key.replace("__", "."): value for key, value in values.items()}
        operational = {key: value for key, value in dotted.items() if key.partition(".")[0] in self.operations}
        self.operations = changed(self.operations, operational)
        self.params = changed(self.params, {key: value for key, value in dotted.items() if key not in operational})
        for name, content in (("params", self.params), ("operations", self.operations)):
            (self.root / f"{name}.yaml").write_text(json.dumps(content), encoding="utf-8")

    def fetch(self, now: dt.datetime, environ: dict[str, str] = ACCOUNT, **options: Any) -> dict[str, Any]:
        self.said: list[str] = []
        client = lambda: self.site.client(attempts=2)  # noqa: E731
        return fetch.view(self.said.append, clock=lambda: now, environ=environ, client=client, **options)

    @property
    def store(self) -> Path:
        return self.root / self.params["ingest"]["store"]


def live_project(root: Path, site: Web, series: dict[str, list[str]]) -> Live:
    """`series`: what params.yaml's fetch.series holds; the others are not in the store's series.yaml."""
    with_holidays(root)
    template = YAML(typ="safe").load((ROOT / "data/live_series.yaml").read_text(encoding="utf-8"))
    listed = {name: entry for name, entry in template.items() if name in series or name == "usdclp_spot"}
    (root / "data/live_series.yaml").write_text(json.dumps(listed), encoding="utf-8")
    project = Live(root, site)
    project.set(
        ingest__store="data/store",
        fetch__providers={name: f"{site.url}/{name}" for name in PROVIDERS},
        fetch__network__hosts=["localhost"],
        fetch__first="2024-11-01",
        fetch__series=series,
    )
    return project
