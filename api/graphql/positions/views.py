"""How the types of positions are made from the domain's values."""

from api.codec.events import Stream
from api.graphql.amendments import AmendedRecord
from api.graphql.node import global_id
from api.graphql.positions import types
from api.graphql.trades.views import fill, trade
from api.streams.events import StreamEvent
from domain.engine.events import PositionEvent
from domain.engine.views import PositionView
from domain.money import ratio
from domain.orders.trailing_stop import Trail
from domain.portfolio.trade import trade_of


def position(view: PositionView) -> types.Position:
    """A position with its last price."""
    record, mark = view.position, view.mark
    multiple = record.r_multiple(mark.price)
    return types.Position(
        id=global_id("Position", record.id),
        signal_id=record.signal_id,
        symbol=record.symbol,
        asset_class=record.asset_class,
        side=record.side,
        status=record.status,
        is_open=record.is_open,
        pattern=record.pattern,
        campaign_id=record.campaign_id,
        note=record.note,
        expires_at=record.plan.expires_at,
        quantity=record.quantity,
        open_quantity=record.open_quantity,
        entry_time=record.entry_time,
        entry_price=record.entry_price,
        stop_loss=record.stop,
        initial_stop_loss=record.initial_stop,
        target1=record.target1,
        target2=record.target2,
        trailing_stop=None if record.trail is None else _trail(record.trail),
        last_price=mark.price,
        last_price_time=mark.time,
        unrealized_pnl=record.unrealized_pnl(mark.price),
        realized_pnl=record.realized_pnl,
        r_multiple=None if multiple is None else ratio(multiple),
        commission=record.commission,
        slippage=record.slippage,
        open_risk=record.open_risk,
        fills=[fill(item) for item in record.fills],
        trade=None if view.trade is None else trade(view.trade),
        amended=AmendedRecord(record.account_id, record.id, Stream.POSITION, record.amendments, record.changed_seq),
    )


def _trail(record: Trail) -> types.Trail:
    return types.Trail(offset=record.offset, activation=record.activation, step=record.step)


def position_event(streamed: StreamEvent, event: PositionEvent) -> types.PositionEvent:
    """An event of positionEvents. A flat position's trade follows from its fills."""
    record = event.position
    whole = PositionView(record, event.mark, None if record.is_open else trade_of(record))
    return types.PositionEvent(
        cursor=streamed.cursor,
        kind=event.kind,
        position=position(whole),
        fill=None if event.fill is None else fill(event.fill),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )
