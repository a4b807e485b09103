"""Mutations of backtests."""

from typing import Annotated
from uuid import uuid4

import strawberry

from api.codec.commands import CommandKind
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.reports.inputs import RecordBacktestInput
from api.graphql.reports.payloads import RecordBacktestPayload


@strawberry.mutation(description="Keep a backtest's figures, to compare a session with: report(compareTo:).")
async def record_backtest(
    info: Info,
    input: Annotated[RecordBacktestInput, argument("The backtest.")],  # noqa: A002
) -> RecordBacktestPayload:
    """Keep a backtest."""
    key, now = uuid4(), info.context.services.wall()
    result = await info.context.dispatch(CommandKind.RECORD_BACKTEST, None, input, lambda: input.command(key, now))
    return RecordBacktestPayload.of(result)
