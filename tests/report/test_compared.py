"""The headline metrics of the committed run: a part of what the other files hold, and what `forex gate` judges."""

from fnmatch import fnmatchcase

from forex.challenge.gate import leaves
from forex.core.files import read_json
from forex.params import load_params
from forex.report.compared import HELD
from tests.support.made_up import ROOT

METRICS = ROOT / "reports/metrics"
HEADLINE = leaves(read_json(METRICS / "headline.json"))
OTHERS = {
    name: value
    for path in METRICS.glob("*.json")
    if path.name != "headline.json"
    for name, value in leaves(read_json(path)).items()
}
OF_THE_DAY = {name for name in HEADLINE if name.startswith("forecast.")}


def test_every_figure_is_one_of_the_other_files_by_name_and_value() -> None:
    counted = {name for name in HEADLINE if name.endswith(f".{HELD}")}
    repeated = HEADLINE.keys() - OF_THE_DAY - counted
    assert len(repeated) > 50
    assert {name: HEADLINE[name] for name in repeated} == {name: OTHERS.get(name) for name in repeated}
    for name in counted:
        rules = [value for other, value in OTHERS.items() if other.startswith(name.replace(HELD, "accept_"))]
        assert len(rules) >= HEADLINE[name] == sum(rules) > 0


def test_what_the_gate_judges_of_what_is_published_is_shown_first() -> None:
    rules = [rule.name for rule in load_params("gate", path=ROOT / "params.yaml").gate.metrics]
    judged = {name for name in OTHERS if ".published." in name and any(fnmatchcase(name, rule) for rule in rules)}
    unseen = {name for name in judged - HEADLINE.keys() if ".accept_" not in name}
    assert len(judged) > 100 and unseen == set()


def test_one_regime_is_called() -> None:
    called = [value for name, value in HEADLINE.items() if name.startswith("forecast.regime.")]
    assert sorted(called) == [0] * (len(called) - 1) + [1]
    assert 0 < HEADLINE["forecast.regime_confidence"] <= 1 and HEADLINE["forecast.anchor_age"] >= -1
