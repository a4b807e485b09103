"""A quote of one symbol (R6)."""

from datetime import datetime
from decimal import Decimal

from domain.notation import Price
from domain.records import dataclass
from domain.validation import require_price, require_symbol, require_utc


@dataclass(frozen=True, slots=True)
class Quote:
    """One price of one symbol at one time. It starts and ends there, and opens and closes at its highest and lowest."""

    symbol: str
    time: datetime
    price: Price

    def __post_init__(self) -> None:
        require_symbol(self.symbol)
        require_utc("time", self.time)
        require_price("price", self.price)

    @property
    def start(self) -> datetime:
        """Its time."""
        return self.time

    @property
    def end(self) -> datetime:
        """Its time."""
        return self.time

    @property
    def open(self) -> Decimal:
        """Its price."""
        return self.price

    @property
    def high(self) -> Decimal:
        """Its price."""
        return self.price

    @property
    def low(self) -> Decimal:
        """Its price."""
        return self.price

    @property
    def close(self) -> Decimal:
        """Its price."""
        return self.price

    def lies_after(self, since: datetime) -> bool:
        """Whether a retraction from a time on takes it back: from then on (R7)."""
        return self.time >= since
