"""`forex explain` on a small run: what a treasurer reads, the same as JSON, and what is refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from forex.commands.show import explain
from forex.commands.words import Words
from forex.core.errors import DataError, UsageError
from forex.core.files import read_parquet, write_parquet
from forex.explanation.files import CALIBRATED, RAW_FORECASTS
from forex.explanation.report import Kind
from tests.support.changed_params import run
from tests.support.finished_project import Made, copied
from tests.support.forex_command import forex

pytestmark = pytest.mark.slow

ROW = re.compile(r"^(.*?)\s{2,}(.*)$")


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The working directory, the finished project with the nowcast published."""
    with copied(tmp_path_factory) as made:
        made.write({"calibrate.published.model": "nowcast"})
        for stage in ("calibrate", "forecast"):
            run(stage)
        Path("dvc.yaml").touch()
        yield made


def tables(text: str) -> list[dict[str, list[float]]]:
    """The numbers of each table by label; a table follows a line that ends with a colon."""
    found: list[dict[str, list[float]]] = []
    for block in text.split("\n\n"):
        title, *rows = block.splitlines()
        if title.endswith(":"):
            matched = [match for line in rows[1:] if (match := ROW.match(line))]
            found.append({match[1]: [float(cell) for cell in match[2].split()] for match in matched})
    return found


def test_parts_add_up_in_every_table_and_column() -> None:
    shown = tables(explain.text(explain.view(horizon=None, at=None)))
    assert [list(table)[0] for table in shown] == ["anchor", "median", "median"]
    assert [list(table)[-1] for table in shown] == ["median", "published", "published"]
    for table in shown:
        first, *parts, last = table.values()
        for column in range(len(last)):
            total = first[column] + sum(part[column] for part in parts)
            assert total == pytest.approx(last[column], abs=0.005 * (len(parts) + 2))
    to_median, to_ends, changed = shown
    assert to_median["median"][0] == to_ends["median"][0]
    assert to_median["median"][2] == pytest.approx(changed["median"][0], abs=0.011)
    assert len(to_ends["published"]) == len(changed["published"]) == 4
    assert {"usdclp_spot (quote)", "aud", "mxn", "own last moves"} < set(to_median)
    assert {"volatility now, half-life 4 days", "its past errors", "regime factor", "lean of the tails"} < set(to_ends)


def test_the_tables_show_what_json_says_and_fit_80_columns() -> None:
    for horizon in ("1d", "90d"):
        content = explain.view(horizon=horizon, at=None)
        text = explain.text(content)
        assert max(map(len, text.splitlines())) <= 80
        assert content["horizon"] == horizon and f"({horizon})" in text.splitlines()[0]
        _, to_ends, changed = tables(text)
        for intervals, table in (
            (content["now"]["accounts"]["intervals"], to_ends),
            (content["change"]["intervals"], changed),
        ):
            ends = [intervals[level][end] for level in ("0.8", "0.95") for end in ("lower", "upper")]
            assert table["published"] == [pytest.approx(account["end"], abs=0.0051) for account in ends]
            lean = [part["clp"] for account in ends for part in account["parts"] if part["kind"] == "lean"]
            assert table["lean of the tails"] == [pytest.approx(clp, abs=0.0051) for clp in lean]
        said = "Errors of the next day's nowcast now" if horizon == "1d" else "Volatility now"
        assert f"{said} over" in text
    done = forex("explain", "--horizon", "90d", "--json", cwd=Path.cwd())
    assert (done.returncode, json.loads(done.stdout)) == (0, content)


def test_spanish_has_the_same_numbers_in_80_columns() -> None:
    content = explain.view(horizon="7d", at=None)
    english, spanish = explain.text(content), explain.text(content, Words("es"))
    assert max(map(len, explain.text(content, Words("es", width=80)).splitlines())) <= 80
    assert re.findall(r"[-+]?\d+\.\d\d\b", english) == [
        number.replace(",", ".") for number in re.findall(r"[-+]?\d+,\d\d\b", spanish)
    ]
    assert "asimetría de las colas" in spanish and "median" not in spanish.replace("mediana", "")


def test_half_lives_are_in_order() -> None:
    text = explain.text(explain.view(horizon="7d", at=None))
    assert re.search(r"its long run: 4 days \d\.\d\d, 16 days \d\.\d\d, 64 days \d\.\d\d\.", text)


def test_drivers_beyond_the_largest_are_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    content = explain.view(horizon="7d", at=None)
    whole = tables(explain.text(content))[0]
    monkeypatch.setattr(explain, "DRIVERS", 2)
    shown = tables(explain.text(content))[0]
    hidden = [numbers for label, numbers in whole.items() if label not in shown]
    assert len(hidden) == 4
    others = shown["4 other drivers"]
    for column in range(3):
        assert others[column] == pytest.approx(sum(numbers[column] for numbers in hidden), abs=0.005 * 5)
    kept = min(max(map(abs, shown[name])) for name in shown if name in content_drivers(content))
    assert kept >= max(max(map(abs, numbers)) for numbers in hidden)


def content_drivers(content: dict[str, dict[str, dict[str, dict[str, list[dict[str, str]]]]]]) -> set[str]:
    return {part["subject"] for part in content["now"]["accounts"]["median"]["parts"] if part["kind"] == "driver"}


def test_another_day_and_the_first_one() -> None:
    assert explain.view(horizon=None, at="2020-04-19")["now"]["origin_date"] == "2020-04-17"  # a Sunday
    first = read_parquet(CALIBRATED)["origin_date"].min()
    content = explain.view(horizon=None, at=str(first))
    assert content["before"] is None and content["change"] is None
    text = explain.text(content)
    assert text.endswith("There is no forecast of the business day before.")
    assert len(tables(text)) == 2 and len(tables(text)[0]["anchor"]) == 1


def test_the_default_is_the_first_horizon_beyond_the_next_day(project: Made) -> None:
    assert explain.view(horizon=None, at=None)["horizon"] == "7d"
    assert explain._horizon(None, ("30d", "1d", "15d")) == "15d"
    assert explain._horizon(None, ("1d",)) == "1d"


def test_what_is_no_horizon_or_day_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"--horizon 8d: expected one of 1d, 7d, 15d, 30d, 90d \(params.yaml: horizons\)"
    ):
        explain.view(horizon="8d", at=None)
    with pytest.raises(UsageError, match="--at 2010-01-04: forecasts were made from 2018-.* to 2020-04-30"):
        explain.view(horizon=None, at="2010-01-04")
    with pytest.raises(UsageError, match="--at yesterday: expected a date"):
        explain.view(horizon=None, at="yesterday")


def test_another_model_has_a_coarser_account(project: Made) -> None:
    project.write({"calibrate.published.model": "garch_t_conformal"})
    run("calibrate")
    text = explain.text(explain.view(horizon="30d", at=None))
    to_median, to_ends, _ = tables(text)
    assert list(to_median) == ["anchor", "expected move", "median"]
    assert list(to_ends)[1] == "the model's own interval" and "half-life" not in text
    project.write({"calibrate.published.model": "nowcast"})
    run("calibrate")


def test_files_of_another_run_end_with_3(project: Made) -> None:
    content = RAW_FORECASTS.read_bytes()
    write_parquet(
        RAW_FORECASTS, read_parquet(RAW_FORECASTS).with_columns(scale=2 * read_parquet(RAW_FORECASTS)["scale"])
    )
    done = forex("explain", cwd=Path.cwd())
    assert (done.returncode, done.stdout) == (3, "")
    assert re.match(
        r"forex: data/forecasts/raw\.parquet: the scale of nowcast at 7d of .* Run `dvc repro`\.\n$", done.stderr
    )
    RAW_FORECASTS.write_bytes(content)
    project.write({"calibrate.published.model": "nowcast", "horizons": ["1d", "7d", "60d"]})
    with pytest.raises(DataError, match="calibrated.parquet: has no published forecast at 60d. Run `dvc repro`"):
        explain.view(horizon="60d", at=None)
    project.write({"calibrate.published.model": "nowcast"})


def test_every_kind_of_part_has_a_label() -> None:
    for words in (Words("en"), Words("es")):
        labels = {explain.label(kind, "x1", words) for kind in get_args(Kind)}
        assert len(labels) == len(get_args(Kind))
