"""What the mutations of the market answer."""

from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.market import views
from api.graphql.market.enums import InputOutcome
from api.graphql.market.types import RejectedInput
from api.graphql.user_errors import UserError, errors_field, user_errors
from domain.engine.results import Ingested as IngestResult


@strawberry.interface(description="What became of a batch of market data.")
class Ingested:
    applied: int = strawberry.field(description="How many were applied.")
    duplicate: int = strawberry.field(description="How many had been applied before, just so.")
    late: int = strawberry.field(description="How many came after the symbol's market had moved past them.")
    conflict: int = strawberry.field(description="How many differ from one that was applied before.")
    fills: int = strawberry.field(description="How many fills they caused, on all accounts.")
    rejected: list[RejectedInput] = strawberry.field(
        description="Those that were not applied, duplicates aside, and why."
    )
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        ingested = payload.result.ingested or IngestResult()
        return cls(
            applied=ingested.applied,
            duplicate=ingested.duplicate,
            late=ingested.count(InputOutcome.LATE),
            conflict=ingested.count(InputOutcome.CONFLICT),
            fills=ingested.fills,
            rejected=[views.rejected(item) for item in ingested.rejected],
            errors=user_errors(payload.result.refusal),
        )


@strawberry.type(description="The answer to ingestBars.")
class IngestBarsPayload(Ingested):
    """What became of bars."""


@strawberry.type(description="The answer to ingestQuotes.")
class IngestQuotesPayload(Ingested):
    """What became of quotes."""


@strawberry.type(description="The answer to retractMarketData.")
class RetractMarketDataPayload:
    bars: int = strawberry.field(description="How many bars were retracted.")
    quotes: int = strawberry.field(description="How many quotes were retracted.")
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        retraction = payload.result.retraction
        return cls(
            bars=0 if retraction is None else retraction.bars,
            quotes=0 if retraction is None else retraction.quotes,
            errors=user_errors(payload.result.refusal),
        )
