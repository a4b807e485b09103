"""End a session and start the next (R35)."""

from domain.engine.closing import close_account
from domain.engine.commands import Reset, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.update_settings import change_settings, require_zone
from domain.engine.events import SessionEnded, SessionStarted
from domain.engine.observe import observe_fills
from domain.portfolio.session import Session
from domain.records import replace
from domain.validation import require


def reset(context: DecisionContext, command: Reset, times: Times) -> int:
    """End the session and start the next; returns the number of the one that ended (R35). Raises Invalid."""
    current = context.account.session
    if command.session is not None:
        require(
            1 <= command.session <= current.number,
            f"session must be from 1 to {current.number}, the current one",
            "session",
        )
        if command.session < current.number:
            return command.session
    settings = context.account.settings.changed(command.settings or {})
    require_zone(settings, times.zone)
    close_account(context, times.clock)
    observe_fills(context)
    ended = replace(current.switched_off(times.recorded_at), ended_at=times.recorded_at)
    context.record(SessionEnded(ended, times.clock))
    context.end_session()
    change_settings(context, command.settings or {}, times)
    fresh = Session(current.number + 1, settings.starting_capital, times.recorded_at, zone=times.zone)
    started = fresh.switched_on(times.recorded_at) if context.account.enabled else fresh
    context.record(SessionStarted(started, times.clock))
    context.start_session()
    return current.number
