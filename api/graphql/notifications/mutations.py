"""Mutations of notifications. They are no part of the desk's record, which tells no secrets."""

from typing import Annotated

import strawberry

from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.notifications.inputs import AddNotificationInput, RemoveNotificationInput, TestNotificationInput
from api.graphql.notifications.payloads import (
    AddNotificationPayload,
    RemoveNotificationPayload,
    TestNotificationPayload,
)


@strawberry.mutation(
    description="Tell somebody what happens on the desk, from now on. Each message is sent at least once, in order, "
    "and tried for a day."
)
async def add_notification(
    info: Info,
    input: Annotated[AddNotificationInput, argument("Whom to tell what.")],  # noqa: A002
) -> AddNotificationPayload:
    """Tell somebody."""
    return AddNotificationPayload.of(
        await info.context.services.notifications.add(info.context.principal, input.target)
    )


@strawberry.mutation(description="Tell somebody nothing any more, not even what is pending.")
async def remove_notification(
    info: Info,
    input: Annotated[RemoveNotificationInput, argument("Which one.")],  # noqa: A002
) -> RemoveNotificationPayload:
    """Tell somebody nothing."""
    outcome = await info.context.services.notifications.remove(info.context.principal, input.name)
    return RemoveNotificationPayload.of(outcome)


@strawberry.mutation(
    description="Send a test message at once. If it arrives, what waits for another attempt is sent at once too."
)
async def test_notification(
    info: Info,
    input: Annotated[TestNotificationInput, argument("Which one.")],  # noqa: A002
) -> TestNotificationPayload:
    """Send a test."""
    outcome = await info.context.services.notifications.test(info.context.principal, input.name)
    return TestNotificationPayload.of(outcome)
