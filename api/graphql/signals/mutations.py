"""Mutations of signals."""

from typing import Annotated
from uuid import uuid4

import strawberry

from api.application.dispatcher import decoded
from api.codec.commands import CommandKind
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.signals.inputs import (
    AmendSignalInput,
    CancelSignalInput,
    ExecuteSignalInput,
    ExecuteSignalsInput,
    ReversePositionInput,
)
from api.graphql.signals.payloads import (
    AmendSignalPayload,
    CancelSignalPayload,
    ExecuteSignalPayload,
    ExecuteSignalsPayload,
    ReversePositionPayload,
)
from domain.refusals import Refusal


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


@strawberry.mutation(
    description="Send up to 500 signals: each is answered as executeSignal would answer it, one after another, and all "
    "are recorded at once."
)
async def execute_signals(
    info: Info,
    input: Annotated[ExecuteSignalsInput, argument("The signals.")],  # noqa: A002
) -> ExecuteSignalsPayload:
    """Send signals."""
    commands = decoded(input.commands)
    if isinstance(commands, Refusal):
        return ExecuteSignalsPayload.refused(commands)
    given = list(zip(input.signals, commands, strict=True))
    return ExecuteSignalsPayload.of(await info.context.dispatch_together(CommandKind.EXECUTE_SIGNAL, given))


@strawberry.mutation(description="Cancel a working signal.")
async def cancel_signal(
    info: Info,
    input: Annotated[CancelSignalInput, argument("Which signal.")],  # noqa: A002
) -> CancelSignalPayload:
    """Cancel a signal."""
    return CancelSignalPayload.of(
        await info.context.dispatch(CommandKind.CANCEL_SIGNAL, input.account, input, input.command)
    )


@strawberry.mutation(description="Change a working signal, all at once; it is checked anew, and keeps its place.")
async def amend_signal(
    info: Info,
    input: Annotated[AmendSignalInput, argument("Which signal, and what becomes of it.")],  # noqa: A002
) -> AmendSignalPayload:
    """Amend a signal."""
    return AmendSignalPayload.of(
        await info.context.dispatch(CommandKind.AMEND_SIGNAL, input.account, input, input.command)
    )


@strawberry.mutation(
    description="Close a position and open the other side by a signal, which is checked after that: both or neither."
)
async def reverse_position(
    info: Info,
    input: Annotated[ReversePositionInput, argument("Which position, and what opens the other side.")],  # noqa: A002
) -> ReversePositionPayload:
    """Reverse a position."""
    return ReversePositionPayload.of(
        await info.context.dispatch(CommandKind.REVERSE_POSITION, input.account, input, input.command)
    )
