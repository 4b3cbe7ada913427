"""`forex report weekly`: its numbers are those of the run's reports, and it leaves nothing half done."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from forex.commands.judge import weekly
from forex.core.files import json_text, read_json
from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.reports import read_report, write_report
from forex.evaluation import findings
from forex.evaluation.report import ValidationReport
from forex.monitoring.alert_report import AlertsReport
from forex.presentation.language import language
from forex.report.run import ALERTS
from forex.weekly.history import enter, read, text
from forex.weekly.standing import Figures, Standing
from tests.support.forex_command import forex
from tests.support.pages.reader import Reader
from tests.support.reports_made_up import UNMATURED, UNPUBLISHED
from tests.support.weekly_made_up import DAY, write_weekly_project

pytestmark = pytest.mark.slow

NO_PANGO = "raise OSError(\"cannot load library 'libpango-1.0-0': no such file\")\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose last run can be reported on, on a machine without WeasyPrint."""
    write_weekly_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    return tmp_path


def run(*words: str) -> dict[str, Any]:
    done = forex("report", "weekly", "--json", *words, cwd=Path.cwd())
    assert (done.returncode, done.stderr) == (0, "")
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def own_row() -> Standing:
    return next(standing for standing in read() if standing.as_of == DAY)


def before(**more: Any) -> Standing:
    """The row of this run as a report of the week before had it."""
    weekly.view()
    [now] = read()
    horizons = {name: figures.model_copy(update=more.get(name, {})) for name, figures in now.horizons.items()}
    earlier = Standing(as_of=DAY.replace(day=20), state=more.get("state", now.state), horizons=horizons)
    weekly.FILE.unlink()
    enter(earlier, lock_timeout=1)
    return earlier


def test_figures_are_those_of_validation_json() -> None:
    content = run()
    file = read_json(Path("reports/validation.json"))
    [kept] = read()
    for horizon in ("1d", "7d"):
        models = file["horizons"][horizon]["models"]
        own, walk = models[PUBLISHED]["overall"], models[RANDOM_WALK]["published_against"]
        expected = {name: own[name] for name in Figures.model_fields if name in own}
        expected |= {"crps_skill_p": walk["dm_crps_holm_p"], "crps_evidence": walk["dm_crps_evidence"]}
        expected |= {"rules": {name: rule["verdict"] for name, rule in file["verdicts"][horizon].items()}}
        assert set(expected) == set(Figures.model_fields)
        assert kept.horizons[horizon].model_dump() == expected
        assert json.loads(json_text(content["report"]["horizons"][horizon])) == expected
    rules = [(row["horizon"], row["rule"], row["verdict"]) for row in content["report"]["rules"]]
    assert rules == [
        (name, rule, found["verdict"])
        for name, verdicts in file["verdicts"].items()
        for rule, found in verdicts.items()
    ]


def test_page_terminal_and_json_say_the_same() -> None:
    content = run()
    page = Reader(weekly.PAGE.read_text(encoding="utf-8")).text
    told = forex("report", "weekly", "--lang", "es", cwd=Path.cwd()).stdout
    for figures in content["report"]["horizons"].values():
        covered = f"{100 * figures['coverage_95']:.1f}".replace(".", ",")
        crps = f"{figures['crps']:.2f}".replace(".", ",")
        assert f"{covered}\u202f%" in page and f"{covered} %" in told
        assert f" {crps} " in page and f" {crps} " in told
    held, count = content["report"]["held"], len(content["report"]["rules"])
    assert f"Se cumplen {held} de {count} reglas" in page and f"se cumplen {held} de {count} reglas" in told
    english = forex("report", "weekly", "--lang", "en", cwd=Path.cwd()).stdout
    assert f"{held} of {count} acceptance rules hold. This is the first report." in english


def test_the_first_report_says_so() -> None:
    content = run()
    assert (content["history"]["row"], content["report"]["before"], content["report"]["changes"]) == ("added", None, [])
    page = weekly.PAGE.read_text(encoding="utf-8")
    assert "Este es el primer informe." in page and "Una tendencia necesita más de un informe." in page
    assert "<svg" not in page


def test_the_second_report_says_what_changed() -> None:
    earlier = before(state="FAULT", **{"1d": {"coverage_95": 0.9, "rules": {"coverage_95": "FAIL"}}})
    content = run()
    assert content["report"]["before"] == "2024-11-20" and len(content["report"]["trend"]) == 2
    found = {
        (change["horizon"], change["name"]): (change["before"], change["after"])
        for change in content["report"]["changes"]
    }
    now = own_row()
    assert found[None, "state"] == ("FAULT", now.state)
    assert found["1d", "coverage_95"] in [("FAIL", "PASS"), (0.9, now.horizons["1d"].coverage_95)]
    assert {horizon for horizon, _ in found} == {None, "1d"}
    page = weekly.PAGE.read_text(encoding="utf-8")
    reader = Reader(page)
    assert (
        f"{len(found) + 1} cambios desde el informe del 20 nov 2024" in reader.text
    )  # a rule and a figure of one name
    assert "Estado general no está en orden" in reader.text
    assert page.count("<svg ") == 4 and all(
        "el 20 nov 2024" in sentence for sentence in reader.told if "%" in sentence and ":" in sentence
    )
    assert read() == (earlier, now)


def test_a_rerun_is_the_same_bytes() -> None:
    before()
    first = [run(), weekly.PAGE.read_bytes(), weekly.FILE.read_bytes()]
    again = [run(), weekly.PAGE.read_bytes(), weekly.FILE.read_bytes()]
    assert first[1:] == again[1:]
    assert (first[0]["history"]["row"], again[0]["history"]["row"]) == ("added", "unchanged")
    assert first[0]["report"] == again[0]["report"]


def test_other_numbers_of_the_same_day_take_the_place_of_the_row() -> None:
    run()
    kept = own_row()
    other = kept.model_copy(update={"state": "FAULT" if kept.state != "FAULT" else "OK"})
    weekly.FILE.write_text(text([other]), encoding="utf-8")
    done = forex("report", "weekly", "--lang", "en", cwd=Path.cwd())
    assert "the row of 2024-11-27 said something else and was replaced." in done.stdout
    assert read() == (kept,)


def test_later_rows_do_not_count_and_stay() -> None:
    run()
    later = own_row().model_copy(update={"as_of": DAY.replace(month=12)})
    enter(later, lock_timeout=1)
    content = run()
    assert content["report"]["before"] is None and len(content["report"]["trend"]) == 1
    assert len(read()) == 2


def test_a_damaged_history_ends_with_3_and_nothing_is_written() -> None:
    run()
    weekly.PAGE.unlink()
    broken = weekly.FILE.read_text(encoding="utf-8").replace("2024-11-27", "yesterday")
    weekly.FILE.write_text(broken, encoding="utf-8")
    done = forex("report", "weekly", cwd=Path.cwd())
    assert (done.returncode, done.stdout) == (3, "")
    assert "reports/weekly/history.csv, line 2: as_of 'yesterday'" in done.stderr
    assert weekly.FILE.read_text(encoding="utf-8") == broken and not weekly.PAGE.exists()


@pytest.mark.parametrize("missing", ["forecast", "validation", "performance", "alerts"])
def test_without_a_report_of_the_run_it_ends_with_3(missing: str) -> None:
    Path(f"reports/{missing}.json").unlink()
    done = forex("report", "weekly", cwd=Path.cwd())
    assert done.returncode == 3 and f"reports/{missing}.json: not found" in done.stderr
    assert not weekly.FILE.exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('as_of: "2024-11-27"', 'as_of: "2024-11-28"', "no run for that day has finished"),
        ("min_scores: 250", "min_scores: 251", "was made with other params"),
        ("max_rmse: 50 ", "max_rmse: 40 ", "judges rmse at 1d by other targets"),
        ("{1d: 0.01, 7d: 0.01, ", "{1d: 0.01, 7d: 0.02, ", "judges coverage_50 at 7d by other targets"),
    ],
)
def test_another_run_than_that_of_params_ends_with_4(old: str, new: str, said: str) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    assert params.count(old) == 1
    Path("params.yaml").write_text(params.replace(old, new), encoding="utf-8")
    done = forex("report", "weekly", cwd=Path.cwd())
    assert done.returncode == 4 and said in done.stderr
    assert not weekly.FILE.exists()


def test_alerts_of_another_run_end_with_4() -> None:
    write_report(ALERTS, read_report(ALERTS, AlertsReport).model_copy(update={"at": "2024-11-26"}))
    done = forex("report", "weekly", cwd=Path.cwd())
    assert done.returncode == 4 and "the last run has not finished" in done.stderr
    assert not weekly.FILE.exists()


def test_without_weasyprint_the_page_is_complete_and_the_command_says_so() -> None:
    weekly.PDF.parent.mkdir()
    weekly.PDF.write_bytes(b"of another week")
    content = run()
    assert content["pdf"] is None and content["no_pdf"].startswith("no PDF: WeasyPrint does not start")
    assert weekly.PAGE.exists() and not weekly.PDF.exists()
    assert "no PDF: WeasyPrint does not start" in forex("report", "weekly", cwd=Path.cwd()).stdout


def test_without_pango_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake/weasyprint.py").write_text(NO_PANGO, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "fake"))
    monkeypatch.delitem(sys.modules, "weasyprint")
    content = run()
    assert content["pdf"] is None and "libpango-1.0-0" in content["no_pdf"]


def test_a_history_that_many_weeks_filled_is_shown_to_its_last_half_year() -> None:
    run()
    now = own_row()
    for week in range(1, 40):
        day = DAY.fromordinal(DAY.toordinal() - 7 * week)
        enter(now.model_copy(update={"as_of": day}), lock_timeout=1)
    content = run()
    assert len(content["report"]["trend"]) == 26 and len(read()) == 40
    assert content["report"]["changes"] == []
    assert "Nada ha cambiado desde el informe del 20 nov 2024." in weekly.PAGE.read_text(encoding="utf-8")


def test_the_open_rules_are_those_of_the_scoreboard_and_every_rule_stands_below() -> None:
    run()
    validation = read_report(Path("reports/validation.json"), ValidationReport)
    page, spanish = Reader(weekly.PAGE.read_text(encoding="utf-8")).text, language("es")
    open_, judged = findings.rules_open(validation), findings.rules_judged(validation)
    assert open_ and len(judged) == findings.rules_held(validation)[1]
    assert all(page.count(spanish.say(rule.says)) >= (2 if rule in open_ else 1) for rule in judged)


def test_a_horizon_at_which_nothing_matured_is_reported_as_such() -> None:
    made = read_report(Path("reports/validation.json"), ValidationReport)
    horizons = {**made.horizons, "7d": UNMATURED}
    verdicts = {**made.verdicts, "7d": {"published": UNPUBLISHED}}
    write_report(Path("reports/validation.json"), made.model_copy(update={"horizons": horizons, "verdicts": verdicts}))
    content = run()
    assert content["report"]["verdicts"]["7d"] == "INSUFFICIENT_DATA"
    assert own_row().horizons["7d"].crps is None and own_row().horizons["7d"].n == 0
