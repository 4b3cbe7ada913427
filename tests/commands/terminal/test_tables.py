"""Tables for people: which columns are of numbers, and how long texts are broken."""

import pytest

from forex.commands.tables import aligned, listed, markdown, prose, wide


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


WIDE = [["", "in force on", "median", "80% interval"], ["1d", "2025-01-03", "999.77", "993.56 - 1006.03"]]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (None, ["    in force on  median      80% interval", "1d   2025-01-03  999.77  993.56 - 1006.03"]),
        (41, ["    in force on  median      80% interval", "1d   2025-01-03  999.77  993.56 - 1006.03"]),
        (38, ["   in force on median     80% interval", "1d  2025-01-03 999.77 993.56 - 1006.03"]),
        (
            30,
            [
                "    in force on  median",
                "1d   2025-01-03  999.77",
                "",
                "        80% interval",
                "1d  993.56 - 1006.03",
            ],
        ),
    ],
)
def test_columns_move_together_and_then_below_each_other(width: int | None, lines: list[str]) -> None:
    assert aligned(WIDE, width=width).split("\n") == lines


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_every_cell_is_there_and_no_line_is_wider_than_asked(width: int) -> None:
    rows = [["horizon", *(f"model {name}" for name in "abcdefgh")]]
    rows += [[f"{days}d", *(f"-{days}.{column} %" for column in range(8))] for days in (1, 7, 15)]
    for text in (aligned(rows, width=width), markdown(rows, width=width)):
        assert max(map(len, text.split("\n"))) <= width
        assert all(text.count(cell) == 1 for row in rows[1:] for cell in row[1:])
        assert all(cell in text for cell in rows[0])


def test_a_table_in_markdown_stays_one_where_it_fits() -> None:
    rows = [["model", "CRPS"], ["theta", "12.3"]]
    assert markdown(rows, width=80) == markdown(rows)
    assert markdown(rows, width=12) == aligned(rows)


def test_sentences_of_a_table_are_broken_and_no_line_begins_with_a_sign_of_per_cent() -> None:
    rows = [["rule", "found"], ["coverage", "the interval of 95 % covers 46.8 % of all outcomes in 30 episodes"]]
    text = prose(rows, width=36)
    assert all(len(line) <= 36 for line in text.split("\n")) and "|" not in text
    assert not any(line.strip().startswith("%") for line in text.split("\n")) and "\u00a0" not in text
    assert prose(rows).startswith("| rule ")


def test_colours_take_no_place() -> None:
    red = "\x1b[31mFAIL\x1b[0m"
    assert listed([[red, "why"], ["PASS", "why"]], width=30).split("\n") == [f"{red}  why", "PASS  why"]
    assert wide(red) == 4
