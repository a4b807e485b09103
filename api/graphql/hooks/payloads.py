"""What the mutations of hooks answer."""

import strawberry

from api.graphql.hooks.types import Hook
from api.graphql.user_errors import UserError, errors_field


@strawberry.type(description="The answer to createHook: the only one that ever shows the secret.")
class CreateHookPayload:
    hook: Hook | None = strawberry.field(description="The hook; null if it was refused.")
    secret: str | None = strawberry.field(description="Its secret, which is not kept: put it into the alert's address.")
    path: str | None = strawberry.field(description="The path of its address: /hooks/NAME/SECRET.")
    errors: list[UserError] = errors_field()


@strawberry.type(description="The answer to revokeHook.")
class RevokeHookPayload:
    hook: Hook | None = strawberry.field(description="The hook as it is now; null if there is none to revoke.")
    errors: list[UserError] = errors_field()
