"""What an account holds of a symbol, as exact sums over its positions, which fills keep (R18, R29, R31)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain.market.state import Market
from domain.money import ZERO, plus, product
from domain.orders.side import Side
from domain.portfolio.position import Position


@dataclass(frozen=True, slots=True)
class LongShort:
    """A quantity, or what it is worth, of longs and of shorts; neither is negative."""

    long: Decimal = ZERO
    short: Decimal = ZERO

    def plus(self, other: "LongShort", times: int = 1) -> "LongShort":
        """The sums of both, the other's taken so many times."""
        return LongShort(plus(self.long, times * other.long), plus(self.short, times * other.short))

    def at(self, price: Decimal) -> "LongShort":
        """What quantities are worth at a price, unrounded."""
        return LongShort(product(self.long, price), product(self.short, price))

    @property
    def net(self) -> Decimal:
        """Longs less shorts."""
        return plus(self.long, -self.short)

    @property
    def gross(self) -> Decimal:
        """Longs and shorts alike."""
        return plus(self.long, self.short)


NOTHING = LongShort()


@dataclass(frozen=True, slots=True)
class Overridden:
    """Positions that bear their signal's own price: what is open of them, and what it is worth at that price (R15)."""

    quantity: LongShort = NOTHING
    worth: LongShort = NOTHING


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sums over the open positions of a symbol.

    `entry_amount` is what is left of the entries' amounts, a short's negative; `entry_commission` what no exit has
    taken its share of; `open_risk` is unrounded. `overridden` are those that had a price of their own when they
    were entered, by the number of the market's updates up to which it counts, in ascending order.
    """

    quantity: LongShort = NOTHING
    entry_amount: Decimal = ZERO
    entry_commission: Decimal = ZERO
    open_risk: Decimal = ZERO
    overridden: Mapping[int, Overridden] = field(default_factory=dict)

    def with_position(self, position: Position, times: int = 1) -> "Exposure":
        """These sums with a position; without one that is among them, where `times` is -1."""
        quantity = _quantity(position)
        return Exposure(
            quantity=self.quantity.plus(quantity, times),
            entry_amount=plus(self.entry_amount, times * position.side.sign * position.entry_amount_left),
            entry_commission=plus(self.entry_commission, times * position.entry_commission_left),
            open_risk=plus(self.open_risk, times * position.exact_open_risk),
            overridden=self._overridden_with(position, quantity, times),
        )

    def worth(self, market: Market) -> LongShort:
        """What is open, unrounded: at the market's last price, or at its own where that still counts (R9, R15)."""
        quantity, worth = self.quantity, NOTHING
        for updates, own in reversed(list(self.overridden.items())):
            if updates < market.updates:
                break
            quantity, worth = quantity.plus(own.quantity, -1), worth.plus(own.worth)
        return worth if market.last is None else worth.plus(quantity.at(market.last.price))

    def _overridden_with(self, position: Position, quantity: LongShort, times: int) -> Mapping[int, Overridden]:
        override = position.override_price
        if override is None:
            return self.overridden
        known = self.overridden.get(override.market_updates, Overridden())
        worth = quantity.at(override.mark.price)
        own = Overridden(known.quantity.plus(quantity, times), known.worth.plus(worth, times))
        changed = {**self.overridden, override.market_updates: own}
        return {updates: own for updates, own in changed.items() if own.quantity != NOTHING}


def with_risk(by_campaign: Mapping[str, Decimal], campaign_id: str | None, risk: Decimal) -> Mapping[str, Decimal]:
    """The risk of each campaign with some more of one of them, or less; a campaign without risk is none of them."""
    if campaign_id is None or not risk:
        return by_campaign
    changed = {**by_campaign, campaign_id: plus(by_campaign.get(campaign_id, ZERO), risk)}
    return changed if changed[campaign_id] else {other: risk for other, risk in changed.items() if risk}


def _quantity(position: Position) -> LongShort:
    quantity = position.open_quantity
    return LongShort(long=quantity) if position.side is Side.LONG else LongShort(short=quantity)
