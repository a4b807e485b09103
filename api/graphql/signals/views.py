"""How the types of signals are made from the domain's values."""

from api.graphql.assessments import figures_of
from api.graphql.signals import types
from api.streams.events import StreamEvent
from domain.engine.events import SignalEvent
from domain.engine.views import SignalView
from domain.orders.levels import NO_LEVELS
from domain.refusals import Refusal
from domain.risk.limits import Assessment


def signal(view: SignalView) -> types.Signal:
    """A signal with its outcome."""
    return types.Signal(view=view)


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
