"""A bar of one symbol (R6)."""

from dataclasses import dataclass
from datetime import datetime

from domain.notation import Price, Volume
from domain.validation import require, require_price, require_symbol, require_utc, require_volume


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
