"""Notifications, as clients receive them."""

from datetime import datetime

import strawberry

from api.graphql.notifications.enums import NotificationEvent


@strawberry.type(description="Whom the desk tells what, and how that goes.")
class NotificationState:
    name: str = strawberry.field(description="What it is called.")
    destination: str = strawberry.field(
        description="Where it leads: the scheme of its URL, and of a webhook the host. The rest is never shown."
    )
    events: list[NotificationEvent] = strawberry.field(description="What is told.")
    accounts: list[str] | None = strawberry.field(description="Of which accounts; null for all of them.")
    created_at: datetime = strawberry.field(description="Since when, by recorded time.")
    pending: int = strawberry.field(description="How many messages wait; no more than 10 000 are counted.")
    sent: int = strawberry.field(description="How many have arrived.")
    failed: int = strawberry.field(description="How many were given up after a day.")
    given_up_since: datetime | None = strawberry.field(description="When the first of those was given up.")
    given_up_reason: str | None = strawberry.field(description="Why the last of those did not arrive.")
    attempts: int = strawberry.field(description="How many attempts have failed since one succeeded.")
    failing_since: datetime | None = strawberry.field(
        description="Since when none has succeeded; null if the last did."
    )
    next_attempt: datetime | None = strawberry.field(description="When the next message is tried again, if it waits.")
    stopped: bool = strawberry.field(
        description="Whether it answered that it wants no more (410): nothing is sent until a test arrives."
    )
    last_error: str | None = strawberry.field(description="Why the last attempt failed; null if it did not.")
    last_sent: datetime | None = strawberry.field(description="When the last message arrived.")
