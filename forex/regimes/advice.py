"""What a regime means for someone who has dollars to buy or to sell: its rule's advice, or that of the two that have no rule."""

from collections.abc import Mapping
from typing import Any, Final

from forex.core.sentence import Sentence, sentence
from forex.regimes.rules.registry import rules

OTHERWISE: Final = {
    "NORMAL": sentence("Nothing unusual: plan with the intervals as they are published."),
    "UNKNOWN": sentence(
        "The data does not allow a call. This is no sign of calm: check with `forex status` what is missing, and treat "
        "the intervals with care until there is a call again."
    ),
}


def recommendation(row: Mapping[str, Any]) -> Sentence:
    """The advice for the regime of `row`, a row of data/regimes.parquet."""
    regime = row["regime"]
    return OTHERWISE[regime] if regime in OTHERWISE else rules()[regime].advice(row)
