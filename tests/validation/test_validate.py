import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forex.core.errors import DataError, ParamsError, StaleError, TooLittleData
from forex.core.files import json_text
from forex.core.reports import plain
from forex.observations.align import panel
from forex.observations.store import SCHEMA, Publication
from forex.params import Validate, load_params
from forex.timeline import calendar
from forex.validation.summary import summary
from forex.validation.suspension import settle
from forex.validation.validate import Checked, check_series, stop_on_failure
from tests.support.made_up import EVENING, utc

AS_OF = "2024-11-27"
PARAMS = load_params(path=Path("params.yaml")).validate_
RULE = Publication.model_validate(EVENING)
COUNT = 1200
WAVE = [900 + 20 * ((day % 7) - 3) / 3 for day in range(COUNT)]


def with_params(**changes: Any) -> Validate:
    """The project's parameters with other values: `severity` and `bounds` are merged, anything else is replaced."""
    content = PARAMS.model_dump()
    for key, value in changes.items():
        content[key] = content[key] | value if key in {"severity", "bounds"} else value
    return Validate.model_validate(content)


def series(values: list[float] = WAVE, changes: dict[int, float] | None = None) -> pl.DataFrame:
    """One value for each of the last business days up to AS_OF, known on its eve; `changes` by position."""
    days = calendar.business_days("2015-01-01", AS_OF)[-len(values) :]
    eve = calendar.instants(calendar.shift(days, -1), "18:00", calendar.SANTIAGO)
    values = [(changes or {}).get(row, value) for row, value in enumerate(values)]
    frame = pl.DataFrame({"line": range(2, len(values) + 2), "date": days, "value": values, "known_at": eve})
    instants = pl.col("known_at").dt.replace_time_zone("UTC")
    schema: Any = SCHEMA
    return frame.with_columns(instants, source=pl.lit(None, pl.String)).cast(schema)


def check(rows: pl.DataFrame, params: Validate = PARAMS, name: str = "usdclp", **kwargs: Any) -> Checked:
    wanted: dict[str, Any] = {"unit": "CLP per USD", "tier": "critical"} | kwargs
    return check_series(name, wanted["unit"], wanted["tier"], RULE, rows, params, as_of=AS_OF)


def reasons(checked: Checked) -> list[tuple[int, str]]:
    return checked.quarantine.select("line", "reason").sort("line").rows()


def test_sound_series_is_used_whole() -> None:
    rows = series()
    checked = check(rows)
    assert (checked.fate, checked.why, checked.quarantine.height) == ("used", None, 0)
    assert checked.usable.columns == ["line", "date", "value", "known_at", "usable_at", "source"]
    assert checked.usable["usable_at"].equals(rows["known_at"])
    assert all(outcome.success for outcome in checked.outcomes)


def test_each_bad_row_is_set_aside_with_its_first_reason() -> None:
    rows = series(changes={100: 299.0, 200: 1501.0, 300: -900.0, 400: 990.0})
    holiday = rows[500].with_columns(
        date=pl.lit(dt.date(2022, 9, 19)), line=pl.lit(9001, pl.Int64), value=pl.lit(2000.0)
    )
    old = rows[600].with_columns(line=pl.lit(9002, pl.Int64))
    rows = pl.concat([rows[:610], old, rows[610:700], rows[699:], holiday])
    checked = check(rows)
    assert reasons(checked) == [
        (102, "out_of_range"),
        (202, "out_of_range"),
        (302, "out_of_range"),
        (402, "reverted"),
        (701, "duplicate"),
        (9001, "not_a_business_day"),
        (9002, "duplicate"),
    ]
    assert checked.fate == "used"
    assert checked.usable.height + checked.quarantine.height == rows.height
    assert checked.usable["date"].is_sorted()


def test_row_in_the_wrong_place_of_its_vintage_is_set_aside() -> None:
    rows = series()
    rows = rows.with_columns(known_at=pl.lit(rows["known_at"].max()))
    checked = check(pl.concat([rows[:500], rows[501], rows[500], rows[502:]]))
    assert reasons(checked) == [(502, "out_of_order")]


def test_revision_keeps_both_vintages() -> None:
    rows = series()
    later = rows[500].with_columns(
        pl.col("value") + 1, pl.col("known_at") + pl.duration(days=9, hours=1), line=pl.lit(9001, pl.Int64)
    )
    checked = check(pl.concat([rows, later]))
    assert checked.quarantine.is_empty()
    assert checked.usable.filter(pl.col("date") == later["date"][0])["line"].to_list() == [502, 9001]


@pytest.mark.parametrize("place", [0, 40, COUNT - 1, COUNT])
def test_a_revision_anywhere_in_the_file_leaves_the_newest_value_the_anchor(place: int) -> None:
    """In the last line, a revision of an old date would be taken for the newest row."""
    rows = series(values=[900.0 + (row % 9) for row in range(COUNT - 1)] + [916.0])
    old = rows[COUNT - 16].with_columns(
        value=pl.lit(902.5), known_at=pl.lit(utc("2024-11-25T15:00")), line=pl.lit(9001, pl.Int64)
    )
    used = check(pl.concat([rows[:place], old, rows[place:]])).usable
    assert used.select("date", "known_at", "line").rows() == sorted(used.select("date", "known_at", "line").rows())
    made = panel(used, {}, set(), as_of=AS_OF, cut_off="15:00").filter(pl.col("cut_off_at").is_not_null())
    [newest] = made[-1].select("anchor", "anchor_date").rows()
    assert newest == (916.0, dt.date(2024, 11, 27))
    of_old = made.filter(pl.col("origin_date") == old["date"][0])["anchor"].item()
    assert of_old == rows[COUNT - 16]["value"].item()  # what was known then


def test_vintages_of_a_date_stand_in_the_order_in_which_they_became_known() -> None:
    """Though the file has the later one first: at the end the last one known is in force."""
    rows = series()
    later = [
        rows[-2].with_columns(pl.col("value") + by, known_at=pl.lit(utc(at)), line=pl.lit(line, pl.Int64))
        for by, at, line in ((2.0, "2024-11-27T12:00", 9001), (1.0, "2024-11-26T12:00", 9002))
    ]
    used = check(pl.concat([later[0], rows[:-1], later[1]])).usable
    assert used["line"].to_list()[-3:] == [COUNT, 9002, 9001]
    made = panel(used, {}, set(), as_of=AS_OF, cut_off="15:00")
    newest = made.filter(pl.col("cut_off_at").is_not_null())[-1]
    assert newest["anchor"].item() == pytest.approx(WAVE[-2] + 2.0)


@pytest.mark.parametrize(
    ("changes", "expected", "unused"),
    [
        ({800: 995.0}, [(802, "reverted")], 1),
        ({row: WAVE[row] * 1.15 for row in range(800, COUNT)}, [], 0),
        ({COUNT - 1: 700.0}, [(COUNT + 1, "suspended")], 1),
        ({800: 1100.0, 801: 700.0}, [(802, "unconfirmed"), (803, "reverted")], 2),
    ],
    ids=["a print of ten per cent", "a lasting jump", "a bad newest row", "two bad rows"],
)
def test_planted_errors(changes: dict[int, float], expected: list[tuple[int, str]], unused: int) -> None:
    rows = series(changes=changes)
    checked = check(rows)
    assert (reasons(checked), checked.usable.height, checked.fate) == (expected, COUNT - unused, "used")
    assert set(checked.quarantine["expectation"]) <= {"expect_column_values_to_be_between"}
    [moves] = [outcome for outcome in checked.outcomes if outcome.check.name == "max_move"]
    assert moves.rows is not None and min(changes) in moves.rows
    late = checked.usable.filter(pl.col("usable_at") > pl.col("known_at"))
    if not unused:
        assert late["line"].to_list() == [802]
        assert late["usable_at"].to_list() == [rows["known_at"][801]]
    else:
        assert late.is_empty()


@pytest.mark.parametrize(
    ("change", "error", "asked", "observed", "key"),
    [
        ({"min_rows": {"critical": 1201, "important": 1, "optional": 1}}, TooLittleData,
         "at least 1201 dates", "1200 dates", "validate.min_rows.critical"),
        ({"max_set_aside": 0.0}, DataError, "at most 0 % of rows", "0.08 % of rows", "validate.max_set_aside"),
        ({"bounds": {"usdclp": {"min": 300, "max": 910}}}, DataError,
         "300 to 910", "value 913.333", "validate.bounds.usdclp"),
        ({"bounds": {"usdclp": {"min": 300, "max": 1500, "max_move": 0.005}}}, DataError,
         "at most 0.5 %", "of 1201 rows", "validate.bounds.usdclp.max_move"),
        ({"severity": {"longest_gap": "critical"}, "max_gap": 1}, DataError,
         "at most 1 business day", "2 business days", "validate.max_gap"),
        ({"severity": {"calendar_agreement": "critical"}, "min_calendar_agreement": 1.0}, DataError,
         "at least 100 % of business days", "99.75 %", "validate.min_calendar_agreement"),
    ],
    ids=["rows", "set_aside", "range", "max_move", "longest_gap", "calendar_agreement"],
)  # fmt: skip
def test_each_bound_tightened_stops_the_run_and_says_what_is_accepted_and_found(
    change: dict[str, Any], error: type[Exception], asked: str, observed: str, key: str
) -> None:
    gap = series(WAVE + WAVE[:3], changes={700: 1010.0})
    checked = check(pl.concat([gap[:1000], gap[1002:]]), with_params(**change))
    assert checked.fate == "stops_the_run"
    with pytest.raises(error) as raised:
        stop_on_failure({"usdclp": checked})
    for part in (asked, observed, key):
        assert part in str(raised.value)


def test_stale_series_stops_the_run_as_stale_only_when_nothing_else_failed() -> None:
    stale = check(series()[:-6])
    with pytest.raises(StaleError, match="staleness: 6 business days, .*validate.max_age.critical"):
        stop_on_failure({"usdclp": stale})
    with pytest.raises(DataError, match="rows: 900 dates, where at least 1000 dates is accepted"):
        stop_on_failure({"usdclp": check(series()[:900])})
    stop_on_failure({"usdclp": check(series()[:-5])})


@pytest.mark.parametrize(
    ("severity", "changes"),
    [("range", {50: 2000.0}), ("positive", {50: -1.0}), ("max_move", {50: 990.0}), ("max_move", {COUNT - 1: 700.0})],
)
def test_critical_row_check_stops_the_run(severity: str, changes: dict[int, float]) -> None:
    checked = check(series(changes=changes), with_params(severity={severity: "critical"}))
    assert [outcome.check.name for outcome in checked.failures] == [severity]
    with pytest.raises(DataError, match=f"{severity}: 1 of 1200 rows, .*line {min(changes) + 2}"):
        stop_on_failure({"usdclp": checked})


def test_series_of_another_tier_is_flagged_and_stays_in_use() -> None:
    checked = check(series([value / 1000 for value in WAVE]), name="eur", tier="important", unit="EUR per USD")
    assert checked.fate == "used"
    short = check(series([0.9] * 200), name="eur", tier="important", unit="EUR per USD")
    assert short.fate == "flagged"
    assert short.usable.height == 200
    assert "validate.min_rows.important" in str(short.why)
    stop_on_failure({"eur": short})


def test_series_of_another_tier_without_a_usable_row_is_left_out() -> None:
    checked = check(series([0.0] * 300), name="eur", tier="important", unit="EUR per USD")
    assert (checked.fate, checked.usable.height) == ("left_out", 0)
    stop_on_failure({"eur": checked})


def test_wrong_types_stop_before_any_other_check() -> None:
    checked = check(series().with_columns(pl.col("value").cast(pl.String)))
    assert {outcome.check.name for outcome in checked.failures} == {"type", "rows", "set_aside"}
    with pytest.raises(DataError, match="type: .*, where numbers is accepted"):
        stop_on_failure({"usdclp": checked})


def dated(rows: pl.DataFrame, row: int, date: str, known_at: str) -> pl.DataFrame:
    """`rows` with another date and another recorded instant in one place."""
    at = pl.int_range(pl.len()) == row
    return rows.with_columns(
        date=pl.when(at).then(dt.date.fromisoformat(date)).otherwise("date"),
        known_at=pl.when(at).then(utc(known_at)).otherwise("known_at"),
    )


@pytest.mark.parametrize(
    ("date", "known_at", "early"),
    [
        ("2024-11-27", "2024-11-26T12:00", False),  # hours before the rule says, the day that is averaged
        ("2024-11-27", "2024-11-26T03:00", False),  # the midnight that begins it, in Santiago
        ("2024-11-27", "2024-11-26T02:59", True),
        ("2024-11-25", "2024-11-23T15:00", False),  # Monday's, on a Saturday
        ("2024-11-25", "2024-11-22T21:00", False),
        ("2024-11-25", "2024-11-21T21:00", True),
        ("2031-03-04", "2024-11-20T21:00", True),
    ],
)
def test_a_date_beyond_the_next_business_day_cannot_be_known(date: str, known_at: str, early: bool) -> None:
    last = str(AS_OF)
    rows = dated(series([*WAVE, 900.0]), COUNT, date, known_at)
    if date <= last:  # the row moves up to its date, which its own row leaves
        rows = rows.filter((pl.col("date") != dt.date.fromisoformat(date)) | (pl.int_range(pl.len()) == COUNT))
    checked = check(rows)
    assert checked.fate == "used"
    assert [reason for _, reason in reasons(checked)] == (["known_too_early"] if early else [])
    assert (dt.date.fromisoformat(date) in checked.usable["date"].to_list()) != early


def test_a_rule_that_publishes_further_ahead_lets_dates_lie_further_ahead() -> None:
    rows = dated(series(), COUNT - 1, "2024-12-02", "2024-11-25T21:00")
    weekly = Publication.model_validate(EVENING | {"business_days": -5})
    for rule, expected in ((RULE, ["known_too_early"]), (weekly, [])):
        checked = check_series("sold", "index", "optional", rule, rows, PARAMS, as_of=AS_OF)
        assert [reason for _, reason in reasons(checked)] == expected


def test_an_impossible_date_does_not_put_the_rows_below_it_out_of_order() -> None:
    """One vintage, as a whole file that was fetched at once."""
    fetched = utc("2024-11-26T21:30")
    rows = dated(series(), 700, "2031-03-04", "2024-11-26T21:30").with_columns(known_at=pl.lit(fetched))
    assert reasons(check(rows)) == [(702, "known_too_early")]


def test_nothing_usable_is_never_used() -> None:
    lenient = with_params(severity={"rows": "warning", "set_aside": "warning"}, bounds={"usdclp": {"min": 1, "max": 2}})
    checked = check(series(), lenient)
    assert (checked.usable.height, checked.fate) == (0, "stops_the_run")
    with pytest.raises(DataError, match="no row is usable.*validate.bounds.usdclp"):
        stop_on_failure({"usdclp": checked})


def test_series_in_per_cent_may_be_negative_and_has_no_relative_move() -> None:
    rate = series([-0.5, 0.0, 0.25] * 400)
    checked = check(rate, name="tpm", tier="optional", unit="percent")
    assert (checked.fate, checked.quarantine.height) == ("used", 0)
    bounded = with_params(bounds={"tpm": {"min": -2, "max": 40, "max_move": 0.1}})
    with pytest.raises(ParamsError, match="validate.bounds.tpm.max_move"):
        check(rate, bounded, name="tpm", tier="optional", unit="percent")


def test_series_without_an_entry_has_neither_range_nor_move() -> None:
    checked = check(series(changes={50: 1e6}), name="unlisted", tier="optional", unit="index")
    assert checked.quarantine.is_empty()
    assert {"range", "max_move"}.isdisjoint(outcome.check.name for outcome in checked.outcomes)


def test_report_is_canonical() -> None:
    checked = {"usdclp": check(series(changes={50: 2000.0}))}
    left_out = {"vix": "data/x/vix.csv: <not> found."}
    report = summary(checked, left_out, AS_OF, params_sha256={}, store={})
    again = {"usdclp": check(series(changes={50: 2000.0}))}
    assert json_text(plain(report)) == json_text(plain(summary(again, left_out, AS_OF, params_sha256={}, store={})))
    assert report.series["vix"].fate == "left_out"
    [ranged] = [entry for entry in report.series["usdclp"].checks if entry.check == "range"]
    assert (ranged.failing_rows, ranged.observed) == (1, [2000.0])
    assert [row.line for row in ranged.first_failing] == [52]


@pytest.mark.parametrize(("scale", "refused"), [(0.01 / 900, True), (0.09 / 900, True), (0.2 / 900, False)])
def test_a_target_too_small_for_the_decimals_of_forecasts_is_refused(scale: float, refused: bool) -> None:
    bounds = with_params(bounds={"usdclp": {"min": 0.001, "max": 10, "max_move": 0.5}})
    checked = {"usdclp": check(series([value * scale for value in WAVE]), bounds)}
    if not refused:
        stop_on_failure(checked)
        return
    with pytest.raises(DataError, match=r"usdclp: its values are around 0\.0\d+, .* kept to 0\.0001.* 0\.1 or more"):
        stop_on_failure(checked)


def test_a_target_that_never_moves_is_refused() -> None:
    with pytest.raises(DataError, match=r"usdclp: all 1,200 usable values are 900: a rate that never moves"):
        stop_on_failure({"usdclp": check(series([900.0] * COUNT))})
    stop_on_failure({"eur": check(series([900.0] * COUNT), name="eur", tier="important")})


def test_fates_that_contradict_great_expectations_are_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(rows: pl.DataFrame, max_move: float) -> pl.DataFrame:
        return settle(rows, max_move).with_columns(fate=pl.lit("good"))

    monkeypatch.setattr("forex.validation.validate.settle", blind)
    with pytest.raises(RuntimeError, match=r"found the moves of rows \(50,\) too large, settled \[\]"):
        check(series(changes={50: 990.0}))
