"""What the mutations of accounts answer."""

from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.accounts import views
from api.graphql.accounts.types import Account, Session
from api.graphql.trades.types import Trade
from api.graphql.trades.views import trade
from api.graphql.user_errors import UserError, errors_field, replayed_field, user_errors


def _account(payload: CommandPayload) -> Account | None:
    return None if payload.account is None else views.account(payload.account)


@strawberry.type(description="The answer to enable.")
class EnablePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        return cls(account=_account(payload), errors=user_errors(payload.result.refusal))


@strawberry.type(description="The answer to disable.")
class DisablePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    closed_trades: list[Trade] = strawberry.field(description="The trades that closing everything completed.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        return cls(
            account=_account(payload),
            closed_trades=[trade(record) for record in payload.result.trades],
            errors=user_errors(payload.result.refusal),
        )


@strawberry.type(description="The answer to reset.")
class ResetPayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    ended_session: Session | None = strawberry.field(description="The session that ended.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        ended = payload.ended_session
        return cls(
            account=_account(payload),
            ended_session=None if ended is None else views.session_record(ended),
            errors=user_errors(payload.result.refusal),
            replayed=payload.result.replayed,
        )


@strawberry.type(description="The answer to updateSettings.")
class UpdateSettingsPayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        result = payload.result
        return cls(account=_account(payload), errors=user_errors(result.refusal), replayed=result.replayed)


@strawberry.type(description="The answer to resume.")
class ResumePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        result = payload.result
        return cls(account=_account(payload), errors=user_errors(result.refusal), replayed=result.replayed)
