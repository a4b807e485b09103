"""Mutations of accounts."""

from typing import Annotated

import strawberry

from api.codec.commands import CommandKind
from api.graphql.accounts.inputs import DisableInput, EnableInput, ResetInput, ResumeInput, UpdateSettingsInput
from api.graphql.accounts.payloads import (
    DisablePayload,
    EnablePayload,
    ResetPayload,
    ResumePayload,
    UpdateSettingsPayload,
)
from api.graphql.arguments import argument
from api.graphql.context import Info


@strawberry.mutation(description="Create an account with its first session, or turn a disabled one on again.")
async def enable(
    info: Info,
    input: Annotated[EnableInput, argument("Which account.")] = EnableInput(),  # noqa: A002, B008
) -> EnablePayload:
    """Enable an account."""
    return EnablePayload.of(await info.context.dispatch(CommandKind.ENABLE, input.account, input, input.command))


@strawberry.mutation(description="Cancel what works, close everything at the last prices, refuse new signals.")
async def disable(
    info: Info,
    input: Annotated[DisableInput, argument("Which account.")] = DisableInput(),  # noqa: A002, B008
) -> DisablePayload:
    """Disable an account."""
    return DisablePayload.of(await info.context.dispatch(CommandKind.DISABLE, input.account, input, input.command))


@strawberry.mutation(description="End the session, which becomes the archive, and start the next afresh.")
async def reset(
    info: Info,
    input: Annotated[ResetInput, argument("Which account.")] = ResetInput(),  # noqa: A002, B008
) -> ResetPayload:
    """Reset an account."""
    return ResetPayload.of(await info.context.dispatch(CommandKind.RESET, input.account, input, input.command))


@strawberry.mutation(description="Change settings from here on; starting capital takes effect at the next reset.")
async def update_settings(
    info: Info,
    input: Annotated[UpdateSettingsInput, argument("What to change.")],  # noqa: A002
) -> UpdateSettingsPayload:
    """Change settings."""
    return UpdateSettingsPayload.of(
        await info.context.dispatch(CommandKind.UPDATE_SETTINGS, input.account, input, input.command)
    )


@strawberry.mutation(description="Lift a halt; daily loss and drawdown are measured from here on.")
async def resume(
    info: Info,
    input: Annotated[ResumeInput, argument("Which account.")] = ResumeInput(),  # noqa: A002, B008
) -> ResumePayload:
    """Lift a halt."""
    return ResumePayload.of(await info.context.dispatch(CommandKind.RESUME, input.account, input, input.command))
