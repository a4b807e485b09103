"""What a live market has sent and the desk has not been sent yet."""

import asyncio
from collections import deque

from api.feeds.feed import Feed, Hours, MarketLost, Unusable, Update
from domain.market.bar import Bar
from domain.market.quote import Quote


class Pending:
    """Keeps every bar, and the latest quote of each symbol, while the desk is slow; a market that has sent `most` bars
    which were not taken is made to wait."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._bars: deque[Bar | Unusable | Hours] = deque()
        self._quotes: dict[str, Quote] = {}
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._problem: Exception | None = None

    async def fill(self, feed: Feed) -> None:
        """Take what a feed sends until it ends; what it ended with is raised where updates are taken."""
        try:
            async for update in feed.live():
                self._add(update)
                while len(self._bars) >= self._most:
                    self._room.clear()
                    await self._room.wait()
            raise MarketLost("the market ended its stream")
        except Exception as problem:  # noqa: BLE001 - handed on to who takes
            self._problem = problem
        self._changed.set()

    def _add(self, update: Update) -> None:
        if isinstance(update, Quote):
            self._quotes[update.symbol] = update
        else:
            self._bars.append(update)
        self._changed.set()

    async def wait(self, seconds: float | None) -> None:
        """Until something has come, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def take_bars(self) -> list[Bar | Unusable | Hours]:
        """All but quotes, in the order in which it came."""
        taken = list(self._bars)
        self._bars.clear()
        self._room.set()
        return taken

    def require_more(self) -> None:
        """Raise what the feed ended with, if it has and nothing is left of what it sent."""
        if self._problem is not None and not self._bars and not self._quotes:
            raise self._problem

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self._problem is not None

    @property
    def has_quotes(self) -> bool:
        """Whether any quote has come."""
        return bool(self._quotes)

    def take_quotes(self) -> list[Quote]:
        """The latest quote of each symbol that has a new one."""
        taken = list(self._quotes.values())
        self._quotes.clear()
        return taken
