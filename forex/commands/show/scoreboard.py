"""`forex scoreboard`: the published forecast against every benchmark, read back from reports/validation.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import markdown
from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.reports import read_report
from forex.evaluation.report import ModelScores, OverallScores, ValidationReport
from forex.timeline.calendar import horizon_days

VALIDATION = Path("reports/validation.json")
SHOWN_LEVEL = 0.95  # of the interval scores
SMALLEST = 0.001  # p-values below are shown as such


def view() -> dict[str, Any]:
    """By horizon: matured forecasts, coverage by level with its standard error, and the difference to each benchmark."""
    validation = read_report(VALIDATION, ValidationReport)
    horizons = sorted(validation.horizons, key=horizon_days)
    return {
        "origins_from": validation.origins_from,
        "levels": list(validation.levels),
        "horizons": {horizon: _row(validation.horizons[horizon].models) for horizon in horizons},
    }


def _row(models: Mapping[str, ModelScores]) -> dict[str, Any]:
    own = models[PUBLISHED].overall
    at_95 = own.by_level.get(SHOWN_LEVEL)
    return {
        "forecasts": own.n,
        "coverage": {
            percent(level): {"share": at.coverage, "standard_error": at.coverage_se}
            for level, at in own.by_level.items()
        },
        "crps": own.crps,
        "interval_score_95": at_95.interval_score if at_95 else None,
        "half_width_95": at_95.half_width if at_95 else None,
        "miss_penalty_95": at_95.miss_penalty if at_95 else None,
        "against": {name: _against(own, models[name]) for name in RIVALS if name in models},
    }


def _against(own: OverallScores, rival: ModelScores) -> dict[str, float | None]:
    """In per cent by which our mean scores are above the rival's; negative is better."""
    mine, theirs = (overall.by_level.get(SHOWN_LEVEL) for overall in (own, rival.overall))
    crps = rival.published_against.by_loss.get("crps")
    return {
        "crps_pct": _excess(own.crps, rival.overall.crps),
        "interval_score_95_pct": _excess(mine.interval_score, theirs.interval_score) if mine and theirs else None,
        "crps_p": crps.holm_p if crps else None,
    }


def _excess(own: float, rival: float) -> float | None:
    return 100 * (own / rival - 1) if rival else None


def text(content: Mapping[str, Any]) -> str:
    """Three Markdown tables that read well on a terminal, too: coverage, CRPS and interval score of the differences."""
    levels = [f"{100 * level:g}" for level in content["levels"]]
    coverage = [
        ["horizon", "forecasts", *(f"{level} % covers" for level in levels), "CRPS, CLP", "IS95, CLP", "width + misses"]
    ]
    crps = [["CRPS against", *RIVALS]]
    interval = [["IS95 against", *RIVALS]]
    for horizon, row in content["horizons"].items():
        covered = [_coverage(row["coverage"].get(level)) for level in levels]
        coverage.append(
            [
                horizon,
                str(row["forecasts"]),
                *covered,
                f"{row['crps']:.2f}",
                _plain(row["interval_score_95"]),
                _split(row["half_width_95"], row["miss_penalty_95"]),
            ]
        )
        rivals = [row["against"].get(name, {}) for name in RIVALS]
        crps.append([horizon, *(_signed(rival.get("crps_pct")) + _p(rival.get("crps_p")) for rival in rivals)])
        interval.append([horizon, *(_signed(rival.get("interval_score_95_pct")) for rival in rivals)])
    return "\n\n".join(markdown(rows) for rows in (coverage, crps, interval))


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


def _plain(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:+.1f} %"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f" (p < {SMALLEST:g})" if value < SMALLEST else f" (p {value:.3f})"
