"""Files as people have them: each is read without an option, to the last decimal, or refused with what it lacks."""

import datetime as dt
import os
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from forex.core.edges.limits import IMPORT_BYTES, IMPORT_COLUMNS, IMPORT_ROWS
from forex.core.errors import DataError, ForexError, UsageError
from forex.importing.about import Asked, Known
from forex.importing.understood import Understood, understand
from forex.observations.store import series_list
from forex.params import load_params
from tests.importing.peoples_files import ABSENT, FILES, VALUES, comma, delimited, workbook
from tests.support.made_up import ROOT

NOW = dt.datetime(2024, 12, 3, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def known() -> Known:
    return Known(
        series_list(ROOT / "data/live_series.yaml"),
        load_params(path=ROOT / "params.yaml").validate_.bounds,
        {"F073.TCO.PRE.Z.D": "usdclp", "dolar": "usdclp"},
    )


def read(
    folder: Path, name: str, content: bytes | str, known: Known, now: dt.datetime = NOW, **asked: object
) -> Understood:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return understand(path, Asked(**asked), known, now)  # type: ignore[arg-type]


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
    wide = workbook([["x"] * (IMPORT_COLUMNS.most + 1)])
    with pytest.raises(DataError, match=r"a\.xlsx: sheet Cuadro: 1001 columns, .*\(IMPORT_COLUMNS\)\. Keep"):
        read(tmp_path, "a.xlsx", wide, known)
    monkeypatch.setattr("forex.importing.workbook.IMPORT_ROWS", IMPORT_ROWS._replace(most=3))
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
