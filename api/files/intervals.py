"""How long a bar lasts: seconds to hours by the clock, days, weeks and months by the calendar on the wall."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.errors import BadArgument

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

_INTERVAL = re.compile(r"([1-9][0-9]{0,3})(s|mo|m|h|d|w)")
_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_SHORTEST_MONTH = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Interval:
    """The length of a bar: `1m`, `15m`, `4h`, `1d`, `1w`, `1mo`; either a length or a number of months."""

    length: timedelta = timedelta(0)
    months: int = 0

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """An interval of a count and a unit of s, m, h, d, w or mo. Raises BadArgument."""
        match = _INTERVAL.fullmatch(text.strip())
        if match is None:
            raise BadArgument(f"interval must be like 1m, 5m, 1h, 4h, 1d, 1w or 1mo, not {text!r}")
        count, unit = int(match[1]), match[2]
        return cls(months=count) if unit == "mo" else cls(count * _UNITS[unit])

    def __str__(self) -> str:
        if self.months:
            return f"{self.months}mo"
        unit, length = next((unit, length) for unit, length in _UNITS.items() if not self.length % length)
        return f"{self.length // length}{unit}"

    @property
    def is_of_calendar(self) -> bool:
        """Whether it is of whole days, weeks or months, which are as long as the wall clock says."""
        return self.months > 0 or not self.length % DAY

    @property
    def shortest(self) -> timedelta:
        """What it lasts at least, clock changes aside."""
        return self.months * _SHORTEST_MONTH + self.length

    @property
    def least_gap(self) -> timedelta:
        """How close the next bar may start without contradicting it.

        Days may be cut short by a clock change; weeks and months may be dated by their first trading day.
        """
        if self.months or not self.length % WEEK:
            return self.shortest / 2
        return self.length if self.length % DAY else self.length * 9 / 10

    def wall_end(self, wall: datetime) -> datetime:
        """The wall time at which a bar ends that starts at `wall`.

        Raises OverflowError, or ValueError, for an end beyond the year 9999.
        """
        if not self.months:
            return wall + self.length
        year, month = divmod(wall.year * 12 + wall.month - 1 + self.months, 12)
        return wall.replace(year=year, month=month + 1, day=min(wall.day, _last_day(year, month + 1)))


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def parse_timezone(text: str) -> tzinfo:
    """A zone by its IANA name, such as America/New_York. Raises BadArgument."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadArgument(f"timezone must be a name like UTC or America/New_York, not {text!r}") from None
