"""What an account holds of a symbol, as exact sums over its positions, which fills keep (R18, R29, R31)."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import NamedTuple

from domain.market.state import Market
from domain.money import BOUND, LARGEST, ZERO, OutOfRange, difference, plain, plus, product, times, units_of
from domain.portfolio.position import Position
from domain.records import dataclass

_HALF = Decimal("0.5")


class Amounts(NamedTuple):
    """Quantities, or what they are worth: longs less shorts, and both together."""

    net: Decimal = ZERO
    gross: Decimal = ZERO

    @property
    def long(self) -> Decimal:
        """What longs have of it."""
        return product(plus(self.gross, self.net), _HALF)

    @property
    def short(self) -> Decimal:
        """What shorts have of it, not negative."""
        return product(difference(self.gross, self.net), _HALF)

    def plus(self, other: "Amounts", sign: int = 1) -> "Amounts":
        """The sums of both; where `sign` is -1, what is left without the other's."""
        combined = plus if sign > 0 else difference
        return Amounts(combined(self.net, other.net), combined(self.gross, other.gross))

    def at(self, price: Decimal) -> "Amounts":
        """What quantities are worth at a price, unrounded."""
        return Amounts(product(self.net, price), product(self.gross, price))


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Overridden:
    """Positions that bear their signal's own price: what is open of them, and what it is worth at that price (R15)."""

    quantity: Amounts = NOTHING
    worth: Amounts = NOTHING


_NONE_OVERRIDDEN = Overridden()


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sums over the open positions of a symbol.

    `entry_amount` is what is left of the entries' amounts, a short's negative; `entry_commission` what no exit has
    taken its share of; `realized_pnl` what exits of what is open have earned; `open_risk` is unrounded. `overridden`
    are those that had a price of their own when they were entered, by the number of the market's updates up to which
    it counts, in ascending order. `_valued` remembers what it was worth at the market that was asked for last: most
    accounts are valued far more often than they trade.
    """

    quantity: Amounts = NOTHING
    entry_amount: Decimal = ZERO
    entry_commission: Decimal = ZERO
    open_risk: Decimal = ZERO
    realized_pnl: Decimal = ZERO
    overridden: dict[int, Overridden] = field(default_factory=dict)
    _valued: list[tuple[Market, Amounts]] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def net_units(self) -> int:
        """The net quantity in counts of 0.00000001."""
        return units_of(self.quantity.net)

    def with_position(self, position: Position, sign: int = 1) -> "Exposure":
        """These sums with a position; without one that is among them, where `sign` is -1."""
        side, quantity = position.side.sign, signed(position)
        return Exposure(
            quantity=self.quantity.plus(quantity, sign),
            entry_amount=plus(self.entry_amount, times(sign * side, position.entry_amount_left)),
            entry_commission=plus(self.entry_commission, times(sign, position.entry_commission_left)),
            open_risk=plus(self.open_risk, times(sign, position.exact_open_risk)),
            realized_pnl=plus(self.realized_pnl, times(sign, position.realized_pnl)),
            overridden=self._overridden_with(position, quantity, sign),
        )

    def worth(self, market: Market) -> Amounts:
        """What is open, unrounded: at the market's last price, or at its own where that still counts (R9, R15)."""
        if self._valued and self._valued[-1][0] is market:
            return self._valued[-1][1]
        worth = self.worth_at(None if market.last is None else market.last.price, market.updates)
        self._valued[:] = [(market, worth)]
        return worth

    def worth_at(self, price: Decimal | None, updates: int) -> Amounts:
        """What is open, unrounded, at a last price after so many updates of its market."""
        quantity, worth = self.quantity, NOTHING
        for until, own in reversed(self.overridden.items()):
            if until < updates:
                break
            quantity, worth = quantity.plus(own.quantity, -1), worth.plus(own.worth)
        if price is None or not quantity.gross:
            return worth
        marked = quantity.at(price)
        return marked if worth is NOTHING else worth.plus(marked)

    def _overridden_with(self, position: Position, quantity: Amounts, sign: int) -> dict[int, Overridden]:
        override = position.override_price
        if override is None:
            return self.overridden
        until, worth = override.market_updates, quantity.at(override.mark.price)
        known = self.overridden.get(until, _NONE_OVERRIDDEN)
        own = Overridden(known.quantity.plus(quantity, sign), known.worth.plus(worth, sign))
        changed = {**self.overridden, until: own}
        if len(changed) == 1 and own.quantity.gross:
            return changed
        return {updates: changed[updates] for updates in sorted(changed) if changed[updates].quantity.gross}


def signed(position: Position) -> Amounts:
    """The open quantity of a position."""
    return Amounts(times(position.side.sign, position.open_quantity), position.open_quantity)


def require_holdable(exposure: Exposure, market: Market) -> Amounts:
    """What is open of a symbol, unrounded. Raises OutOfRange where it cannot be held (R1)."""
    worth = exposure.worth(market)
    if worth.gross > LARGEST:
        raise OutOfRange(f"what is held of {market.symbol}, {plain(worth.gross)}, is not below {plain(BOUND)}")
    return worth


def with_risk(by_campaign: Mapping[str, Decimal], campaign_id: str | None, risk: Decimal) -> Mapping[str, Decimal]:
    """The risk of each campaign with some more of one of them, or less; a campaign without risk is none of them."""
    if campaign_id is None or not risk:
        return by_campaign
    changed = {**by_campaign, campaign_id: plus(by_campaign.get(campaign_id, ZERO), risk)}
    return changed if changed[campaign_id] else {other: risk for other, risk in changed.items() if risk}
