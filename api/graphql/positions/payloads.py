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
    trade: Trade | None = strawberry.field(description="The round trip.")
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
