"""A stop that follows the price: as a signal asks for it, and as it is once the fill is known (R14, R26)."""

from decimal import Decimal

from domain.money import nearest, percent_of
from domain.notation import Price
from domain.records import dataclass
from domain.validation import require, require_above_zero, require_price


@dataclass(frozen=True, slots=True)
class Trail:
    """From `activation` on, or at once, the stop follows the best price since entry at the distance `offset`.

    It moves by `step` or more, if there is one.
    """

    offset: Decimal
    activation: Decimal | None = None
    step: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TrailingStop:
    """A trail as it was asked for: `percent` is of the fill, `activation_r` in multiples of fill - stop from there.

    Without either activation it begins at once.
    """

    activation: Price | None = None
    offset: Price | None = None
    percent: Decimal | None = None
    activation_r: Decimal | None = None
    step: Price | None = None

    def __post_init__(self) -> None:
        for name, price in (("activation", self.activation), ("offset", self.offset), ("step", self.step)):
            if price is not None:
                require_price(f"trailing_stop.{name}", price)
        for name, figure in (("percent", self.percent), ("activation_r", self.activation_r)):
            if figure is not None:
                require_above_zero(f"trailing_stop.{name}", figure)
        require(
            (self.offset is None) != (self.percent is None),
            "give exactly one of `trailing_stop.offset` and `trailing_stop.percent` (R26)",
            "trailing_stop.offset",
        )
        require(
            self.activation is None or self.activation_r is None,
            "give `trailing_stop.activation` or `trailing_stop.activation_r`, not both (R26)",
            "trailing_stop.activation_r",
        )

    @property
    def begins_at_once(self) -> bool:
        """Whether it follows the price from the entry on: where no stop is given, it is the first."""
        return self.activation is None and self.activation_r is None

    def offset_at(self, fill: Decimal) -> Decimal:
        """How far behind the best price the stop follows, of a position filled at a price."""
        if self.offset is not None:
            return self.offset
        assert self.percent is not None  # noqa: S101 - the constructor saw to it
        return nearest(percent_of(self.percent, fill))
