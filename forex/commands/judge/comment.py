"""`forex gate --markdown`: the verdict as a comment on a change, for readers who know neither the code nor its metrics' names.

First whether the forecast became worse, and in what; then by how much, a row per figure and a column per horizon; then where to
look. Every reason and every metric, by its name, is folded away below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forex.challenge import gate
from forex.commands.tables import markdown as table
from forex.core.names import PUBLISHED
from forex.evaluation.rule_words import in_words

PICTURES = {
    "reports/figures/reliability.svg": "how often outcomes fell inside the intervals: the points belong on the diagonal",
    "reports/figures/forecast.svg": "the newest forecast with its intervals",
}
COMPLAINTS = {  # what is worse, in the words and the order of the headline
    "missing": "figures are missing",
    "coverage": "{} outcomes than the intervals say fall inside them",
    "score": "the forecast is less accurate, or its intervals cost more",
    "rule": "acceptance rules no longer hold",
    "monitor": "the monitor speaks up",
    "nowcast": "the nowcast explains less of the next move",
    "other": "other figures are not what they were",
}


@dataclass(frozen=True)
class Figure:
    """What a metric is for a reader: which complaint it stands for, its row, how its numbers are written.

    scale: what a number is multiplied by.  unit: what is written behind it.
    """

    complaint: str
    row: str
    scale: float = 1.0
    unit: str = ""
    digits: int = 2


FIGURES = {
    "coverage_50": Figure("coverage", "Outcomes inside the 50 % interval", 100, " %", 1),
    "coverage_80": Figure("coverage", "Outcomes inside the 80 % interval", 100, " %", 1),
    "coverage_95": Figure("coverage", "Outcomes inside the 95 % interval", 100, " %", 1),
    "crps": Figure("score", "Error of the whole forecast (CRPS), in pesos; lower is better", digits=3),
    "interval_score_95": Figure(
        "score", "Width and misses of the 95 % interval (IS95), in pesos; lower is better", digits=1
    ),
    "crps_skill_pct": Figure("score", "CRPS below that of a rate that stays where it is; higher is better", unit=" %"),
    "n": Figure("other", "Forecasts that are scored", digits=0),
    "r2": Figure("nowcast", "What the nowcast explains of the move; higher is better", 100, " %", 1),
}
FLAGS = {
    "alarm": Figure("monitor", "the sequential alarm is on"),
    "degraded": Figure("monitor", "DEGRADED"),
    "critical": Figure("monitor", "CRITICAL"),
}
RULE = "accept_"


@dataclass(frozen=True)
class Metric:
    """The name of a metric taken apart, `report.horizon.model.name`, without the report."""

    horizon: str
    model: str
    name: str

    @property
    def figure(self) -> Figure | None:
        """What the metric is for a reader; None where there are no words for it.

        That is a metric of another model, or one that only a rule of the user's own is about.
        """
        if self.model not in (PUBLISHED, "nowcast"):
            return None
        if self.name.startswith(RULE):
            return Figure("rule", in_words(self.name.removeprefix(RULE)).says)
        return FIGURES.get(self.name) or FLAGS.get(self.name)


def metric(name: str) -> Metric:
    """A metric by its dotted name; a part that the name does not have is empty.

    >>> metric("validation.7d.published.crps")
    Metric(horizon='7d', model='published', name='crps')
    """
    _, horizon, model, rest = (name.split(".", 3) + ["", "", ""])[:4]
    return Metric(horizon, model, rest)


def comment(content: Mapping[str, Any], everything: Sequence[Sequence[str]], links: str = "") -> str:
    """The comment, as Markdown.

    content: of `forex.commands.judge.gate.view`.  everything: its table, head first, to be folded away.  links: what comes before
    the path of a file in a link, such as https://github.com/me/forex/blob/main.
    """
    base, head = (_revision(content[part]) for part in ("base", "head"))
    if content["other_data"]:
        return "\n\n".join(
            [f"### Not compared: {head} was run on other observations than {base}", *_other_data(content)]
        )
    worse = [entry for entry in content["compared"] if entry["verdict"] == gate.WORSE]
    blocks = [_headline(content, worse, base, head), *_numbers(content["compared"]), *_sentences(content, worse)]
    if content["reasons"]:
        blocks.append(_where_to_look(links))
    if content["other_data"] is None:
        blocks.append("One of the two does not state its observations, so that nobody knows whether both had the same.")
    return "\n\n".join([*blocks, *_folded(content, everything)])


def _headline(content: Mapping[str, Any], worse: Sequence[Mapping[str, Any]], base: str, head: str) -> str:
    if not content["reasons"]:
        moved = sum(entry["verdict"] != gate.SAME for entry in content["compared"])
        how = f"{moved} of them moved, within what is allowed" if moved else "none of them moved"
        return f"### The forecast is no worse: {head} against {base}\n\n{len(content['compared'])} metrics compared; {how}."
    found = {_complaint(entry["metric"]) for entry in worse}
    found |= {"missing"} if len(worse) < len(content["reasons"]) else set()
    said = "; ".join(text.format(_share(worse)) for name, text in COMPLAINTS.items() if name in found)
    return f"### The forecast is worse: {head} against {base}\n\nBeyond chance and the tolerances of `params.yaml`: {said}."


def _share(worse: Sequence[Mapping[str, Any]]) -> str:
    fewer = {entry["head"] < entry["base"] for entry in worse if _complaint(entry["metric"]) == "coverage"}
    return "fewer or more" if len(fewer) > 1 else "fewer" if fewer == {True} else "more"


def _complaint(name: str) -> str:
    figure = metric(name).figure
    return "other" if figure is None else figure.complaint


def _numbers(compared: Sequence[Mapping[str, Any]]) -> list[str]:
    """A row for each figure that moved, a column for each horizon, BASE → HEAD; what is worse is bold."""
    moved: dict[str, dict[str, str]] = {}
    for name, figure in FIGURES.items():
        for entry in compared:
            found = metric(entry["metric"])
            if found.name == name and found.figure == figure and entry["verdict"] not in (gate.SAME, gate.NEW):
                moved.setdefault(figure.row, {})[found.horizon] = _cell(entry, figure)
    if not moved:
        return []
    horizons = sorted({name for row in moved.values() for name in row}, key=_days)
    rows = [
        ["before → now", *horizons],
        *([row, *(cells.get(name, "") for name in horizons)] for row, cells in moved.items()),
    ]
    bold = any("**" in cell for row in moved.values() for cell in row.values())
    note = "Bold is worse than allowed; the rest moved within it." if bold else "All of it is within what is allowed."
    return [table(rows), f"Each column is a horizon. {note}"]


def _cell(entry: Mapping[str, Any], figure: Figure) -> str:
    before, after = (f"{figure.scale * entry[part]:.{figure.digits}f}" for part in ("base", "head"))
    said = f"{before} → {after}{figure.unit}"
    return f"**{said}**" if entry["verdict"] == gate.WORSE else said


def _sentences(content: Mapping[str, Any], worse: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is not a number: rules that turned, what the monitor says, what is missing, what there are no words for."""
    turned: dict[str, dict[str, list[str]]] = {"rule": {}, "monitor": {}}
    other = []
    for entry in worse:
        found = metric(entry["metric"])
        figure = found.figure
        if figure is None:
            other.append(f"`{entry['metric']}`: {entry['base']:.6g} → {entry['head']:.6g}")
        elif figure.complaint in turned:
            turned[figure.complaint].setdefault(figure.row, []).append(found.horizon)
    named = {
        "Acceptance rules that held before": turned["rule"],
        "What the monitor says of the last weeks": turned["monitor"],
    }
    count = len({metric(entry["metric"]).horizon for entry in content["compared"]})
    lines = [f"- {title}: {_at_horizons(found, count)}." for title, found in named.items() if found]
    lines += [f"- Not as it was: {change}." for change in other]
    broken = content["reasons"][: len(content["reasons"]) - len(worse)]
    lines += [f"- Missing or no number: `{name}`." for name in (reason.partition(": ")[0] for reason in broken)]
    return ["\n".join(lines)] if lines else []


def _at_horizons(found: Mapping[str, Sequence[str]], count: int) -> str:
    """The texts, with those about the same horizons together.  count: how many horizons there are in all."""
    together: dict[tuple[str, ...], list[str]] = {}
    for said, horizons in found.items():
        together.setdefault(tuple(sorted(horizons, key=_days)), []).append(said)
    return "; ".join(
        f"at {'every horizon' if len(horizons) == count else ', '.join(horizons)} {', '.join(sorted(said))}"
        for horizons, said in sorted(together.items(), key=lambda entry: (-len(entry[0]), entry))
    )


def _where_to_look(links: str) -> str:
    prefix = f"{links.rstrip('/')}/" if links else ""
    shown = [f"- [{Path(path).name}]({prefix}{path}): {what}" for path, what in PICTURES.items()]
    return "\n".join(
        [
            "Where to look:",
            "",
            *shown,
            "- `forex scoreboard` on the change: every score with the evidence for a difference",
        ]
    )


def _other_data(content: Mapping[str, Any]) -> list[str]:
    return [
        "Scores on different observations say nothing about each other, so that nothing was compared. How they differ:",
        "\n".join(f"- {difference}" for difference in content["other_data"]),
        "To compare, run the code of BASE on the observations of HEAD, commit that, and compare with it.",
    ]


def _folded(content: Mapping[str, Any], everything: Sequence[Sequence[str]]) -> list[str]:
    blocks = []
    if content["reasons"]:
        named = [f"- `{name}`: {why}" for name, _, why in (line.partition(": ") for line in content["reasons"])]
        title = f"{len(named)} reason{'s' * (len(named) > 1)} by name, BASE before and HEAD now, with what is tolerated"
        blocks.append(_details(title, "\n".join(named)))
    head, *rows = everything
    if rows:
        shown = table([head, *([f"`{row[0]}`", *row[1:]] for row in rows)])
        blocks.append(_details(f"{len(rows)} of {len(content['compared'])} compared metrics, by name", shown))
    return blocks


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _revision(part: Mapping[str, Any]) -> str:
    return f"`{part['revision']}` ({part['commit'][:9]})" if part["commit"] else "this change"


def _days(horizon: str) -> tuple[int, str]:
    digits = "".join(sign for sign in horizon if sign.isdigit())
    return int(digits or 0), horizon
