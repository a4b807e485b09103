"""What trading costs: slippage moves a fill's price (R10), commission is charged per fill (R11)."""

from decimal import Decimal

from domain.instruments import AssetClass
from domain.money import HUNDRED, ONE, SMALLEST, ZERO, amount, percent_of, product, quotient, rounded
from domain.orders.side import Side
from domain.records import dataclass
from domain.validation import require_between

_TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Liquidity:
    """What a fill meets: the volume it trades in, if any is known, and the kind of market (R10)."""

    asset_class: AssetClass
    volume: Decimal | None


@dataclass(frozen=True, slots=True)
class PercentSlippage:
    """Slippage as a percent of the raw price, per unit."""

    percent: Decimal = Decimal("0.02")

    def __post_init__(self) -> None:
        require_between("slippage.percent", self.percent, ZERO, Decimal(50))

    def per_unit(self, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Decimal:
        """How far the price moves against the order."""
        return percent_of(self.percent, price)


@dataclass(frozen=True, slots=True)
class PerShareSlippage:
    """Slippage as a fixed sum per unit."""

    per_share: Decimal

    def __post_init__(self) -> None:
        require_between("slippage.per_share", self.per_share, ZERO, Decimal(1_000_000))

    def per_unit(self, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Decimal:
        """How far the price moves against the order."""
        return self.per_share


@dataclass(frozen=True, slots=True)
class VolumeShareSlippage:
    """Price x impact x min(quantity / volume, limit)^2, as published for QuantConnect LEAN's VolumeShareSlippageModel.

    Without volume the share is taken to be the limit; for FOREX without volume there is no slippage, as there.
    """

    volume_limit: Decimal = Decimal("0.025")
    price_impact: Decimal = Decimal("0.1")

    def __post_init__(self) -> None:
        require_between("slippage.volume_share.volume_limit", self.volume_limit, ZERO, ONE)
        require_between("slippage.volume_share.price_impact", self.price_impact, ZERO, Decimal("0.5"))

    def per_unit(self, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Decimal:
        """How far the price moves against the order."""
        volume_share = self._share(quantity, liquidity)
        return product(product(price, self.price_impact), product(volume_share, volume_share))

    def _share(self, quantity: Decimal, liquidity: Liquidity) -> Decimal:
        if liquidity.volume:
            return min(quotient(quantity, liquidity.volume), self.volume_limit)
        return ZERO if liquidity.asset_class is AssetClass.FOREX else self.volume_limit


Slippage = PercentSlippage | PerShareSlippage | VolumeShareSlippage


@dataclass(frozen=True, slots=True)
class PerShareCommission:
    """min(max(rate x quantity, minimum), maximum percent of the amount): the cap wins over the minimum."""

    rate: Decimal = Decimal("0.005")
    minimum: Decimal | None = None
    maximum_percent: Decimal | None = None

    def __post_init__(self) -> None:
        require_between("commission.per_share.rate", self.rate, ZERO, Decimal(1_000_000))
        if self.minimum is not None:
            require_between("commission.per_share.minimum", self.minimum, ZERO, Decimal(1_000_000))
        if self.maximum_percent is not None:
            require_between("commission.per_share.maximum_percent", self.maximum_percent, ZERO, HUNDRED)

    def charge(self, quantity: Decimal, fill_amount: Decimal) -> Decimal:
        """The commission on one fill."""
        charge = product(self.rate, quantity)
        if self.minimum is not None:
            charge = max(charge, self.minimum)
        if self.maximum_percent is not None:
            charge = min(charge, percent_of(self.maximum_percent, fill_amount))
        return rounded(charge)


@dataclass(frozen=True, slots=True)
class BasisPointsCommission:
    """Hundredths of a percent of a fill's amount."""

    basis_points: Decimal

    def __post_init__(self) -> None:
        require_between("commission.basis_points", self.basis_points, ZERO, _TEN_THOUSAND)

    def charge(self, quantity: Decimal, fill_amount: Decimal) -> Decimal:
        """The commission on one fill."""
        return rounded(quotient(product(fill_amount, self.basis_points), _TEN_THOUSAND))


@dataclass(frozen=True, slots=True)
class PerOrderCommission:
    """A fixed sum per fill."""

    per_order: Decimal

    def __post_init__(self) -> None:
        require_between("commission.per_order", self.per_order, ZERO, Decimal(1_000_000))

    def charge(self, quantity: Decimal, fill_amount: Decimal) -> Decimal:
        """The commission on one fill."""
        return rounded(self.per_order)


Commission = PerShareCommission | BasisPointsCommission | PerOrderCommission

NO_SLIPPAGE = PercentSlippage(ZERO)
NO_COMMISSION = PerOrderCommission(ZERO)


@dataclass(frozen=True, slots=True)
class Pricing:
    """The costs in force for one fill (R10-R12)."""

    slippage: Slippage
    commission: Commission

    def fill_price(self, raw: Decimal, buys: bool, quantity: Decimal, liquidity: Liquidity) -> Decimal:
        """`raw` worsened by slippage: higher for who buys, lower for who sells, never below the smallest price."""
        per_unit = self.slippage.per_unit(raw, quantity, liquidity)
        return rounded(raw + per_unit) if buys else max(SMALLEST, rounded(raw - per_unit))


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill, priced: what it trades at and what that costs."""

    price: Decimal
    raw_price: Decimal
    quantity: Decimal
    amount: Decimal
    slippage: Decimal
    commission: Decimal


def execute(
    pricing: Pricing, side: Side, *, opens: bool, quantity: Decimal, raw: Decimal, slips: bool, liquidity: Liquidity
) -> Execution:
    """Price a fill (R10)."""
    buys = (side is Side.LONG) is opens
    price = pricing.fill_price(raw, buys, quantity, liquidity) if slips else raw
    return executed_at(price, pricing, quantity, raw)


def executed_at(price: Decimal, pricing: Pricing, quantity: Decimal, raw: Decimal) -> Execution:
    """A fill at a price. Slippage is in it, and reported once, as the difference it made to the amount (R10)."""
    worth = amount(quantity, price)
    slipped = abs(worth - amount(quantity, raw))
    return Execution(price, raw, quantity, worth, slipped, pricing.commission.charge(quantity, worth))
