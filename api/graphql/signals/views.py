"""How the types of signals are made from the domain's values."""

from api.codec.events import Stream
from api.graphql.amendments import AmendedRecord
from api.graphql.assessments import figures_of
from api.graphql.node import global_id
from api.graphql.positions.views import position
from api.graphql.signals import types
from api.graphql.user_errors import user_error
from api.streams.events import StreamEvent
from domain.engine.events import SignalEvent
from domain.engine.views import SignalView
from domain.orders.levels import NO_LEVELS
from domain.orders.trailing_stop import TrailingStop
from domain.refusals import Refusal
from domain.risk.limits import Assessment


def signal(view: SignalView) -> types.Signal:
    """A signal with its outcome."""
    record = view.signal
    request = record.request
    return types.Signal(
        id=global_id("Signal", record.id),
        signal_id=record.signal_id,
        symbol=request.symbol,
        asset_class=request.asset_class,
        side=record.side,
        status=record.status,
        error=None if record.refusal is None else user_error(record.refusal),
        entry=request.entry,
        entry_price=request.entry_price,
        good_until=request.good_until,
        time_in_force=request.resolved_time_in_force,
        quantity=record.quantity,
        risk_percent=request.risk_percent,
        stop_loss=request.stop_loss,
        target1=request.target1,
        target2=request.target2,
        stop_distance=request.stop_distance,
        stop_percent=request.stop_percent,
        target1_r=request.target1_r,
        target2_r=request.target2_r,
        trailing_stop=None if request.trailing_stop is None else _trailing_stop(request.trailing_stop),
        pattern=request.pattern,
        phase=request.phase,
        timeframe=request.timeframe,
        confidence=request.confidence,
        source=request.source,
        campaign_id=request.campaign_id,
        note=request.note,
        expires_at=record.plan.expires_at,
        timestamp=record.timestamp,
        recorded_at=record.recorded_at,
        position=None if view.position is None else position(view.position),
        amended=AmendedRecord(record.account_id, record.id, Stream.SIGNAL, record.amendments, record.changed_seq),
    )


def _trailing_stop(asked: TrailingStop) -> types.TrailingStop:
    return types.TrailingStop(
        offset=asked.offset,
        percent=asked.percent,
        activation=asked.activation,
        activation_r=asked.activation_r,
        step=asked.step,
    )


def preview(assessed: Assessment | Refusal) -> types.SignalPreview:
    """What the desk would decide about a signal, or about input that means nothing."""
    execution, levels = (None, NO_LEVELS) if isinstance(assessed, Refusal) else (assessed.execution, assessed.levels)
    return types.SignalPreview(
        **figures_of(assessed),
        fill_price=None if execution is None else execution.price,
        commission=None if execution is None else execution.commission,
        stop_loss=levels.stop,
        target1=levels.target1,
        target2=levels.target2,
    )


def signal_event(streamed: StreamEvent, event: SignalEvent) -> types.SignalEvent:
    """An event of signalEvents; the position that the signal opens is an event of its own."""
    return types.SignalEvent(
        cursor=streamed.cursor,
        kind=event.kind,
        signal=signal(SignalView(event.signal, None)),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )
