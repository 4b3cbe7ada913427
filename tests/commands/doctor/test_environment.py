"""An environment that is not the locked one, fonts that are gone, a clock that is behind: each is said with what to do."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from forex.commands.keep import doctor
from forex.commands.keep.remedies import environment
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow


def said() -> list[tuple[str, str, str]]:
    found = doctor.view()["found"]
    assert all(finding["state"] == doctor.TO_DO for finding in found)
    return [(finding["about"], finding["wrong"], finding["remedy"]) for finding in found]


def test_every_pin_of_the_lock_is_read_and_those_for_other_systems_are_left_out() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "==" in line]
    assert len(environment.PIN.findall(text)) == len(lines) > 100
    names = [name for name, _ in environment.pins(text)]
    assert "tzdata" in names and "numpy" in names and "pywin32" not in names
    assert names.count("networkx") == 1  # of one line for older and one for newer interpreters


def test_packages_that_are_not_the_locked_ones_are_named(project: Path) -> None:
    path = project / "requirements.lock"
    whole = path.read_text()
    own = dict(environment.pins(whole))["numpy"]
    path.write_text(whole.replace(f"numpy=={own}", "numpy==1.0.0") + "no-such-package==1.0 \\\n")
    [(about, wrong, remedy)] = said()
    assert about == "the environment" and remedy == "`make clean run` installs the locked ones"
    assert wrong.startswith("2 of its packages are not those of requirements.lock")
    assert wrong.endswith(f"numpy {own} for 1.0.0, no-such-package is missing")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((name, content) for name in environment.FILES for content in (None, b"")),
        *((name, b"<html>") for name in environment.FILES if name.endswith(".ttf")),
    ],
)
def test_fonts_that_are_gone_or_broken_are_named(
    name: str, content: bytes | None, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = project / "forex/report/fonts"
    fonts.mkdir(parents=True)
    for file in environment.FILES:
        (fonts / file).write_bytes((ROOT / "forex/report/fonts" / file).read_bytes())
    monkeypatch.setattr(environment, "FONTS", fonts)
    assert doctor.view()["found"] == []
    if content is None:
        (fonts / name).unlink()
    else:
        (fonts / name).write_bytes(content)
    assert said() == [("the fonts of the charts", f"missing or broken: {name}", "`git restore forex/report/fonts`")]


def test_a_clock_before_the_cut_off_of_as_of_is_said(project: Path) -> None:
    before = dt.datetime(2025, 1, 2, 17, 59, tzinfo=dt.UTC)
    [found] = doctor.view(clock=lambda: before)["found"]
    assert (
        found["wrong"] == "it is 2025-01-02T17:59Z by it, before the cut-off of as_of, 2025-01-02 (2025-01-02T18:00Z)"
    )
    assert found["about"] == "the clock" and "set the clock" in found["remedy"]
    assert doctor.view(clock=lambda: before + dt.timedelta(minutes=1))["found"] == []


def test_a_zone_that_is_not_to_be_had_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(key: str) -> None:
        raise ZoneInfoNotFoundError(f"No time zone found with key {key}")

    monkeypatch.setattr(environment, "ZoneInfo", none)
    [(about, wrong, remedy)] = said()
    assert about == "the zone America/Santiago" and "No time zone found" in wrong and "tzdata" in remedy


def test_params_that_cannot_be_read_are_said_and_keep_nothing_else_from_being_mended(project: Path) -> None:
    (project / "params.yaml").write_text("as_of: [")
    half = project / "reports/.a.json.999999.abcdefgh.tmp"
    half.parent.mkdir()
    half.write_text("half")
    found = doctor.view()["found"]
    assert [(finding["about"], finding["state"]) for finding in found] == [
        ("reports/.a.json.999999.abcdefgh.tmp", doctor.MENDED),
        ("params.yaml", doctor.TO_DO),
    ]
