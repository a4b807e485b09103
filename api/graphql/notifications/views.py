"""How notifications are made from the records of the application."""

from api.application.notifications.targets import TargetState
from api.choices import NotificationEvent
from api.graphql.notifications.types import NotificationState


def notification_state(state: TargetState) -> NotificationState:
    """Whom the desk tells what."""
    target, progress = state.target, state.target.progress
    return NotificationState(
        name=target.name,
        destination=target.shown,
        events=[event for event in NotificationEvent if event in target.events],
        accounts=None if target.accounts is None else list(target.accounts),
        created_at=target.created_at,
        pending=state.pending,
        sent=progress.sent,
        failed=progress.failed,
        given_up_since=progress.given_up_since,
        given_up_reason=progress.given_up_reason,
        attempts=progress.attempts,
        failing_since=progress.failing_since,
        next_attempt=progress.next_attempt,
        stopped=progress.stopped,
        last_error=progress.last_error,
        last_sent=progress.last_sent,
    )
