"""A bar of one symbol (R6)."""

from datetime import datetime

from domain.notation import Price, Volume
from domain.records import dataclass
from domain.validation import require, require_price, require_symbol, require_utc, require_volume


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low and close of one symbol from start to end."""

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
        require(self.start < self.end, "start must be before end", "start")
        for name in ("open", "high", "low", "close"):
            require_price(name, getattr(self, name))
        if self.volume is not None:
            require_volume("volume", self.volume)
        require(self.low <= self.open <= self.high, "open must lie between low and high", "open")
        require(self.low <= self.close <= self.high, "close must lie between low and high", "close")

    def lies_after(self, since: datetime) -> bool:
        """Whether a retraction from a time on takes it back: if it ends after it (R7)."""
        return self.end > since
