"""The templates of `dvc plots`, made from the charts of the page: `python -m forex.commands.keep.plots_templates` renews them."""

import json
from pathlib import Path

from forex.core.disk import write_text
from forex.report.plots import plots, template

FOLDER = Path(".dvc/plots")


def templates() -> dict[str, str]:
    """By name of the file, each template as text."""
    made = {f"{name}.json": template(plot) for name, plot in plots().items()}
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in made.items()}


if __name__ == "__main__":
    for name, text in templates().items():
        write_text(FOLDER / name, text)
