"""What clients send of notifications; nonsense raises Invalid."""

import strawberry

from api.application.notifications.targets import NewTarget
from api.graphql.input_fields import optional, required
from api.graphql.notifications.enums import NotificationEvent

NAME = "The notification's name."


@strawberry.input(description="Whom to tell what, from now on.")
class AddNotificationInput:
    name: str = required("What to call it: 1 to 64 letters, digits, dots, hyphens or underscores.")
    url: str = required(
        "Where to: https://… for a signed webhook, or a URL of apprise, such as discord://…, tgram://…, mailto://…. "
        "It is not shown again."
    )
    events: list[NotificationEvent] = required("What to tell.")
    accounts: list[str] | None = optional("Of which accounts, by name; default: of all.", None)

    def target(self) -> NewTarget:
        """What is wanted. Raises Invalid."""
        return NewTarget(self.name, self.url, self.events, self.accounts)


@strawberry.input(description="A notification that is not wanted any more.")
class RemoveNotificationInput:
    name: str = required(NAME)


@strawberry.input(description="A notification to try.")
class TestNotificationInput:
    name: str = required(NAME)
