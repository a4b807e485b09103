"""From a feed to a desk: sent until the desk has it; what the desk does not take is named and counted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeVar

import structlog

from api.application.feed_states import FeedGap, FeedState, FeedStatus
from api.client import DeskClient, DeskUnreachable, RejectedBar
from api.feeds.feed import ClosedBar, Feed, Hours, MarketClosed, Unusable
from domain.engine.results import RejectionCode
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.money import plain
from domain.notation import print_time

_log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
Usable = TypeVar("Usable", Bar, Quote)

BATCH = 500
_LARGEST_SKEW = timedelta(hours=1)


class FeedDelivery:
    """Sends bars and quotes, again and again while the desk cannot be reached.

    A bar of a market with history that is ahead of the desk's clock is kept, and sent again beside what comes after it;
    one of a market without, whose own word is all that there is, is refused. `last` are the newest bars that the desk
    has of each symbol. `pause_after` says how long to wait after so many attempts.
    """

    def __init__(self, client: DeskClient, state: FeedState, feed: Feed, pause_after: Callable[[int], float]) -> None:
        self._client = client
        self._state = state
        self._feed = feed
        self._pause_after = pause_after
        self._quoted: dict[str, datetime] = {}
        self._ahead: dict[tuple[str, datetime], Bar] = {}
        self._closed: MarketClosed | None = None
        self._attempts = 0
        self._due = 0.0
        self.last: dict[str, Bar] = {}

    async def begin(self) -> None:
        """Ask what the desk has, for a new connection."""
        self._closed = None
        self.last = await self._insist(lambda: self._client.last_bars(self._feed.symbols))
        self._state.last_bars |= {symbol: bar.end for symbol, bar in self.last.items()}

    async def pause(self, problem: Exception, attempts: int) -> None:
        """Wait before another attempt, and say why."""
        seconds = self._pause_after(attempts)
        self._state.become(FeedStatus.WAITING, str(problem))
        _log.warning("feed interrupted", feed=self._state.name, reason=str(problem), again_in_seconds=seconds)
        await asyncio.sleep(seconds)

    async def _insist(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What a desk answers once it can be reached: `ask` is harmless to repeat."""
        status, opens, attempts = self._state.status, self._state.opens, 0
        while True:
            try:
                answer = await ask()
            except DeskUnreachable as problem:
                attempts += 1
                await self.pause(problem, attempts)
            else:
                if attempts:
                    self._state.become(status, opens=opens)
                return answer

    async def send_bars(self, found: Sequence[ClosedBar]) -> None:
        """Send bars until the desk has decided about each but those that are ahead of it, and again what was ahead.

        One that it was sent last, just so, is passed over.
        """
        bars = [
            usable for update in found if (usable := self._usable(update)) and usable != self.last.get(usable.symbol)
        ]
        was_behind = bool(self._ahead)
        if was_behind and (bars or not self.patience):
            bars = sorted([*self._ahead.values(), *bars], key=attrgetter("end"))
            self._ahead = {}
        for first in range(0, len(bars), BATCH):
            await self._deliver(bars[first : first + BATCH])
        if bars and (was_behind or self._ahead):
            self._reckon(was_behind)

    def _reckon(self, was_behind: bool) -> None:
        """Say whether the desk's clock is waited for, and until when, once bars were sent."""
        self._attempts = self._attempts + 1 if self._ahead else 0
        if self._ahead:
            self._due = asyncio.get_running_loop().time() + self._pause_after(self._attempts)
        if self._ahead or self._state.status is FeedStatus.WAITING:
            self.be_live()
        if self._ahead and not was_behind:
            _log.warning("feed waits", feed=self._state.name, reason=self._state.problem)

    def be_live(self) -> None:
        """Take note that the feed has caught up: it is live unless it waits for the desk's clock, or for its market."""
        if bar := next(iter(self._ahead.values()), None):
            told = f"the desk's clock is behind: a bar of {bar.symbol} closed at {print_time(bar.end)}"
            self._state.become(FeedStatus.WAITING, told)
        elif self._closed is not None:
            self._state.become(FeedStatus.CLOSED, opens=self._closed.opens)
        else:
            self._state.become(FeedStatus.LIVE)

    def take_hours(self, told: Hours) -> None:
        """Take note that the market has closed, or opened."""
        self._closed = told if isinstance(told, MarketClosed) else None
        self.be_live()

    def see_trading(self, bar: ClosedBar) -> None:
        """Take note that a bar has come: of a market that is closed the last ones come late, and those out of hours."""
        opens = None if self._closed is None else self._closed.opens
        if opens is None or (isinstance(bar, Bar) and bar.start >= opens):
            self._closed = None
        self.be_live()

    @property
    def patience(self) -> float | None:
        """How many seconds from now to send again what was ahead of the desk's clock; None if nothing was."""
        return max(0.0, self._due - asyncio.get_running_loop().time()) if self._ahead else None

    async def send_quotes(self, found: Sequence[Quote]) -> None:
        """Send the quotes that are newer than their symbols' last bars and quotes."""
        quotes = [quote for quote in found if self._usable(quote) and self._is_newer(quote)]
        if not quotes:
            return
        answer = await self._insist(lambda: self._client.ingest_quotes(quotes))
        self._state.quotes += answer.applied
        self._quoted |= {quote.symbol: quote.time for quote in quotes}
        for refused in answer.rejected:
            symbol = quotes[refused.index].symbol
            self._quoted.pop(symbol, None)
            self._refuse(symbol, f"{refused.outcome}: {refused.message}")

    def _is_newer(self, quote: Quote) -> bool:
        last, quoted = self.last.get(quote.symbol), self._quoted.get(quote.symbol, quote.time)
        return quoted <= quote.time and (last is None or quote.time > last.end)

    def _usable(self, update: Usable | Unusable) -> Usable | None:
        match update:
            case Unusable(symbol, reason):
                self._refuse(symbol, reason)
                return None
            case _ if self._feed.symbols and update.symbol not in self._feed.symbols:
                self._refuse(update.symbol, "the market was not asked for this symbol")
                return None
        return update

    async def _deliver(self, bars: Sequence[Bar]) -> None:
        answer = await self._insist(lambda: self._client.ingest_bars(bars))
        self._state.bars += answer.applied
        refused = {rejected.index: rejected for rejected in answer.rejected}
        for index, bar in enumerate(bars):
            self._settle(bar, refused.get(index))

    def _settle(self, bar: Bar, refused: RejectedBar | None) -> None:
        """Take note of what the desk answered about a bar."""
        match refused:
            case None:
                self._note(bar)
            case RejectedBar(code=RejectionCode.IN_THE_FUTURE.value) if self._may_come(bar):
                self._ahead[bar.symbol, bar.start] = bar
            case RejectedBar(code=RejectionCode.CONFLICT.value):
                if self._state.has_corrected(bar):
                    _log.warning("bar changed by its market", feed=self._state.name, now=_sentence(bar))
            case RejectedBar(outcome=outcome, message=message):
                self._refuse(bar.symbol, f"{outcome}: {message}")

    def _may_come(self, bar: Bar) -> bool:
        """Whether the desk's clock is to be waited for."""
        return bool(self._feed.symbols) and bar.end < self._state.wall() + _LARGEST_SKEW

    def _note(self, bar: Bar) -> None:
        """The desk has a bar: whether one is missing before it, and that it is the last."""
        last = self.last.get(bar.symbol)
        if last is not None and bar.end <= last.end:
            return
        if last is not None and last.end < bar.start and self._feed.is_continuous:
            self._state.has_gap(FeedGap(bar.symbol, last.end, bar.start))
            _log.warning("gap in a feed", feed=self._state.name, symbol=bar.symbol, since=last.end, until=bar.start)
        self.last[bar.symbol] = bar
        self._state.last_bars[bar.symbol] = bar.end

    def _refuse(self, symbol: str, reason: str) -> None:
        self._state.has_rejected(symbol, reason)
        _log.warning("not taken from a feed", feed=self._state.name, symbol=symbol, reason=reason)


def _sentence(bar: Bar) -> str:
    prices = ", ".join(f"{name} {plain(getattr(bar, name))}" for name in ("open", "high", "low", "close"))
    volume = "no volume" if bar.volume is None else f"volume {plain(bar.volume)}"
    return f"{bar.symbol} from {print_time(bar.start)} to {print_time(bar.end)}: {prices}, {volume}"
