"""Accounts: what each step adds to those before it, and what changed between two accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from forex.core.files import CLP_DECIMALS
from forex.explanation.report import Account, Accounts, Ends, Kind, Part

# Of a difference of two rounded values: enough to leave the noise of its last bits behind, too fine to show in a sum.
DIFFERENCE_DECIMALS = 8


@dataclass(frozen=True)
class Step:
    """What a step is about, and the rate that it and all steps before it reach, CLP per USD."""

    kind: Kind
    subject: str | None
    reached: float


def account(start: float, steps: Sequence[Step], end: float) -> Account:
    """The account from `start` to `end`: each step's part is what it reaches less what the step before it reached.

    The last step reaches `end`, the published rate. Rates are rounded as published ones are, so that what rounding leaves over is
    in the last step's part.

    >>> made = account(900.0, [Step("long_run", None, 920.0), Step("lean", None, 917.50004)], 917.5)
    >>> [part.clp for part in made.parts]
    [20.0, -2.5]
    """
    parts, before = [], start
    for step in steps:
        reached = end if step is steps[-1] else round(step.reached, CLP_DECIMALS)
        parts.append(Part(kind=step.kind, subject=step.subject, clp=_rounded(reached - before)))
        before = reached
    return Account(start=start, parts=tuple(parts), end=end)


def difference(now: Account, before: Account) -> Account:
    """`now` less `before`, part by part; a part that only one of them has counts 0 in the other."""
    current, earlier = ({(part.kind, part.subject): part.clp for part in given.parts} for given in (now, before))
    parts = tuple(
        Part(
            kind=kind,
            subject=subject,
            clp=_rounded(current.get((kind, subject), 0.0) - earlier.get((kind, subject), 0.0)),
        )
        for kind, subject in dict.fromkeys([*current, *earlier])
    )
    return Account(start=_rounded(now.start - before.start), parts=parts, end=_rounded(now.end - before.end))


def change(now: Accounts, before: Accounts) -> Accounts:
    """`now` less `before`, account by account."""
    return Accounts(
        median=difference(now.median, before.median),
        intervals={
            level: Ends(
                lower=difference(ends.lower, before.intervals[level].lower),
                upper=difference(ends.upper, before.intervals[level].upper),
            )
            for level, ends in now.intervals.items()
        },
    )


def _rounded(clp: float) -> float:
    return round(clp, DIFFERENCE_DECIMALS) + 0.0  # no negative zero
