"""Mutations of the market: data applied, and taken back."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.codec.commands import CommandKind
from api.codec.json_codec import input_json
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.market.inputs import IngestBarsInput, IngestQuotesInput, RetractMarketDataInput
from api.graphql.market.payloads import IngestBarsPayload, IngestQuotesPayload, RetractMarketDataPayload


@strawberry.mutation(description="Apply bars, for all accounts. Sending them again does no harm.")
async def ingest_bars(
    info: Info,
    input: Annotated[IngestBarsInput, argument("The bars.")],  # noqa: A002
) -> IngestBarsPayload:
    """Apply bars."""
    return IngestBarsPayload.of(await info.context.dispatch(CommandKind.INGEST_BARS, None, input, input.command))


@strawberry.mutation(description="Apply quotes, for all accounts. Sending them again does no harm.")
async def ingest_quotes(
    info: Info,
    input: Annotated[IngestQuotesInput, argument("The quotes.")],  # noqa: A002
) -> IngestQuotesPayload:
    """Apply quotes."""
    return IngestQuotesPayload.of(await info.context.dispatch(CommandKind.INGEST_QUOTES, None, input, input.command))


@strawberry.mutation(
    description="Take back market data that was wrong, of a symbol from a time on: the desk stands as if it had "
    "never come, and it can be sent again. Refused where anything was decided by it."
)
async def retract_market_data(
    info: Info,
    input: Annotated[RetractMarketDataInput, argument("Which market data.")],  # noqa: A002
) -> RetractMarketDataPayload:
    """Retract market data."""
    dispatcher, principal = info.context.services.dispatcher, info.context.principal
    result = await dispatcher.retract(principal, input.symbol, input.from_, input_json(input, UNSET))
    return RetractMarketDataPayload.of(result)
