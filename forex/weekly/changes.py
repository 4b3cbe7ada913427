"""What changed between two weekly reports: verdicts, and figures that no longer look the same."""

from collections.abc import Iterator, Mapping
from typing import Literal

from forex.core.reports import Report
from forex.weekly.standing import SHOWN, Figures, Standing

Subject = Literal["state", "verdict", "rule", "evidence", "figure"]


class Change(Report):
    """One change.

    horizon: None for the overall state.  name: of the rule or figure.  before, after: None where there was or is none.
    """

    horizon: str | None
    subject: Subject
    name: str
    before: float | int | str | None
    after: float | int | str | None


def changes(before: Standing, after: Standing) -> list[Change]:
    """The state, then by horizon the verdict, rules and evidence that changed and the figures that differ once rounded."""
    found: list[Change] = []
    if before.state != after.state:
        found.append(Change(horizon=None, subject="state", name="state", before=before.state, after=after.state))
    horizons: Mapping[str, None] = dict.fromkeys([*after.horizons, *before.horizons])
    for horizon in horizons:
        found += _of_horizon(horizon, before.horizons.get(horizon), after.horizons.get(horizon))
    return found


def _of_horizon(horizon: str, before: Figures | None, after: Figures | None) -> Iterator[Change]:
    def change(subject: Subject, name: str, old: float | int | str | None, new: float | int | str | None) -> Change:
        return Change(horizon=horizon, subject=subject, name=name, before=old, after=new)

    verdicts = [figures.verdict if figures else None for figures in (before, after)]
    if verdicts[0] != verdicts[1]:
        yield change("verdict", "verdict", *verdicts)
    old_rules, new_rules = (figures.rules if figures else {} for figures in (before, after))
    for name in sorted({*old_rules, *new_rules}):
        if old_rules.get(name) != new_rules.get(name):
            yield change("rule", name, old_rules.get(name), new_rules.get(name))
    evidence = [figures.crps_evidence if figures else None for figures in (before, after)]
    if evidence[0] != evidence[1]:
        yield change("evidence", "crps_evidence", *evidence)
    for name, shown in SHOWN.items():
        old, new = (getattr(figures, name) if figures else None for figures in (before, after))
        if _looks(old, shown.places) != _looks(new, shown.places):
            yield change("figure", name, old, new)


def _looks(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
