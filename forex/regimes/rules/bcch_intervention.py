"""BCCH_INTERVENTION: a policy meeting's effect is near, or an intervention is news, and volatility is unusual.

meeting_days         signed business days to the effect of the nearest policy meeting known (negative after it)
intervention_days    business days since the newest intervention was first known; none after its end

An intervention counts for `intervention_hold` business days, not while it lasts: in the six from 2008 to 2023 the observado moved
more in the first ten business days than in the four weeks before, and less in the ten after those, though programmes go on for
months or years.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forex.core.sentence import Sentence, sentence
from forex.observations.moves import Floats
from forex.params import Regimes
from forex.regimes import interventions
from forex.regimes.meetings import days_to_effects, is_covered, nearest
from forex.regimes.rules.protocol import Declaration, Evidence, Flags, State


def state(evidence: Evidence) -> State:
    """On where `bank_acts` holds and the volatility ratio is above `meeting_ratio`; outside the meeting calendar none is near."""
    params, ratio, origins = evidence.params, evidence.volatility_ratio, evidence.origins
    listed = is_covered(origins, evidence.meetings)
    covered = listed & interventions.is_complete(origins, evidence.announced)
    known = days_to_effects(origins, evidence.meetings, effect=params.meeting_effect)
    days = np.where(listed[:, None], known, np.nan)
    since = interventions.days_since(origins, evidence.announced)
    return State(
        on=bank_acts(days, since, params) & (ratio > params.meeting_ratio),
        margin=ratio / params.meeting_ratio,
        columns={"meeting_days": nearest(days), "intervention_days": since},
        counts=("meeting_days", "intervention_days"),
        due=bank_acts(days - params.confidence_days, since + params.confidence_days, params),
        covered=covered,
    )


def bank_acts(days: Floats, since: Floats, params: Regimes) -> Flags:
    """Whether the central bank may be moving the rate.

    True where the effect of a decision is at most `meeting_before` ahead or `meeting_after` back, or an intervention has been
    known for at most `intervention_hold`.

    days: shape (n, m), business days to the effects of decisions.  since: shape (n,), business days since an intervention was
    first known.  NaN counts as neither.
    """
    near = np.any((days <= params.meeting_before) & (days >= -params.meeting_after), axis=1)
    return np.asarray(near | (since <= params.intervention_hold))


def advice(row: Mapping[str, Any]) -> Sentence:
    """What the call means for someone who has dollars to buy or to sell; the same for every row."""
    return sentence(
        "The central bank is acting in a nervous market, and a jump either way is possible. Leave no large order for "
        "these days if it can be placed in parts, and plan with the widest interval."
    )


RULE = Declaration(30, state, ("#6a4fb3", "#7d63c9"), advice, signal="volatility_ratio")
