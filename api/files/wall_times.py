"""When a row says that its bar starts: what the clock on the wall shows, and which instant that is (R3)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from api.errors import PapertapeError
from domain.notation import FIRST_YEAR, LAST_YEAR, read_wall_time
from domain.validation import Invalid, require

_HOUR = timedelta(hours=1)
_END_OF_DAY = re.compile(r"(.{11})24(:00(?::00(?:\.0+)?)?(?:Z|[+-].*)?)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class WrongZone(PapertapeError):
    """A time that the zone does not have, or that has no zone: what holds for one row holds for the file."""


@dataclass(frozen=True, slots=True)
class Start:
    """When a bar starts: `wall` is naive, `offset` what it is ahead of UTC, None where that comes twice.

    `is_date` says that only a day was written. `is_skipped` marks a midnight that clocks were put forward over: a day
    begins at that instant, nothing else does.
    """

    wall: datetime
    offset: timedelta | None
    is_date: bool = False
    is_skipped: bool = False


def read_start(text: str, zone: tzinfo | None) -> Start:
    """Read a date, which is its midnight in `zone`, by default UTC; or a date and time, which needs an offset or zone.

    Raises Invalid for what is neither, and WrongZone.
    """
    if _DATE.fullmatch(text):
        return _midnight(text, zone or UTC)
    try:
        wall = _wall(text)
    except Invalid:
        raise Invalid(
            f"{_shown(text)} is neither a date like 2004-08-19 nor an ISO 8601 date and time", "time"
        ) from None
    _require_year(wall)
    if wall.tzinfo is not None:
        return _with_offset(wall, zone)
    if zone is None:
        raise WrongZone(f"{_shown(text)} has no UTC offset: name its zone with --timezone")
    return _in_zone(wall, zone)


def _wall(text: str) -> datetime:
    """A wall time, whose hour may be 24: the midnight at the end of its day (ISO 8601). Raises Invalid."""
    match = _END_OF_DAY.fullmatch(text)
    if match is None:
        return read_wall_time("time", text)
    return read_wall_time("time", f"{match[1]}00{match[2]}") + timedelta(days=1)


def with_offset(name: str, text: str, zone: tzinfo | None) -> str:
    """A time that may lack its offset with that of `zone`. Raises Invalid for what is no time, and WrongZone."""
    if _DATE.fullmatch(text):
        raise Invalid(f"{name} {text} is a day without a time: say when on it, as in {text}T21:00:00Z", name)
    wall = read_wall_time(name, text)
    if wall.tzinfo is not None:
        return text
    if zone is None:
        said = "end it with Z or an offset such as +01:00, or name its zone with --timezone"
        raise WrongZone(f"{name} {_shown(text)} has no UTC offset: {said}")
    start = _in_zone(wall, zone)
    if start.offset is None:
        raise WrongZone(f"{name} {_shown(text)} comes twice in {zone}, where clocks were put back: write its offset")
    if start.is_skipped:
        raise skipped(wall, zone)
    return wall.replace(tzinfo=timezone(start.offset)).isoformat()


def instant_of(wall: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    """The instant, in UTC, at which the clock of a zone shows `wall`; `fold` 1 means the second time."""
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _midnight(text: str, zone: tzinfo) -> Start:
    try:
        wall = datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        raise Invalid(f"there is no such date: {text}", "time") from None
    _require_year(wall)
    start = _in_zone(wall, zone)
    return Start(wall, _offset(wall, zone, 0), is_date=True, is_skipped=start.is_skipped)


def _require_year(wall: datetime) -> None:
    require(FIRST_YEAR < wall.year < LAST_YEAR, f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}", "time")


def _with_offset(start: datetime, zone: tzinfo | None) -> Start:
    """Where the zone is known, its clock counts; UTC is what programs write of any zone."""
    offset = start.utcoffset()
    local = start if zone is None else start.astimezone(zone)
    if offset and offset != local.utcoffset():
        raise WrongZone(f"{start.isoformat()} is no time of {zone}, where the clock showed {local.isoformat()} then")
    return Start(local.replace(tzinfo=None), local.utcoffset())


def _in_zone(wall: datetime, zone: tzinfo) -> Start:
    first, second = _offset(wall, zone, 0), _offset(wall, zone, 1)
    if first == second:
        return Start(wall, first)
    if first > second:
        return Start(wall, None)
    if wall.time() == time():
        return Start(wall, first, is_skipped=True)
    raise skipped(wall, zone)


def is_steady(wall: datetime, zone: tzinfo) -> bool:
    """Whether no clock of a zone is changed in the hour from a wall time on."""
    return len({_offset(wall + span, zone, fold) for span in (timedelta(), _HOUR) for fold in (0, 1)}) == 1


def skipped(wall: datetime, zone: tzinfo | None) -> WrongZone:
    """What is wrong with a time that clocks were put forward over."""
    return WrongZone(
        f"{wall.isoformat(' ')} does not exist in {zone}, where clocks were put forward: if the times are of another "
        "zone, name it with --timezone"
    )


def _offset(wall: datetime, zone: tzinfo, fold: int) -> timedelta:
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # noqa: S101 - a zone has an offset at any time
    return offset


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 40 else f"{text[:40]}...")
