"""A project in live use: its own params.yaml, a store, and a web server in place of every provider."""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import ROOT
from ruamel.yaml import YAML
from web import Web

from forex import fetch_view
from forex.params import load_params

PROVIDERS = ("bcch", "mindicador", "fred", "yahoo", "ecb", "jsdelivr")
ACCOUNT = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2"}


@dataclass
class Live:
    root: Path
    site: Web

    def set(self, **values: Any) -> None:
        """Set dotted keys, with "__" for the dot."""
        content = YAML(typ="safe").load((self.root / "params.yaml").read_text(encoding="utf-8"))
        for key, value in values.items():
            *blocks, name = key.split("__")
            block = content
            for one in blocks:
                block = block[one]
            block[name] = value
        with (self.root / "params.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(content, file)

    def fetch(self, now: dt.datetime, environ: dict[str, str] = ACCOUNT) -> dict[str, Any]:
        self.said: list[str] = []
        client = lambda: self.site.client(attempts=2)  # noqa: E731
        return fetch_view.view(self.said.append, clock=lambda: now, environ=environ, client=client)

    @property
    def store(self) -> Path:
        return self.root / load_params().ingest.store


def live_project(root: Path, site: Web, series: dict[str, list[dict[str, Any]]]) -> Live:
    """`series`: what params.yaml's fetch.series holds; the others are not in the store's series.yaml."""
    shutil.copy(ROOT / "params.yaml", root / "params.yaml")
    (root / "data").mkdir(exist_ok=True)
    template = YAML(typ="safe").load((ROOT / "data/live_series.yaml").read_text(encoding="utf-8"))
    listed = {name: entry for name, entry in template.items() if name in series or name == "usdclp_spot"}
    with (root / "data/live_series.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(listed, file)
    project = Live(root, site)
    project.set(
        ingest__store="data/store",
        fetch__providers={name: f"{site.url}/{name}" for name in PROVIDERS},
        fetch__network__hosts=["localhost"],
        fetch__first="2024-11-01",
        fetch__series=series,
    )
    return project
