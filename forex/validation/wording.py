"""What a check asks for and what it found, in words: the bound of params.yaml, and what is held against it."""

from forex.core.sentence import Sentence, sentence, verbatim
from forex.validation.report import Kwargs, Observed


def asked(check: str, kwargs: Kwargs) -> Sentence:
    """What is accepted.  check: its key in validate.severity.  kwargs: what the expectation was given.

    >>> asked("staleness", {"column": "staleness", "max_value": 5}).says
    'at most 5 business days'
    >>> asked("max_move", {"column": "move", "max_value": 0.08}).says
    'at most 8 %, or confirmed by the next value'
    """
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if check == "type":
        return sentence("numbers") if kwargs["column"] == "value" else sentence("dates")
    if check == "range":
        return sentence("{least:g} to {most:g}", least=least, most=most)
    if check == "positive":
        return sentence("above {least:g}", least=least)
    if check == "max_move":
        return sentence("at most {most:g} %, or confirmed by the next value", most=_per_cent(most))
    if check == "rows":
        return sentence("at least {least:g} dates", least=least)
    if check in ("staleness", "longest_gap"):
        return sentence("at most {most:business_days}", most=most)
    if check == "calendar_agreement":
        return sentence("at least {least:g} % of business days", least=_per_cent(least))
    if check == "set_aside":
        return sentence("at most {most:g} % of rows, those on holidays not counted", most=_per_cent(most))
    return ROWS[check] if check in ROWS else verbatim(", ".join(f"{key} {value}" for key, value in kwargs.items()))


ROWS = {
    "business_day": sentence("business days in Santiago"),
    "unique": sentence("each date once at each instant of publication"),
    "too_early": sentence("no date beyond the next business day"),
    "increasing": sentence("every date after those before it"),
}


def found(check: str, observed: Observed, *, failing: int | None, rows: int) -> Sentence:
    """What was found.  observed: the table's value.  failing: how many of the `rows` failed, None for a check of the whole table.

    >>> found("range", [2000.0], failing=3, rows=5209).says, found("longest_gap", 5, failing=None, rows=5209).says
    ('3 of 5209 rows', '5 business days')
    """
    if failing == 0:
        return sentence("all {rows:rows}", rows=rows)
    if failing is not None:
        return sentence("{failing:d} of {rows:rows}", failing=failing, rows=rows)
    if check in ("staleness", "longest_gap"):
        return sentence("{found:business_days}", found=observed)
    if check == "rows":
        return sentence("{found:g} dates", found=observed)
    if check == "calendar_agreement":
        return sentence("{found:.2f} % of business days", found=_per_cent(observed))
    if check == "set_aside":
        return sentence("{found:.2f} % of rows", found=_per_cent(observed))
    return sentence("numbers") if observed == "float64" else verbatim(str(observed))


def _per_cent(share: object) -> float | None:
    """A share in per cent, without the digits that a product of floats adds; None for what is no number."""
    return round(100 * share, 9) if isinstance(share, int | float) else None
