"""Files as people have them: each is read without an option, to the last decimal, or refused with what it lacks."""

import datetime as dt
import os
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from forex.core.edges.limits import IMPORT_BYTES, IMPORT_COLUMNS, IMPORT_LINES, IMPORT_ROWS
from forex.core.errors import DataError, ForexError, UsageError
from forex.importing.about import Asked, Known
from forex.importing.understood import Understood, understand
from forex.timeline import calendar
from tests.importing.peoples_files import ABSENT, FILES, VALUES, comma, delimited, workbook
from tests.importing.reading import NOW, read


@pytest.mark.parametrize("kind", FILES)
def test_read_without_an_option_to_the_last_decimal(kind: str, tmp_path: Path, known: Known) -> None:
    found = read(tmp_path, *FILES[kind], known)
    assert found.series == "usdclp"
    assert {value.date: value.number for value in found.values} == VALUES
    assert [value.date for value in found.values] == sorted(VALUES)
    assert not {row.why for row in found.skipped} - {"no value", "no day"}


@pytest.mark.parametrize("kind", ["excel_chile", "bank_csv", "bank_workbook", "midnights"])
def test_what_is_left_out_is_said_with_its_row(kind: str, tmp_path: Path, known: Known) -> None:
    [row] = read(tmp_path, *FILES[kind], known).skipped
    assert row.why == "no value"
    assert row.place.split()[0] in {"line", "row"}
    assert ABSENT not in VALUES


def test_numbers_of_a_text_keep_their_digits(tmp_path: Path, known: Known) -> None:
    found = read(tmp_path, *FILES["excel_chile"], known)
    assert [str(value.number) for value in found.values] == [str(number) for number in VALUES.values()]


def test_numbers_of_a_workbook_are_those_that_it_shows(tmp_path: Path, known: Known) -> None:
    """Excel writes 17 digits: 934.53999999999996 is the number that reads 934.54."""
    rows = [["Fecha", "Dólar observado"], [dt.date(2024, 11, 25), 934.53999999999996], [dt.date(2024, 11, 26), 950]]
    found = read(tmp_path, "a.xlsx", workbook(rows), known)
    assert [value.number for value in found.values] == [Decimal("934.54"), Decimal(950)]


REFUSED = {
    "two_days": (
        "Fecha;Valor\n03-04-2024;934,5\n05-04-2024;935,1\n",
        "line 2: '03-04-2024' could be 2024-04-03 (--dates dmy)",
    ),
    "two_days_in_a_workbook": (
        workbook([["Fecha", "Valor"], ["03/04/2024", 934.5], ["04/04/2024", 935.1]]),
        "could be 2024-04-03 (--dates dmy) or 2024-03-04 (--dates mdy)",
    ),
    "two_numbers": (
        "Fecha;Valor\n2024-11-27;1.012\n",
        "'1.012' could be 1012 (--decimal comma) or 1.012 (--decimal point)",
    ),
    "two_numbers_by_comma": ('Date,Value\n2024-11-27,"1,012"\n', "--decimal comma"),
    "both_orders": (
        "Fecha;Valor\n13-04-2024;934,5\n04-13-2024;935,1\n",
        "line 2 has '13-04-2024', day, month, year, and line 3",
    ),
    "both_marks": ("Fecha;Valor\n2024-11-27;934,5\n2024-11-28;935.25\n", "line 3 has '935.25', a decimal point"),
    "months": ("Periodo;Valor\nOct.2024;934,5\nNov.2024;935,1\n", "values of months, from line 2 on"),
    "moments": ("Date,Value\n2024-11-27 10:30,934.5\n2024-11-27 10:31,934.6\n", "no day that can be used"),
    "bare_decimal_comma": (
        "date,value\n2024-11-27,934,54\n2024-11-28,935,10\n",
        "decimal comma would have to be in quotes",
    ),
    "several_columns": ("Fecha;Apertura;Cierre\n2024-11-27;934,5;935,5\n", "--column: Apertura, Cierre"),
    "another_series": ("Fecha;Won surcoreano\n2024-11-27;1.397,5\n", "'Won surcoreano' could be any series"),
    "another_scale": ("Fecha;Dólar observado\n2024-11-27;0,00107\n", "300 to 1500, where usdclp can be"),
    "two_values_a_day": (
        "Fecha;Valor\n2024-11-27;934,5\n2024-11-27;935,5\n",
        "line 2 and line 3: 2024-11-27 has the values",
    ),
    "two_columns_of_days": (
        "Desde;Hasta;Valor\n2024-11-27;2024-11-28;934,5\n",
        "several columns have days (Desde, Hasta)",
    ),
    "no_number": ("Fecha;Nota\n2024-11-27;sube\n", "no line has a day and a number"),
    "prose": ("El dólar observado se publica cada tarde.\n", "no line has a day and a number"),
    "empty": ("  \n", "empty"),
    "old_excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old Excel (.xls)"),
    "web_page": ("<html><table><tr><td>27-11-2024</td></tr></table></html>", "a web page"),
    "pdf": (b"%PDF-1.7\n...", "a PDF"),
    "binary": (bytes(range(256)) * 8, "neither text nor an Excel workbook"),
    "all_in_the_future": ("Fecha;Valor\n2031-11-27;934,5\n", "in the future"),
    "formulas_without_results": (
        workbook([["Fecha", "Valor"], [dt.date(2024, 11, 27), "=A1*2"], [dt.date(2024, 11, 28), "=A2*2"]]),
        "no column has numbers",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_the_reason(kind: str, tmp_path: Path, known: Known) -> None:
    content, why = REFUSED[kind]
    with pytest.raises(ForexError) as refused:
        read(tmp_path, "datos.csv", content, known)
    assert isinstance(refused.value, UsageError | DataError)
    assert why in str(refused.value)
    assert str(tmp_path / "datos.csv") in str(refused.value)


def test_the_options_settle_what_the_file_does_not(tmp_path: Path, known: Known) -> None:
    two_days = "Fecha;Valor\n03-04-2024;934,5\n05-04-2024;935,1\n"
    assert [value.date for value in read(tmp_path, "a.csv", two_days, known, dates="dmy").values] == [
        dt.date(2024, 4, 3),
        dt.date(2024, 4, 5),
    ]
    assert read(tmp_path, "a.csv", two_days, known, dates="mdy").values[0].date == dt.date(2024, 3, 4)
    two_numbers = "Fecha;Valor\n2024-11-27;1.012\n"
    assert read(tmp_path, "a.csv", two_numbers, known, decimal="comma").values[0].number == 1012
    with pytest.raises(DataError, match=r"1\.012 on 2024-11-27"):
        read(tmp_path, "a.csv", two_numbers, known, decimal="point")
    columns = "Fecha;Apertura;Cierre\n2024-11-27;934,5;935,5\n"
    found = read(tmp_path, "a.csv", columns, known, column="cierre", series="usdclp_close")
    assert (found.values[0].number, found.series, found.others) == (Decimal("935.5"), "usdclp_close", ("Apertura",))
    with pytest.raises(UsageError, match="none of its columns: Apertura, Cierre"):
        read(tmp_path, "a.csv", columns, known, column="Último")


def test_one_row_settles_the_order_of_all(tmp_path: Path, known: Known) -> None:
    found = read(tmp_path, "a.csv", "Fecha;Valor\n03-04-2024;934,5\n15-04-2024;935,1\n", known)
    assert (found.order, found.values[0].date) == ("dmy", dt.date(2024, 4, 3))
    found = read(tmp_path, "a.csv", "Fecha;Valor\n04-03-2024;934,5\n04-15-2024;935,1\n", known)
    assert (found.order, found.values[0].date) == ("mdy", dt.date(2024, 4, 3))


def test_a_day_in_the_future_settles_it_too(tmp_path: Path, known: Known) -> None:
    in_june = dt.datetime(2024, 6, 3, tzinfo=dt.UTC)
    found = read(tmp_path, "a.csv", "Fecha;Valor\n03-08-2024;934,5\n03-11-2024;935,1\n", known, in_june)
    assert [value.date for value in found.values] == [dt.date(2024, 3, 8), dt.date(2024, 3, 11)]


def test_a_row_that_cannot_be_is_left_out_and_said(tmp_path: Path, known: Known) -> None:
    text = delimited([["Fecha", "Valor"]]).replace("27-11-2024;975,00", "31-11-2024;975,00").replace("979", "97,9")
    found = read(tmp_path, "a.csv", text, known)
    skipped = {(row.place, row.why) for row in found.skipped}
    assert ("line 4", "no such day") in skipped
    assert ("line 7", "outside of 300 to 1500 (validate.bounds.usdclp)") in skipped
    assert len(found.values) == len(VALUES) - 2


def test_a_cell_that_begins_a_formula_is_no_number_and_nothing_runs(tmp_path: Path, known: Known) -> None:
    text = delimited([["Fecha", "Valor"]]).replace("975,00", '=HYPERLINK("http://x")')
    assert ("no number", '=HYPERLINK("http://x")') in {
        (row.why, row.text) for row in read(tmp_path, "a.csv", text, known).skipped
    }


def test_results_of_formulas_are_used_as_they_were_computed_and_said(tmp_path: Path, known: Known) -> None:
    content = workbook([["Fecha", "Dólar observado"], *([day, float(value)] for day, value in VALUES.items())])
    found = read(tmp_path, "a.xlsx", computed(content, "B3", "B4*1"), known)
    assert found.computed == 1
    assert {value.date: value.number for value in found.values} == VALUES


def computed(content: bytes, cell: str, formula: str) -> bytes:
    """The workbook with a formula beside the value of a cell, as Excel saves one."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            text = before.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                begins = text.index(f'<c r="{cell}"'.encode())
                at = text.index(b"<v>", begins)
                text = text[:at] + f"<f>{formula}</f>".encode() + text[at:]
            after.writestr(part.filename, text)
    return out.getvalue()


def test_per_cent_is_read_as_shown(tmp_path: Path, known: Known) -> None:
    found = read(tmp_path, "tpm.csv", "Fecha;TPM\n27-11-2024;5,25 %\n28-11-2024;5,25 %\n", known)
    assert (found.series, found.per_cent, found.values[0].number) == ("tpm", True, Decimal("5.25"))


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(tmp_path: Path, known: Known) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(4):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", bytes(100_000_000))
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(DataError, match=r"unpacks to 400 MB"):
        read(tmp_path, "a.xlsx", out.getvalue(), known)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path, known: Known) -> None:
    path = tmp_path / "a.csv"
    path.touch()
    os.truncate(path, IMPORT_BYTES.most + 1)
    with pytest.raises(
        DataError, match=r"a\.csv: 50000001 bytes, more than the 50000000 that are read \(IMPORT_BYTES\)"
    ):
        understand(path, Asked(), known, NOW)


def test_a_sheet_is_read_up_to_its_limits(tmp_path: Path, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forex.importing.grid.IMPORT_COLUMNS", IMPORT_COLUMNS._replace(most=3))
    with pytest.raises(DataError, match=r"a\.xlsx: sheet Cuadro: 5 columns, .*\(IMPORT_COLUMNS\)\. Keep"):
        read(tmp_path, "a.xlsx", workbook([["x"] * 5] * 5), known)
    monkeypatch.setattr("forex.importing.grid.IMPORT_ROWS", IMPORT_ROWS._replace(most=3))
    with pytest.raises(DataError, match=r"a\.xlsx: sheet Cuadro: 4 rows, .*\(IMPORT_ROWS\)\. Keep"):
        read(tmp_path, "a.xlsx", workbook([["x"]] * 5), known)


def test_entities_are_refused(tmp_path: Path, known: Known) -> None:
    content = workbook([["Fecha", "Valor"]])
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            declared = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if part.filename.endswith("sheet1.xml") else b""
            after.writestr(part.filename, declared + before.read(part))
    with pytest.raises(DataError, match=r"sheet1.xml: it (defines entities|does not begin)"):
        read(tmp_path, "a.xlsx", out.getvalue(), known)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_said(part: str, tmp_path: Path, known: Known) -> None:
    content = workbook([["Fecha", "Valor"], [dt.date(2024, 11, 27), 934.5]])
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for member in before.infolist():
            whole = before.read(member)
            after.writestr(member.filename, whole[: len(whole) // 2] if member.filename == part else whole)
    with pytest.raises(DataError, match=r"Save it again as \.xlsx"):
        read(tmp_path, "a.xlsx", out.getvalue(), known)


def test_a_workbook_with_several_dated_sheets_asks_which(tmp_path: Path, known: Known) -> None:
    rows = [["Fecha", "Dólar observado"], [dt.date(2024, 11, 27), 934.5]]
    content = workbook(rows, title="2023", others={"2024": rows, "Notas": [["nada"]]})
    with pytest.raises(UsageError, match="--sheet: 2023, 2024"):
        read(tmp_path, "a.xlsx", content, known)
    assert read(tmp_path, "a.xlsx", content, known, sheet="2024").values[0].number == Decimal("934.5")
    with pytest.raises(UsageError, match="no sheet '2025'"):
        read(tmp_path, "a.xlsx", content, known, sheet="2025")


def test_the_decimal_mark_follows_no_separator(tmp_path: Path, known: Known) -> None:
    """A semicolon does not make the comma decimal: 1.234,5 does."""
    text = "Fecha;Valor\n2024-11-27;" + comma(Decimal("1012.5"), thousands=".") + "\n2024-11-28;1.013\n"
    assert [value.number for value in read(tmp_path, "a.csv", text, known).values] == [Decimal("1012.5"), Decimal(1013)]


def test_a_text_is_read_up_to_its_limits(tmp_path: Path, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and cells that are empty are none, and days in a line may be as many as in a column."""
    rows = [f"{day:%d-%m-%Y};{comma(value)};{';' * 9}\n" for day, value in VALUES.items()]
    monkeypatch.setattr("forex.importing.grid.IMPORT_COLUMNS", IMPORT_COLUMNS._replace(most=3))
    monkeypatch.setattr("forex.importing.grid.IMPORT_ROWS", IMPORT_ROWS._replace(most=6))
    text = "Fecha;Valor\n" + f"{';' * 9}\n\n".join(rows)
    assert len(read(tmp_path, "a.csv", text, known).values) == len(VALUES)
    assert len(read(tmp_path, *FILES["days_in_a_line"], known).values) == len(VALUES)
    with pytest.raises(DataError, match=r"a\.csv: 7 rows, more than the 6 that are read \(IMPORT_ROWS\)\. Keep"):
        read(tmp_path, "a.csv", text + "nota\n", known)
    with pytest.raises(DataError, match=r"7 rows, .*\(IMPORT_ROWS\)"):
        read(tmp_path, "a.csv", "Nota;b\n" * 7 + text, known)
    with pytest.raises(
        DataError, match=r"a\.csv: \d+ columns, more than the 3 that are read \(IMPORT_COLUMNS\)\. Keep"
    ):
        read(tmp_path, "a.csv", text.replace(";;", ";1;1;", 5), known)
    monkeypatch.setattr("forex.importing.text.IMPORT_LINES", IMPORT_LINES._replace(most=20))
    with pytest.raises(DataError, match=r"a\.csv: 30 lines, with those that are empty, .*\(IMPORT_LINES\)\. Keep"):
        read(tmp_path, "a.csv", text + "\n" * 16, known)


def test_cells_that_only_have_a_format_count_as_none(tmp_path: Path, known: Known) -> None:
    book = load_workbook(BytesIO(FILES["bank_workbook"][1]))
    for cell in ("XFD1", "A200000", "XFD5"):
        book["Cuadro"][cell].font = Font(bold=True)
    out = BytesIO()
    book.save(out)
    assert {value.date: value.number for value in read(tmp_path, "a.xlsx", out.getvalue(), known).values} == VALUES


@pytest.mark.slow
def test_what_a_workbook_says_is_far_below_is_not_looked_for(tmp_path: Path, known: Known) -> None:
    book = BytesIO(workbook([["Fecha", "Valor"], [dt.date(2024, 11, 27), 934.5]]))
    out = BytesIO()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, before.read(part).replace(b'<row r="2"', b'<row r="2000000000"'))
    with pytest.raises(DataError, match=r"1048577 lines, with those that are empty, .*\(IMPORT_LINES\)"):
        read(tmp_path, "a.xlsx", out.getvalue(), known)


DAYS = calendar.business_days("2024-01-02", "2024-03-28").tolist()


def swapped(day: dt.date) -> dt.datetime | str:
    """What an English Excel makes of a day that a text file has as 03/04/2024."""
    return dt.datetime(day.year, day.day, day.month) if day.day <= 12 else f"{day:%d/%m/%Y}"


@pytest.mark.parametrize("kind", ["workbook", "newest_first", "saved_as_text", "in_no_order"])
def test_days_that_excel_has_swapped_are_refused(kind: str, tmp_path: Path, known: Known) -> None:
    days = {"newest_first": DAYS[::-1], "in_no_order": sorted(DAYS, key=lambda day: (day.day * 7 % 31, day.month))}
    rows = [[swapped(day), 900.25 + i] for i, day in enumerate(days.get(kind, DAYS))]
    content: bytes | str = workbook([["Fecha", "Valor"], *rows])
    if kind == "saved_as_text":
        content = "Fecha;Valor\n" + "".join(f"{str(day).removesuffix(' 00:00:00')};{value}\n" for day, value in rows)
    with pytest.raises(
        DataError, match=r"\d: Excel has swapped day and month: it made .* of .*Import the text file"
    ) as refused:
        read(tmp_path, "a.xlsx", content, known)
    if kind == "workbook":
        assert "row 2: Excel has swapped day and month: it made 2024-02-01 of 2024-01-02" in str(refused.value)
        assert "left row 11, '15/01/2024', as text" in str(refused.value)


@pytest.mark.parametrize(
    "days",
    [
        [dt.datetime(2024, 11, day) for day in range(4, 13)] + [f"{day}/11/2024" for day in range(13, 23)],
        [dt.datetime(2024, 11, 8), "13/11/2024"],
        [dt.datetime(2024, 11, 11), dt.datetime(2024, 11, 12), *(f"{day}/11/2024" for day in range(13, 23))],
        [day if i % 2 else f"{day:%d/%m/%Y}" for i, day in enumerate(DAYS)],
    ],
)
def test_days_of_a_workbook_that_are_partly_texts_are_read(
    days: list[dt.date | str], tmp_path: Path, known: Known
) -> None:
    rows: list[list[Any]] = [["Fecha", "Valor"], *([day, 950 + i] for i, day in enumerate(days))]
    found = [value.date for value in read(tmp_path, "a.xlsx", workbook(rows), known).values]
    assert found == sorted(found) and len(found) == len(days) and found[-1].month == (11 if len(days) < 40 else 3)


LAST = {
    "a_month_misspelt": "27-Nob-2024;952,25",
    "no_year": "27/11;952,25",
    "a_serial": "45623;952,25",
    "another_separator": "27-11-2024,952,25",
    "a_column_further": "27-Nob-2024;;952,25",
}


# Alone in its row above the days it is a title, and told as such.
@pytest.mark.parametrize(
    ("at", "kind"), [(at, kind) for at in range(3) for kind in LAST if (at, kind) != (0, "another_separator")]
)
def test_a_broken_row_is_said_wherever_it_stands(at: int, kind: str, tmp_path: Path, known: Known) -> None:
    rows = ["25-11-2024;950,25", "26-11-2024;951,10"]
    rows.insert(at, LAST[kind])
    found = read(tmp_path, "a.csv", "\n".join(["Fecha;Valor", *rows, "Nota: ND, sin dato"]), known)
    assert len(found.values) == 2 and found.column.name == "Valor"
    assert [(row.place, row.text, row.why) for row in found.skipped] == [
        (f"line {at + 2}", LAST[kind].replace(";", " ").replace("  ", " "), "no day")
    ]


def test_a_broken_row_above_is_no_head(tmp_path: Path, known: Known) -> None:
    found = read(tmp_path, "a.csv", "1º nov 2024;950\n25-11-2024;950,25\n26-11-2024;951,10\n", known)
    assert (found.column.name, found.titles) == ("column B", ())
    assert [(row.place, row.why) for row in found.skipped] == [("line 1", "no day")]
    rows: list[list[Any]] = [[1e300, 950.25], *([day, float(value)] for day, value in VALUES.items())]
    book = load_workbook(BytesIO(workbook(rows)))
    book["Cuadro"]["A1"].number_format = "yyyy-mm-dd"
    out = BytesIO()
    book.save(out)
    found = read(tmp_path, "a.xlsx", out.getvalue(), known)
    assert (found.column.name, found.why) == ("column B", "no head, title or name says another")
    assert [(row.place, row.why) for row in found.skipped] == [("row 1", "no day")]


@pytest.mark.parametrize("word", ["Fecha", "Plazo", "", "Observation date", "Plazos\nFecha"])
def test_a_number_beside_a_word_for_days_is_a_head(word: str, tmp_path: Path, known: Known) -> None:
    text = f"{word};2;10\n" + "".join(f"{day};4,{i}5;4,{i}1\n" for i, day in enumerate(VALUES))
    found = read(tmp_path, "a.csv", text, known, column="10", series="us_10y")
    assert (found.column.name, found.others, found.skipped) == ("10", ("2",), ())


@pytest.mark.parametrize("value", ["950,25\u00b9", "95\u00b2", "95\u00bd", "95\u2461", "1e400", "1e-400", "95\u2082,5"])
def test_what_is_no_digit_or_no_float_is_no_number(value: str, tmp_path: Path, known: Known) -> None:
    text = delimited([["Fecha", "Valor"]]).replace("975,00", value)
    found = read(tmp_path, "a.csv", text, known)
    assert ("line 4", value, "no number") in {(row.place, row.text, row.why) for row in found.skipped}
    assert len(found.values) == len(VALUES) - 1


def test_a_superscript_is_no_digit_of_a_day(tmp_path: Path, known: Known) -> None:
    text = "Fecha;Valor\n2\u00b2-11-2024;950,25\n26-11-2024;951,10\n27-11-2024;952,10\n"
    assert [value.date.day for value in read(tmp_path, "a.csv", text, known).values] == [26, 27]


def test_an_infinite_number_of_a_workbook_is_none(tmp_path: Path, known: Known) -> None:
    out = BytesIO()
    rows: list[list[Any]] = [["Fecha", "Valor"], *([day, float(value)] for day, value in VALUES.items())]
    with zipfile.ZipFile(BytesIO(workbook(rows))) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, before.read(part).replace(b"<v>978.61</v>", b"<v>1e400</v>"))
    found = read(tmp_path, "a.xlsx", out.getvalue(), known)
    assert [(row.place, row.why) for row in found.skipped] == [("row 2", "no number")]


OPEN = 'Fecha;Valor;Nota\n25-11-2024;950,25;\n26-11-2024;951,10;"revisado\n27-11-2024;952,25;\n28-11-2024;953,10;\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OPEN, "line 3: a quote opens in this row and is not closed"),
        (OPEN + '29-11-2024;954,10;"ayer"\n', "line 3: a quote opens in this row and is not closed"),
        (
            OPEN + '29-11-2024;954,10;ayer"\n02-12-2024;955,2;\n',
            "line 3: a quote opens in this row and holds rows with days",
        ),
        (OPEN.replace("Valor", '"Valor'), "line 1: a quote opens in this row and is not closed"),
        ('Fecha;Valor\n27-11-2024;"950,25"1\n', "line 2: text follows a quote that closes, which would make '950,251'"),
    ],
)
def test_a_quote_does_not_swallow_rows(text: str, why: str, tmp_path: Path, known: Known) -> None:
    with pytest.raises(DataError) as refused:
        read(tmp_path, "a.csv", text, known)
    assert why in str(refused.value)


def test_quotes_are_read_as_spreadsheets_write_them(tmp_path: Path, known: Known) -> None:
    text = delimited([['"Serie ""única""\nde 2024"'], ["Fecha", "Valor", '"Nota\n27-11-2024: ""revisado"""']])
    text = text.replace("975,00", '975,00;"ayer" revisado')
    text += '"Dólar observado": el de las 18:00; "según el Banco\n'
    found = read(tmp_path, "a.csv", text, known)
    assert {value.date: value.number for value in found.values} == VALUES
    assert found.values[0].place == "line 5"


PER_CENT = {'0.00"%"': "4.25", r"0.00\%": "4.25", "0.00%": "425.00", '[$-409]0.00" % anual"': "4.25"}


@pytest.mark.parametrize("form", PER_CENT)
def test_a_per_cent_sign_that_is_text_multiplies_nothing(form: str, tmp_path: Path, known: Known) -> None:
    book = load_workbook(BytesIO(workbook([["Fecha", "TPM"], *([day, 4.25] for day in VALUES)])))
    for row in range(2, 7):
        book["Cuadro"][f"B{row}"].number_format = form
    out = BytesIO()
    book.save(out)
    found = understand_with(tmp_path, out.getvalue())
    assert {value.number for value in found.values} == {Decimal(PER_CENT[form])}
    assert found.per_cent


def understand_with(folder: Path, content: bytes) -> Understood:
    """Of a series that has no bounds."""
    path = folder / "a.xlsx"
    path.write_bytes(content)
    return understand(path, Asked(series="other"), Known({}, {}, {}), NOW)


@pytest.mark.parametrize("form", ["mmm-yy", r"[$-340A]mmmm\ yyyy;@"])
def test_months_of_a_workbook_are_refused_as_those_of_texts(form: str, tmp_path: Path, known: Known) -> None:
    def written(days: list[dt.date]) -> bytes:
        book = load_workbook(BytesIO(workbook([["Fecha", "Valor"], *([day, 950.5] for day in days)])))
        for row in range(2, 2 + len(days)):
            book["Cuadro"][f"A{row}"].number_format = form
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    with pytest.raises(DataError, match="values of months, from row 2 on"):
        read(tmp_path, "a.xlsx", written([dt.date(2024, month, 1) for month in range(1, 7)]), known)
    with pytest.raises(DataError, match="values of months, from line 2 on"):
        read(tmp_path, "a.csv", "Fecha;Valor\nene-24;950,5\nfeb-24;950,6\n", known)
    assert [value.date for value in read(tmp_path, "a.xlsx", written(list(VALUES)), known).values] == list(VALUES)


@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_days_as_a_spreadsheet_counts_them_are_said(kind: str, tmp_path: Path, known: Known) -> None:
    rows: list[list[Any]] = [["Fecha", "Valor"], [45622, 950.25], [45623, 951.5]]
    text = "\n".join(";".join(map(str, row)) for row in rows)
    content = workbook(rows) if kind == "workbook" else text.encode()
    with pytest.raises(DataError, match=r"(row|line) 2 has '45622', which may be a day as a spreadsheet counts them"):
        read(tmp_path, "a", content, known)


def test_utf_16_needs_no_mark(tmp_path: Path, known: Known) -> None:
    text = delimited([["Fecha", "Valor"]])
    for encoding in ("utf-16-le", "utf-16-be"):
        assert len(read(tmp_path, "a.csv", text.encode(encoding), known).values) == len(VALUES)


def many_days(size: int) -> list[dt.date]:
    return [dt.date(2000, 1, 1) + dt.timedelta(days=day) for day in range(size)]


def many_rows(size: int) -> str:
    """Notes, then values most of which are within the bounds."""
    rows = "".join(f"{day};{950 if i % 3 else 2_000}\n" for i, day in enumerate(many_days(size)))
    return "Nota;b\n" * size + f"Fecha;Valor\n{rows}"


def many_columns(size: int) -> str:
    days = ";".join(map(str, many_days(size)))
    return "Nota;b\n" * 20 + f"Fecha;{days}\nValor;{';'.join(f'{900 + i % 9},5' for i in range(size))}\n"


def wide_table(size: int) -> str:
    heads = ";".join(f"Serie {i}" for i in range(size))
    rows = "".join(f"{day};{'950,5;' * size}\n" for day in many_days(5))
    return "Nota;b\n" * 20 + f"Fecha;{heads}\n{rows}"


@pytest.mark.slow
@pytest.mark.parametrize("written", [many_rows, many_columns, wide_table])
def test_more_rows_or_columns_take_so_much_more_time(
    written: Callable[[int], str], tmp_path: Path, known: Known
) -> None:
    """A cell is looked at as often in a large file: four times the size would be sixteen times the work if it was quadratic."""

    content = {size: written(size) for size in (100, 1_500, 6_000)}

    def taken(size: int) -> float:
        began = time.process_time()
        with suppress(DataError, UsageError):
            read(tmp_path, "a.csv", content[size], known)
        return time.process_time() - began

    taken(100)
    small = min(taken(1_500) for _ in range(2))
    assert taken(6_000) < 8 * small
