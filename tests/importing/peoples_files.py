"""Files as people have them: made after the formats that banks, spreadsheets and providers write, of the same few days."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook

# Of two months, so that the order of day and month can be told; one above 1,000, and one with no decimals.
VALUES = {
    dt.date(2024, 11, 25): Decimal("978.61"),
    dt.date(2024, 11, 26): Decimal("1000.2"),
    dt.date(2024, 11, 27): Decimal("975.00"),
    dt.date(2024, 11, 29): Decimal("1012.345"),
    dt.date(2024, 12, 2): Decimal("979"),
}
ABSENT = dt.date(2024, 11, 28)
_SPANISH = ["Ene", "Feb", "Mar", "Abr", "May", "Jun", "Jul", "Ago", "Sep", "Oct", "Nov", "Dic"]


def comma(number: Decimal, *, thousands: str = "") -> str:
    """1.012,345"""
    return f"{number:,f}".replace(",", "\0").replace(".", ",").replace("\0", thousands)


def point(number: Decimal, *, thousands: str = "") -> str:
    return f"{number:,f}".replace(",", thousands)


def spanish(day: dt.date) -> str:
    """25.Nov.2024"""
    return f"{day:%d}.{_SPANISH[day.month - 1]}.{day.year}"


def delimited(
    head: list[list[str]],
    *,
    separator: str = ";",
    day: Callable[[dt.date], str] = "{:%d-%m-%Y}".format,
    number: Callable[[Decimal], str] = comma,
    absent: str | None = "ND",
    foot: list[list[str]] | None = None,
    end: str = "\r\n",
    more: Callable[[dt.date], list[str]] = lambda day: [],
) -> str:
    """A row a day between head and foot; ABSENT has `absent`, no row where that is None."""
    rows = [[day(date), number(value), *more(date)] for date, value in VALUES.items()]
    if absent is not None:
        rows.insert(3, [day(ABSENT), absent, *more(ABSENT)])
    quote = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in [*head, *rows, *(foot or [])]]
    return end.join(separator.join(row) for row in quote) + end


def workbook(
    rows: list[list[Any]], *, title: str = "Cuadro", others: dict[str, list[list[Any]]] | None = None
) -> bytes:
    """A sheet with these rows; a str that begins with "=" is a formula, as Excel takes it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, content in (others or {}).items():
        other = book.create_sheet(name)
        for row in content:
            other.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def bank_workbook() -> bytes:
    """As the Base de Datos Estadísticos gives a table: titles, heads, Excel dates, notes."""
    days: list[list[Any]] = [[dt.datetime(day.year, day.month, day.day), float(value)] for day, value in VALUES.items()]
    days.insert(3, [dt.datetime(ABSENT.year, ABSENT.month, ABSENT.day), "ND"])
    head: list[list[Any]] = [
        ["Banco Central de Chile"],
        ["Tipos de cambio nominal"],
        [],
        ["Periodo", "1.Dólar observado (pesos por dólar)"],
    ]
    return workbook(
        [*head, *days, [], ["Nota: ND, no disponible."]], others={"Metadatos": [["Unidad", "pesos por dólar"]]}
    )


# Each is read without an option. By kind: the name of the file and its bytes.
FILES: dict[str, tuple[str, bytes]] = {
    "excel_chile": ("dolar.csv", delimited([["Fecha", "Valor"]]).encode("cp1252")),
    "excel_csv_utf8": ("dólar.csv", delimited([["Fecha", "Dólar observado"]], absent="").encode("utf-8-sig")),
    "excel_unicode_text": (
        "dolar.txt",
        delimited([["Fecha", "Dólar observado"]], separator="\t", day="{:%d/%m/%Y}".format).encode("utf-16"),
    ),
    "latin_1_thousands": (
        "tc.csv",
        delimited(
            [["Día", "Dólar observado"]],
            day="{:%d/%m/%Y}".format,
            number=lambda value: comma(value, thousands="."),
            end="\n",
        ).encode("latin-1"),
    ),
    "iso_comma": (
        "usdclp.csv",
        delimited([["date", "value"]], separator=",", day=str, number=point, absent=None, end="\n").encode(),
    ),
    "american": (
        "observed_dollar.csv",
        delimited(
            [["Date", "Observed dollar"]],
            separator=",",
            day="{:%m/%d/%Y}".format,
            number=lambda value: point(value, thousands=","),
            absent="N/A",
        ).encode(),
    ),
    "bank_csv": (
        "Cuadro_27112024.csv",
        delimited(
            [
                ["Banco Central de Chile"],
                ["Tipo de cambio nominal (dólar observado $CLP/USD)"],
                [],
                ["Periodo", "Valor"],
            ],
            day=spanish,
            number=lambda value: comma(value, thousands="."),
            foot=[[], ["Notas:"], ["ND: no disponible."], ["Fecha de consulta: 03-12-2024"]],
        ).encode("cp1252"),
    ),
    "bank_series_csv": (
        "series.csv",
        delimited(
            [
                ["Serie", "Dólar observado"],
                ["Código", "F073.TCO.PRE.Z.D"],
                ["Unidad", "Pesos por dólar"],
                ["Periodo", ""],
            ],
            day=spanish,
        ).encode("utf-8-sig"),
    ),
    "bank_workbook": ("Cuadro_27112024.xlsx", bank_workbook()),
    "workbook_of_texts": (
        "observado.xlsx",
        workbook(
            [["Fecha", "Observado"], *([f"{day:%d/%m/%Y}", f"$ {comma(value)}"] for day, value in VALUES.items())]
        ),
    ),
    "newest_first": (
        "dolar.csv",
        "Fecha;Dólar observado\n"
        + "".join(f"{day:%d-%m-%Y};{comma(value)}\n" for day, value in sorted(VALUES.items(), reverse=True)),
    ),
    "short_years_tabs": (
        "dolar.tsv",
        delimited([["Fecha", "Dólar observado"]], separator="\t", day="{:%d-%b-%y}".format, absent="-").encode(),
    ),
    # siblings
    "days_in_a_line": (
        "cuadro.csv",
        "Tipos de cambio\n"
        + ";".join(["Serie", *map(spanish, VALUES)])
        + "\n"
        + ";".join(["Dólar observado", *map(comma, VALUES.values())])
        + "\n",
    ),
    "several_series": (
        "monedas.csv",
        delimited([["Fecha", "Dólar observado", "Euro", "UF"]], more=lambda day: ["1.031,20", "38.121,45"]).encode(),
    ),
    "sep_line": ("dolar.csv", b"sep=;\r\n" + delimited([["Fecha", "Valor"]]).encode()),
    "no_head": ("dolar.csv", delimited([], day=str, absent=None).encode()),
    "quoted_comma_decimals": ("dolar.csv", delimited([["Fecha", "Valor"]], separator=",").encode()),
    "midnights": (
        "dolar.csv",
        delimited(
            [["Fecha", "Valor"]], separator=",", day="{:%Y-%m-%d} 00:00:00".format, number=point, absent="NaN"
        ).encode(),
    ),
    "old_mac": ("dolar.csv", delimited([["Fecha", "Valor"]], end="\r").encode()),
    "months_in_words": (
        "dolar.csv",
        delimited(
            [["Fecha", "Dólar"]],
            day=lambda day: f"{day.day} de {'noviembre' if day.month == 11 else 'diciembre'} de {day.year}",
        ).encode(),
    ),
    "head_again": (
        "dolar.csv",
        delimited([["Fecha", "Valor"]]).replace("27-11-2024", "Fecha;Valor\r\n27-11-2024").encode(),
    ),
    "workbook_two_sheets": (
        "libro.xlsx",
        workbook(
            [["Resumen"], ["Promedio", "=AVERAGE(Datos!B2:B6)"]],
            title="Resumen",
            others={"Datos": [["Fecha", "Dólar observado"], *([day, float(value)] for day, value in VALUES.items())]},
        ),
    ),
}
FILES = {
    name: (file, content.encode() if isinstance(content, str) else content) for name, (file, content) in FILES.items()
}
