"""How the types of trades are made from the domain's values."""

from api.graphql.node import global_id
from api.graphql.trades import types
from api.graphql.trades.enums import ExitReason, TradeEventKind
from api.streams.events import StreamEvent
from domain.engine.events import TradeEvent
from domain.money import ratio
from domain.portfolio.fill import Fill
from domain.portfolio.trade import Trade


def fill(record: Fill) -> types.Fill:
    """One execution."""
    return types.Fill(
        time=record.time,
        reason=record.reason,
        quantity=record.quantity,
        price=record.price,
        raw_price=record.raw_price,
        slippage=record.slippage,
        commission=record.commission,
        gap=record.gap,
        ambiguous=record.ambiguous,
    )


def trade(record: Trade) -> types.Trade:
    """A round trip."""
    multiple = record.r_multiple
    return types.Trade(
        id=global_id("Trade", record.id),
        position_id=global_id("Position", record.id),
        signal_id=record.signal_id,
        symbol=record.symbol,
        side=record.side,
        pattern=record.pattern,
        campaign_id=record.campaign_id,
        quantity=record.quantity,
        entry_time=record.entry_time,
        entry_price=record.entry_price,
        exit_time=record.exit_time,
        exit_price=record.exit_price,
        exit_reason=ExitReason(record.exit_reason.value),
        realized_pnl=record.realized_pnl,
        r_multiple=None if multiple is None else ratio(multiple),
        commission=record.commission,
        slippage=record.slippage,
        fills=[fill(item) for item in record.fills],
        record=record,
    )


def trade_event(streamed: StreamEvent, event: TradeEvent) -> types.TradeEvent:
    """An event of tradeEvents."""
    return types.TradeEvent(
        cursor=streamed.cursor,
        kind=TradeEventKind.CLOSED,
        trade=trade(event.trade),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )
