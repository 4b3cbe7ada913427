"""`forex scoreboard`: the published forecast against every benchmark, read back from reports/validation.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import markdown, prose
from forex.commands.words import ENGLISH, Words
from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.reports import plain, read_report
from forex.core.sentence import Sentence, sentence
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
    horizons = sorted((name for name, scores in validation.horizons.items() if scores.n), key=horizon_days)
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
    """How many acceptance rules hold, of how many, and for each of the others its horizon, name, verdict and what was found."""
    hold, of = findings.rules_held(validation)
    rest = [
        {"horizon": rule.horizon, "rule": rule.rule, "verdict": rule.verdict, **plain(rule.says)}
        for rule in findings.rules_open(validation)
    ]
    return {"hold": hold, "of": of, "open": rest}


def held(content: Mapping[str, Any]) -> Sentence:
    """How many acceptance rules hold, as a sentence.  content: of `acceptance`.

    >>> held({"hold": 63, "of": 65, "open": []}).says
    '63 of 65 acceptance rules hold'
    """
    return sentence("{hold} of {of} acceptance rules hold", hold=content["hold"], of=content["of"])


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
    """By how many per cent our mean scores are above the rival's, negative being better, and Holm's p of the difference."""
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


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """Markdown tables that read well on a terminal, too: coverage, tails, and the differences in CRPS and in interval score.

    Then the sentences on them, how many acceptance rules hold, and each of the others.
    """
    tables = [
        _coverages(content, words),
        _tails(content, words),
        _differences(content, "CRPS", "crps", words),
        _differences(content, "IS95", "interval_score_95", words),
    ]
    shown = [markdown(rows, width=words.width) for rows in tables if len(rows) > 1 and len(rows[0]) > 1]
    nothing = words.say("No forecast made from {day} on has matured.", day=content["origins_from"])
    return "\n\n".join(
        [
            *(shown or ["\n".join(words.wrapped(nothing))]),
            *("\n".join(words.wrapped(words.say(said), WIDTH)) for said in content["said"]),
            *_rules(content["acceptance"], words),
        ]
    )


def _coverages(content: Mapping[str, Any], words: Words) -> list[list[str]]:
    levels = [f"{100 * level:g}" for level in content["levels"]]
    head = [words.say("horizon"), words.say("forecasts"), words.say("no actual")]
    head += [words.say("{level:s} % covers", level=level) for level in levels]
    head += [words.say("CRPS, CLP"), words.say("of anchor"), words.say("IS{level:s}, CLP", level=percent(SHOWN_LEVEL))]
    rows = [[*head, words.say("width + misses")]]
    for horizon, row in content["horizons"].items():
        covered = [_coverage(row["coverage"].get(level), words) for level in levels]
        rows.append(
            [
                horizon,
                str(row["forecasts"]),
                _share(row["without_actual"], row["due"], words),
                *covered,
                words.number(row["crps"], ".2f"),
                f"{words.number(row['crps_anchor_pct'], '.2f')} %",
                _plain(row["interval_score_95"], words),
                _split(row["half_width_95"], row["miss_penalty_95"], words),
            ]
        )
    return rows


def _tails(content: Mapping[str, Any], words: Words) -> list[list[str]]:
    judged = {level: tails["nominal"] for row in content["horizons"].values() for level, tails in row["tails"].items()}
    head = [words.say("outcomes")]
    for nominal in judged.values():
        head.append(words.say("below q{quantile:g}, %", quantile=nominal))
        head.append(words.say("above q{quantile:g}, %", quantile=1 - nominal))
    rows = [head]
    for horizon, row in content["horizons"].items():
        cells = [
            _banded(row["tails"].get(level, {}).get(side), words) for level in judged for side in ("below", "above")
        ]
        rows.append([horizon, *cells])
    return rows


def _differences(content: Mapping[str, Any], score: str, name: str, words: Words) -> list[list[str]]:
    rows = [[words.say("{score:s} against", score=score), *(words.name(rival) for rival in RIVALS)]]
    for horizon, row in content["horizons"].items():
        rivals = [row["against"].get(rival, {}) for rival in RIVALS]
        cells = [_signed(rival.get(f"{name}_pct"), words) + _p(rival.get(f"{name}_p"), words) for rival in rivals]
        rows.append([horizon, *cells])
    return rows


def _rules(content: Mapping[str, Any], words: Words) -> list[str]:
    told = words.say(held(content))
    if not content["open"]:
        return [f"{told}."]
    rows = [[words.say("horizon"), words.say("rule"), words.say("verdict"), words.say("found")]]
    rows += [
        [rule["horizon"], words.rule(rule["rule"]), words.status(rule["verdict"]), words.say(rule)]
        for rule in content["open"]
    ]
    others = "\n".join(words.wrapped(words.say("{held:s}; the others:", held=told)))
    return [others, prose(rows, width=words.width)]


def _share(part: int | None, whole: int | None, words: Words) -> str:
    if part is None or not whole:
        return words.say("not evaluated")
    return f"{words.number(100 * part / whole, '.1f')} %"


def _split(half_width: float | None, misses: float | None, words: Words) -> str:
    """The interval score's two parts: how wide the intervals are, and what their misses cost.

    >>> _split(9.2, 3.1, ENGLISH)
    '18.4 + 3.1'
    """
    if half_width is None or misses is None:
        return words.say("not evaluated")
    return f"{words.number(2 * half_width, '.1f')} + {words.number(misses, '.1f')}"


def _coverage(entry: Mapping[str, float] | None, words: Words) -> str:
    if entry is None:
        return words.say("not evaluated")
    error = "" if entry["standard_error"] is None else f" ± {words.number(100 * entry['standard_error'], '.1f')}"
    return f"{words.number(100 * entry['share'], '.1f')}{error}"


def _banded(tail: Mapping[str, Any] | None, words: Words) -> str:
    """An outer share in per cent, with its band where there is one.

    >>> _banded({"share": 0.127, "band": [0.106, 0.147]}, ENGLISH)
    '12.7 (10.6 - 14.7)'
    """
    if tail is None:
        return words.say("not evaluated")
    share = words.number(100 * tail["share"], ".1f")
    if tail["band"] is None:
        return share
    low, high = (words.number(100 * end, ".1f") for end in tail["band"])
    return f"{share} ({low} - {high})"


def _plain(value: float | None, words: Words) -> str:
    return words.say("not evaluated") if value is None else words.number(value, ".1f")


def _signed(value: float | None, words: Words) -> str:
    return words.say("not evaluated") if value is None else f"{words.number(value, '+.1f')} %"


def _p(value: float | None, words: Words) -> str:
    if value is None:
        return ""
    return f" (p < {words.number(SMALLEST, 'g')})" if value < SMALLEST else f" (p {words.number(value, '.3f')})"
