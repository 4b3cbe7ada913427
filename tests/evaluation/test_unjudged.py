"""A horizon that is longer than the data can judge is named, with what was measured; no other is."""

import pytest

from forex.evaluation.report import ValidationReport
from forex.evaluation.unjudged import needed, unjudged
from tests.support.reports_made_up import nothing_matured, validation


def with_independent(count: int | None) -> ValidationReport:
    made = validation()
    horizons = {
        name: scores.model_copy(update={"n_independent": count}) if scores.n else scores
        for name, scores in made.horizons.items()
    }
    return made.model_copy(update={"horizons": horizons})


@pytest.mark.parametrize(("level", "count"), [(0.5, 4), (0.8, 10), (0.95, 40), (0.99, 200)])
def test_one_miss_on_each_side_has_to_be_expected(level: float, count: int) -> None:
    assert needed(level) == count
    assert count * (1 - level) / 2 >= 1 - 1e-9 > (count - 1) * (1 - level) / 2 - 1e-9


def test_fewer_forecasts_without_overlap_than_that() -> None:
    names = [name for name, scores in with_independent(39).horizons.items() if scores.n]
    assert names
    for name in names:
        said = unjudged(with_independent(39), [name], 0.95)[name]
        covered = with_independent(39).horizons[name].models["published"].overall.by_level[0.95].coverage
        assert said.values == {"horizon": name, "independent": 39, "needed": 40, "level": 0.95, "coverage": covered}
        assert f"It held {covered:.1%} of all outcomes so far." in said.says
        assert unjudged(with_independent(40), [name], 0.95) == {}


def test_of_what_has_not_matured_nothing_is_claimed() -> None:
    assert unjudged(nothing_matured(), ["1d", "180d"], 0.95) == {}
