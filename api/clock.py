"""Where times come from: the wall, or the market (R2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum


class ClockKind(Enum):
    """What a missing timestamp means: wall time, or the latest end of any applied bar."""

    WALL = "wall"
    MARKET = "market"


WallClock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
