"""The weekly report's content: what page, PDF and `--json` say."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from forex.core.errors import StaleError
from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.core.status import Verdict
from forex.evaluation import acceptance, findings
from forex.evaluation.report import Rule, Scoreboard
from forex.evaluation.rule_words import in_words
from forex.forecast.fan import by_length
from forex.params import Evaluate
from forex.report.state import OverallState
from forex.weekly.changes import Change, changes
from forex.weekly.folds import Fold
from forex.weekly.standing import Figures, Standing

TREND: Final = 26  # reports that the trend shows: half a year


class RuleRow(Report):
    """An acceptance rule: its name, what it is about, what was found beside what is accepted."""

    horizon: str
    rule: str
    title: Sentence
    verdict: Verdict
    says: Sentence


class WeeklyReport(Report):
    """One day's report.

    horizons: the figures of the whole backtest, the shortest first.  rules: every acceptance rule.  folds: by horizon.
    before: the day of the last report before this one; None: this is the first.  changes: since then.  trend: the last reports with
    this one, the oldest first.
    """

    as_of: dt.date
    origin_date: dt.date
    origins_from: str
    state: OverallState
    verdicts: Mapping[str, Verdict] = Field(description="The worst of its rules', by horizon")
    held: int
    horizons: Mapping[str, Figures]
    rules: tuple[RuleRow, ...]
    folds: Mapping[str, tuple[Fold, ...]]
    before: dt.date | None
    changes: tuple[Change, ...]
    trend: tuple[Standing, ...]
    data_sha256: str
    params_sha256: str

    @property
    def open(self) -> list[RuleRow]:
        """The rules that do not hold: what fails first, then what was not judged."""
        return sorted((one for one in self.rules if one.verdict != "PASS"), key=lambda one: one.verdict != "FAIL")

    def of(self, verdict: Verdict) -> int:
        """How many rules have it."""
        return sum(one.verdict == verdict for one in self.rules)


def weekly(
    now: Standing,
    history: Sequence[Standing],
    *,
    state: OverallState,
    validation: Scoreboard,
    folds: Mapping[str, Sequence[Fold]],
    origin_date: dt.date,
    data_sha256: str,
    params_sha256: str,
) -> WeeklyReport:
    """now: from `standing`.  history: rows of the file; those after `now` do not count.  folds: from `newest_folds`.

    state: from `forex.report.state.overall`.  validation: reports/validation.json.
    """
    earlier = [one for one in history if one.as_of < now.as_of]
    return WeeklyReport(
        as_of=now.as_of,
        origin_date=origin_date,
        origins_from=validation.origins_from,
        state=state,
        verdicts={name: one.verdict for name, one in now.horizons.items()},
        held=findings.rules_held(validation)[0],
        horizons=now.horizons,
        rules=tuple(
            RuleRow(horizon=one.horizon, rule=one.rule, title=in_words(one.rule), verdict=one.verdict, says=one.says)
            for one in findings.rules_judged(validation)
        ),
        folds={name: tuple(rows) for name, rows in by_length(folds).items()},
        before=earlier[-1].as_of if earlier else None,
        changes=tuple(changes(earlier[-1], now)) if earlier else (),
        trend=tuple([*earlier, now][-TREND:]),
        data_sha256=data_sha256,
        params_sha256=params_sha256,
    )


def require_targets(validation: Scoreboard, settings: Evaluate) -> None:
    """Raise StaleError where the verdicts of reports/validation.json are not by the targets that params.yaml has now."""
    for horizon, figures in by_length(validation.horizons).items():
        asked = acceptance.verdicts(horizon, figures, settings)
        judged = validation.verdicts.get(horizon, {})
        for name in sorted({*asked, *judged}):
            one, other = (_bounds(rules[name]) if name in rules else None for rules in (asked, judged))
            if one != other:
                raise StaleError(
                    f"reports/validation.json judges {name} at {horizon} by other targets than params.yaml has now "
                    "(evaluate.acceptance). Run dvc repro."
                )


def _bounds(rule: Rule) -> tuple[float | None, ...]:
    """At the digits that the file has; of the rules that compare with benchmarks the figures decide, not the params."""
    bounds = (getattr(rule, side, None) for side in ("at_least", "at_most"))
    return tuple(None if bound is None else float(f"{bound:.6g}") for bound in bounds)
