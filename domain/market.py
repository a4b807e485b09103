"""Market data: bars, quotes, and what the desk knows of a symbol's market (R6-R9)."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum

from domain.money import SMALLEST
from domain.notation import Price, Volume
from domain.validation import require, require_price, require_symbol, require_utc, require_volume


class AssetClass(Enum):
    """What kind of thing a symbol is; it fixes the step of a quantity (R17)."""

    STOCK = "STOCK"
    FOREX = "FOREX"
    CRYPTO = "CRYPTO"

    @property
    def step(self) -> Decimal:
        """Quantities are multiples of this: whole shares and forex units, 1e-8 of a coin."""
        return SMALLEST if self is AssetClass.CRYPTO else Decimal(1)


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low and close of one symbol from start to end; a quote is a bar of zero length (R6)."""

    symbol: str
    start: datetime
    end: datetime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Volume | None = None

    def __post_init__(self) -> None:
        require_symbol(self.symbol)
        require_utc("start", self.start)
        require_utc("end", self.end)
        for name in ("open", "high", "low", "close"):
            require_price(name, getattr(self, name))
        if self.volume is not None:
            require_volume("volume", self.volume)
        require(self.start < self.end or self.is_quote, "start must be before end", "start")
        require(self.low <= self.open <= self.high, "open must lie between low and high", "open")
        require(self.low <= self.close <= self.high, "close must lie between low and high", "close")

    @property
    def is_quote(self) -> bool:
        """Whether this is a single price at a single time."""
        return self.start == self.end and self.low == self.high and self.volume is None

    def lies_after(self, since: datetime) -> bool:
        """Whether a retraction from a time on takes it back: a bar that ends after it, a quote from then on (R7)."""
        return self.end > since or (self.is_quote and self.start >= since)


@dataclass(frozen=True, slots=True)
class Quote:
    """One price of one symbol at one time."""

    symbol: str
    time: datetime
    price: Price

    def __post_init__(self) -> None:
        require_symbol(self.symbol)
        require_utc("time", self.time)
        require_price("price", self.price)

    def as_bar(self) -> Bar:
        """The bar of zero length that it acts like (R6)."""
        price = self.price
        return Bar(self.symbol, self.time, self.time, price, price, price, price)


@dataclass(frozen=True, slots=True)
class Mark:
    """A price, and the market time at which it was the price."""

    price: Decimal
    time: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """What the desk knows of a symbol: its last price (R9), how far its bars have come (R7), its asset class.

    `volume` is that of the last bar. Bars and quotes are numbered as they are applied: `updates` is the number of the
    last one that counts, `retracted` how many after it were taken back, for no number is given twice.
    """

    symbol: str
    asset_class: AssetClass | None = None
    last: Mark | None = None
    bar_end: datetime | None = None
    volume: Decimal | None = None
    updates: int = 0
    retracted: int = 0

    @property
    def newest_number(self) -> int:
        """The number that was given last."""
        return self.updates + self.retracted

    def opened(self, bar: Bar) -> "Market":
        """The market while `bar` is under way: its open is the last price (R8), unless a later quote is known."""
        last = self.last if self._knows_later_than(bar) else Mark(bar.open, bar.start)
        return Market(self.symbol, self.asset_class, last, self.bar_end, self.volume, self.newest_number + 1)

    def closed(self, bar: Bar) -> "Market":
        """The market once `bar` is done: its close is the last price, unless a later quote is known (R9)."""
        last = self.last if self._knows_later_than(bar) else Mark(bar.close, bar.end)
        if bar.is_quote:
            return replace(self, last=last)
        return Market(self.symbol, self.asset_class, last, bar.end, bar.volume, self.updates)

    def without_next(self) -> "Market":
        """The market after a bar or quote that was applied and retracted: only its number is gone."""
        return replace(self, retracted=self.retracted + 1)

    def _knows_later_than(self, bar: Bar) -> bool:
        return self.last is not None and self.last.time > bar.end

    def is_late(self, bar: Bar) -> bool:
        """Whether `bar` comes after the market has moved past it (R7)."""
        if bar.is_quote:
            return self.last is not None and bar.start < self.last.time
        return self.bar_end is not None and bar.start < self.bar_end

    def could_repeat(self, bar: Bar) -> bool:
        """Whether `bar` may have been applied before: history need not be asked about one that moves forward."""
        if bar.is_quote:
            return self.last is not None and bar.start <= self.last.time
        return self.is_late(bar)
