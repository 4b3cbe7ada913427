"""What a regime is, for somebody who reads the word for the first time."""

from collections.abc import Mapping
from typing import Any, Final

from forex.core.sentence import Sentence, sentence, together

MEANING: Final[Mapping[str, Sentence]] = {
    "NORMAL": sentence(
        "Normal means that the rate does not move clearly more than in the years before, and that no shock of copper, no meeting "
        "of the central bank and no intervention was found behind it."
    ),
    "HIGH_VOL": sentence("High volatility means that the rate moves clearly more than in the years before."),
    "COPPER_SHOCK": sentence("A copper shock means that copper has just moved far more than it usually does."),
    "BCCH_INTERVENTION": sentence(
        "Central bank means that a policy meeting or an announced intervention is near while the rate moves more than in the years "
        "before."
    ),
    "UNKNOWN": sentence("Unknown means that the data does not allow a call; it is no sign of calm."),
}


def meaning(regime: str, row: Mapping[str, Any]) -> Sentence | None:
    """What a regime means, None for one that nobody has described; of a calm day, also what could not be evaluated.

    row: of data/regimes.parquet.
    """
    if regime != "NORMAL" or regime not in MEANING:
        return MEANING.get(regime)
    copper = lists = None
    if row.get("copper_move") is None:
        copper = sentence("A shock of copper is not evaluated: no price of copper, or too few.")
    if not row.get("calendar_covered"):
        lists = sentence("Meetings and interventions are not all evaluated: their calendars do not both cover the day.")
    return together(MEANING[regime], copper, lists)
