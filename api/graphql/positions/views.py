"""How the types of positions are made from the domain's values."""

from api.graphql.positions import types
from api.graphql.trades.views import fill
from api.streams.events import StreamEvent
from domain.engine.events import PositionEvent
from domain.engine.views import PositionView
from domain.portfolio.trade import trade_of


def position(view: PositionView) -> types.Position:
    """A position with its last price."""
    return types.Position(view=view)


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
