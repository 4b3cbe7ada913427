"""`forex export`: files that a spreadsheet opens, numbers as its locale writes them, and nothing that runs."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from forex.commands.show import export
from forex.core.errors import DataError, UsageError
from forex.forecast.forecast import forecast_table
from tests.support.changed_params import COMMITTED
from tests.support.forecasts_made_up import forecast
from tests.support.made_up import MadeUpStore, Project

SERIES = "date,value,known_at,source\n2024-11-26,1000.25,2024-11-25T21:00:00Z,bcch\n2024-11-27,975,,=HYPERLINK(1)\n"


@pytest.fixture
def own(project: Project, store: MadeUpStore) -> Path:
    store.add("usdclp", SERIES)
    return project.root


def test_a_series_as_excel_in_chile_opens_it(own: Path) -> None:
    done = export.view(Path("a.csv"), of="usdclp", locale="es-CL")
    assert done == {"file": "a.csv", "of": "usdclp", "rows": 2, "locale": "es-CL"}
    assert (
        Path("a.csv").read_bytes()
        == (
            "\ufeffdate;value;known_at;source\r\n"
            "26-11-2024;1000,25;2024-11-25T21:00:00Z;bcch\r\n"
            "27-11-2024;975;2024-11-26T21:00:00Z;'=HYPERLINK(1)\r\n"
        ).encode()
    )


def test_rows_come_in_order_of_day_whatever_their_order_in_the_store(project: Project, store: MadeUpStore) -> None:
    store.add("usdclp", "date,value,known_at\n2024-11-27,975,\n2024-11-26,930,\n2024-11-27,976,2024-12-01T12:00:00Z\n")
    export.view(Path("a.csv"), of="usdclp", locale="en")
    rows = [line.split(",")[:2] for line in Path("a.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert rows == [["2024-11-26", "930"], ["2024-11-27", "975"], ["2024-11-27", "976"]]


def test_a_series_in_english(own: Path) -> None:
    export.view(Path("a.csv"), of="usdclp", locale="en")
    assert Path("a.csv").read_text(encoding="utf-8").splitlines()[:2] == [
        "date,value,known_at,source",
        "2024-11-26,1000.25,2024-11-25T21:00:00Z,bcch",
    ]


def test_a_sheet_has_numbers_days_and_texts(own: Path) -> None:
    export.view(Path("a.xlsx"), of="usdclp", locale="es-CL")
    sheet = load_workbook("a.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["date", "value", "known_at", "source"] in rows
    assert rows[-1] == [dt.datetime(2024, 11, 27), 975, "2024-11-26T21:00:00Z", "=HYPERLINK(1)"]
    assert {cell.data_type for cell in list(sheet.iter_rows())[-1]} == {"d", "n", "s"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1"])
@pytest.mark.parametrize("locale", ["en", "es-CL"])
def test_no_text_is_a_formula(text: str, locale: export.Locale) -> None:
    content = export.delimited(export.Table(("a", "b"), ((text, -1.5),)), export.STYLES[locale])
    [_, [shown, number]] = csv.reader(
        io.StringIO(content.decode("utf-8-sig")), delimiter=export.STYLES[locale].separator
    )
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert number in {"-1.5", "-1,5"}


def test_the_forecast_is_that_of_the_report() -> None:
    table = forecast_table(forecast())
    written = export.delimited(export.Table(tuple(table.columns), tuple(table.iter_rows())), export.STYLES["es-CL"])
    [heads, *rows] = csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";")
    assert heads == table.columns
    medians = [float(row[heads.index("median")].replace(",", ".")) for row in rows]
    assert medians == table["median"].to_list()


@pytest.mark.parametrize(
    ("file", "of", "said"),
    [
        ("a.ods", "usdclp", "expected a name that ends in .csv or .xlsx"),
        ("data/a.csv", "usdclp", "lies where a run reads and writes its own files"),
        ("store/usdclp.csv", "usdclp", "lies where a run reads and writes its own files"),
        ("a.csv", "euro", "--of euro: expected forecast, backtest or a series of store: usdclp"),
    ],
)
def test_refused(own: Path, file: str, of: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        export.view(Path(file), of=of, locale="en")


def test_a_series_is_read_by_the_limits_of_params_yaml(own: Path, project: Project) -> None:
    project.set(ingest={"limits": {**COMMITTED["ingest"]["limits"], "rows": 1}})
    with pytest.raises(
        DataError, match=r"2 lines, more than the 1 that are read \(ingest\.limits\.rows in params\.yaml\)"
    ):
        export.view(Path("a.csv"), of="usdclp", locale="en")
    assert not Path("a.csv").exists()


def test_a_file_is_not_written_over_unasked(own: Path) -> None:
    Path("a.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="a.csv: exists"):
        export.view(Path("a.csv"), of="usdclp", locale="en")
    assert Path("a.csv").read_text(encoding="utf-8") == "mine"
    export.view(Path("a.csv"), of="usdclp", locale="en", force=True)
    assert Path("a.csv").read_text(encoding="utf-8").startswith("date,value")
