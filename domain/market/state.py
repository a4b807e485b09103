"""What the desk knows of a symbol's market: its last price, how far its bars have come (R6-R9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from domain.instruments import AssetClass
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Mark:
    """A price, and the market time at which it was the price."""

    price: Decimal
    time: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """What the desk knows of a symbol: its last price (R9), how far its bars have come (R7), its asset class.

    `bar_end`, `bar_close` and `volume` are those of the last bar; the bar before it ended at `end_before`. Bars and
    quotes are numbered as they are applied: `updates` is the number of the last one that counts, `retracted` how many
    after it were taken back, for no number is given twice.
    """

    symbol: str
    asset_class: AssetClass | None = None
    last: Mark | None = None
    bar_end: datetime | None = None
    volume: Decimal | None = None
    updates: int = 0
    retracted: int = 0
    bar_close: Decimal | None = None
    end_before: datetime | None = None

    @property
    def newest_number(self) -> int:
        """The number that was given last."""
        return self.updates + self.retracted

    def opened(self, update: MarketUpdate) -> "Market":
        """The market at the open of a bar or quote, which is the last price (R8), unless a later quote is known."""
        knows_later = self.last is not None and self.last.time > update.end
        last = self.last if knows_later else Mark(update.open, update.start)
        return replace(self, last=last, updates=self.newest_number + 1, retracted=0)

    def passed(self, update: MarketUpdate) -> "Market":
        """The market after a bar or quote, from before its open."""
        last, end, close = self.last, update.end, update.close
        if last is None or last.time <= end:
            last = Mark(close, end)
        number = self.updates + self.retracted + 1
        symbol, kind = self.symbol, self.asset_class
        if isinstance(update, Quote):
            return Market(symbol, kind, last, self.bar_end, self.volume, number, 0, self.bar_close, self.end_before)
        return Market(symbol, kind, last, end, update.volume, number, 0, close, self.bar_end)

    def passed_by_all(self, bars: Sequence[MarketUpdate]) -> "Market":
        """The market after bars, each of which follows the one before it."""
        if len(bars) == 1:
            return self.passed(bars[0])
        number = self.newest_number + len(bars) - 1
        return replace(self, bar_end=bars[-2].end, updates=number, retracted=0).passed(bars[-1])

    def without_next(self) -> "Market":
        """The market after a bar or quote that was applied and retracted: only its number is gone."""
        return replace(self, retracted=self.retracted + 1)

    def is_late(self, update: MarketUpdate) -> bool:
        """Whether a bar or quote comes after the market has moved past it (R7)."""
        if isinstance(update, Quote):
            return self.last is not None and update.time < self.last.time
        return self.bar_end is not None and update.start < self.bar_end

    def could_repeat(self, update: MarketUpdate) -> bool:
        """Whether a bar or quote may have been applied before: one that moves forward was not, and is not late."""
        if isinstance(update, Quote):
            return self.last is not None and update.time <= self.last.time
        return self.bar_end is not None and update.start < self.bar_end


def market_of(markets: Mapping[str, Market], symbol: str) -> Market:
    """What is known of a symbol's market, which may be nothing yet."""
    return markets.get(symbol) or Market(symbol)
