"""The templates of `dvc plots`: what is committed is what the charts say, and DVC's own renderer fills it into a drawing."""

import csv
import json
import re
from xml.etree import ElementTree

import pytest
import vl_convert
from dvc_render.vega import VegaRenderer
from ruamel.yaml import YAML

from forex.commands.keep.plots_templates import FOLDER, templates
from forex.regimes.regimes import REGIMES
from forex.report.charts import REVISIONS
from forex.report.drawing import ON_WHITE
from forex.report.plots import plots
from tests.support.made_up import ROOT

DECLARED = {
    name: plot
    for entry in YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["plots"]
    for name, plot in entry.items()
}


def drawn(name: str, revisions: list[str]) -> str:
    """SVG of a plot as `dvc plots` shows it, each revision with the committed rows."""
    declared = DECLARED[name]
    [(path, y)] = declared["y"].items()
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    data = [row | {"rev": revision} for revision in revisions for row in rows]
    filled = VegaRenderer(
        data,
        name,
        x=declared["x"],
        y=y,
        title=declared["title"],
        template=declared["template"],
        template_dir=ROOT / FOLDER,
    ).partial_html()
    assert "<DVC_METRIC" not in filled
    return vl_convert.vegalite_to_svg(filled, allowed_base_urls=[])


def test_every_declared_plot_has_a_template_of_its_columns():
    found = plots()
    assert {name: plot["template"] for name, plot in DECLARED.items()} == {name: name for name in found}
    for name, plot in DECLARED.items():
        assert (plot["x"], *plot["y"].values()) == (found[name].x, found[name].y)


def test_committed_templates_are_what_the_charts_say():
    committed = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / FOLDER).iterdir()}
    assert committed == templates(), "run `make plots`"


@pytest.mark.slow
@pytest.mark.parametrize("name", DECLARED)
def test_a_filled_template_draws_each_revision_in_its_colour_and_names_it(name):
    text = drawn(name, ["workspace", "v1"])
    ElementTree.fromstring(text)
    assert f">{DECLARED[name]['title']}<" in text
    assert ">workspace<" in text and ">v1<" in text
    assert "NaN" not in text
    if name != "regimes":
        for colour in REVISIONS[:2]:
            assert len(re.findall(f'(?:fill|stroke)="{colour}"', text)) >= 2  # of the legend, and of what it explains
    assert REVISIONS[1] not in drawn(name, ["workspace"]) or name == "regimes"


def test_regimes_are_shaded_in_the_colours_of_their_legend():
    text = drawn("regimes", ["workspace"])
    shown = (ROOT / "reports/plots/regimes.csv").read_text(encoding="utf-8")
    for regime, colour in list(zip(REGIMES, ON_WHITE.regimes, strict=True))[1:]:
        assert f">{regime}<" in text
        assert text.count(f'fill="{colour}"') >= (2 if f",{regime}," in shown else 1)


@pytest.mark.parametrize(("name", "panels"), [("reliability", 5), ("pit", 5), ("rolling_coverage", 5), ("scores", 5)])
def test_panels_are_the_horizons_the_shortest_first(name, panels):
    titles = re.findall(r">(\d+d)<", drawn(name, ["workspace"]))
    assert titles == sorted(titles, key=lambda title: int(title[:-1])) and len(titles) == panels


def test_templates_hold_no_rows():
    assert all(len(json.loads(text).get("datasets", {})) <= 1 and len(text) < 20_000 for text in templates().values())
