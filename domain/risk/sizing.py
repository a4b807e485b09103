"""How much a signal may take: the size that its risk allows (R17)."""

from decimal import Decimal

from domain.money import LARGEST, LARGEST_VOLUME, ZERO, OutOfRange, down_to, effect, percent_of, product, quotient
from domain.orders.costs import Execution, Liquidity, Pricing, executed_at
from domain.orders.request import Request
from domain.orders.side import Side
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """A signal at the raw price that it would fill at, with what it costs at any quantity."""

    pricing: Pricing
    request: Request
    side: Side
    raw: Decimal
    liquidity: Liquidity

    def filled_at(self, price: Decimal, quantity: Decimal) -> Execution | None:
        """The fill of a quantity at a price; None where it is more than the desk can hold."""
        if quantity > LARGEST:
            return None
        try:
            return executed_at(price, self.pricing, quantity, self.raw)
        except OutOfRange:
            return None

    def price(self, quantity: Decimal) -> Decimal:
        """The fill price at a quantity."""
        if not self.request.entry.slips:
            return self.raw
        buys = self.side is Side.LONG
        return self.pricing.fill_price(self.raw, buys, quantity, self.liquidity)

    def risk(self, quantity: Decimal) -> Decimal:
        """What a quantity risks, unrounded: the loss from its fill to the stop, or without a stop its amount (R18)."""
        return self.risk_at(self.price(quantity), quantity)

    def risk_at(self, price: Decimal, quantity: Decimal) -> Decimal:
        """What a quantity risks that is filled at a price."""
        stop = self.request.first_stop(price)
        return effect(quantity, price) if stop is None else product(abs(price - stop), quantity)

    def largest_quantity(self, worth: Decimal) -> Decimal:
        """The largest quantity whose risk stays within risk_percent of equity, sized on the slipped price (R17).

        Slippage takes a fill away from a stop that stands still. One that is a percent of the fill comes nearer as the
        fill of a sale gets lower, and then what a larger quantity risks by the unit is less, not more.
        """
        budget = percent_of(self.request.risk_percent or ZERO, max(ZERO, worth))
        if self.side is Side.SHORT and self._distance(self.price(LARGEST_VOLUME)) < self._distance(self.raw):
            return self._largest_coming_nearer(budget)
        most = self._within(budget, self.raw)
        least = self._within(budget, self.price(most))
        if self.price(least) == self.price(most):
            return least
        return self._largest(least, most, budget)

    def _largest_coming_nearer(self, budget: Decimal) -> Decimal:
        """The largest quantity that fits where a unit of it risks less than a unit of any smaller one.

        None can be larger than what the budget buys at the risk of a unit of the largest one so far: so that one comes
        down until it fits. Where it hardly does so, the search goes on from both sides.
        """
        most = self._within(budget, self.price(LARGEST_VOLUME))
        for _ in range(_STEPS_DOWN):
            fitting = self._within(budget, self.price(most))
            if fitting >= most:
                return most
            most = fitting
        return self._largest(ZERO, most, budget)

    def _largest(self, least: Decimal, most: Decimal, budget: Decimal) -> Decimal:
        """The largest multiple of the step from `least` (which fits) to `most` that fits; what is larger risks more."""
        step = self.request.asset_class.step
        while most - least >= step:
            middle = least + max(step, down_to(quotient(most - least, Decimal(2)), step))
            least, most = (middle, most) if self.risk(middle) <= budget else (least, middle - step)
        return least

    def _within(self, budget: Decimal, price: Decimal) -> Decimal:
        """What a budget buys of units filled at a price; where none of them risks anything, all there can be."""
        distance = self._distance(price)
        wanted = quotient(budget, distance) if distance else LARGEST
        return down_to(wanted, self.request.asset_class.step)

    def _distance(self, price: Decimal) -> Decimal:
        """What a unit risks when it is filled at a price."""
        stop = self.request.first_stop(price)
        assert stop is not None  # noqa: S101 - risk_percent needs one
        return abs(price - stop)


_STEPS_DOWN = 1_000
