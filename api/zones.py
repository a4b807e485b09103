"""Zones by their IANA names, resolved to the offsets that the domain counts days with."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from domain.calendar import UTC_ZONE, Zone
from domain.durations import DAY_IN_SECONDS
from domain.engine.commands import Command, Enable, Reset
from domain.engine.state import Desk
from domain.notation import FIRST_YEAR, LAST_YEAR
from domain.portfolio.settings import Settings
from domain.validation import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_FIRST, _END = ((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _SECOND for year in (FIRST_YEAR, LAST_YEAR + 1))
_WEEK = 7 * DAY_IN_SECONDS
_HEADER = struct.Struct(">20x6l")


def require_timezone(name: str) -> None:
    """A zone of the database. Raises Invalid, with names that are like it."""
    if name not in _names().values():
        near = _names_like(name.casefold().replace(" ", "_"))
        hint = f": is it {' or '.join(near)}?" if near else ""
        raise Invalid(f"timezone must be an IANA name such as Europe/Zurich, not {name[:40]!r}{hint}", "timezone")


def _names_like(folded: str) -> list[str]:
    """The name itself in other capitals, or else a place's own name, or names that are spelt alike."""
    names = _names()
    same = [name for key, name in names.items() if folded in (key, key.rpartition("/")[2])]
    return same or [names[close_match] for close_match in get_close_matches(folded, names, n=3, cutoff=0.7)]


@lru_cache(maxsize=100)
def zone_named(name: str) -> Zone:
    """A zone with all its offsets in the years that the desk knows. Raises Invalid."""
    if name == UTC_ZONE.name:
        return UTC_ZONE
    require_timezone(name)
    zone = ZoneInfo(name)
    first = offset = _offset(zone, _FIRST)
    changes = []
    for moment in _moments(name, zone):
        if (after := _offset(zone, moment)) != offset:
            offset = after
            changes.append((moment, offset))
    return Zone(name, first, tuple(changes))


def zone_for(command: Command, desk: Desk) -> Zone:
    """The zone that a command's session counts its days in, should it begin one.

    Where the command makes no sense, or names a zone that is not known any more, it is refused where it is decided.
    """
    match command:
        case Enable() if command.account not in desk.accounts:
            settings = Settings()
        case Reset() if command.account in desk.accounts:
            settings = desk.accounts[command.account].settings
        case _:
            return UTC_ZONE
    try:
        return zone_named(settings.changed(command.settings or {}).timezone)
    except Invalid:
        return UTC_ZONE


def _moments(name: str, zone: ZoneInfo) -> Iterator[int]:
    """When a zone's offset may change: at the moments that its file lists, and after them by rules of whole weeks."""
    listed = [moment for moment in _listed(_file(name)) if moment > _FIRST]
    yield from listed
    start = listed[-1] if listed else _FIRST
    before = _offset(zone, start)
    for end in range(start + _WEEK, _END, _WEEK):
        if (after := _offset(zone, end)) != before:
            yield _first_change(zone, end - _WEEK, end)
        before = after


def _first_change(zone: ZoneInfo, start: int, end: int) -> int:
    """The first second between two at which the offset is not that of the start."""
    before = _offset(zone, start)
    while end - start > 1:
        middle = (start + end) // 2
        start, end = (middle, end) if _offset(zone, middle) == before else (start, middle)
    return end


def _offset(zone: ZoneInfo, moment: int) -> int:
    offset = (_EPOCH + moment * _SECOND).astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - a moment in a zone has one
    return offset // _SECOND


def _file(name: str) -> bytes:
    """The file of a zone that is known, where `zoneinfo` finds it too."""
    for folder in TZPATH:
        if (path := Path(folder, name)).is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _listed(data: bytes) -> tuple[int, ...]:
    """The moments in the second block of a file in the format of RFC 9636, which has them in 64 bits."""
    ut, standard, leaps, times, types, characters = _HEADER.unpack_from(data)
    second = _HEADER.size + times * 5 + types * 6 + characters + leaps * 8 + standard + ut
    count = _HEADER.unpack_from(data, second)[3]
    return struct.unpack_from(f">{count}q", data, second + _HEADER.size)


@cache
def _names() -> dict[str, str]:
    """The zones of the database, by their names in lower case."""
    return {
        available_timezone.casefold(): available_timezone
        for available_timezone in sorted(available_timezones())
        if available_timezone not in ("Factory", "localtime")
    }
