"""What files declare is found without a list; a constant of another type, and two rules of one precedence, are refused."""

import sys
from pathlib import Path

import pytest

from forex.core.declarations import declarations, declared_names
from forex.core.errors import UsageError
from forex.models.registry import declared
from forex.monitoring.alert_rules import registry as alert_rules
from forex.regimes.rules import registry as regime_rules
from forex.regimes.rules.high_vol import RULE


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two files that declare a number, and one that declares nothing."""
    folder = tmp_path / f"declaring_{tmp_path.name}"
    folder.mkdir()
    for name, text in {"__init__": "", "second": "SIZE = 2\n", "first": "SIZE = 1\n", "other": "LENGTH = 3\n"}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_each_file_that_has_the_constant_is_found_by_its_name(package: str) -> None:
    assert list(declarations(package, "SIZE", int).items()) == [("first", 1), ("second", 2)]
    assert "other" not in declarations(package, "SIZE", int) and f"{package}.other" in sys.modules


def test_a_constant_of_another_type_is_named_with_its_file(package: str) -> None:
    with pytest.raises(UsageError, match=rf"{package}/first.py: SIZE is 1; expected a str"):
        declarations(package, "SIZE", str)


def test_names_read_from_the_text_are_those_that_an_import_finds() -> None:
    assert list(declared_names("models", "MODEL")) == list(declared())
    assert list(declared_names("monitoring/alert_rules", "RULE")) == list(alert_rules.declared())
    assert set(declared_names("regimes/rules", "RULE")) == set(regime_rules.declared())


def test_two_regimes_of_one_precedence_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regime_rules, "declarations", lambda *about: {"high_vol": RULE, "low_vol": RULE})
    with pytest.raises(UsageError, match="high_vol and low_vol both have precedence 10"):
        regime_rules.declared()
