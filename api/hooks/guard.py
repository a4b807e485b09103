"""How often a hook may be called, and how those are slowed who guess its secret."""

import asyncio
from time import monotonic

_BURST = 60
_PER_SECOND = 2.0
_SLOWED_SECONDS = 0.5
_MOST_SLOWED = 64


class TokenBuckets:
    """Lets each hook be called 60 times at once, and twice a second in the long run."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def seconds_until_free(self, hook: str) -> float:
        """0 if it may be called, which then counts; else how long not."""
        now = monotonic()
        left, since = self._buckets.get(hook, (float(_BURST), now))
        left = min(float(_BURST), left + (now - since) * _PER_SECOND)
        is_free = left >= 1.0
        self._buckets[hook] = (left - is_free, now)
        return 0.0 if is_free else (1.0 - left) / _PER_SECOND


class Guesses:
    """Keeps those waiting who did not know the secret: a number of them at a time, whatever they did not know."""

    def __init__(self) -> None:
        self._waiting = 0

    async def slow(self) -> bool:
        """Whether it was waited; not if so many wait already that the next must be turned away."""
        if self._waiting >= _MOST_SLOWED:
            return False
        self._waiting += 1
        try:
            await asyncio.sleep(_SLOWED_SECONDS)
        finally:
            self._waiting -= 1
        return True
