"""The days of an account's zone (R34, R37, R38), from offsets that were resolved before they came here."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import itemgetter

from domain.durations import DAY_IN_SECONDS
from domain.records import dataclass
from domain.validation import require

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_LONGEST_NAME = 64


def require_zone_name(field: str, name: str) -> None:
    """What could be a zone's name; whether there is such a zone, the domain cannot know. Raises Invalid."""
    require(0 < len(name) <= _LONGEST_NAME, f"{field} must have a name of 1 to {_LONGEST_NAME} characters", field)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone by its IANA name, and its offsets from UTC in seconds, east positive.

    `first` holds before any change; each change is a moment, in seconds since 1970, and the offset from there on.
    """

    name: str
    first: int = 0
    changes: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        require_zone_name("zone", self.name)
        is_near = all(abs(offset) < DAY_IN_SECONDS for offset in self.offsets)
        require(is_near, "the offsets of a zone must be less than a day", "zone")
        moments = (moment for moment, _ in self.changes)
        require(all(before < after for before, after in pairwise(moments)), "the changes of a zone must rise", "zone")

    def day_of(self, moment: datetime) -> date:
        """The day that a moment belongs to."""
        if not self.changes and not self.first:
            return moment.date()
        return (moment + timedelta(seconds=self._offset_at(_seconds(moment)))).date()

    def days_of(self, moments: Sequence[datetime]) -> Sequence[date]:
        """The days that moments belong to, which are in order of time: mostly all to one."""
        day = self.day_of_all(moments[0], moments[-1] + timedelta.resolution)
        return list(map(self.day_of, moments)) if day is None else [day] * len(moments)

    def start_of(self, day: date) -> datetime:
        """The first moment that belongs to a day, or to a later one where the zone has left the day out."""
        midnight = _seconds(datetime.combine(day, time(), UTC))
        around = [midnight - DAY_IN_SECONDS, *self._moments_around(midnight), midnight + DAY_IN_SECONDS]
        candidates = {*around, *(midnight - self._offset_at(second) for second in around)}
        return min(start for candidate in candidates if self.day_of(start := _EPOCH + candidate * _SECOND) >= day)

    def _offset_at(self, second: int) -> int:
        count = bisect_right(self.changes, second, key=itemgetter(0))
        return self.changes[count - 1][1] if count else self.first

    def _moments_around(self, midnight: int) -> list[int]:
        """When its offset changes within a day of a midnight in UTC."""
        near = (midnight - DAY_IN_SECONDS, midnight + DAY_IN_SECONDS)
        low, high = (bisect_right(self.changes, second, key=itemgetter(0)) for second in near)
        return [moment for moment, _ in self.changes[low:high]]

    def day_of_all(self, start: datetime, end: datetime) -> date | None:
        """The one day that all moments from `start` until before `end` belong to; None where that is not sure."""
        last = end - timedelta.resolution
        day = self.day_of(start)
        if day != self.day_of(last):
            return None
        return day if self._changes_by(start) == self._changes_by(last) else None

    def _changes_by(self, moment: datetime) -> int:
        return bisect_right(self.changes, _seconds(moment), key=itemgetter(0)) if self.changes else 0

    @property
    def offsets(self) -> frozenset[int]:
        """Every offset from UTC that it has had, in seconds."""
        return frozenset((self.first, *(offset for _, offset in self.changes)))


UTC_ZONE = Zone("UTC")


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _SECOND
