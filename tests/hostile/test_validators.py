"""Names, days and paths from outside: what is allowed passes, and nothing else does, whatever it looks like."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.commands.judge import change
from forex.commands.judge.gate import _files, _here
from forex.commands.show.forecast import parse_date
from forex.core.edges import validators
from forex.core.errors import DataError, ParamsError, UsageError
from forex.params import load_params
from tests.support.made_up import Project

OUTSIDE = {
    "a way up": ("../secret", "reports/../../secret", "a/.."),
    "absolute": ("/etc/passwd", "//etc/passwd", "~/secret"),
    "a drive": ("C:/secret", "c:secret", "C:\\secret"),
    "UNC": ("\\\\server\\share", "\\\\?\\C:\\secret", "//server/share"),
    "NUL and other control characters": ("a\0.json", "a\n.json", "a\x1b[31m.json", "a\u202egnp.json"),
    "look-alikes": ("．．／secret", "‥/secret", "a／b", "ﬁle.json"),
    "another normalisation": (unicodedata.normalize("NFD", "año.json"), "\u212b.json", "①.json"),
    "over-long": ("x" * 256, "a/" * 600 + "b", "ñ" * 128),
    "an option": ("-rf", "--output=x", "-"),
    "nothing": ("", "a//b", "./a", "a/"),
}
EACH = [text for kind in OUTSIDE.values() for text in kind]


@pytest.mark.parametrize("text", EACH, ids=lambda text: ascii(text)[:30])
def test_a_path_that_leads_elsewhere_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a path below the project's folder") as error:
        validators.confined(text, tmp_path)
    assert len(str(error.value)) < 250 and "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["a.json", "reports/metrics/validation.json", "métricas/año.json", ".hidden/a", "a b", "a..b"]
)
def test_a_path_below_passes_as_it_is(text: str, tmp_path: Path) -> None:
    assert validators.confined(text, tmp_path) == tmp_path / text


@given(st.text(st.sampled_from("./\\~-:C a．／‥\0\u202eé"), max_size=12))
def test_whatever_passes_stays_below(text: str) -> None:
    base = Path("/srv/project")
    try:
        path = validators.confined(text, base)
    except ValueError:
        return
    assert path.is_relative_to(base) and path != base and ".." not in path.parts
    assert unicodedata.normalize("NFKC", text) == text and not text.startswith("-")


@pytest.mark.parametrize("target", ["/etc", "..", "../elsewhere"])
def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_not(target: str, tmp_path: Path) -> None:
    base = tmp_path / "project"
    (base / "reports").mkdir(parents=True)
    (base / "out").symlink_to(target)
    (base / "in").symlink_to("reports")
    with pytest.raises(ValueError, match="a link on it leads out"):
        validators.confined("out/passwd", base)
    assert validators.confined("in/a.json", base) == base / "in/a.json"


@pytest.mark.parametrize("text", EACH, ids=lambda text: ascii(text)[:30])
def test_metrics_are_read_from_the_project_alone(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    with pytest.raises(DataError, match=r"^dvc\.yaml of HEAD: "):
        _files(lambda path: json.dumps({"metrics": [text]}), "HEAD")


def test_a_metrics_file_that_is_a_link_out_of_the_project_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.json").write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("metrics.json").symlink_to("../secret.json")
    with pytest.raises(DataError, match="leads out"):
        _here("metrics.json")


@pytest.mark.parametrize(
    "text",
    [
        "5", "[5]", "stages: 5", "stages: [a]", "stages: {a: 5}", "stages: {a: [metrics]}", "metrics: 5", "metrics: [5]",
        "metrics: [{}]", "metrics: [[a.json]]", "metrics: {a.json: {}}", "metrics: [{a: 1, b: 2}]", "metrics: [{5: {}}]",
        "stages: {a: {metrics: {x: y}}}", "stages: {a: {metrics: [null]}}", "metrics: [2024-11-27]", "metrics: a.json",
        "stages: {a: {outs: 5}}", "stages: {a: {outs: [[reports]]}}",
    ],
)  # fmt: skip
def test_a_dvc_yaml_of_another_shape_names_no_metrics(text: str) -> None:
    with pytest.raises(
        DataError, match=r"^dvc\.yaml of HEAD: ((metrics|outs) are not listed as DVC lists them|no pipeline)"
    ):
        _files(lambda path: text, "HEAD")


@pytest.mark.parametrize("text", ["", "stages: {}", "stages:", "stages: {a: {cmd: x}}", "metrics:"])
def test_a_dvc_yaml_without_metrics_names_none(text: str) -> None:
    assert _files(lambda path: text, "HEAD") == []


# --- names ------------------------------------------------------------------------------------------------------------

HORIZONS = ["0d", "07d", "7", "7D", " 7d", "7d\n", "366d", "1000d", "-7d", "٧d", "７d", "7ｄ", "", "7d7d", "1e1d"]


@pytest.mark.parametrize("text", HORIZONS, ids=ascii)
def test_a_horizon_is_calendar_days_in_ascii(text: str, project: Project) -> None:
    with pytest.raises(ValueError, match='from "1d" to "365d"'):
        validators.horizon_name(text)
    project.set(horizons=[text])
    with pytest.raises(ParamsError, match=r"^params\.yaml: horizons\.0 = "):
        load_params()


@given(st.text(max_size=5))
def test_every_horizon_that_passes_is_one(text: str) -> None:
    allowed = {f"{days}d" for days in range(1, 366)}
    try:
        assert validators.horizon_name(text) in allowed
    except ValueError:
        assert text not in allowed


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-31",
        "20241127",
        "2024-W48-3",
        "2024-11-27T00:00",
        "２０２４-11-27",
        "2024-1-7",
        "27-11-2024",
        "",
        " 2024-11-27",
    ],
)
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match='expected a date like "2024-11-27"'):
        validators.iso_day(text)
    with pytest.raises(UsageError, match=r"^--at .*: expected a date like 2024-11-27"):
        parse_date(text, "--at")


@given(st.dates())
def test_every_day_passes(day: object) -> None:
    assert validators.iso_day(str(day)) == day


@pytest.mark.parametrize("text", ["٩٣٤", "9_3", "0x1", "nan", "inf", "1e999", "1,5", "", " 1", "1 ", "--1", "1e", "."])
def test_a_number_is_finite_and_in_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number like"):
        validators.decimal_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_one(value: float) -> None:
    assert validators.decimal_number(repr(value)) == value


@pytest.mark.parametrize("text", ["٥", "1_0", "+5", "5.0", "", " 5", "9" * 19, "0x5"])
def test_a_whole_number_is_in_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        validators.whole_number(text)


@pytest.mark.parametrize("text", ["", "A", "a-b", "a.b", "../a", "ａ", "a\n", "x" * 65, "-a", "dólar"])
def test_an_id_is_a_file_name_everywhere(text: str) -> None:
    with pytest.raises(ValueError, match="lower-case letters, digits and underscores"):
        validators.series_id(text)


@given(st.text(max_size=70))
def test_every_id_that_passes_is_one(text: str) -> None:
    try:
        validators.series_id(text)
    except ValueError:
        return
    assert re.fullmatch("[a-z0-9_]{1,64}", text) and text.isascii()


OPTIONS = [
    "-h",
    "--all",
    "--output=/tmp/x",
    "-",
    "--upload-pack=id",
    "",
    "a b",
    "a\nb",
    "a\0b",
    "a*",
    "a?",
    "a[b]",
    "a\\b",
    "x" * 256,
]


@pytest.mark.parametrize("text", OPTIONS, ids=ascii)
def test_no_option_reaches_git_or_dvc_as_a_revision(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="expected a branch, tag or commit"):
        validators.revision(text)
    monkeypatch.setattr("sys.argv", ["change", "--", text])
    with pytest.raises(SystemExit) as ended:
        change.main()
    assert ended.value.code == 2 and "expected a branch, tag or commit" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["main", "origin/main", "HEAD~2", "HEAD^", "v1.0", "a" * 40, "feature/ñandú", "@{-1}", "exp-1a2b"]
)
def test_what_git_takes_passes(text: str) -> None:
    assert validators.revision(text) == text


@pytest.mark.parametrize("text", ["", " ", "a\0b", "a\nb", "-store", "x" * 300, "a/" * 600])
def test_a_store_is_a_folder_that_can_be(text: str, project: Project) -> None:
    project.set(ingest={"store": text})
    with pytest.raises(ParamsError, match=r"^params\.yaml: ingest\.store = .*expected a folder like data/sample"):
        load_params()
