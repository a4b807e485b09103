"""What the mutations of notifications answer."""

from typing import Self

import strawberry

from api.application.notifications.targets import AddedTarget, TargetState
from api.graphql.notifications import views
from api.graphql.notifications.types import NotificationState
from api.graphql.user_errors import UserError, errors_field, user_errors
from domain.refusals import Refusal


@strawberry.type(description="The answer to addNotification.")
class AddNotificationPayload:
    notification: NotificationState | None = strawberry.field(description="How it stands.")
    secret: str | None = strawberry.field(
        description="What its webhooks are signed with, in the Standard Webhooks form. It is not shown again."
    )
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, outcome: AddedTarget | Refusal) -> Self:
        """What was added."""
        if isinstance(outcome, Refusal):
            return cls(notification=None, secret=None, errors=user_errors(outcome))
        return cls(notification=views.notification_state(outcome.state), secret=outcome.secret, errors=[])


@strawberry.type(description="The answer to removeNotification.")
class RemoveNotificationPayload:
    removed: bool = strawberry.field(description="Whether it was there. What was pending of it is not sent any more.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, outcome: object) -> Self:
        """What was removed."""
        refusal = outcome if isinstance(outcome, Refusal) else None
        return cls(removed=refusal is None, errors=user_errors(refusal))


@strawberry.type(description="The answer to testNotification.")
class TestNotificationPayload:
    notification: NotificationState | None = strawberry.field(description="How it stands after the test.")
    delivered: bool = strawberry.field(description="Whether the test message arrived.")
    problem: str | None = strawberry.field(description="Why it did not.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, outcome: tuple[TargetState, str | None] | Refusal) -> Self:
        """What became of the test."""
        if isinstance(outcome, Refusal):
            return cls(notification=None, delivered=False, problem=None, errors=user_errors(outcome))
        state, problem = outcome
        shown = views.notification_state(state)
        return cls(notification=shown, delivered=problem is None, problem=problem, errors=[])
