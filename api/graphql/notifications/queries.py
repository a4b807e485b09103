"""The query for notifications."""

import strawberry

from api.graphql.context import Info, asked
from api.graphql.notifications import views
from api.graphql.notifications.types import NotificationState


@strawberry.field(description="Whom the desk tells what happens on it, the oldest first.")
async def notifications(info: Info) -> list[NotificationState]:
    """The notifications of the desk."""
    return [views.notification_state(state) for state in await asked(info, lambda snapshot: snapshot.notifications())]
