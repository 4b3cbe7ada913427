"""The committed list of holidays: what it says of days that became holidays late, and a damaged one."""

import datetime as dt

import pytest

from forex.core.errors import DataError
from forex.timeline.holidays import holidays_text, parse_holidays
from tests.support.made_up import HOLIDAYS, ROOT

TEXT = (ROOT / HOLIDAYS).read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def test_what_is_written_is_what_is_read() -> None:
    assert holidays_text(parse_holidays(TEXT, HOLIDAYS)) == TEXT


@pytest.mark.parametrize(
    ("date", "known_from"),
    [
        ("2024-12-25", "1980-01-01"),
        ("2000-06-26", "2000-03-10"),  # moved from Thursday the 29th by a law of that March
        ("1999-10-12", "1980-01-01"),
        ("2020-10-12", "1980-01-01"),  # a Monday: not moved
        ("2004-09-17", "2004-09-10"),
        ("2007-07-16", "2007-01-06"),
        ("2024-09-20", "2007-09-14"),
        ("2023-10-27", "2008-10-11"),
        ("2017-01-02", "2016-12-30"),
        ("2021-09-17", "2016-12-30"),
        ("2018-09-17", "2007-09-14"),
        ("2021-06-21", "2021-06-19"),
        ("1996-12-31", "1980-01-01"),
        ("1999-12-31", "1998-04-16"),
        ("2024-12-31", "1998-04-16"),
        ("2025-12-31", "2025-12-17"),  # abolished that August, restored that December
    ],
)
def test_the_day_from_which_a_holiday_was_known(date: str, known_from: str) -> None:
    known = {str(holiday.date): str(holiday.known_from) for holiday in parse_holidays(TEXT, HOLIDAYS)}
    assert known[date] == known_from


def test_no_holiday_became_one_after_the_fact_and_a_recurring_one_is_known_ever_after() -> None:
    holidays = parse_holidays(TEXT, HOLIDAYS)
    assert all(holiday.known_from <= holiday.date for holiday in holidays)
    # but for one-off days and the bank holiday, which was abolished and restored, at most two laws made a holiday
    once = {"Feriado nacional", "Censo Nacional de Población y Vivienda", "Feriado bancario"}
    laws: dict[str, set[dt.date]] = {}
    for holiday in holidays:
        if holiday.name not in once:
            laws.setdefault(holiday.name, set()).add(holiday.known_from)
    assert {name for name, days in laws.items() if len(days) > 1} == {
        "San Pedro y San Pablo",
        "Corpus Christi",
        "Día del Encuentro de dos Mundos",
        "Fiestas Patrias",
    }
    assert max(map(len, laws.values())) == 2


def changed(line: int, text: str) -> str:
    return "\n".join([*LINES[: line - 1], text, *LINES[line:]]) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns date,name,known_from; found nothing"),
        (changed(1, "date,name"), r"line 1: expected the columns date,name,known_from; found 'date,name'"),
        (changed(1, "name,date,known_from"), "line 1: expected the columns"),
        (changed(3, LINES[1]), "line 3: 1980-01-01 does not come after 1980-01-01"),
        (changed(4, "1980-04-03,Sábado Santo,1980-01-01"), "line 4: 1980-04-03 does not come after 1980-04-04"),
        (changed(3, "1980-04-31,Viernes Santo,1980-01-01"), "line 3: date '1980-04-31' is not a date"),
        (changed(3, "19800404,Viernes Santo,1980-01-01"), "line 3: date '19800404' is not a date"),
        (changed(3, "1980-04-04,Viernes Santo,always"), "line 3: known_from 'always' is not a date"),
        (changed(3, "1980-04-04,Viernes Santo,"), "line 3: known_from '' is not a date"),
        (changed(3, "1980-04-04,Viernes Santo"), "line 3: . fields, 3 expected"),
        (changed(3, "1980-04-04,Viernes, Santo,1980-01-01"), "line 3: . fields, 3 expected"),
        (changed(3, ""), r"line 3: 0 fields, 3 expected"),
        (changed(3, "1980-04-04, ,1980-01-01"), "line 3: name ' ' is empty"),
        (changed(3, "1980-04-04,Viernes Santo,1980-04-05"), "line 3: known_from 1980-04-05 is after 1980-04-04"),
        (changed(2, "1979-12-31,Feriado bancario,1970-01-01"), "line 2: 1979-12-31 is outside the years 1980 to 2040"),
        (TEXT + "2041-01-01,Año Nuevo,1980-01-01\n", "line 1010: 2041-01-01 is outside the years 1980 to 2040"),
        ("\n".join(LINES[:-2]) + "\n", "2040-12-25 is missing, a holiday of every year. Restore the file with git"),
        ("\n".join(line for line in LINES if not line.startswith("2010")), "2010-01-01 is missing"),
        (LINES[0], "1980-01-01 is missing"),
    ],
)
def test_a_damaged_list_is_refused_with_line_and_value(text: str, message: str) -> None:
    with pytest.raises(DataError, match=f"^{HOLIDAYS}[,:].*{message}"):
        parse_holidays(text, HOLIDAYS)
