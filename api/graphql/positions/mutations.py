"""Mutations of positions."""

from typing import Annotated

import strawberry

from api.codec.commands import CommandKind
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.positions.inputs import ClosePositionInput
from api.graphql.positions.payloads import ClosePositionPayload


@strawberry.mutation(description="Close a position by hand, at the price you give or the last one, less slippage.")
async def close_position(
    info: Info,
    input: Annotated[ClosePositionInput, argument("Which position.")],  # noqa: A002
) -> ClosePositionPayload:
    """Close a position."""
    return ClosePositionPayload.of(
        await info.context.dispatch(CommandKind.CLOSE_POSITION, input.account, input, input.command)
    )
