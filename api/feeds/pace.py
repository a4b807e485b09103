"""The pace at which bars are sent: a number a second, or as fast as the server takes them."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from api.errors import BadArgument

_SPEED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_SENDS_PER_SECOND = 4
_CAUGHT_UP = 1.0


def parse_speed(text: str) -> float | None:
    """Bars per second, None for `max`. Raises BadArgument."""
    if text == "max":
        return None
    if _SPEED.fullmatch(text) is None or float(text) == 0:
        raise BadArgument(f"speed must be bars per second, such as 2 or 0.5, or max; not {text!r}")
    return float(text)


def _now() -> float:
    return asyncio.get_running_loop().time()


@dataclass(slots=True)
class Pace:
    """`per_second` bars on average (None: at once). A stall is caught up by a second's worth, never by a flood."""

    per_second: float | None
    now: Callable[[], float] = _now
    due: float = field(init=False)

    def __post_init__(self) -> None:
        self.due = self.now()

    def seconds_after(self, count: int) -> float:
        """How long to wait after sending `count` more bars."""
        if self.per_second is None:
            return 0.0
        now = self.now()
        self.due = max(self.due, now - _CAUGHT_UP) + count / self.per_second
        return max(0.0, self.due - now)

    def batch(self, largest: int) -> int:
        """How many bars to send at a time: `largest`, or fewer so that they come in a steady stream."""
        if self.per_second is None:
            return largest
        return min(largest, max(1, int(self.per_second / _SENDS_PER_SECOND)))
