"""What becomes of a row that moved further than its series' `max_move`: suspended until the next row decides.

The move of a row is |value / reference − 1| with the last good row as reference. A row within the bound is good. One
beyond it is suspended, that is unused, and the next row settles it:

- within the bound of the suspended row: that one is `released`, usable from the instant the next row was known;
- back within the bound of the last good row: `reverted`, set aside;
- both: the nearer in log distance decides (a tie reverts);
- neither: `unconfirmed`, set aside, and the next row is suspended in turn.

Rows are taken in the order in which they became known (known_at, then date), so a fate at any instant depends only on
rows known at it. The next row is one with a later date: a revision of the suspended date itself does not confirm it,
but takes its place, and ends it as `reverted` where the revision is back within the bound of the last good row,
`unconfirmed` where it is not. A revision of an earlier date, or a row that arrives late, has the nearest earlier good
row as reference (its own earlier vintage first); beyond the bound, the next row by date is already there, and the
same rule settles it at once.

The first row has no reference and is good. Where it is the wrong one, the second is suspended and the third releases
it: the series goes on at its true level, and what remains is one wrong row at the very beginning.
"""

import datetime as dt
import math
from bisect import bisect_right, insort

import polars as pl

GOOD, RELEASED, REVERTED, UNCONFIRMED, SUSPENDED = "good", "released", "reverted", "unconfirmed", "suspended"
USABLE = (GOOD, RELEASED)


def settle(rows: pl.DataFrame, max_move: float) -> pl.DataFrame:
    """`rows` (date, value, known_at; values positive) with the columns move, fate and usable_at, in the order given.

    move: against the row's reference, null for the first row.  fate: one of good, released, reverted, unconfirmed,
    suspended. usable_at: known_at, of a released row the known_at of the row that released it; null where the row is
    not usable.

    >>> day, eve = [dt.date(2024, 11, d) for d in (4, 5, 6)], [dt.datetime(2024, 11, d, 21) for d in (1, 4, 5)]
    >>> settle(pl.DataFrame({"date": day, "value": [900.0, 990.0, 903.0], "known_at": eve}), 0.08)["fate"].to_list()
    ['good', 'reverted', 'good']
    """
    order = rows.select(pl.arg_sort_by("known_at", "date", maintain_order=True)).to_series().to_list()
    walk = _Walk(rows["date"].to_list(), rows["value"].to_list(), max_move)
    for row in order:
        walk.see(row)
    usable = pl.Series(walk.fate, dtype=pl.String).is_in(USABLE)
    return rows.with_columns(
        move=pl.Series(walk.move, dtype=pl.Float64),
        fate=pl.Series(walk.fate, dtype=pl.String),
        usable_at=pl.when(usable).then(rows["known_at"].gather(walk.settled_by)),
    )


class _Walk:
    """One pass over the rows; `good` holds the newest good vintage of each date, `days` its dates in order."""

    def __init__(self, dates: list[dt.date], values: list[float], max_move: float):
        self.dates, self.values, self.max_move = dates, values, max_move
        self.move: list[float | None] = [None] * len(dates)
        self.fate = [GOOD] * len(dates)
        self.settled_by = list(range(len(dates)))
        self.days: list[dt.date] = []
        self.good: dict[dt.date, int] = {}
        self.suspended: int | None = None

    def see(self, row: int) -> None:
        date, pending = self.dates[row], self.suspended
        if not self.days:
            self._take(row)
            return
        last = self.good[self.days[-1]]
        if pending is not None and date == self.dates[pending]:
            self._replace(pending, row, last)
        elif date <= self.days[-1] or (pending is not None and date < self.dates[pending]):
            self._late(row, pending)
        elif pending is not None:
            self._next(pending, row, last)
        else:
            self._judge(row, last)

    def _judge(self, row: int, reference: int) -> None:
        """Take the row where it is within the bound of its reference, suspend it where it is not."""
        self.move[row] = self._move(row, reference)
        if self._within(row, reference):
            self._take(row)
        else:
            self.fate[row] = SUSPENDED
            self.suspended = row

    def _replace(self, pending: int, revision: int, last: int) -> None:
        self.suspended = None
        self._judge(revision, last)
        self.fate[pending] = REVERTED if self.suspended is None else UNCONFIRMED

    def _next(self, pending: int, row: int, last: int) -> None:
        self.suspended = None
        self.fate[pending] = self._decide(pending, last, row)
        if self.fate[pending] == RELEASED:
            self._release(pending, row)
        self._judge(row, pending if self.fate[pending] == RELEASED else last)

    def _late(self, row: int, pending: int | None) -> None:
        at = bisect_right(self.days, self.dates[row])
        reference = self.good[self.days[max(at - 1, 0)]]
        following = self.good[self.days[at]] if at < len(self.days) else pending
        if self._within(row, reference) or following is None:
            self._judge(row, reference)
            return
        self.move[row] = self._move(row, reference)
        self.fate[row] = self._decide(row, reference, following)
        if self.fate[row] == RELEASED:
            self._release(row, row)
            if following == pending:
                self.suspended = None
                self._release(following, row)

    def _decide(self, row: int, last_good: int, following: int) -> str:
        confirms, reverts = self._within(following, row), self._within(following, last_good)
        if confirms and reverts:
            confirms = self._distance(following, row) < self._distance(following, last_good)
        return RELEASED if confirms else REVERTED if reverts else UNCONFIRMED

    def _release(self, row: int, by: int) -> None:
        self.fate[row] = RELEASED
        self.settled_by[row] = by
        self._take(row)

    def _take(self, row: int) -> None:
        date = self.dates[row]
        if date not in self.good:
            insort(self.days, date)
        self.good[date] = row

    def _move(self, row: int, reference: int) -> float:
        return abs(self.values[row] / self.values[reference] - 1)

    def _within(self, row: int, reference: int) -> bool:
        return self._move(row, reference) <= self.max_move

    def _distance(self, row: int, other: int) -> float:
        return abs(math.log(self.values[row] / self.values[other]))
