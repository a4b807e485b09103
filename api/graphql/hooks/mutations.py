"""Mutations of hooks."""

from typing import Annotated

import strawberry

from api.application.hooks import CreatedHook
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.hooks import views
from api.graphql.hooks.inputs import CreateHookInput, RevokeHookInput
from api.graphql.hooks.payloads import CreateHookPayload, RevokeHookPayload
from api.graphql.user_errors import user_errors
from domain.refusals import invalid
from domain.validation import Invalid


@strawberry.mutation(description="Make a door for alerts: POST them to /hooks/NAME/SECRET.")
async def create_hook(
    info: Info,
    input: Annotated[CreateHookInput, argument("The hook.")],  # noqa: A002
) -> CreateHookPayload:
    """Make a hook."""
    hooks = info.context.services.hooks
    try:
        made = await hooks.create(info.context.principal, input.wanted())
    except Invalid as problem:
        made = invalid(problem)
    if not isinstance(made, CreatedHook):
        return CreateHookPayload(hook=None, secret=None, path=None, errors=user_errors(made))
    shown = views.hook(made.hook, hooks.templates)
    return CreateHookPayload(hook=shown, secret=made.secret, path=made.path, errors=[])


@strawberry.mutation(description="Take a hook's secret away: alerts that come to it are turned away from now on.")
async def revoke_hook(
    info: Info,
    input: Annotated[RevokeHookInput, argument("Which hook.")],  # noqa: A002
) -> RevokeHookPayload:
    """Revoke a hook."""
    hooks = info.context.services.hooks
    revoked = await hooks.revoke(info.context.principal, input.name)
    if revoked is None:
        missing = invalid(Invalid("there is no hook of that name, or it was revoked before", "name"))
        return RevokeHookPayload(hook=None, errors=user_errors(missing))
    return RevokeHookPayload(hook=views.hook(revoked, hooks.templates), errors=[])
