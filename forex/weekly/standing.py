"""Where a backtest stands on the day of a weekly report: what its history keeps, a row of the same figures each week."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from forex.core.names import PUBLISHED, RANDOM_WALK, percent
from forex.core.reports import Report
from forex.core.sentence import Sentence, sentence
from forex.core.status import FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS, Evidence, State, Verdict
from forex.evaluation import findings
from forex.evaluation.report import HorizonScores, Rule, Scoreboard
from forex.evaluation.rule_words import in_words
from forex.forecast.fan import by_length

LEVEL: Final = findings.LEVEL
VERDICTS: Final[tuple[Verdict, ...]] = (FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS)  # from worst to best


class Figures(Report):
    """`published` at one horizon over the whole backtest, as in reports/validation.json; None where that says nothing of it.

    coverage_95, below_95, above_95: shares of outcomes inside the interval of `LEVEL`, below and above it.  rmse, crps,
    interval_score_95: CLP per USD.  rules: the verdict of every acceptance rule.
    """

    n: int = Field(ge=0)
    coverage_95: float | None
    below_95: float | None
    above_95: float | None
    rmse: float | None
    mape_pct: float | None
    crps: float | None
    interval_score_95: float | None
    crps_skill_pct: float | None = Field(description="Per cent by which CRPS is below the random walk's")
    crps_skill_p: float | None = Field(description="Of Diebold and Mariano's test on CRPS, Holm over the horizons")
    crps_evidence: Evidence | None
    rules: Mapping[str, Verdict]

    @property
    def verdict(self) -> Verdict:
        """The worst of the rules' verdicts, NOT_EVALUATED where there are no rules."""
        return min(self.rules.values(), key=VERDICTS.index, default=NOT_EVALUATED)

    @property
    def held(self) -> int:
        """How many rules hold."""
        return sum(verdict == PASS for verdict in self.rules.values())


class Standing(Report):
    """A row of the history: the state and the figures of one day."""

    as_of: dt.date
    state: State
    horizons: Mapping[str, Figures] = Field(description="The shortest first")


Unit = Literal["count", "share", "rate", "per_cent", "p"]


@dataclass(frozen=True)
class Shown:
    """What a figure is called and how it is shown.  places: decimals of the number itself at which two of them look the same."""

    title: Sentence
    unit: Unit
    places: int


SHOWN: Final[Mapping[str, Shown]] = {
    "n": Shown(sentence("number of forecasts"), "count", 0),
    "coverage_95": Shown(in_words("coverage_95"), "share", 3),
    "below_95": Shown(in_words("below_95"), "share", 3),
    "above_95": Shown(in_words("above_95"), "share", 3),
    "rmse": Shown(in_words("rmse"), "rate", 2),
    "mape_pct": Shown(in_words("mape_pct"), "per_cent", 2),
    "crps": Shown(sentence("score of the whole distribution (CRPS)"), "rate", 2),
    "interval_score_95": Shown(sentence("score of the {level:s} % interval", level=percent(LEVEL)), "rate", 2),
    "crps_skill_pct": Shown(sentence("skill against the random walk"), "per_cent", 2),
    "crps_skill_p": Shown(sentence("p of that skill"), "p", 3),
}


def standing(validation: Scoreboard, *, as_of: dt.date, state: State) -> Standing:
    """Where the backtest stands by reports/validation.json; nothing is computed anew."""
    return Standing(
        as_of=as_of,
        state=state,
        horizons={
            name: figures(scores, validation.verdicts.get(name, {}))
            for name, scores in by_length(validation.horizons).items()
        },
    )


def figures(scores: HorizonScores, rules: Mapping[str, Rule]) -> Figures:
    """The figures of `published` at one horizon; where it has no scores, only the number of forecasts and the verdicts."""
    verdicts = {name: rule.verdict for name, rule in sorted(rules.items())}
    if PUBLISHED not in scores.models:
        absent = dict.fromkeys(name for name in Figures.model_fields if name not in ("n", "rules"))
        return Figures(n=scores.n, rules=verdicts, **absent)
    own = scores.models[PUBLISHED].overall
    wide = own.by_level.get(LEVEL)
    walk = scores.models.get(RANDOM_WALK)
    tested = walk.published_against.by_loss.get("crps") if walk else None
    return Figures(
        n=own.n,
        coverage_95=wide.coverage if wide else None,
        below_95=wide.below if wide else None,
        above_95=wide.above if wide else None,
        rmse=own.rmse,
        mape_pct=own.mape_pct,
        crps=own.crps,
        interval_score_95=wide.interval_score if wide else None,
        crps_skill_pct=own.crps_skill_pct,
        crps_skill_p=tested.holm_p if tested else None,
        crps_evidence=tested.evidence if tested else None,
        rules=verdicts,
    )
