"""Mutations of positions."""

from typing import Annotated

import strawberry

from api.codec.commands import CommandKind
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.positions.inputs import AmendPositionInput, CloseAllInput, ClosePositionInput
from api.graphql.positions.payloads import AmendPositionPayload, CloseAllPayload, ClosePositionPayload


@strawberry.mutation(
    description="Close a position by hand, or a part of it, at the price you give or the last one, less slippage."
)
async def close_position(
    info: Info,
    input: Annotated[ClosePositionInput, argument("Which position.")],  # noqa: A002
) -> ClosePositionPayload:
    """Close a position."""
    return ClosePositionPayload.of(
        await info.context.dispatch(CommandKind.CLOSE_POSITION, input.account, input, input.command)
    )


@strawberry.mutation(
    description="Close all positions of an account, or those of one symbol, at their last prices less slippage, in the "
    "order of their signals: all of them or none."
)
async def close_all(
    info: Info,
    input: Annotated[CloseAllInput, argument("Which positions.")],  # noqa: A002
) -> CloseAllPayload:
    """Close positions."""
    return CloseAllPayload.of(await info.context.dispatch(CommandKind.CLOSE_ALL, input.account, input, input.command))


@strawberry.mutation(
    description="Change an open position's levels, trailing stop, expiry, campaign or note, all at once."
)
async def amend_position(
    info: Info,
    input: Annotated[AmendPositionInput, argument("Which position, and what becomes of it.")],  # noqa: A002
) -> AmendPositionPayload:
    """Amend a position."""
    return AmendPositionPayload.of(
        await info.context.dispatch(CommandKind.AMEND_POSITION, input.account, input, input.command)
    )
