"""The days of the week as the files of configuration call them, in the order of `datetime.date.weekday`."""

from typing import Final, Literal, get_args

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
DayOfWeek = Literal[Weekday, "saturday", "sunday"]

WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DAYS_OF_WEEK: Final[tuple[DayOfWeek, ...]] = get_args(DayOfWeek)
