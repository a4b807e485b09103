"""How much a signal may take: the size that its risk allows (R17)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from domain.money import LARGEST, ZERO, OutOfRange, down_to, percent_of, product, quotient
from domain.orders.costs import Execution, Liquidity, execute
from domain.orders.side import Side
from domain.orders.signal import Request
from domain.portfolio.settings import Settings


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """A signal at the raw price that it would fill at, with what it costs at any quantity."""

    settings: Settings
    request: Request
    side: Side
    raw: Decimal
    liquidity: Liquidity

    def filled(self, quantity: Decimal) -> Execution | None:
        """The fill at a quantity; None where it is more than the desk can hold."""
        if quantity > LARGEST:
            return None
        try:
            return execute(
                self.settings.pricing,
                self.side,
                opens=True,
                quantity=quantity,
                raw=self.raw,
                slips=self.request.entry.slips,
                liquidity=self.liquidity,
            )
        except OutOfRange:
            return None

    def price(self, quantity: Decimal) -> Decimal:
        """The fill price at a quantity."""
        if not self.request.entry.slips:
            return self.raw
        buys = self.side is Side.LONG
        return self.settings.pricing.fill_price(self.raw, buys, quantity, self.liquidity)

    def distance(self, price: Decimal) -> Decimal:
        """What a unit risks when it is filled at a price."""
        return abs(price - self.request.stop_loss)

    def largest_quantity(self, worth: Decimal) -> Decimal:
        """The largest quantity whose risk stays within risk_percent of equity, sized on the slipped price (R17)."""
        step = self.request.asset_class.step
        budget = percent_of(self.request.risk_percent or ZERO, max(ZERO, worth))
        most = down_to(quotient(budget, self.distance(self.raw)), step)
        least = down_to(quotient(budget, self.distance(self.price(most))), step)
        if self.price(least) == self.price(most):
            return least
        return _largest(
            least, most, step, lambda quantity: product(self.distance(self.price(quantity)), quantity) <= budget
        )


def _largest(least: Decimal, most: Decimal, step: Decimal, fits: Callable[[Decimal], bool]) -> Decimal:
    """The largest multiple of `step` from `least` (which fits) to `most` that fits; what is larger risks more."""
    while most - least >= step:
        middle = least + max(step, down_to(quotient(most - least, Decimal(2)), step))
        least, most = (middle, most) if fits(middle) else (least, middle - step)
    return least
