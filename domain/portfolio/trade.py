"""What a position came to, once it is flat (R32, R33)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.money import product, quotient, rounded, total
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.position import Position, r_multiple
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """A round trip (R32): a position that is flat, net of its costs."""

    id: UUID
    signal_id: UUID
    account_id: UUID
    session: int
    symbol: str
    side: Side
    pattern: Pattern | None
    campaign_id: str | None
    is_live: bool
    quantity: Decimal
    entry_time: datetime
    entry_price: Decimal
    initial_stop: Decimal | None
    exit_time: datetime
    exit_price: Decimal
    exit_reason: FillReason
    realized_pnl: Decimal
    commission: Decimal
    slippage: Decimal
    fills: tuple[Fill, ...]

    @property
    def r_multiple(self) -> Decimal | None:
        """Net P&L / (|entry fill - first stop| x quantity), unrounded; None without a first stop, or at one."""
        return r_multiple(self.realized_pnl, self.entry_price, self.initial_stop, self.quantity)


def trade_of(position: Position) -> Trade:
    """The round trip of a position that is flat."""
    exits = position.fills[1:]
    weighted = total(product(fill.quantity, fill.price) for fill in exits)
    return Trade(
        id=position.id,
        signal_id=position.signal_id,
        account_id=position.account_id,
        session=position.session,
        symbol=position.symbol,
        side=position.side,
        pattern=position.pattern,
        campaign_id=position.campaign_id,
        is_live=position.is_live,
        quantity=position.quantity,
        entry_time=position.entry_time,
        entry_price=position.entry_price,
        initial_stop=position.initial_stop,
        exit_time=exits[-1].time,
        exit_price=rounded(quotient(weighted, position.quantity)),
        exit_reason=exits[-1].reason,
        realized_pnl=position.realized_pnl,
        commission=position.commission,
        slippage=position.slippage,
        fills=position.fills,
    )
