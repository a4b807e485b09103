"""The checks of R13 to R20 and the costs of R10 and R11, for the yardsticks: the same answers as a desk's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

HUNDRED = Decimal(100)
SLIPPAGE_PERCENT = Decimal("0.02")
COMMISSION_PER_SHARE = Decimal("0.005")
TRADE_RISK_PERCENT, CAMPAIGN_RISK_PERCENT, HEAT_PERCENT = Decimal(2), Decimal(5), Decimal(10)
MOST_AGE = timedelta(days=1)
_PLACES = Decimal("0.00000001")


class Side(StrEnum):
    """Which way a position earns."""

    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def sign(self) -> int:
        """1 for LONG, -1 for SHORT."""
        return 1 if self is Side.LONG else -1


@dataclass(frozen=True, slots=True)
class Order:
    """A signal that enters at the market."""

    id: UUID
    account: str
    symbol: str
    side: Side
    quantity: Decimal
    stop_loss: Decimal
    target1: Decimal
    timestamp: datetime
    target2: Decimal | None = None
    market_price: Decimal | None = None
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class LastPrice:
    """What a symbol was last worth, and when."""

    price: Decimal
    time: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is worth, holds and risks, before an order."""

    enabled: bool
    halted: bool
    equity: Decimal
    gross: Decimal
    at_risk: Decimal
    campaign_at_risk: Decimal
    leverage: Decimal = Decimal(1)

    @property
    def buying_power(self) -> Decimal:
        """What may still be committed (R19)."""
        return self.leverage * self.equity - self.gross


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill, priced."""

    raw_price: Decimal
    price: Decimal
    amount: Decimal
    slippage: Decimal
    commission: Decimal
    risk: Decimal


def exact(value: Decimal) -> Decimal:
    """A number to 8 places, half to even."""
    return value.quantize(_PLACES)


def raw_price(order: Order, last: LastPrice | None) -> Decimal | str:
    """The price that an order enters at (R15), or why it cannot."""
    if last is not None and order.timestamp + MOST_AGE <= last.time:
        return "LATE_SIGNAL"
    if order.market_price is not None and (last is None or last.time <= order.timestamp):
        return order.market_price
    if last is None:
        return "NO_MARKET_PRICE"
    return "STALE_MARKET_PRICE" if order.timestamp - last.time > MOST_AGE else last.price


def executed(order: Order, raw: Decimal) -> Execution:
    """The fill at a raw price (R10, R11)."""
    price = exact(raw + order.side.sign * raw * SLIPPAGE_PERCENT / HUNDRED)
    amount = exact(price * order.quantity)
    return Execution(
        raw_price=raw,
        price=price,
        amount=amount,
        slippage=abs(amount - exact(raw * order.quantity)),
        commission=exact(COMMISSION_PER_SHARE * order.quantity),
        risk=abs(price - order.stop_loss) * order.quantity,
    )


def refusal(order: Order, standing: Standing, execution: Execution) -> str | None:
    """Why an order is refused, in the order of R20."""
    if not standing.enabled:
        return "ACCOUNT_DISABLED"
    if standing.halted:
        return "ACCOUNT_HALTED"
    return _misplaced(order, execution.raw_price) or _too_much(order, standing, execution)


def _misplaced(order: Order, raw: Decimal) -> str | None:
    sign = order.side.sign
    if sign * (order.target1 - order.stop_loss) <= 0:
        return "INVALID_LEVELS"
    if order.target2 is not None and sign * (order.target2 - order.target1) < 0:
        return "INVALID_LEVELS"
    if sign * (raw - order.stop_loss) <= 0:
        return "STOP_ALREADY_BREACHED"
    return "TARGET_ALREADY_REACHED" if sign * (order.target1 - raw) <= 0 else None


def _too_much(order: Order, standing: Standing, execution: Execution) -> str | None:
    limits = [
        ("TRADE_RISK_EXCEEDED", execution.risk, TRADE_RISK_PERCENT),
        ("PORTFOLIO_HEAT_EXCEEDED", standing.at_risk + execution.risk, HEAT_PERCENT),
    ]
    if order.campaign_id is not None:
        limits.insert(1, ("CAMPAIGN_RISK_EXCEEDED", standing.campaign_at_risk + execution.risk, CAMPAIGN_RISK_PERCENT))
    for code, at_stake, percent in limits:
        if at_stake > percent * standing.equity / HUNDRED:
            return code
    fits = execution.amount + execution.commission <= standing.buying_power
    return None if fits else "INSUFFICIENT_BUYING_POWER"
