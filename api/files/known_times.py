"""Times of bars by how they are written, days and times of day apart, each of them read and checked once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from api.errors import PapertapeError
from api.files.row_block import DAY_IN_MICROSECONDS, microseconds
from api.files.wall_times import is_steady, read_start
from domain.notation import read_wall_time

DATE_LENGTH = len("2024-01-02")
"""How many characters a date has that is written without a time."""

_HOUR = len("2024-01-02T14")
_ANY_DAY = "2024-01-02"
_MOST_KNOWN = 100_000


class NotPlain(PapertapeError):
    """Rows that must be read one by one."""


class KnownTimes:
    """Times as a file writes them, in microseconds since the year 1 on the wall, and how far they are ahead of UTC."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._days = _Days()
        self._clocks: dict[str, _Clocks] = {}
        self._hours: dict[str, int | None] = {}

    def walls(self, texts: Sequence[str]) -> tuple[list[int], int]:
        """The times, and their one offset. Raises NotPlain where they have several, or need to be looked at."""
        if len(texts[0]) == DATE_LENGTH:
            return self._midnights(texts)
        days, clocks = self._days, self._clocks_like(texts[0])
        walls = [days[text[:DATE_LENGTH]] + clocks[text[DATE_LENGTH:]] for text in texts]
        return walls, self._offset(texts) if clocks.offset is None else clocks.offset

    def _midnights(self, texts: Sequence[str]) -> tuple[list[int], int]:
        if not _is_utc(self._zone) or any(len(text) != DATE_LENGTH for text in texts):
            raise NotPlain
        return [self._days[text] for text in texts], 0

    def _clocks_like(self, text: str) -> "_Clocks":
        """Times of day that end as this one does, after its seconds: with the same offset, or with none."""
        ending = text[len("2024-01-02T14:30:00") :]
        if ending not in self._clocks:
            if len(self._clocks) >= _MOST_KNOWN:
                self._clocks.clear()
            self._clocks[ending] = _Clocks(_offset_in(text), self._zone)
        return self._clocks[ending]

    def _offset(self, texts: Sequence[str]) -> int:
        """What the zone is ahead in all these hours, in none of which clocks are changed."""
        if self._zone is None:
            raise NotPlain
        offsets = {self._offset_in_hour(hour, self._zone) for hour in {text[:_HOUR] for text in texts}}
        offset = offsets.pop()
        if offset is None or offsets:
            raise NotPlain
        return offset

    def _offset_in_hour(self, hour: str, zone: tzinfo) -> int | None:
        if hour not in self._hours:
            if len(self._hours) >= _MOST_KNOWN:
                self._hours.clear()
            wall = read_wall_time("time", f"{hour}:00")
            offset = wall.replace(tzinfo=zone).utcoffset() if is_steady(wall, zone) else None
            self._hours[hour] = None if offset is None else microseconds(offset)
        return self._hours[hour]


class _Days(dict[str, int]):
    def __missing__(self, text: str) -> int:
        self[text] = microseconds(read_start(text, None).wall - datetime.min)
        return self[text]


class _Clocks(dict[str, int]):
    """Times of day by what is written after the day, all of one offset; None is none."""

    def __init__(self, offset: int | None, zone: tzinfo | None) -> None:
        super().__init__()
        self.offset = offset
        if offset is not None and zone is not None and (offset or not _is_utc(zone)):
            raise NotPlain

    def __missing__(self, text: str) -> int:
        wall = read_wall_time("time", _ANY_DAY + text)
        if _microseconds_ahead(wall) != self.offset:
            raise NotPlain
        if len(self) >= _MOST_KNOWN:
            self.clear()
        self[text] = microseconds(wall.replace(tzinfo=None) - datetime.min) % DAY_IN_MICROSECONDS
        return self[text]


def _is_utc(zone: tzinfo | None) -> bool:
    return zone is None or zone is UTC or str(zone) == "UTC"


def _offset_in(text: str) -> int | None:
    return _microseconds_ahead(read_wall_time("time", text))


def _microseconds_ahead(wall: datetime) -> int | None:
    offset: timedelta | None = wall.utcoffset()
    return None if offset is None else microseconds(offset)
