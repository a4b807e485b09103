"""What the mutations of accounts answer."""

from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.accounts import views
from api.graphql.accounts.types import Account, Session
from api.graphql.trades.types import Trade
from api.graphql.trades.views import trade
from api.graphql.user_errors import UserError, errors_field, replayed_field, user_errors


def _account(result: CommandPayload) -> Account | None:
    return None if result.account is None else views.account(result.account)


@strawberry.type(description="The answer to enable.")
class EnablePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, result: CommandPayload) -> Self:
        """What a command came to."""
        return cls(account=_account(result), errors=user_errors(result.answer.refusal))


@strawberry.type(description="The answer to disable.")
class DisablePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    closed_trades: list[Trade] = strawberry.field(description="The trades that closing everything completed.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, result: CommandPayload) -> Self:
        """What a command came to."""
        return cls(
            account=_account(result),
            closed_trades=[trade(record) for record in result.answer.trades],
            errors=user_errors(result.answer.refusal),
        )


@strawberry.type(description="The answer to reset.")
class ResetPayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    ended_session: Session | None = strawberry.field(description="The session that ended.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, result: CommandPayload) -> Self:
        """What a command came to."""
        ended = result.ended_session
        return cls(
            account=_account(result),
            ended_session=None if ended is None else views.session_record(ended),
            errors=user_errors(result.answer.refusal),
            replayed=result.answer.replayed,
        )


@strawberry.type(description="The answer to updateSettings.")
class UpdateSettingsPayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, result: CommandPayload) -> Self:
        """What a command came to."""
        answer = result.answer
        return cls(account=_account(result), errors=user_errors(answer.refusal), replayed=answer.replayed)


@strawberry.type(description="The answer to resume.")
class ResumePayload:
    account: Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, result: CommandPayload) -> Self:
        """What a command came to."""
        answer = result.answer
        return cls(account=_account(result), errors=user_errors(answer.refusal), replayed=answer.replayed)
