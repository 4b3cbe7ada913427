"""DATA_QUALITY_ISSUE: the share of the last `days` origins that had no observado of their own day or later.

A trigger is where the share gets worse; the first share does not count.
"""

import numpy as np
from pydantic import PositiveInt

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence
from forex.monitoring.alert_rules.sizes import where_rising
from forex.observations.store import TARGET
from forex.params import Block
from forex.params.alerts import Ladder


class Settings(Block):
    """The shares of the last `days` origins without an observado of their own that call for an alert, by severity."""

    days: PositiveInt
    missing: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """A finding where the severity of the share rises; missing where there are fewer than `days` origins."""
    days, rows = settings.days, evidence.rows
    absent = (rows["anchor_age"].fill_null(1) > 0).to_numpy().astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(absent)])
    share = np.full(absent.size, np.nan)
    share[days - 1 :] = (total[days:] - total[:-days]) / days

    def reason(row: int) -> Sentence:
        return sentence(
            "{share:.0%} of the last {days:business_days} have no {series} of their own",
            share=share[row],
            days=days,
            series=TARGET,
        )

    found = tuple(where_rising(share, settings.missing, reason))
    if rows.height >= days:
        return Evaluated(found)
    return Evaluated(found, sentence("{rows:business_days}, {days} are needed", rows=rows.height, days=days))


RULE = Declaration(evaluate, Settings)
