"""Tables for people: which columns are of numbers, and how long texts are broken."""

import pytest

from forex.commands.tables import aligned, listed, markdown


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["93.1 ± 0.4", "not evaluated", "80.0"], True),
        (["-1.2 % (p < 0.001)", "+0.3 % (p 0.4)"], True),
        (["915.02 - 932.41", "2024-11-27"], True),
        (["-", ""], False),
        (["garch_t", "ar1"], False),
        (["INSUFFICIENT_DATA", "3 of 4 forecasts"], False),
    ],
)
def test_columns_of_numbers_stand_on_their_right_edge(cells: list[str], right: bool) -> None:
    rule = markdown([["x"], *([cell] for cell in cells)]).split("\n")[1]
    assert rule.endswith(":|") == right


def test_lines_end_with_their_last_character_and_are_no_wider_than_asked() -> None:
    said = "a sentence that goes on for longer than the terminal is wide"
    text = listed([["one", "OFF", said], ["another", "ON", "short\nsecond"]], width=40)
    assert all(line == line.rstrip() and len(line) <= 40 for line in text.split("\n"))
    assert " ".join(" ".join(line[14:].split()) for line in text.split("\n")[:-2]) == said
    assert text.split("\n")[-2:] == ["another  ON   short", f"{'':14}second"]


def test_a_table_without_rows_is_its_head() -> None:
    assert aligned([["a", "b"]]) == "a  b"
