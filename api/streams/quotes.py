"""Last prices for subscribers: of each symbol the newest that a subscriber has not taken replaces those before it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Self

from domain.market.state import Mark, Market
from domain.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Quoted:
    """A symbol's last price: all subscribers receive the same object, and `memo` what a transport makes of it."""

    symbol: str
    mark: Mark
    memo: dict[object, object] = field(default_factory=dict)


class QuoteFollowing:
    """What one subscriber sees: the last prices of symbols, and then each that comes, until it is closed."""

    __slots__ = ("_arrived", "_has_begun", "_hub", "_symbols", "_waiting")

    def __init__(self, hub: "QuoteHub", symbols: frozenset[str] | None) -> None:
        self._hub = hub
        self._symbols = symbols
        self._waiting: dict[str, Quoted] = {}
        self._arrived = asyncio.Event()
        self._has_begun = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Quoted:
        if not self._has_begun:
            self._has_begun = True
            self.offer(self._hub.join(self))
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.pop(next(iter(self._waiting)))

    def offer(self, quotes: Iterable[Quoted]) -> None:
        """Let prices wait to be taken, each in the place of the one it replaces, so that every symbol has its turn."""
        for quoted in quotes:
            if self._symbols is None or quoted.symbol in self._symbols:
                self._waiting[quoted.symbol] = quoted
        if self._waiting:
            self._arrived.set()

    async def aclose(self) -> None:
        """End it; that it ended before does not matter."""
        self._hub.leave(self)


class QuoteHub:
    """The last prices of all symbols, and who follows them."""

    def __init__(self) -> None:
        self._known: dict[str, Quoted] = {}
        self._unread: dict[str, Market] = {}
        self._followers: dict[QuoteFollowing, None] = {}

    def __len__(self) -> int:
        return len(self._followers)

    def join(self, follower: QuoteFollowing) -> Iterable[Quoted]:
        """Receive what comes from here on; the last prices as they are."""
        self._followers[follower] = None
        return self.last.values()

    @property
    def last(self) -> Mapping[str, Quoted]:
        """The last prices by symbols."""
        self._read(self._unread.values())
        self._unread.clear()
        return self._known

    def leave(self, follower: QuoteFollowing) -> None:
        """Receive none any more."""
        self._followers.pop(follower, None)

    def offer(self, markets: Iterable[Market]) -> None:
        """Hand on the last prices of markets, as far as they are other than before; without followers, they wait."""
        if not self._followers:
            self._unread |= {market.symbol: market for market in markets}
            return
        changed = self._read(markets)
        for follower in self._followers if changed else ():
            follower.offer(changed)

    def _read(self, markets: Iterable[Market]) -> list[Quoted]:
        changed: list[Quoted] = []
        for market in markets:
            symbol, mark, known = market.symbol, market.last, self._known.get(market.symbol)
            if mark is not None and (known is None or known.mark != mark):
                quoted = self._known[symbol] = Quoted(symbol, mark)
                changed.append(quoted)
        return changed
