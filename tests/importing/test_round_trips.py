"""Whatever way a file is written, it is read as what was written, or refused: never as something else."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forex.core.errors import UsageError
from forex.importing import days, numbers
from forex.importing.about import Asked, Known
from forex.importing.understood import understand
from forex.observations.store import read_series, read_series_list
from tests.importing.peoples_files import comma, point, spanish, workbook
from tests.support.forex_command import forex
from tests.support.made_up import ROOT

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
NOBODY = Known({}, {}, {})
# By the form of a day, what its owner would say of it; None: nothing has to be said.
ORDERED = {
    **dict.fromkeys(("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%y"), "dmy"),
    **{"%m/%d/%Y": "mdy"},
    **dict.fromkeys(("%Y/%m/%d", "%Y-%m-%d", "%Y%m%d")),
}

prices = st.decimals(min_value=Decimal("0.001"), max_value=Decimal("99999"), places=3, allow_nan=False).flatmap(
    lambda number: st.integers(0, 3).map(lambda places: number.quantize(Decimal(1).scaleb(-places)))
)


@dataclass(frozen=True)
class Form:
    separator: str
    day: str | None
    mark: str
    thousands: str
    encoding: str
    end: str
    head: str
    foot: str

    def written(self, values: dict[dt.date, Decimal]) -> bytes:
        rows = []
        for date, number in values.items():
            day = spanish(date) if self.day is None else format(date, self.day)
            said = (
                comma(number, thousands=self.thousands)
                if self.mark == "comma"
                else point(number, thousands=self.thousands)
            )
            rows.append([day, said])
        lines = [self.separator.join(f'"{cell}"' if self.separator in cell else cell for cell in row) for row in rows]
        head = self.head.replace("|", self.separator)
        return (self.end.join([*([head] if head else []), *lines, self.foot]) + self.end).encode(self.encoding)


forms = st.builds(
    Form,
    separator=st.sampled_from([";", ",", "\t"]),
    day=st.sampled_from([None, *ORDERED]),
    mark=st.sampled_from(["comma", "point"]),
    thousands=st.just(""),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    head=st.sampled_from(["", "Fecha|Valor", "Año 2024\nDía|Dólar observado", "Serie|Dólar observado\nPeriodo|"]),
    foot=st.sampled_from(["", "Fuente: Banco Central de Chile", "Nota: ND, sin información"]),
).flatmap(
    lambda form: st.sampled_from(["", " ", "." if form.mark == "comma" else ","]).map(
        lambda parts: Form(**{**form.__dict__, "thousands": parts})
    )
)
series = st.dictionaries(st.dates(dt.date(1984, 1, 2), dt.date(2026, 6, 1)), prices, min_size=1, max_size=12)


def read(content: bytes, asked: Asked, name: str = "a.csv") -> dict[dt.date, Decimal]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return {value.date: value.number for value in understand(path, asked, NOBODY, NOW).values}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(series, forms)
def test_text_is_read_as_what_was_written_or_refused(values: dict[dt.date, Decimal], form: Form) -> None:
    content = form.written(values)
    told = Asked(dates=ORDERED.get(form.day or ""), decimal=form.mark)  # type: ignore[arg-type]
    assert read(content, told) == values
    try:
        assert read(content, Asked()) == values
    except UsageError as refused:
        assert "--dates" in str(refused) or "--decimal" in str(refused)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(series)
def test_a_workbook_is_read_as_what_was_written(values: dict[dt.date, Decimal]) -> None:
    rows = [["Fecha", "Valor"], *([date, float(number)] for date, number in values.items())]
    assert read(workbook(rows), Asked(), "a.xlsx") == values


@given(st.dates(dt.date(1980, 1, 1), dt.date(2040, 12, 31)), st.sampled_from(["-", "/", ".", " "]))
def test_a_day_is_among_its_readings_in_every_form(day: dt.date, parts: str) -> None:
    for order, form in {"dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y", "ymd": "%Y-%m-%d"}.items():
        written = format(day, form).replace("-", parts)
        assert days.readings(written)[order] == day  # type: ignore[index]
        assert set(days.readings(written).values()) <= {
            day,
            day.replace(day=day.month, month=day.day) if day.day <= 12 else day,
        }
        assert days.looks_like_a_day(written)
    for written in (spanish(day), format(day, "%d %B %Y"), format(day, "%b %d, %Y"), f"{day} 00:00:00"):
        assert set(days.readings(written).values()) == {day}


@given(prices, st.sampled_from(["{}", "$ {}", "{} CLP", "+{}", " {} "]))
def test_a_number_is_among_its_readings_in_every_form(number: Decimal, around: str) -> None:
    for thousands in ("", "."):
        assert numbers.readings(around.format(comma(number, thousands=thousands)))["comma"] == number
    for thousands in ("", ",", " ", "\u00a0", "'"):
        assert numbers.readings(around.format(point(number, thousands=thousands)))["point"] == number
    assert numbers.readings(f"-{comma(number)}")["comma"] == -number
    assert numbers.readings(f"({point(number)})")["point"] == -number


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert set(days.readings(text)) <= set(days.ORDERS)
    assert set(numbers.readings(text)) <= set(numbers.MARKS)
    assert isinstance(days.looks_like_a_day(text) and days.is_a_month(text) and numbers.is_absent(text), bool)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (
        "dvc.yaml",
        "params.yaml",
        "operations.yaml",
        "data/live_series.yaml",
        "data/calendar/holidays_cl.csv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.dates(dt.date(2003, 1, 2), dt.date(2026, 1, 1)), st.decimals(300, 1500, places=2), min_size=1, max_size=9
    )
)
def test_a_store_has_what_the_file_had_to_the_last_decimal(project: Path, values: dict[dt.date, Decimal]) -> None:
    with tempfile.TemporaryDirectory(dir=project) as folder:
        lines = [f"{date};{comma(number)}" for date, number in values.items()]
        (Path(folder) / "a.csv").write_text("\n".join(["Fecha;Valor", *lines]), encoding="utf-8")
        assert forex("import", "a.csv", "--store", "own", "--decimal", "comma", cwd=Path(folder)).returncode == 0
        store = Path(folder) / "own"
        rows = read_series(store, "usdclp", read_series_list(store)["usdclp"])
        assert {date: Decimal(repr(value)) for date, value in rows.select("date", "value").iter_rows()} == values
