"""What a regime is, for somebody who reads the word for the first time."""

from collections.abc import Mapping
from typing import Final

from forex.core.sentence import Sentence, sentence

MEANING: Final[Mapping[str, Sentence]] = {
    "NORMAL": sentence(
        "Normal means that the rate moves about as much as in the years before, and that no shock of copper, no meeting of the "
        "central bank and no intervention is behind it."
    ),
    "HIGH_VOL": sentence("High volatility means that the rate moves clearly more than in the years before."),
    "COPPER_SHOCK": sentence("A copper shock means that copper has just moved far more than it usually does."),
    "BCCH_INTERVENTION": sentence(
        "Central bank means that a policy meeting or an announced intervention is near while the rate moves more than usual."
    ),
    "UNKNOWN": sentence("Unknown means that the data does not allow a call; it is no sign of calm."),
}


def meaning(regime: str) -> Sentence | None:
    """What a regime means, None for one that nobody has described."""
    return MEANING.get(regime)
