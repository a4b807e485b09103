"""How the types of signals are made from the domain's values."""

from api.graphql.figures import bounded_percent
from api.graphql.node import global_id
from api.graphql.positions.views import position
from api.graphql.signals import types
from api.graphql.user_errors import user_error, user_errors
from api.streams.events import StreamEvent
from domain.engine.events import SignalEvent
from domain.engine.views import SignalView
from domain.money import figure
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
        quantity=record.quantity,
        risk_percent=request.risk_percent,
        stop_loss=request.stop_loss,
        target1=request.target1,
        target2=request.target2,
        pattern=request.pattern,
        phase=request.phase,
        timeframe=request.timeframe,
        confidence=request.confidence,
        source=request.source,
        campaign_id=request.campaign_id,
        note=request.note,
        timestamp=record.timestamp,
        recorded_at=record.recorded_at,
        position=None if view.position is None else position(view.position),
    )


def preview(assessment: Assessment) -> types.SignalPreview:
    """What the desk would decide."""
    execution = assessment.execution
    percents = (assessment.trade_risk_percent, assessment.campaign_risk_percent, assessment.heat_percent)
    trade_risk, campaign, heat = (None if percent is None else bounded_percent(percent) for percent in percents)
    return types.SignalPreview(
        accepted=assessment.refusal is None,
        errors=user_errors(assessment.refusal),
        side=assessment.side,
        quantity=assessment.quantity,
        fill_price=None if execution is None else execution.price,
        commission=None if execution is None else execution.commission,
        trade_risk_percent=trade_risk,
        campaign_risk_percent=campaign,
        heat_percent=heat,
        buying_power=None if assessment.buying_power is None else figure(assessment.buying_power),
    )


def no_preview(refusal: Refusal) -> types.SignalPreview:
    """What the desk would decide about input that means nothing."""
    nothing = dict.fromkeys(
        (
            "side",
            "quantity",
            "fill_price",
            "commission",
            "trade_risk_percent",
            "campaign_risk_percent",
            "heat_percent",
            "buying_power",
        )
    )
    return types.SignalPreview(accepted=False, errors=user_errors(refusal), **nothing)


def signal_event(streamed: StreamEvent, event: SignalEvent) -> types.SignalEvent:
    """An event of signalEvents; the position that the signal opens is an event of its own."""
    return types.SignalEvent(
        cursor=streamed.cursor,
        signal=signal(SignalView(event.signal, None)),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )
