"""What the subscriptions of all subjects share."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import strawberry

from api.streams.events import StreamEvent

Shown = TypeVar("Shown")

_SHOWN = "shown"

EVENT_CURSOR = (
    "Resume after this event by passing it as after. Cursors of one account, of whichever stream, compared as text "
    "stand in the order of its journal."
)

After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after this cursor, of an event or of account.cursor, and miss nothing; default: now."
    ),
]


def shared(event: StreamEvent, show: Callable[[StreamEvent, Any], Shown]) -> Shown:
    """The event as subscribers see it: one object for all of them, so that it is rendered once."""
    if _SHOWN not in event.memo:
        event.memo[_SHOWN] = show(event, event.event)
    shown: Shown = event.memo[_SHOWN]  # type: ignore[assignment]
    return shown
