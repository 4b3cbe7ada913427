"""Numbers, dates and names as the dashboard shows them."""

import datetime as dt

from forex.report.filters import FILTERS, day, p_value


def test_dates_and_p_values_as_people_read_them():
    assert [day("2024-01-05"), day(dt.date(2024, 12, 31)), day(None)] == ["5 Jan 2024", "31 Dec 2024", "–"]
    assert [p_value(1.0), p_value(0.0499), p_value(0.0009)] == ["1.000", "0.050", "< 0.001"]


def test_what_is_absent_is_said_by_every_filter_of_figures():
    for name in ("rate", "value", "clp", "share", "whole", "change", "points", "count", "p", "evidence", "day"):
        assert FILTERS[name](None) == "–", name


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    assert [FILTERS["change"](value) for value in (-7.8e-14, 0.04, -0.06, 12.34)] == [
        "0.0\u202f%",
        "0.0\u202f%",
        "−0.1\u202f%",
        "+12.3\u202f%",
    ]


def test_evidence_from_next_to_nothing_to_millions():
    assert [FILTERS["evidence"](wealth) for wealth in (0.0, 0.018, 19.996, 1534622.9)] == [
        "< 0.01",
        "0.02",
        "20.00",
        "1\u202f534\u202f623",
    ]
