"""From a feed to a desk, without a gap: history since the desk's last bar, then what happens live."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from api.application.feed_states import FeedState, FeedStatus
from api.client import DeskClient, DeskError
from api.feeds.delivery import BATCH, FeedDelivery
from api.feeds.feed import (
    ClosedBar,
    Feed,
    Hours,
    MarketClosed,
    MarketEnded,
    MarketLost,
    MarketOpened,
    MarketRefused,
    Unusable,
)
from api.feeds.pending import Pending
from domain.market.bar import Bar

_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class BridgeOptions:
    """From when on a symbol's bars are wanted of which the desk has none, how many quotes a second are sent of each at
    most, and how long to wait before each attempt after the first."""

    since: datetime
    quotes_per_second: float = 1.0
    pauses: Sequence[float] = _PAUSES

    def pause_after(self, attempts: int) -> float:
        """How long to wait after so many attempts, in seconds."""
        return self.pauses[min(attempts, len(self.pauses)) - 1]


class FeedBridge:
    """Sends what a feed brings to a desk, and connects again whenever either is lost.

    Each time it begins with the bars after the desk's last one. Bars that the desk has already change nothing (R7).
    """

    def __init__(self, feed: Feed, client: DeskClient, state: FeedState, options: BridgeOptions) -> None:
        self._feed = feed
        self._state = state
        self._options = options
        self._delivery = FeedDelivery(client, state, feed, options.pause_after)
        self._attempts = 0

    async def run(self) -> None:
        """Feed the desk until the market ends for good. Raises MarketRefused and DeskError."""
        while True:
            try:
                await self._connected()
            except MarketEnded:
                return
            except MarketLost as problem:
                self._attempts += 1
                await self._delivery.pause(problem, self._attempts)
            except (MarketRefused, DeskError) as problem:
                self._state.become(FeedStatus.FAILED, str(problem))
                raise

    async def _connected(self) -> None:
        self._state.become(FeedStatus.CONNECTING)
        await self._delivery.begin()
        async with self._feed as feed:
            self._state.connections += 1
            pending = Pending()
            filling = asyncio.create_task(pending.fill(feed))
            try:
                await self._catch_up()
                await self._follow(pending)
            finally:
                filling.cancel()
                await asyncio.gather(filling, return_exceptions=True)

    async def _catch_up(self) -> None:
        """Send the bars of all symbols after the desk's last ones, by time."""
        self._state.become(FeedStatus.CATCHING_UP)
        batch: list[ClosedBar] = []
        async for bar in by_time([self._history(symbol) for symbol in self._feed.symbols]):
            batch.append(bar)
            if len(batch) == BATCH:
                await self._delivery.send_bars(batch)
                batch = []
        await self._delivery.send_bars(batch)

    async def _history(self, symbol: str) -> AsyncIterator[ClosedBar]:
        """The bars of a symbol after the desk's last one, and that one as the market tells it now."""
        last = self._delivery.last.get(symbol)
        async for bar in self._feed.history(symbol, self._options.since if last is None else last.start):
            if last is None or isinstance(bar, Unusable) or bar.start >= last.end or _is_same_span(bar, last):
                yield bar

    async def _follow(self, pending: Pending) -> None:
        """Send what happens: bars at once, quotes in their pace."""
        pending.require_more()
        self._delivery.be_live()
        self._attempts = 0
        unproven = set(self._feed.symbols)
        rate = self._options.quotes_per_second
        now = asyncio.get_running_loop().time
        due = now()
        while True:
            if not pending.has_ended:
                waits = self._delivery.patience, max(0.0, due - now()) if rate and pending.has_quotes else None
                await pending.wait(min((seconds for seconds in waits if seconds is not None), default=None))
            await self._pass_on(self._without_hours(pending.take_bars()), unproven)
            if not rate:
                pending.take_quotes()
            elif (pending.has_ended or now() >= due) and (quotes := pending.take_quotes()):
                await self._delivery.send_quotes(quotes)
                due = now() + 1 / rate
            pending.require_more()

    async def _pass_on(self, updates: Sequence[ClosedBar], unproven: set[str]) -> None:
        """Send live bars, and before one that does not follow the last the bars that are missing between.

        Of a market with hours only the first bar of a connection tells that something is missing: `unproven` are the
        symbols of which it has not come.
        """
        reached = {symbol: bar.end for symbol, bar in self._delivery.last.items()}
        ready: list[ClosedBar] = []
        for update in updates:
            if isinstance(update, Bar):
                may_miss = self._feed.is_continuous or update.symbol in unproven
                unproven.discard(update.symbol)
                if may_miss and reached.get(update.symbol, update.start) < update.start:
                    await self._delivery.send_bars(ready)
                    ready = await self._before(update)
                reached[update.symbol] = max(update.end, reached.get(update.symbol, update.end))
            ready.append(update)
        await self._delivery.send_bars(ready)

    async def _before(self, bar: Bar) -> list[ClosedBar]:
        """The bars between the desk's last one of a symbol and a new one."""
        history = self._history(bar.symbol)
        return [past async for past in history if isinstance(past, Unusable) or past.start < bar.start]

    def _without_hours(self, updates: Sequence[ClosedBar | Hours]) -> list[ClosedBar]:
        bars: list[ClosedBar] = []
        for update in updates:
            match update:
                case MarketClosed() | MarketOpened():
                    self._delivery.take_hours(update)
                case Bar() | Unusable():
                    self._delivery.see_trading(update)
                    bars.append(update)
        return bars


def _is_same_span(one: Bar, other: Bar) -> bool:
    return (one.start, one.end) == (other.start, other.end)


async def by_time(histories: Sequence[AsyncIterator[ClosedBar]]) -> AsyncIterator[ClosedBar]:
    """What several symbols' histories hold, by the ends of bars; what is unusable as it comes."""
    heap: list[tuple[datetime, int, Bar]] = []

    async def advance(number: int) -> AsyncIterator[Unusable]:
        async for found in histories[number]:
            if isinstance(found, Bar):
                heappush(heap, (found.end, number, found))
                return
            yield found

    for number in range(len(histories)):
        async for unusable in advance(number):
            yield unusable
    while heap:
        _, number, bar = heappop(heap)
        yield bar
        async for unusable in advance(number):
            yield unusable
