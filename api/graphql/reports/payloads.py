"""What the mutations of backtests answer."""

from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.reports import views
from api.graphql.reports.types import Backtest
from api.graphql.user_errors import UserError, errors_field, user_errors


@strawberry.type(description="The answer to recordBacktest.")
class RecordBacktestPayload:
    backtest: Backtest | None = strawberry.field(description="The backtest that was kept.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        backtest = None if payload.backtest is None else views.backtest(payload.backtest)
        return cls(backtest=backtest, errors=user_errors(payload.result.refusal))
