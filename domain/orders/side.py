"""Long and short, and the Wyckoff patterns that imply them (R13). SHORT is the mirror image of LONG everywhere."""

from decimal import Decimal
from enum import Enum

from domain.market.update import MarketUpdate
from domain.money import plus, times


class Side(Enum):
    """Which way a position earns."""

    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def sign(self) -> int:
        """The direction: 1 for LONG, -1 for SHORT."""
        return 1 if self is Side.LONG else -1

    def gain(self, start: Decimal, end: Decimal) -> Decimal:
        """What a unit earns as its price goes from `start` to `end`; negative for a loss."""
        return end - start if self is Side.LONG else start - end

    def after(self, price: Decimal, gain: Decimal) -> Decimal:
        """The price at which a unit has gained so much since `price`, or lost it where that is negative; unrounded."""
        return plus(price, times(self.sign, gain))

    def has_reached(self, price: Decimal, target: Decimal) -> bool:
        """Whether `price` is at `target` or beyond it, in the direction that earns."""
        return price >= target if self is Side.LONG else price <= target

    def has_fallen_to(self, price: Decimal, stop: Decimal) -> bool:
        """Whether `price` is at `stop` or beyond it, in the direction that loses."""
        return price <= stop if self is Side.LONG else price >= stop

    def best_of(self, update: MarketUpdate) -> Decimal:
        """The extreme of a bar or quote in the direction that earns."""
        return update.high if self is Side.LONG else update.low

    def worst_of(self, update: MarketUpdate) -> Decimal:
        """The extreme of a bar or quote in the direction that loses."""
        return update.low if self is Side.LONG else update.high

    def better(self, one: Decimal, other: Decimal) -> Decimal:
        """Of two prices, the one further in the direction that earns."""
        return max(one, other) if self is Side.LONG else min(one, other)


class Pattern(Enum):
    """The Wyckoff patterns a signal may name."""

    SPRING = "SPRING"
    SOS = "SOS"
    LPS = "LPS"
    UTAD = "UTAD"

    @property
    def side(self) -> Side:
        """The side that the pattern implies (R13)."""
        return Side.SHORT if self is Pattern.UTAD else Side.LONG
