"""Closing all that an account holds, and the observation after it (R35, R37)."""

from domain.engine.commands import Times
from domain.engine.context import DecisionContext
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.observe import cancel_working, close_everything, observe


def observe_closing(context: DecisionContext) -> None:
    """After a command that closed something: observe the equity (R37), at its last exit or at the curve's last point.

    A symbol's last price may be older than that point, which the exit has not undone: the curve never goes back.
    """
    exits = [entry.event.occurred_at for entry in context.entries if _is_fill(entry)]
    if exits:
        known = context.account.watermarks.time
        time = max(exits) if known is None else max(*exits, known)
        observe(context, time, context.account.day_of(time))


def wind_up(context: DecisionContext, times: Times) -> None:
    """Cancel every signal that waits, close every position, and observe the equity (R35)."""
    cancel_working(context, times.clock)
    close_everything(context)
    observe_closing(context)


def _is_fill(entry: JournalEntry) -> bool:
    return isinstance(entry.event, PositionEvent) and entry.event.fill is not None
