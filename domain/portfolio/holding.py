"""What an account holds of a symbol, netted over its positions (R29-R31)."""

from collections.abc import Container, Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.market.state import Market
from domain.money import ZERO, difference, figure, nearest, plus, product, quotient, rounded, times
from domain.portfolio.account import Account
from domain.portfolio.exposure import Amounts, Exposure
from domain.portfolio.fill import FillReason
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.records import dataclass

FillKey = tuple[UUID, int]
"""A position's id, and the number of a fill of it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """All open positions of a symbol together.

    `average_price` is what a unit of the net quantity cost, None where longs and shorts are even; `market_value` is
    negative where shorts prevail. `realized_pnl` is the session's in that symbol, `total_pnl` is less the entry
    commission that no exit has shared yet (R31). `today_pnl` is None where it is not asked for or cannot be known.
    """

    symbol: str
    quantity: Amounts
    average_price: Decimal | None
    last_price: Decimal | None
    market_value: Decimal
    unrealized_pnl: Decimal
    realized_pnl: Decimal
    total_pnl: Decimal
    open_risk: Decimal
    positions: int
    today_pnl: Decimal | None = None


def holding_of(account: Account, market: Market, closed_pnl: Decimal, today_pnl: Decimal | None) -> Holding:
    """What an account holds of a market's symbol; `closed_pnl` is what its trades in it have earned."""
    exposure = account.positions.exposures[market.symbol]
    worth, realized = exposure.worth(market).net, rounded(plus(exposure.realized_pnl, closed_pnl))
    unrealized = nearest(difference(worth, exposure.entry_amount))
    return Holding(
        symbol=market.symbol,
        quantity=exposure.quantity,
        average_price=_average_price(exposure),
        last_price=None if market.last is None else market.last.price,
        market_value=nearest(worth),
        unrealized_pnl=unrealized,
        realized_pnl=realized,
        total_pnl=rounded(realized + unrealized - exposure.entry_commission),
        open_risk=exposure.open_risk,
        positions=len(account.positions.of_symbol(market.symbol)),
        today_pnl=today_pnl,
    )


def _average_price(exposure: Exposure) -> Decimal | None:
    net = exposure.quantity.net
    return figure(quotient(exposure.entry_amount, net)) if net else None


def earned_since(
    start: datetime,
    records: Iterable[Position | Trade],
    price: Decimal | None,
    worth: Decimal,
    before: Container[FillKey] = (),
) -> Decimal | None:
    """What positions and trades of one symbol have earned since a time, after commissions; None if it is not known.

    `price` is the symbol's last one before that time, None if there was none; `worth` what is open now, unrounded;
    `before` are fills dated at that time or later that are of the day before (R37).
    """
    held = flows = ZERO
    for record in records:
        for fill in record.fills:
            bought = record.side.sign if fill.reason is FillReason.ENTRY else -record.side.sign
            if fill.time < start or (record.id, fill.number) in before:
                held = plus(held, times(bought, fill.quantity))
            else:
                flows = difference(flows, plus(times(bought, fill.amount), fill.commission))
    if held and price is None:
        return None
    return nearest(plus(difference(worth, product(held, price or ZERO)), flows))
