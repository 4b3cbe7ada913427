"""Each origin's regime, confidence and ratio equal those of a readable loop over the definitions."""

import math

import numpy as np
import polars as pl
import pytest

from forex.params import Regimes
from forex.regimes.interventions import Interventions
from forex.regimes.meetings import Meetings
from forex.regimes.regimes import REGIMES, classify
from forex.timeline import calendar
from tests.support.regimes.panels import (
    INTERVENTIONS,
    MEETINGS,
    QUICK,
    QUICK_MOVE,
    made_up_panel,
)

pytestmark = pytest.mark.slow


def oracle(
    panel: pl.DataFrame, meetings: Meetings, announced: Interventions, params: Regimes
) -> list[tuple[str, float, float | None]]:
    """regime, confidence and volatility ratio of each origin, one origin after the other, from the definitions."""
    rows = panel.rows(named=True)

    def move(name: str, now: int, window: int) -> tuple[float, int] | None:
        if now < window or rows[now][name] is None or rows[now - window][name] is None:
            return None
        date, earlier = rows[now][f"{name}_date"], rows[now - window][f"{name}_date"]
        steps = int(calendar.steps_between(earlier, date))
        return (math.log(rows[now][name] / rows[now - window][name]), steps) if steps > 0 else None

    def volatility(name: str, now: int) -> float | None:
        moves = [move(name, row, 1) for row in range(max(now - params.fast_window + 1, 0), now + 1)]
        squares = [found[0] ** 2 / found[1] for found in moves if found]
        return math.sqrt(sum(squares) / len(squares)) if len(squares) >= params.min_fast else None

    current = {name: [volatility(name, now) for now in range(len(rows))] for name in ("anchor", "copper_lme")}

    def reference(name: str, now: int, at_least: int) -> float | None:
        end = now - params.fast_window + 1
        past = [
            value for value in current[name][max(end - params.reference_window, 0) : max(end, 0)] if value is not None
        ]
        return float(np.median(past)) if len(past) >= at_least else None

    def effects(today: np.datetime64) -> list[int]:
        """Of all meetings at once: asked for one at a time, the calendar takes most of the test's time."""
        scheduled = meetings.dates[~meetings.special]
        if not scheduled[0] <= today <= scheduled[-1]:
            return []
        told = meetings.dates[~meetings.special | (meetings.dates <= today)]
        effect = calendar.shift(told, params.meeting_effect, known_at=today)
        later = calendar.steps_between(today, np.maximum(effect, today), known_at=today)
        since = calendar.steps_between(np.minimum(effect, today), today)
        return [int(ahead) or -int(back) for ahead, back in zip(later, since, strict=True)]

    def since(today: np.datetime64) -> float:
        found = math.inf
        for told, start, end in zip(announced.announced, announced.start, announced.end, strict=True):
            first = calendar.on_or_after(start) if np.isnat(told) else calendar.shift(told, 1)
            if first <= today:
                found = math.inf if today > end else int(calendar.steps_between(first, today))
        return found

    def near(days: list[int]) -> bool:
        return any(-params.meeting_after <= day <= params.meeting_before for day in days)

    calls: list[str] = []
    likeness: list[tuple[str, int, bool]] = []
    results = []
    last_shock, high = -math.inf, False
    for now, row in enumerate(rows):
        days, news = effects(np.datetime64(row["origin_date"])), since(np.datetime64(row["origin_date"]))
        base = reference("anchor", now, params.min_reference)
        fast = current["anchor"][now]
        ratio = fast / base if base and fast is not None else None
        if ratio is not None:
            high = ratio > params.enter_ratio or (high and ratio >= params.exit_ratio)
        copper, copper_base = (
            move("copper_lme", now, params.copper_window),
            reference("copper_lme", now, params.copper_min_reference),
        )
        sigmas = abs(copper[0]) / (copper_base * math.sqrt(copper[1])) if copper and copper_base else None
        if copper and sigmas and abs(copper[0]) > QUICK_MOVE and sigmas > params.copper_sigmas:
            last_shock = now

        if ratio is None:
            call, margin = "UNKNOWN", 0.0
        elif (near(days) or news <= params.intervention_hold) and ratio > params.meeting_ratio:
            call, margin = "BCCH_INTERVENTION", ratio / params.meeting_ratio
        elif now - last_shock <= params.copper_hold:
            call, margin = "COPPER_SHOCK", (sigmas or 0.0) / params.copper_sigmas
        elif high:
            call, margin = "HIGH_VOL", ratio / params.exit_ratio
        else:
            call, margin = "NORMAL", ratio / params.enter_ratio

        calls.append(call)
        due = near([day - params.confidence_days for day in days])
        due = due or news + params.confidence_days <= params.intervention_hold
        likeness.append((call, sum(margin > cut for cut in params.confidence_cuts), due))
        decided = [row for row in range(now - params.confidence_days + 1) if calls[row] != "UNKNOWN"]
        stood = {row: calls[row + params.confidence_days] == calls[row] for row in decided}
        probability = (sum(stood.values()) + 1) / (len(stood) + 2)
        for alike in (
            [row for row in decided if calls[row] == call],
            [row for row in decided if likeness[row] == likeness[now]],
        ):
            evidence = len(alike) + params.confidence_prior
            if evidence:
                probability = (sum(stood[row] for row in alike) + params.confidence_prior * probability) / evidence
        told = announced.complete_from <= np.datetime64(row["origin_date"]) <= announced.complete_until
        discount = 1.0 if days and told else 1.0 - params.uncovered_discount
        results.append((call, 0.0 if call == "UNKNOWN" else probability * discount, ratio))
    return results


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("prior", [0, 3])
def test_the_loop_and_the_vectorised_form_agree(seed: int, prior: int) -> None:
    panel = made_up_panel(np.random.default_rng(seed), first="2019-06-03", gaps=0.25 if seed == 3 else 0.05)
    params = QUICK.model_copy(update={"confidence_prior": prior})
    frame = classify(panel, MEETINGS, INTERVENTIONS, params, copper_move=QUICK_MOVE)
    calls, confidences, ratios = zip(*oracle(panel, MEETINGS, INTERVENTIONS, params), strict=True)
    assert frame["regime"].to_list() == list(calls)
    assert set(calls) == set(REGIMES)
    np.testing.assert_allclose(frame["confidence"].to_numpy(), confidences, rtol=1e-12)
    np.testing.assert_allclose(frame["volatility_ratio"].to_numpy(), np.array(ratios, dtype=float), rtol=1e-9)
