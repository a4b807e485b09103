"""Mutations of signals."""

from typing import Annotated
from uuid import uuid4

import strawberry

from api.codec.commands import CommandKind
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.signals.inputs import CancelSignalInput, ExecuteSignalInput
from api.graphql.signals.payloads import CancelSignalPayload, ExecuteSignalPayload


@strawberry.mutation(description="Send a signal. Sent again with the same id and content, it does nothing new.")
async def execute_signal(
    info: Info,
    input: Annotated[ExecuteSignalInput, argument("The signal.")],  # noqa: A002
) -> ExecuteSignalPayload:
    """Send a signal."""
    signal_id = input.id or uuid4()
    result = await info.context.dispatch(
        CommandKind.EXECUTE_SIGNAL, input.account, input, lambda: input.command(signal_id)
    )
    return ExecuteSignalPayload.of(result)


@strawberry.mutation(description="Cancel a working signal.")
async def cancel_signal(
    info: Info,
    input: Annotated[CancelSignalInput, argument("Which signal.")],  # noqa: A002
) -> CancelSignalPayload:
    """Cancel a signal."""
    return CancelSignalPayload.of(
        await info.context.dispatch(CommandKind.CANCEL_SIGNAL, input.account, input, input.command)
    )
