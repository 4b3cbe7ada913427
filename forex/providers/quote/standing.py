"""Which price stood at a cut-off, and what speaks against calling it a quote: a level that cannot be, a feed that stands still."""

import bisect
import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from forex.operations import Quote
from forex.params import Bounds
from forex.providers.protocol import Bar
from forex.timeline import calendar


def standing(bars: Sequence[Bar], at: dt.datetime, longest: dt.timedelta) -> int | None:
    """The position of the last bar that had ended at or before `at`, None where that was longer ago than `longest`.

    bars: in order of their ends.

    >>> noon = dt.datetime(2024, 11, 27, 12, tzinfo=dt.UTC)
    >>> hour = dt.timedelta(hours=1)
    >>> bars = [Bar(noon, noon + hour, 973.1), Bar(noon + hour, noon + 2 * hour, 973.4)]
    >>> standing(bars, noon + 1.5 * hour, hour), standing(bars, noon + 2 * hour, hour), standing(bars, noon + 4 * hour, hour)
    (0, 1, None)
    """
    i = bisect.bisect_right(bars, at, key=lambda bar: bar.ends) - 1
    return i if i >= 0 and at - bars[i].ends <= longest else None


def objection(bars: Sequence[Bar], i: int, *, observado: float | None, bounds: Bounds, settings: Quote) -> str | None:
    """Why the price of bar `i` is no quote of the dollar; None where nothing speaks against it.

    It is outside `bounds`; further than `settings.max_gap` from the last observado that was known, |log(price/observado)|; there is
    no observado to hold it against; or the feed stands still: every bar of `settings.stuck_hours` of trading or more closes at it.
    """
    price = bars[i].price
    if not bounds.min <= price <= bounds.max:
        return f"{price:g} is outside {bounds.min:g} to {bounds.max:g}"
    if observado is None:
        return f"no observado is known to hold {price:g} against"
    gap = math.log(price / observado)
    if abs(gap) > settings.max_gap:
        return f"{price:g} is {gap:+.1%} from the observado {observado:g}, more than {settings.max_gap:.1%} (fetch.quote.max_gap)"
    first = i
    while first > 0 and bars[first - 1].price == price:
        first -= 1
    hours = trading_hours(bars[first].begins, bars[i].ends, settings.trading)
    if hours >= settings.stuck_hours:
        return (
            f"the feed stands still: every bar since {bars[first].begins:%Y-%m-%d %H:%M} UTC closes at {price:g}, "
            f"{hours:.1f} hours of trading (fetch.quote.stuck_hours)"
        )
    return None


def trading_hours(first: dt.datetime, last: dt.datetime, trading: tuple[str, str]) -> float:
    """Hours between two instants (UTC) in which the market of Santiago was open: `trading`, on its business days.

    >>> utc = dt.UTC
    >>> trading_hours(dt.datetime(2024, 11, 26, 16, tzinfo=utc), dt.datetime(2024, 11, 27, 13, tzinfo=utc), ("09:00", "14:00"))
    2.0
    """
    days = calendar.business_days(str(first.date() - dt.timedelta(days=1)), str(last.date()))
    opens, closes = (calendar.instants(days, time, calendar.SANTIAGO) for time in trading)
    begin, end = (np.datetime64(instant.astimezone(dt.UTC).replace(tzinfo=None), "us") for instant in (first, last))
    open_for = np.minimum(closes, end) - np.maximum(opens, begin)
    return float(np.maximum(open_for, np.timedelta64(0, "us")).sum() / np.timedelta64(1, "h"))
