"""Every setting of the regimes changes a call, and settings that contradict each other are refused."""

import numpy as np
import pytest

from forex.params import Regimes
from forex.regimes.interventions import parse_interventions
from forex.regimes.regimes import classify
from tests.support.regimes.panels import INTERVENTIONS, MEETINGS, QUICK, QUICK_MOVE, changed, made_up_panel

CHANGES = {
    "fast_window": 12, "min_fast": 8, "reference_window": 40, "min_reference": 45, "enter_ratio": 1.8,
    "exit_ratio": 1.0, "copper_series": ("copper_comex",), "copper_window": 4,
    "copper_sigmas": 2.5, "copper_min_reference": 60, "copper_hold": 2, "copper_correlation_window": 20,
    "copper_correlation_band": 0.5, "intervention_hold": 30,
    "meeting_effect": 5, "meeting_before": 4, "meeting_after": 8, "meeting_ratio": 1.6, "confidence_days": 3,
    "confidence_cuts": (1.0,), "confidence_prior": 9.0, "uncovered_discount": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("key", list(Regimes.model_fields))
def test_every_param_changes_the_result(key: str) -> None:
    panel = made_up_panel(np.random.default_rng(11), first="2017-06-01", gaps=0.2)
    listed = parse_interventions("announced,start,end,kind\n2018-02-12,2018-02-14,,sales\n", "list.csv")
    other = QUICK.model_copy(update={key: CHANGES[key]})
    assert not classify(panel, MEETINGS, listed, other, copper_move=QUICK_MOVE).equals(
        classify(panel, MEETINGS, listed, QUICK, copper_move=QUICK_MOVE)
    )


def test_the_copper_move_of_the_block_changes_the_result() -> None:
    panel = made_up_panel(np.random.default_rng(11), first="2017-06-01", gaps=0.2)
    calls = [classify(panel, MEETINGS, INTERVENTIONS, QUICK, copper_move=move)["regime"] for move in (QUICK_MOVE, 0.1)]
    shocked = [(call == "COPPER_SHOCK").sum() for call in calls]
    assert shocked[0] > shocked[1] > 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"exit_ratio": 1.6}, "expected exit_ratio ≤ enter_ratio, got 1.6 and 1.5"),
        ({"min_fast": 21}, "expected min_fast ≤ fast_window"),
        ({"min_reference": 751}, "expected min_reference ≤ reference_window"),
        ({"copper_min_reference": 751}, "expected copper_min_reference ≤ reference_window"),
        ({"confidence_cuts": [1.0, 0.9]}, "expected increasing confidence_cuts"),
    ],
)
def test_params_that_contradict_each_other_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        changed(**values)
