"""What people call the acceptance rules, whose names in reports hold a level: `coverage_95`, `below_80`."""

import re

from forex.core.sentence import Sentence, sentence

NAME = re.compile(r"(?P<kind>coverage|below|above|interval_score)_(?P<level>[\d.]+)(?:_below_benchmarks)?")


def in_words(rule: str) -> Sentence:
    """What people call a rule; a name that is not known stays as it is.

    >>> in_words("coverage_95").says, in_words("interval_score_95_below_benchmarks").says
    ('coverage of the 95 % interval', 'interval score at 95 % below the benchmarks')
    """
    found = NAME.fullmatch(rule)
    if found is None:
        return FIXED.get(rule) or sentence("{rule}", rule=rule)
    level = found["level"]
    if found["kind"] == "coverage":
        return sentence("coverage of the {level:s} % interval", level=level)
    if found["kind"] == "below":
        return sentence("outcomes below the {level:s} % interval", level=level)
    if found["kind"] == "above":
        return sentence("outcomes above the {level:s} % interval", level=level)
    return sentence("interval score at {level:s} % below the benchmarks", level=level)


FIXED = {
    "interval_coverage": sentence("coverage of the widest interval"),
    "rmse": sentence("root mean square error"),
    "mape_pct": sentence("mean absolute error in per cent"),
    "crps_below_benchmarks": sentence("CRPS below the benchmarks"),
    "regime_coverage": sentence("coverage in each regime"),
    "published": sentence("published forecasts that have matured"),
}
