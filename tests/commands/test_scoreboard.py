"""`forex scoreboard`: every figure is one of the validation report's, and the sentences stand below the tables."""

import re
from pathlib import Path

import pytest

from forex.commands.show import scoreboard
from forex.core.reports import write_report
from forex.evaluation import findings
from tests.support.reports_made_up import validation


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A last run that has matured forecasts at two horizons."""
    monkeypatch.chdir(tmp_path)
    made = validation()
    horizons = {name: scores for name, scores in made.horizons.items() if scores.n}
    write_report(scoreboard.VALIDATION, made.model_copy(update={"horizons": horizons}))


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first column has this head."""
    table = next(part for part in text.split("\n\n") if re.match(rf"\| *{re.escape(head)} ", part))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if "|-" not in line]


def test_what_never_got_an_actual_and_crps_over_the_anchor_stand_beside_pesos() -> None:
    head, first, second = rows(scoreboard.text(scoreboard.view()), "horizon")
    cells = dict(zip(head, first, strict=True))
    assert (cells["horizon"], cells["forecasts"], cells["no actual"]) == ("1d", "3000", "6.2 %")
    assert (cells["CRPS, CLP"], cells["of anchor"]) == ("7.77", "0.86 %")
    assert second[0] == "7d"


def test_tails_have_their_bands_where_there_is_a_rule_for_them() -> None:
    head, first, second = rows(scoreboard.text(scoreboard.view()), "outcomes")
    assert head[1:] == ["below q0.025, %", "above q0.975, %"]
    assert first == ["1d", "2.2 (1.8 - 2.8)", "2.4 (1.8 - 2.8)"]
    assert second == ["7d", "not evaluated", "not evaluated"]


def test_differences_in_interval_scores_have_their_p() -> None:
    against = {findings.LOSS: validation().horizons["1d"].models["random_walk"].published_against.by_loss["crps"]}
    write_report(
        scoreboard.VALIDATION,
        validation(against).model_copy(update={"horizons": {"1d": validation(against).horizons["1d"]}}),
    )
    head, first = rows(scoreboard.text(scoreboard.view()), "IS95 against")
    assert dict(zip(head, first, strict=True))["random_walk"] == "+0.0 % (p < 0.001)"
    assert dict(zip(head, first, strict=True))["garch_t_nowcast"] == "not evaluated"


def test_rules_that_do_not_hold_stand_below_and_those_that_do_are_counted() -> None:
    text = scoreboard.text(scoreboard.view())
    assert "\n\n3 of 7 acceptance rules hold; the others:\n\n" in text
    assert "| 7d | coverage_95 | NOT_EVALUATED |" in re.sub(" +", " ", text)
    assert scoreboard.view()["acceptance"]["hold"] == 3 and len(scoreboard.view()["acceptance"]["open"]) == 4
    made = validation()
    held = {name: rule for name, rule in made.verdicts["1d"].items() if rule.verdict == "PASS"}
    fine = made.model_copy(update={"verdicts": {"1d": held}, "horizons": {"1d": made.horizons["1d"]}})
    write_report(scoreboard.VALIDATION, fine)
    assert scoreboard.text(scoreboard.view()).endswith("\n\n2 of 2 acceptance rules hold.")


def test_a_horizon_at_which_nothing_has_matured_is_named_among_the_rules_and_is_no_row() -> None:
    made = validation()
    empty = next(name for name, scores in made.horizons.items() if not scores.n)
    write_report(scoreboard.VALIDATION, made)
    assert list(scoreboard.view()["horizons"]) == ["1d", "7d"]
    text = scoreboard.text(scoreboard.view())
    assert [cells[0] for cells in rows(text, "horizon")] == ["horizon", "1d", "7d"]
    assert f"| {empty} | published | INSUFFICIENT_DATA |" in re.sub(" +", " ", text)


def test_where_nothing_has_matured_the_scoreboard_says_so() -> None:
    made = validation()
    none = {name: scores for name, scores in made.horizons.items() if not scores.n}
    open_ = {name: made.verdicts[name] for name in none}
    write_report(scoreboard.VALIDATION, made.model_copy(update={"horizons": none, "verdicts": open_}))
    text = scoreboard.text(scoreboard.view())
    assert text.startswith(f"No forecast made from {made.origins_from} on has matured.\n\n0 of 1 acceptance rules hold")
