"""What feeds tell of themselves; nonsense raises Invalid."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.application import feed_states
from api.graphql.feeds.enums import FeedStatus
from api.graphql.input_fields import optional, record_from_input, required
from api.graphql.market.inputs import BarInput
from domain.market.bar import Bar
from domain.validation import require, require_symbol

_LONGEST_NAME = 64
_LONGEST_TEXT = 1_000


@strawberry.input(description="A symbol that a feed brings.")
class FedSymbolInput:
    symbol: str = required("The ticker.")
    last_bar: datetime | None = optional("When the newest bar ends that the desk has of it, if it has any.", None)


@strawberry.input(description="A span of which a market had no bars.")
class FeedGapInput:
    symbol: str = required("The ticker.")
    since: datetime = required("Where the last bar before it ends.")
    until: datetime = required("Where the first bar after it starts.")


@strawberry.input(description="How a feed stands that runs beside the server.")
class ReportFeedInput:
    id: UUID = required("What it is known by: a report takes the place of the one before with the same id.")
    name: str = required("Which feed, in at most 64 characters.")
    status: FeedStatus = required("What it is doing.")
    since: datetime = required("Since when.")
    symbols: list[FedSymbolInput] = required("What it brings.")
    opens: datetime | None = optional("When a closed market opens, if it is known.", None)
    problem: str | None = optional("What went wrong last, in at most 1 000 characters.", None)
    connections: int = optional("How often it has connected to the market.", 0)
    bars: int = optional("Bars that the desk has applied from it.", 0)
    quotes: int = optional("Quotes that the desk has applied from it.", 0)
    rejected: int = optional("Bars and quotes that were unusable, or that the desk did not take.", 0)
    refusal: str | None = optional("The last of these, and why, in at most 1 000 characters.", None)
    corrected: int = optional("Bars that the market has changed after they had closed.", 0)
    corrections: list[BarInput] = optional("The newest of these, of which 20 are kept.", ())
    gap_count: int = optional("Spans that the market had no bars of.", 0)
    gaps: list[FeedGapInput] = optional("The newest of these, of which 20 are kept.", ())

    def state(self) -> feed_states.FeedState:
        """How it stands. Raises Invalid."""
        require(0 < len(self.name) <= _LONGEST_NAME, f"`name` must have 1 to {_LONGEST_NAME} characters", "name")
        for name in ("problem", "refusal"):
            text = getattr(self, name) or ""
            require(len(text) <= _LONGEST_TEXT, f"`{name}` must have at most {_LONGEST_TEXT} characters", name)
        for symbol in [fed.symbol for fed in self.symbols] + [gap.symbol for gap in self.gaps]:
            require_symbol(symbol)
        state = feed_states.FeedState(self.name, [fed.symbol for fed in self.symbols])
        for name in ("status", "since", "opens", "problem", "connections", "bars", "quotes", "rejected", "refusal"):
            setattr(state, name, getattr(self, name))
        state.corrected, state.gap_count = self.corrected, self.gap_count
        state.last_bars = {fed.symbol: fed.last_bar for fed in self.symbols if fed.last_bar is not None}
        state.corrections.extend(record_from_input(Bar, bar) for bar in self.corrections)
        state.gaps.extend(feed_states.FeedGap(gap.symbol, gap.since, gap.until) for gap in self.gaps)
        return state
