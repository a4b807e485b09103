"""Where times come from: the wall, or the market (R2)."""

from collections.abc import Callable
from datetime import UTC, datetime

from api.choices import ClockKind
from domain.calendar import UTC_ZONE, Zone
from domain.engine.commands import Times

WallClock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def times_of(latest_end: datetime | None, wall: datetime, kind: ClockKind, zone: Zone = UTC_ZONE) -> Times:
    """When a command is decided, and by which zone: market time before the first bar is wall time (R2)."""
    clock = latest_end if kind is ClockKind.MARKET and latest_end is not None else wall
    return Times(wall, clock, zone)
