"""reports/validation.json, typed: scores by horizon and model, tests, the verdicts on `published`, what the nowcast explains.

Errors are median − actual, in CLP per USD; CRPS, interval scores and half-widths are in CLP per USD, too. What the data cannot
say is None. Names that hold a level have it in per cent, `coverage_95`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from forex.core.flat import ByLevel, Flat, Keys, Named
from forex.core.reports import ABSENT, Report
from forex.core.status import Evidence, Verdict

Loss = str  # crps, squared_error, or interval_score_95 with the level of the acceptance rule
Open = Literal["INSUFFICIENT_DATA", "NOT_EVALUATED"]


class LevelScores(Report):
    """Scores at one level: the share of actuals inside, its Clopper–Pearson and its block-bootstrap band, the interval score.

    interval_score = 2·half_width + miss_penalty; skill: per cent below that of `random_walk`, absent without it.
    """

    coverage: float
    exact_low: Annotated[float, Named("coverage_{}_exact_low")]
    exact_high: Annotated[float, Named("coverage_{}_exact_high")]
    block_low: Annotated[float | None, Named("coverage_{}_block_low")]
    block_high: Annotated[float | None, Named("coverage_{}_block_high")]
    interval_score: float
    half_width: float
    miss_penalty: float
    skill_pct: Annotated[float | None, Named("interval_score_{}_skill_pct")] = ABSENT


class GroupScores(ByLevel):
    """One model over some of the origins.

    crps_anchor_pct: the mean of CRPS over anchor, in per cent.  n_direction: the forecasts whose median and actual both differ from
    the anchor.
    """

    n: int
    crps: float
    crps_anchor_pct: float
    bias: float
    rmse: float
    mae: float
    mape_pct: float
    n_direction: int
    direction_hit_rate: float | None
    crps_skill_pct: float | None = ABSENT
    by_level: Mapping[float, LevelScores]


class RegimeLevelScores(LevelScores):
    """Scores at one level in a regime, with the band over its episodes; None with fewer than two of them."""

    episode_low: Annotated[float | None, Named("coverage_{}_episode_low")]
    episode_high: Annotated[float | None, Named("coverage_{}_episode_high")]


class RegimeScores(GroupScores):
    """One model over a regime's origins.

    n_episodes: the regime's episodes whose outcomes do not overlap, as far as any of their forecasts has matured.
    """

    n_episodes: int
    by_level: Mapping[float, RegimeLevelScores]


class Tail(NamedTuple):
    """The share of actuals beyond one end of an interval, and its band."""

    share: float
    low: float | None
    high: float | None


class OverallLevelScores(LevelScores):
    """Scores at one level over all origins, with HAC standard errors, and the shares of actuals above and below with their
    block-bootstrap bands.
    """

    coverage_se: Annotated[float | None, Named("coverage_{}_se")]
    interval_score_se: Annotated[float | None, Named("interval_score_{}_se")]
    above: float
    above_block_low: Annotated[float | None, Named("above_{}_block_low")]
    above_block_high: Annotated[float | None, Named("above_{}_block_high")]
    below: float
    below_block_low: Annotated[float | None, Named("below_{}_block_low")]
    below_block_high: Annotated[float | None, Named("below_{}_block_high")]

    @property
    def tails(self) -> dict[str, Tail]:
        """The two tails by side, `below` and `above`, with which the names of their rules begin."""
        return {
            "below": Tail(self.below, self.below_block_low, self.below_block_high),
            "above": Tail(self.above, self.above_block_low, self.above_block_high),
        }


class OverallScores(GroupScores):
    """One model over all origins, with the HAC standard error of CRPS.

    pit_distance: of the PIT from uniform.  pit_p: p of that distance.
    """

    crps_se: float | None
    pit_histogram: list[float]
    pit_distance: float
    pit_p: float | None
    by_level: Mapping[float, OverallLevelScores]


class LevelTests(Report):
    """Likelihood-ratio tests of coverage at one level, averaged over the chains of forecasts that do not overlap; p combined."""

    kupiec: float | None
    kupiec_p: Annotated[float | None, Named("kupiec_{}_p")]
    independence: float | None
    independence_p: Annotated[float | None, Named("independence_{}_p")]
    christoffersen: float | None
    christoffersen_p: Annotated[float | None, Named("christoffersen_{}_p")]


class CoverageTests(ByLevel):
    """Tests of coverage by level; without any level where the chains are too short."""

    by_level: Mapping[float, LevelTests]


class Comparison(Report):
    """`published` against a model on one loss: difference of the means in per cent, and Diebold–Mariano; below 0 it is better.

    holm_p: adjusted over the horizons; it and what it is evidence for are absent where p is None.
    """

    difference_pct: Annotated[float, Named("{}_difference_pct")]
    statistic: Annotated[float | None, Named("dm_{}")]
    p: Annotated[float | None, Named("dm_{}_p")]
    holm_p: Annotated[float | None, Named("dm_{}_holm_p")] = ABSENT
    evidence: Annotated[Evidence | None, Named("dm_{}_evidence")] = ABSENT


class PublishedAgainst(Flat):
    """`published` against a model, by loss; empty for `published` itself, and where it is missing."""

    keyed = Keys("by_loss", r"crps|squared_error|interval_score_\d+(?:\.\d+)?", str, str)
    by_loss: Mapping[Loss, Comparison]


class ModelScores(Report):
    """Everything that is measured of one model at one horizon."""

    overall: OverallScores
    coverage_tests: CoverageTests
    published_against: PublishedAgainst
    by_year: Mapping[str, GroupScores]
    by_regime: Mapping[str, RegimeScores]


class HorizonScores(Report):
    """The scores at one horizon.

    n: matured origins; with 0 there is a status and nothing else.  n_independent: those of them that do not overlap.  n_due:
    origins whose target day has come.  n_without_actual: those of them for whose target no observado ever appeared.
    """

    n: int
    status: Literal["INSUFFICIENT_DATA"] | None = ABSENT
    n_independent: int | None = ABSENT
    n_due: int | None = ABSENT
    n_without_actual: int | None = ABSENT
    typical_steps: int | None = ABSENT
    first_origin: str | None = ABSENT
    last_origin: str | None = ABSENT
    models: Mapping[str, ModelScores]


class Bounded(Report):
    """A rule with its bounds, None where it has none on that side."""

    value: float
    at_least: float | None
    at_most: float | None
    verdict: Verdict


class TailRule(Report):
    """The share of actuals beyond one end of an interval.

    block_low, block_high: its band, where holding the nominal share is enough; None where it is not.  holds: what decided, None
    where neither did.
    """

    value: float
    at_least: float
    at_most: float
    block_low: float | None
    block_high: float | None
    holds: Literal["tolerance", "band"] | None
    verdict: Verdict


class Unjudged(Report):
    """A rule that is not set for the horizon, or has nothing to compare with."""

    value: float
    verdict: Literal["NOT_EVALUATED"]


class RegimeMiss(Report):
    """A regime's coverage that is further from its level than is tolerated, with the band over its episodes."""

    regime: str
    level: float
    coverage: float
    n_episodes: int
    episode_low: float | None
    episode_high: float | None


class RegimeRule(Report):
    """Coverage in every regime with enough origins.

    value: the largest distance of a coverage from its level.  judged: regimes.  failed: where the level lies outside the band over
    episodes, too.  undecided: where it lies inside, so that the evidence cannot tell the distance from chance; with none that
    failed the rule is NOT_EVALUATED.
    """

    value: float
    at_most: float
    judged: tuple[str, ...]
    failed: tuple[RegimeMiss, ...]
    undecided: tuple[RegimeMiss, ...]
    verdict: Verdict


class Unpublished(Report):
    """Nothing of `published` has matured; at_least: how many origins a verdict takes."""

    value: int
    at_least: int
    verdict: Literal["INSUFFICIENT_DATA"]


Rule = Bounded | TailRule | Unjudged | RegimeRule | Unpublished


class SeriesPart(Report):
    """A series' share of R², and what R² loses where that series alone is silent."""

    r2: float | None
    r2_lost: float | None


class Record(Report):
    """R² out of sample and the share of directions that were right among `n_direction`, with HAC standard errors."""

    n: int
    r2: float | None
    r2_se: float | None
    n_direction: int
    direction: float | None
    direction_se: float | None
    series: Mapping[str, SeriesPart]


class Explained(Record):
    """What the nowcast explains over all origins, by year, and by the quote that it rests on.

    by_quote: whether the quote was live, was filled in afterwards, or there was none.
    """

    by_year: Mapping[str, Record]
    by_quote: Mapping[str, Record]


class Unexplained(Report):
    """In place of what the nowcast explains, where no forecast has matured."""

    n: Literal[0] = 0
    status: Open


class Scoreboard(Report):
    """How good the forecasts of every model are, and whether the published ones pass.

    band: the probability of every band.  verdicts: of the acceptance rules, by horizon and name.
    """

    origins_from: str
    levels: tuple[float, ...]
    band: float
    horizons: Mapping[str, HorizonScores]
    verdicts: Mapping[str, Mapping[str, Rule]]


class ValidationReport(Scoreboard):
    """reports/validation.json: the scoreboard, and what the nowcast explains by horizon."""

    nowcast: Mapping[str, Explained | Unexplained]
