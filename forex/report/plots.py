"""The templates of `dvc plots`, .dvc/plots/*.json: the charts of `forex.report.charts` with DVC's places for rows and title.

What is drawn is described there; a plot here says which columns are dates and numbers, for DVC puts in the text of a CSV file,
and which are the x and y that dvc.yaml names. `python -m forex.commands.keep.plots_templates` writes the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from forex.core.names import RANDOM_WALK
from forex.regimes.regimes import REGIMES
from forex.report import charts, drawing
from forex.report.rows import REVISION, Later

COLOURS = drawing.ON_WHITE
ROWS = Later()
SHARED = {"name": charts.LATER}


@dataclass(frozen=True)
class Plot:
    """A chart for `dvc plots`.

    x, y: columns of the CSV file, as dvc.yaml names them.  dates, numbers: columns that are not text.
    """

    chart: Any
    x: str
    y: str
    numbers: tuple[str, ...]
    dates: tuple[str, ...] = ()


def plots() -> dict[str, Plot]:
    """The plots of dvc.yaml, by name."""
    in_order = {"groupby": [REVISION], "sort": [{"field": "origin_date"}]}
    spans = (
        ROWS.then(  # a span runs from the first origin of a regime to the next regime's first, or to the last origin
            {"joinaggregate": [{"op": "max", "field": "origin_date", "as": "newest"}], "groupby": [REVISION]},
            {"window": [{"op": "lag", "field": "regime", "as": "before"}], **in_order},
            {"filter": "datum.regime != datum.before"},
            {"window": [{"op": "lead", "field": "origin_date", "as": "next"}], **in_order},
            {"filter": f"datum.regime != '{REGIMES[0]}'"},
            {"calculate": "datum.origin_date", "as": "start"},
            {"calculate": "datum.next || datum.newest", "as": "end"},
        )
    )
    fan = charts.fan_chart(ROWS, colours=COLOURS, width=1000, height=320)
    reliability = charts.reliability_chart(ROWS, against=RANDOM_WALK, colours=COLOURS, size=190)
    rolling = charts.rolling_chart(ROWS, colours=COLOURS, width=330, height=160)
    regimes = charts.regime_chart(ROWS, spans, colours=COLOURS, width=1000, height=180)
    pit = charts.pit_chart(ROWS, colours=COLOURS, width=190, height=140)
    scores = charts.scores_chart(ROWS, colours=COLOURS, width=150, step=14)
    return {
        "fan": Plot(fan, "date", "value", ("value", "lower", "upper", "level"), ("date",)),
        "pit": Plot(charts.by_horizon(pit, columns=5), "pit", "share", ("pit", "share")),
        "regimes": Plot(regimes, "origin_date", "volatility_ratio", ("volatility_ratio",), ("origin_date",)),
        "reliability": Plot(
            charts.by_horizon(reliability, columns=5), "level", "coverage", ("level", "coverage", "low", "high")
        ),
        "rolling_coverage": Plot(
            charts.by_horizon(rolling, columns=3), "origin_date", "coverage", ("coverage", "level"), ("origin_date",)
        ),
        "scores": Plot(
            charts.by_horizon(scores, columns=5, own_x=True),
            "horizon",
            "crps_skill_pct",
            ("n", "crps", "crps_se", "crps_skill_pct"),
        ),
    }


def template(plot: Plot) -> dict[str, JsonValue]:
    """The chart with DVC's anchors for the title, the rows and the fields x and y."""
    parse = dict.fromkeys(plot.dates, "utc:'%Y-%m-%d'") | dict.fromkeys(plot.numbers, "number")
    anchored = _anchored(drawing.specification(plot.chart, COLOURS), {plot.x: anchor("x"), plot.y: anchor("y")})
    rows = {"values": anchor("data"), "format": {"parse": parse}}
    return dict(anchored) | {"title": anchor("title"), "data": rows}


def anchor(name: str) -> str:
    """What DVC replaces in a template, <DVC_METRIC_X> for x."""
    return f"<DVC_METRIC_{name.upper()}>"


def _anchored(part: Any, anchors: Mapping[str, str]) -> Any:
    """The specification with anchors in place of fields, its layers taking the rows of the whole."""
    if isinstance(part, list):
        return [_anchored(item, anchors) for item in part]
    if not isinstance(part, dict):
        return part
    found = {name: _anchored(value, anchors) for name, value in part.items() if (name, value) != ("data", SHARED)}
    if "type" in found and found.get("field") in anchors:
        # A channel's, not that of a transform, whose expressions name it.
        found["field"] = anchors[found["field"]]
    return found
