"""How what happened to an account is shown: by the views of its streams."""

from api.graphql.accounts import event_views as accounts
from api.graphql.activity.types import Activity
from api.graphql.positions import views as positions
from api.graphql.signals import views as signals
from api.graphql.trades import views as trades
from api.streams.events import stream_event
from domain.engine.events import JournalRecord, PositionEvent, SignalEvent, TradeEvent


def activity(record: JournalRecord) -> Activity:
    """An entry of an account's journal."""
    streamed = stream_event(record)
    shown = Activity(
        cursor=streamed.cursor,
        kind=streamed.stream,
        symbol=streamed.symbol,
        account_event=None,
        signal_event=None,
        position_event=None,
        trade_event=None,
        occurred_at=streamed.event.occurred_at,
        recorded_at=record.recorded_at,
    )
    match streamed.event:
        case SignalEvent() as event:
            shown.signal_event = signals.signal_event(streamed, event)
        case PositionEvent() as event:
            shown.position_event = positions.position_event(streamed, event)
        case TradeEvent() as event:
            shown.trade_event = trades.trade_event(streamed, event)
        case event:
            shown.account_event = accounts.live(streamed, event)
    return shown
