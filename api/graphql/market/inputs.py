"""What clients send of the market. Each input makes its command; nonsense raises Invalid."""

from datetime import datetime
from decimal import Decimal

import strawberry

from api.graphql.input_fields import optional, record_from_input, required
from domain.engine.commands import Ingest
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.validation import Invalid


@strawberry.input(description="Open, high, low and close of a symbol from start to end.")
class BarInput:
    symbol: str = required("The ticker.")
    start: datetime = required("When the bar starts.")
    end: datetime = required("When the bar ends; after its start.")
    open: Decimal = required("The first price.")
    high: Decimal = required("The highest price.")
    low: Decimal = required("The lowest price.")
    close: Decimal = required("The last price.")
    volume: Decimal | None = optional("How much was traded, if known.", None)


@strawberry.input(description="One price of a symbol at one time.")
class QuoteInput:
    symbol: str = required("The ticker.")
    time: datetime = required("When it was the price.")
    price: Decimal = required("The price.")


@strawberry.input(description="Bars to apply, all in one step, in the order of end and symbol.")
class IngestBarsInput:
    bars: list[BarInput] = required("At most 5 000.")

    def command(self) -> Ingest:
        """The command."""
        return Ingest([_update_or_problem(Bar, bar) for bar in self.bars])


@strawberry.input(description="Quotes to apply, all in one step, in the order of time and symbol.")
class IngestQuotesInput:
    quotes: list[QuoteInput] = required("At most 5 000.")

    def command(self) -> Ingest:
        """The command."""
        return Ingest([_update_or_problem(Quote, quote) for quote in self.quotes])


def _update_or_problem(kind: type[MarketUpdate], given: BarInput | QuoteInput) -> MarketUpdate | Invalid:
    """What is wrong with one item stands in its place: the others of its batch are applied."""
    try:
        return record_from_input(kind, given)
    except Invalid as problem:
        return problem


@strawberry.input(description="Market data that was wrong: of one symbol, from a time on.")
class RetractMarketDataInput:
    symbol: str = required("The symbol.")
    from_: datetime = strawberry.field(
        name="from", description="Bars that end after it are retracted, and quotes at or after it."
    )
