"""The weekly report's content: what the page, the PDF and `--json` say."""

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
    """An acceptance rule at a horizon: its name, what it is about, its verdict, what was found beside what is accepted."""

    horizon: str
    rule: str
    title: Sentence
    verdict: Verdict
    says: Sentence


class WeeklyReport(Report):
    """One day's report.

    held: how many rules hold.  horizons: the figures of the whole backtest, the shortest horizon first.  rules: every acceptance
    rule.  folds: by horizon.  before: the day of the report before this one, None for the first.  changes: since then.  trend: the
    last reports including this one, the oldest first.
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
        """The rules that do not hold: first those that fail, then those that were not judged."""
        return sorted((rule for rule in self.rules if rule.verdict != "PASS"), key=lambda rule: rule.verdict != "FAIL")

    def of(self, verdict: Verdict) -> int:
        """How many rules have the verdict."""
        return sum(rule.verdict == verdict for rule in self.rules)


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
    """The report of the day of `now`, beside the last one of an earlier day.

    now: from `standing`.  history: rows of the file, in the order of days; only earlier days count.  folds: from `newest_folds`.
    state: from `forex.report.state.overall`.  validation: reports/validation.json.
    """
    earlier = [standing for standing in history if standing.as_of < now.as_of]
    return WeeklyReport(
        as_of=now.as_of,
        origin_date=origin_date,
        origins_from=validation.origins_from,
        state=state,
        verdicts={name: figures.verdict for name, figures in now.horizons.items()},
        held=findings.rules_held(validation)[0],
        horizons=now.horizons,
        rules=tuple(
            RuleRow(
                horizon=judged.horizon,
                rule=judged.rule,
                title=in_words(judged.rule),
                verdict=judged.verdict,
                says=judged.says,
            )
            for judged in findings.rules_judged(validation)
        ),
        folds={name: tuple(rows) for name, rows in by_length(folds).items()},
        before=earlier[-1].as_of if earlier else None,
        changes=tuple(changes(earlier[-1], now)) if earlier else (),
        trend=tuple([*earlier, now][-TREND:]),
        data_sha256=data_sha256,
        params_sha256=params_sha256,
    )


def require_targets(validation: Scoreboard, settings: Evaluate) -> None:
    """Raise StaleError where the verdicts of reports/validation.json do not follow from the targets that params.yaml has now."""
    for horizon, figures in by_length(validation.horizons).items():
        asked = acceptance.verdicts(horizon, figures, settings)
        judged = validation.verdicts.get(horizon, {})
        for name in sorted({*asked, *judged}):
            wanted, used = (_bounds(rules[name]) if name in rules else None for rules in (asked, judged))
            if wanted != used:
                raise StaleError(
                    f"reports/validation.json judges {name} at {horizon} by other targets than params.yaml has now "
                    "(evaluate.acceptance). Run dvc repro."
                )


def _bounds(rule: Rule) -> tuple[float | None, ...]:
    """At six digits, fewer than the file has; None for a rule that compares with benchmarks: its figures decide, not the params."""
    bounds = (getattr(rule, side, None) for side in ("at_least", "at_most"))
    return tuple(None if bound is None else float(f"{bound:.6g}") for bound in bounds)
