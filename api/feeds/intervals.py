"""How long a bar lasts, and when one begins, as market data files write it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_INTERVAL = re.compile(r"([1-9][0-9]{0,3})([smhdw])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAY = timedelta(days=1)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Interval:
    """The length of a bar: `1m`, `15m`, `4h`, `1d`, `1w`."""

    length: timedelta

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read a count and a unit of s, m, h, d or w; ValueError says what is wrong."""
        found = _INTERVAL.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"interval must be like 1m, 5m, 1h, 4h, 1d or 1w, not {text!r}")
        return cls(int(found[1]) * _UNITS[found[2]])

    def end_of(self, start: datetime) -> datetime:
        """The end, in UTC, of the bar that starts at `start`.

        Days and weeks are those of the wall clock where the bar was traded, 23 to 25 hours when clocks are changed.
        """
        if self.length % _DAY:
            return start.astimezone(UTC) + self.length
        return (start + self.length).astimezone(UTC)


def parse_timezone(text: str) -> tzinfo:
    """A zone by its IANA name, such as America/New_York; ValueError says what is wrong."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"timezone must be a name like UTC or America/New_York, not {text!r}") from None


def parse_start(text: str, timezone: tzinfo | None) -> datetime:
    """When a bar starts, in the zone that it was written in: a date, or an ISO date and time (R3).

    A date is midnight in `timezone`, by default UTC; a time without an offset needs `timezone`. ValueError otherwise.
    """
    if _DATE.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), timezone or UTC)
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:_SHOWN]!r} is neither a date like 2004-08-19 nor an ISO 8601 date and time") from None
    return start if start.tzinfo else _in_zone(start, timezone)


def _in_zone(naive: datetime, timezone: tzinfo | None) -> datetime:
    if timezone is None:
        raise ValueError(f"{naive.isoformat()} has no UTC offset: name the zone with --timezone")
    start = naive.replace(tzinfo=timezone)
    if start.astimezone(UTC).astimezone(timezone).replace(tzinfo=None) != naive:
        raise ValueError(f"{naive.isoformat()} does not exist in {timezone}: clocks were put forward")
    return start
