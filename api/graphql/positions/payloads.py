"""What the mutations of positions answer."""

from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.positions import views
from api.graphql.positions.types import Position
from api.graphql.trades.types import Trade
from api.graphql.user_errors import UserError, errors_field, replayed_field, user_errors


@strawberry.type(description="The answer to closePosition.")
class ClosePositionPayload:
    position: Position | None = strawberry.field(description="The position as it stands now.")
    trade: Trade | None = strawberry.field(description="The round trip; null while a part of the position is open.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        position = None if payload.position is None else views.position(payload.position)
        return cls(
            position=position,
            trade=None if position is None else position.trade,
            errors=user_errors(payload.result.refusal),
            replayed=payload.result.replayed,
        )


@strawberry.type(description="The answer to closeAll.")
class CloseAllPayload:
    positions: list[Position] = strawberry.field(
        description="The positions that it closed, in the order of their signals."
    )
    trades: list[Trade] = strawberry.field(description="Their round trips, in the same order.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        positions = [views.position(closed) for closed in payload.positions]
        return cls(
            positions=positions,
            trades=[trade for position in positions if (trade := position.trade) is not None],
            errors=user_errors(payload.result.refusal),
            replayed=payload.result.replayed,
        )


@strawberry.type(description="The answer to amendPosition.")
class AmendPositionPayload:
    position: Position | None = strawberry.field(description="The position as it stands now, also where it is refused.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        return cls(
            position=None if payload.position is None else views.position(payload.position),
            errors=user_errors(payload.result.refusal),
            replayed=payload.result.replayed,
        )
