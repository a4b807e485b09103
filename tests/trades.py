"""Builders of trades as reports see them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.analytics.stats import TradeStats, trade_stats
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason
from domain.portfolio.trade import Trade
from tests.builders import at

ACCOUNT = UUID(int=7)


def a_trade(
    pnl: str = "0",
    *,
    number: int = 1,
    side: Side = Side.LONG,
    quantity: str = "100",
    entry: str = "100",
    stop: str | None = "98",
    exit: str = "101",  # noqa: A002 - the word of the trade
    entered: str = "09:30",
    minutes: int = 60,
    symbol: str = "AAPL",
    pattern: Pattern | None = None,
    campaign: str | None = None,
    reason: FillReason = FillReason.MANUAL,
    is_live: bool = True,
    commission: str = "0",
    slippage: str = "0",
) -> Trade:
    """A trade of 100 AAPL, bought at 100 with 2 at risk on each, that earned `pnl`."""
    entry_time: datetime = at(entered)
    return Trade(
        id=UUID(int=number),
        signal_id=UUID(int=number),
        account_id=ACCOUNT,
        session=1,
        symbol=symbol,
        side=side,
        pattern=pattern,
        campaign_id=campaign,
        is_live=is_live,
        quantity=Decimal(quantity),
        entry_time=entry_time,
        entry_price=Decimal(entry),
        initial_stop=None if stop is None else Decimal(stop),
        exit_time=entry_time + timedelta(minutes=minutes),
        exit_price=Decimal(exit),
        exit_reason=reason,
        realized_pnl=Decimal(pnl),
        commission=Decimal(commission),
        slippage=Decimal(slippage),
        fills=(),
    )


def with_trades(*earned: str) -> TradeStats:
    """The stats of trades that earned these amounts, one after the other; 200 was at risk on each."""
    return trade_stats(numbered(earned))


def numbered(earned: Iterable[str]) -> list[Trade]:
    """Trades that earned these amounts, numbered from 1."""
    return [a_trade(pnl, number=number) for number, pnl in enumerate(earned, start=1)]
