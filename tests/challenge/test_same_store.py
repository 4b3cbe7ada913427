"""Whether two runs had the same observations, by what their reports state."""

from typing import Any

import pytest

from forex.challenge.same_store import differences

OCTOBER, NOVEMBER, CUT_OFF, LATER = (
    "2024-10-01T00:00:00Z",
    "2024-11-01T00:00:00Z",
    "2024-11-26T18:00:00Z",
    "2024-11-27T18:00:00Z",
)
BASE = {"series": {"usdclp": {}, "twd": {}}, "store": {OCTOBER: "aa", NOVEMBER: "bb", CUT_OFF: "cc"}}


def head(series: str = "usdclp twd", **store: str) -> dict[str, Any]:
    instants = {"october": OCTOBER, "november": NOVEMBER, "cut_off": CUT_OFF, "later": LATER}
    return {"series": dict.fromkeys(series.split()), "store": {instants[name]: text for name, text in store.items()}}


@pytest.mark.parametrize(
    "grown",
    [
        head(october="aa", november="bb", cut_off="cc"),
        head(october="aa", november="bb", later="dd"),
        head("usdclp twd usdclp_spot", october="aa", november="bb", later="dd"),  # it was first known after NOVEMBER
    ],
)
def test_a_store_that_has_only_grown_is_the_same(grown: dict[str, Any]) -> None:
    assert differences(BASE, grown) == differences(grown, BASE) == []


def test_the_first_instant_at_which_they_differ_is_named_and_the_series_of_one_alone() -> None:
    other = f"what was known at {NOVEMBER} is not the same"
    assert differences(BASE, head(october="aa", november="bc", cut_off="cc")) == [other]
    assert differences(BASE, head(october="aa", november="bb", cut_off="cd")) == [
        f"what was known at {CUT_OFF} is not the same"
    ]
    assert differences(BASE, head("usdclp aud", october="aa", november="bc")) == [
        "series only in BASE: twd",
        "series only in HEAD: aud",
        other,
    ]


def test_without_hashes_the_series_decide_or_nothing_does() -> None:
    older = {"series": BASE["series"]}
    assert differences(older, head("usdclp", october="aa")) == ["series only in BASE: twd"]
    assert differences(older, head(october="aa")) is None
    assert differences(BASE, head(later="dd")) is None  # they state no instant in common
    assert differences({}, {}) is None
