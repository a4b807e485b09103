"""A quote of one symbol (R6)."""

from dataclasses import dataclass
from datetime import datetime

from domain.market.bar import Bar
from domain.notation import Price
from domain.validation import require_price, require_symbol, require_utc


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
