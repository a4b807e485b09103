"""Where times come from: the wall, or the market (R2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum

from domain.engine.commands import Times


class ClockKind(Enum):
    """What a missing timestamp means: wall time, or the latest end of any applied bar."""

    WALL = "wall"
    MARKET = "market"


WallClock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def times_of(latest_end: datetime | None, wall: datetime, kind: ClockKind) -> Times:
    """When a command is decided: market time before the first bar is wall time (R2)."""
    clock = latest_end if kind is ClockKind.MARKET and latest_end is not None else wall
    return Times(wall, clock)
