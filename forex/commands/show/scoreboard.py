"""`forex scoreboard`: the published forecast against every benchmark, read back from reports/validation.json."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from forex.commands.tables import markdown
from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.reports import plain, read_report
from forex.evaluation import findings
from forex.evaluation.report import HorizonScores, ModelScores, OverallScores, Rule, Scoreboard, Tail, ValidationReport
from forex.timeline.calendar import horizon_days

VALIDATION = Path("reports/validation.json")
SHOWN_LEVEL = findings.LEVEL  # of the interval scores
WIDTH = 132  # characters of a line of prose
SMALLEST = 0.001  # p-values below are shown as such


def view() -> dict[str, Any]:
    """By horizon: matured forecasts, coverage by level with its standard error, and the difference to each benchmark. A horizon at
    which nothing has matured stands in `acceptance` alone.

    said: what follows from all of it, in sentences.
    """
    validation = read_report(VALIDATION, ValidationReport)
    horizons = sorted((name for name, one in validation.horizons.items() if one.n), key=horizon_days)
    return {
        "origins_from": validation.origins_from,
        "levels": list(validation.levels),
        "horizons": {
            horizon: _row(validation.horizons[horizon], validation.verdicts.get(horizon, {})) for horizon in horizons
        },
        "acceptance": acceptance(validation),
        "said": [plain(said) for said in (findings.gain(validation), findings.without_evidence(validation)) if said],
    }


def acceptance(validation: Scoreboard) -> dict[str, Any]:
    """How many acceptance rules hold, of how many, and each that does not: its horizon, name and verdict, and what was found."""
    hold, of = findings.rules_held(validation)
    rest = [
        {"horizon": one.horizon, "rule": one.rule, "verdict": one.verdict, **plain(one.says)}
        for one in findings.rules_open(validation)
    ]
    return {"hold": hold, "of": of, "open": rest}


def held(content: Mapping[str, Any]) -> str:
    """
    >>> held({"hold": 63, "of": 65, "open": []})
    '63 of 65 acceptance rules hold'
    """
    return f"{content['hold']} of {content['of']} acceptance rules hold"


def _row(figures: HorizonScores, rules: Mapping[str, Rule]) -> dict[str, Any]:
    models = figures.models
    own = models[PUBLISHED].overall
    at_95 = own.by_level.get(SHOWN_LEVEL)
    return {
        "forecasts": own.n,
        "due": figures.n_due,
        "without_actual": figures.n_without_actual,
        "coverage": {
            percent(level): {"share": at.coverage, "standard_error": at.coverage_se}
            for level, at in own.by_level.items()
        },
        "tails": {
            percent(level): {
                "nominal": round((1 - level) / 2, 9),
                **{side: _tail(tail) for side, tail in at.tails.items()},
            }
            for level, at in own.by_level.items()
            if f"above_{percent(level)}" in rules
        },
        "crps": own.crps,
        "crps_anchor_pct": own.crps_anchor_pct,
        "interval_score_95": at_95.interval_score if at_95 else None,
        "half_width_95": at_95.half_width if at_95 else None,
        "miss_penalty_95": at_95.miss_penalty if at_95 else None,
        "against": {name: _against(own, models[name]) for name in RIVALS if name in models},
    }


def _tail(tail: Tail) -> dict[str, Any]:
    band = None if tail.low is None or tail.high is None else [tail.low, tail.high]
    return {"share": tail.share, "band": band}


def _against(own: OverallScores, rival: ModelScores) -> dict[str, float | None]:
    """In per cent by which our mean scores are above the rival's; negative is better."""
    mine, theirs = (overall.by_level.get(SHOWN_LEVEL) for overall in (own, rival.overall))
    by_loss = rival.published_against.by_loss
    crps, interval = by_loss.get("crps"), by_loss.get(findings.LOSS)
    return {
        "crps_pct": _excess(own.crps, rival.overall.crps),
        "interval_score_95_pct": _excess(mine.interval_score, theirs.interval_score) if mine and theirs else None,
        "crps_p": crps.holm_p if crps else None,
        "interval_score_95_p": interval.holm_p if interval else None,
    }


def _excess(own: float, rival: float) -> float | None:
    return 100 * (own / rival - 1) if rival else None


def text(content: Mapping[str, Any]) -> str:
    """Markdown tables that read well on a terminal, too: coverage, tails, and the differences in CRPS and in interval score.

    Then the sentences on them, and every acceptance rule that does not hold.
    """
    levels = [f"{100 * level:g}" for level in content["levels"]]
    coverage = [
        [
            "horizon",
            "forecasts",
            "no actual",
            *(f"{level} % covers" for level in levels),
            "CRPS, CLP",
            "of anchor",
            "IS95, CLP",
            "width + misses",
        ]
    ]
    judged = {level: one["nominal"] for row in content["horizons"].values() for level, one in row["tails"].items()}
    ends = [
        (level, side, f"{side} q{quantile:g}, %")
        for level, nominal in judged.items()
        for side, quantile in (("below", nominal), ("above", 1 - nominal))
    ]
    tails = [["outcomes", *(head for *_, head in ends)]]
    crps = [["CRPS against", *RIVALS]]
    interval = [["IS95 against", *RIVALS]]
    for horizon, row in content["horizons"].items():
        covered = [_coverage(row["coverage"].get(level)) for level in levels]
        coverage.append(
            [
                horizon,
                str(row["forecasts"]),
                _share(row["without_actual"], row["due"]),
                *covered,
                f"{row['crps']:.2f}",
                f"{row['crps_anchor_pct']:.2f} %",
                _plain(row["interval_score_95"]),
                _split(row["half_width_95"], row["miss_penalty_95"]),
            ]
        )
        tails.append([horizon, *(_banded(row["tails"].get(level, {}).get(side)) for level, side, _ in ends)])
        rivals = [row["against"].get(name, {}) for name in RIVALS]
        crps.append([horizon, *(_signed(rival.get("crps_pct")) + _p(rival.get("crps_p")) for rival in rivals)])
        interval.append(
            [
                horizon,
                *(
                    _signed(rival.get("interval_score_95_pct")) + _p(rival.get("interval_score_95_p"))
                    for rival in rivals
                ),
            ]
        )
    shown = [markdown(rows) for rows in (coverage, tails, crps, interval) if len(rows) > 1 and len(rows[0]) > 1]
    return "\n\n".join(
        [
            *(shown or [f"No forecast made from {content['origins_from']} on has matured."]),
            *(fill(said["says"], WIDTH) for said in content["said"]),
            *_rules(content["acceptance"]),
        ]
    )


def _rules(content: Mapping[str, Any]) -> list[str]:
    if not content["open"]:
        return [f"{held(content)}."]
    rows = [["horizon", "rule", "verdict", "found"]]
    rows += [[one["horizon"], one["rule"], one["verdict"], one["says"]] for one in content["open"]]
    return [f"{held(content)}; the others:", markdown(rows)]


def _share(part: int | None, whole: int | None) -> str:
    return "not evaluated" if part is None or not whole else f"{100 * part / whole:.1f} %"


def _split(half_width: float | None, misses: float | None) -> str:
    """The interval score's two parts: how wide the intervals are, and what their misses cost.

    >>> _split(9.2, 3.1)
    '18.4 + 3.1'
    """
    return "not evaluated" if half_width is None or misses is None else f"{2 * half_width:.1f} + {misses:.1f}"


def _coverage(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return "not evaluated"
    error = "" if entry["standard_error"] is None else f" ± {100 * entry['standard_error']:.1f}"
    return f"{100 * entry['share']:.1f}{error}"


def _banded(tail: Mapping[str, Any] | None) -> str:
    """
    >>> _banded({"share": 0.127, "band": [0.106, 0.147]})
    '12.7 (10.6 - 14.7)'
    """
    if tail is None:
        return "not evaluated"
    band = "" if tail["band"] is None else " ({:.1f} - {:.1f})".format(*(100 * end for end in tail["band"]))
    return f"{100 * tail['share']:.1f}{band}"


def _plain(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:+.1f} %"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f" (p < {SMALLEST:g})" if value < SMALLEST else f" (p {value:.3f})"
