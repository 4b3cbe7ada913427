"""The sentences on the validation report: timing and intervals, and where there is no evidence."""

from typing import Any

import pytest

from forex.core.names import PUBLISHED
from forex.evaluation import findings
from forex.evaluation.report import (
    Bounded,
    Comparison,
    HorizonScores,
    ModelScores,
    RegimeMiss,
    RegimeRule,
    Rule,
    Scoreboard,
    TailRule,
)
from tests.support.reports_made_up import BETTER, EQUAL, model_scores, nothing_matured, validation


def scored(crps: float, interval_score: float, against: Comparison | None = None) -> ModelScores:
    made = model_scores(crps, {} if against is None else {findings.LOSS: against})
    level = made.overall.by_level[0.95].model_copy(update={"interval_score": interval_score})
    overall = made.overall.model_copy(update={"by_level": {**made.overall.by_level, 0.95: level}})
    return made.model_copy(update={"overall": overall})


def report(**horizons: dict[str, ModelScores]) -> Scoreboard:
    scores = {f"{name[1:]}d": HorizonScores(n=3000, models=models) for name, models in horizons.items()}
    return validation().model_copy(update={"horizons": scores})


def against_garch(**more: Any) -> dict[str, ModelScores]:
    return {"garch_t": scored(10, 100), "garch_t_nowcast": scored(8, 90), PUBLISHED: scored(7.6, 81)}


def test_the_gain_is_divided_between_timing_and_intervals() -> None:
    longer = {"garch_t": scored(10, 100), "garch_t_nowcast": scored(9.9, 100), PUBLISHED: scored(10.2, 99)}
    assert str(findings.gain(report(h30=longer, h1=against_garch()))) == (
        "Against `garch_t` the nowcast's timing, which `garch_t_nowcast` shares, moves CRPS by -20.0/-1.0 % at 1d/30d, and the "
        "intervals move it by another -5.0/+3.0 %; IS95 by -10.0/+0.0 % and by -10.0/-1.0 %."
    )


def test_where_published_has_another_centre_nothing_is_said_of_the_intervals() -> None:
    other = scored(7.6, 81)
    other = other.model_copy(update={"overall": other.overall.model_copy(update={"rmse": other.overall.rmse * 1.01})})
    assert findings.gain(report(h1=against_garch() | {PUBLISHED: other})) is None
    both = findings.gain(report(h1=against_garch() | {PUBLISHED: other}, h7=against_garch()))
    assert both is not None and both.says.count("at 7d") == 1


@pytest.mark.parametrize("missing", ["garch_t", "garch_t_nowcast", PUBLISHED])
def test_without_one_of_the_three_nothing_is_divided(missing: str) -> None:
    models = {name: scores for name, scores in against_garch().items() if name != missing}
    assert findings.gain(report(h1=models)) is None


@pytest.mark.parametrize(
    ("compared", "says"),
    [
        ((EQUAL, EQUAL, BETTER), "At 15d and 90d most differences in IS95, 2 of 3, are not significant."),
        ((EQUAL, BETTER, BETTER), "At 15d and 90d 1 of 3 differences in IS95 are not significant."),
        ((BETTER, BETTER, BETTER), "At 15d and 90d none of 3 differences in IS95 are not significant."),
    ],
)
def test_long_horizons_without_evidence_are_counted(compared: tuple[Comparison, ...], says: str) -> None:
    first, second, third = (scored(8, 90, comparison) for comparison in compared)
    short = {"garch_t": scored(8, 90, EQUAL)}
    found = report(h7=short, h90={"garch_t": third}, h15={"garch_t": first, "random_walk": second})
    assert str(findings.without_evidence(found)) == says


def test_a_difference_that_could_not_be_tested_is_no_evidence() -> None:
    untested = Comparison(difference_pct=-1.0, statistic=None, p=None)
    found = report(h15={"garch_t": scored(8, 90, untested)})
    assert str(findings.without_evidence(found)) == "At 15d no difference in IS95, of 1, is significant."


def test_where_nothing_has_matured_nothing_is_said() -> None:
    assert findings.gain(nothing_matured()) is None and findings.without_evidence(nothing_matured()) is None


def ruled(**rules: Rule) -> Scoreboard:
    return validation().model_copy(update={"verdicts": {"15d": {}, "7d": rules}})


MISS = RegimeMiss(regime="HIGH_VOL", level=0.8, coverage=0.7, n_episodes=9, episode_low=0.6, episode_high=0.75)
REGIMES = RegimeRule(value=0.1, at_most=0.03, judged=("HIGH_VOL",), failed=(MISS,), undecided=(), verdict="FAIL")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (REGIMES, "HIGH_VOL covers 70.0 %; 80 % lies outside the band over its 9 episodes, 60.0 to 75.0 %"),
        (
            REGIMES.model_copy(update={"undecided": (MISS.model_copy(update={"episode_high": 0.85, "level": 0.5}),)}),
            "HIGH_VOL covers 70.0 %; 80 % lies outside the band over its 9 episodes, 60.0 to 75.0 %; "
            "HIGH_VOL covers 70.0 %; 50 % lies inside the band over its 9 episodes, 60.0 to 85.0 %",
        ),
        (
            REGIMES.model_copy(
                update={"failed": (MISS.model_copy(update={"episode_low": None, "episode_high": None}),)}
            ),
            "HIGH_VOL covers 70.0 % at 80 %, in a single episode",
        ),
        (REGIMES.model_copy(update={"failed": (), "judged": ()}), "no regime has enough origins"),
        (
            Bounded(value=51.2, at_least=None, at_most=50, verdict="FAIL"),
            "51.20 CLP, where at most 50.00 CLP is accepted",
        ),
    ],
)
def test_what_was_found_is_told(rule: Rule, says: str) -> None:
    [found] = findings.rules_open(ruled(rmse=rule))
    assert (found.horizon, found.rule, found.verdict, found.says.says) == ("7d", "rmse", rule.verdict, says)


HELD = RegimeRule(value=0.041, at_most=0.03, judged=("HIGH_VOL", "NORMAL"), failed=(), undecided=(), verdict="PASS")
TAIL = TailRule(
    value=0.136, at_least=0.058, at_most=0.142, block_low=0.09, block_high=0.18, holds="tolerance", verdict="PASS"
)


@pytest.mark.parametrize(
    ("name", "rule", "says"),
    [
        (
            "regime_coverage",
            HELD,
            "4.1 points from a level at most, in HIGH_VOL and NORMAL; 3.0 points are accepted, or the level inside the band",
        ),
        ("above_80", TAIL, "13.60 %, where at least 5.80 % and at most 14.20 % is accepted"),
        (
            "above_80",
            TAIL.model_copy(update={"value": 0.15, "holds": "band"}),
            "15.00 %, where at least 5.80 % and at most 14.20 % is accepted, or the nominal share inside the band, 9.00 % to "
            "18.00 %",
        ),
    ],
)
def test_what_holds_is_told_with_what_it_holds_by(name: str, rule: Rule, says: str) -> None:
    [found] = findings.rules_judged(ruled(**{name: rule}))
    assert (found.verdict, found.says.says) == ("PASS", says)
    assert findings.rules_open(ruled(**{name: rule})) == []


def test_every_rule_is_judged_in_the_order_of_horizons_and_names() -> None:
    found = [(judged.horizon, judged.rule) for judged in findings.rules_judged(validation())]
    assert found == sorted(found, key=lambda pair: (int(pair[0][:-1]), pair[1])) and len(found) == 7


def test_what_fails_stands_before_what_was_not_judged_and_what_holds_is_counted() -> None:
    found = findings.rules_open(validation())
    assert [(judged.horizon, judged.verdict) for judged in found] == [
        ("1d", "FAIL"),
        ("1d", "FAIL"),
        ("7d", "NOT_EVALUATED"),
        ("30d", "INSUFFICIENT_DATA"),
    ]
    assert findings.rules_held(validation()) == (3, 7)
