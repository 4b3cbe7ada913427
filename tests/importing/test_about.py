"""Which column and which series a file is about: what leaves no doubt is taken, and anything else has to be said."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from forex.core.errors import DataError, UsageError
from forex.importing.about import Known
from tests.importing.peoples_files import workbook
from tests.importing.reading import read


@pytest.mark.parametrize(
    ("content", "asked", "where"),
    [
        (
            "Fecha,Dólar observado\n27-11-2024,950,25\n28-11-2024,951,10\n",
            {},
            "line 2: '950,25' stands in the columns B and C",
        ),
        ("Fecha,usdclp\n27-11-2024,950\n28-11-2024,951,10\n", {}, "line 3: '951,10' stands in the columns B and C"),
        ("Fecha,value\n27-11-2024,950,25\n", {"column": "value"}, "line 2: '950,25'"),
        ("27-11-2024,950,25\n", {"column": "column B", "series": "usdclp"}, "line 1: '950,25'"),
        ("Date,USDCLP\n2024-11-27,950.25\n2024-11-28,1,012.50\n", {}, "line 3: '1,012.50' stands"),
        ("Fecha,Euro,Dólar observado\n27-11-2024,1031,20,950,25\n", {}, "line 2: '1031,20' stands"),
        ("Fecha,Dólar observado, pesos\n27-11-2024,950,25\n28-11-2024,951,05\n", {}, "line 3: '951,05' stands"),
        (
            "Serie,25-11-2024,26-11-2024,27-11-2024\nDólar observado,950,25,951,10,952,30\n",
            {},
            "column E: '10' has no day above it",
        ),
    ],
)
def test_a_number_that_bare_commas_tear_is_not_its_first_half(
    content: str, asked: dict[str, str], where: str, tmp_path: Path, known: Known
) -> None:
    with pytest.raises(UsageError, match=re.escape(where)) as refused:
        read(tmp_path, "u.csv", content, known, **asked)
    assert "has to be in quotes" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        "date,value,known_at\n2024-11-27,950,2024-11-26T21:00:00Z\n",
        "date,value,deals\n2024-11-27,950,12\n",
        "date,value,\n2024-11-27,950,holiday in New York\n",
        ",date,value\n7,2024-11-27,950\n",
        "Fecha;Valor\n27-11-2024;950;25\n",
        "Serie,26-11-2024,27-11-2024,28-11-2024,Total\nDólar observado,950,950,950,2850\n",
    ],
)
def test_what_no_comma_tears_is_read(content: str, tmp_path: Path, known: Known) -> None:
    column = {} if "Dólar" in content else {"column": "Valor" if "Valor" in content else "value"}
    assert {value.number for value in read(tmp_path, "u.csv", content, known, **column).values} == {950}


BANK = "Banco Central de Chile\n{}\n\nPeriodo;{}\n27.Nov.2024;930,25\n28.Nov.2024;931,10\n"
MARKET = "Date,{},Open,High,Low,Vol.\n11/26/2024,930.25,929.1,932.4,928.5,\n11/27/2024,931.1,930.1,933.2,929.9,\n"


@pytest.mark.parametrize(
    ("name", "content", "speaks"),
    [
        *(
            ("c.csv", BANK.format(title, "Valor"), title)
            for title in [
                *(
                    "Tipo de cambio Euro (pesos por euro)",
                    "Dólar interbancario, cierre",
                    "Dólar venta",
                    "Dólar australiano (pesos)",
                ),
                *(
                    "Pesos por UF",
                    "Tipo de cambio real",
                    "Dólar observado, promedio mensual",
                    "AUD/CLP",
                    "Euro observado",
                ),
            ]
        ),
        ("c.csv", BANK.format("Dólar interbancario", "Dólar"), "Dólar interbancario"),
        ("c.csv", BANK.format("Dólar australiano", "Dólar"), "Dólar australiano"),
        ("c.csv", BANK.format("Dólar observado", "Euro"), "Euro"),
        ("c.csv", BANK.format("Dólar observado", "Venta"), "Venta"),
        ("c.csv", "Serie;Euro\nUnidad;Pesos\n" + BANK.format("", "Valor"), "Euro"),
        *(
            (f"{name}.csv", "Date;Price\n2024-11-27;930,25\n", name)
            for name in ["EURCLP", "eur_clp_2024", "EURCLP2024", "AUDCLP=X", "dolar_venta"]
        ),
        ("USDCLP=X.csv", "Date,Close\n2024-11-27,930.25\n", "Close"),
        ("a.csv", "Fecha;Compra\n27-11-2024;930,25\n".replace("Fecha", ";Dólar\nFecha"), "Compra"),
    ],
)
def test_what_speaks_of_another_series_keeps_it_from_being_the_observado(
    name: str, content: str, speaks: str, tmp_path: Path, known: Known
) -> None:
    with pytest.raises(UsageError, match=r"Say which with --series: usdclp is the dólar observado") as refused:
        read(tmp_path, name, content, known)
    assert f"{speaks!r} speaks of something other than the dólar observado" in str(refused.value)
    assert read(tmp_path, name, content, known, series="usdclp").why == "--series"


@pytest.mark.parametrize("name", ["USD_CLP Historical Data.csv", "usdclp.csv", "a.csv"])
def test_a_market_s_close_is_not_the_observado(name: str, tmp_path: Path, known: Known) -> None:
    """The observado of a day is known the evening before; its close is not."""
    with pytest.raises(UsageError, match="'Open' speaks of something other than the dólar observado"):
        read(tmp_path, name, MARKET.format("Price"), known, column="Price")
    with pytest.raises(UsageError, match="Say which with --column"):
        read(tmp_path, name, MARKET.format("USD/CLP"), known)
    found = read(tmp_path, name, MARKET.format("Price"), known, column="Price", series="usdclp_close")
    assert found.series == "usdclp_close"
    assert read(tmp_path, name, MARKET.format("Dólar observado"), known).series == "usdclp"


def test_a_sheet_s_title_speaks_too(tmp_path: Path, known: Known) -> None:
    rows: list[list[Any]] = [["Fecha", "Valor"], [dt.date(2024, 11, 27), 1012.5]]
    content = workbook(rows, title="Dólar observado", others={"Euro": rows})
    with pytest.raises(UsageError, match="'Euro' speaks of something other"):
        read(tmp_path, "a.xlsx", content, known, sheet="Euro")
    assert read(tmp_path, "a.xlsx", content, known, sheet="Dólar observado").why == "what its sheet or every row says"


def test_what_every_row_says_speaks_too(tmp_path: Path, known: Known) -> None:
    text = "Fecha;Moneda;Valor;Fuente\n26-11-2024;{0};1.012,5;BCE, Euro\n27-11-2024;{0};1.013,5;BCE, Euro\n"
    with pytest.raises(UsageError, match="'Euro' speaks of something other"):
        read(tmp_path, "a.csv", text.format("Euro"), known)
    assert read(tmp_path, "a.csv", text.format("Dólar observado"), known).why == "what its sheet or every row says"


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Tipo de cambio nominal",
            "Tipo de cambio nominal (dólar observado $CLP/USD)",
            "Valor del dólar observado 2024",
        ),
        *("Pesos por dólar", "mindicador.cl, ventana diaria", "Ministerio de Hacienda", "Paridad, pesos por 1 dólar"),
    ],
)
def test_what_speaks_of_nothing_else_is_the_observado(title: str, tmp_path: Path, known: Known) -> None:
    assert read(tmp_path, "c.csv", BANK.format(title, "Valor"), known).series == "usdclp"


def test_a_table_of_currencies_may_name_others(tmp_path: Path, known: Known) -> None:
    text = "Dólar y euro, promedios\nFecha;{};Euro\n27-11-2024;950,25;1.001,20\n"
    assert read(tmp_path, "a.csv", text.format("Dólar observado"), known).values[0].number == Decimal("950.25")
    text = text.replace(", promedios", "")
    assert read(tmp_path, "a.csv", text.format("Dólar"), known).values[0].number == Decimal("950.25")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0001-01-01T00:00:00+23:00", "lies before 1980"),
        ("9999-12-31T23:59:59-12:00", "lies in the future: no value can be known later than now, 2024-12-03T12:00:00Z"),
        ("2099-01-01T00:00:00Z", "lies in the future"),
        ("2024-12-03T12:00:01Z", "lies in the future"),
        ("1677-01-01", "lies before 1980"),
        ("soon", "expected an instant, like 2024-12-03T12:00:00Z"),
    ],
)
def test_a_value_is_known_within_the_calendar_and_by_now(text: str, why: str, tmp_path: Path, known: Known) -> None:
    content = f"date,value,known_at\n2024-11-27,950.25,2024-12-03T12:00:00Z\n2024-11-28,950.25,{text}\n"
    with pytest.raises(DataError, match=re.escape(f"line 3: known_at {text!r}: {why}")):
        read(tmp_path, "a.csv", content, known)
