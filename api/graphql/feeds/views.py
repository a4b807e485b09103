"""How feeds are made from the records of the application."""

from api.application import feed_states
from api.graphql.feeds.types import FedSymbol, FeedCorrection, FeedGap, FeedState
from domain.market.bar import Bar


def feed_state(state: feed_states.FeedState) -> FeedState:
    """How a feed stands."""
    symbols = dict.fromkeys([*state.symbols, *state.last_bars])
    return FeedState(
        name=state.name,
        status=state.status,
        since=state.since,
        opens=state.opens,
        problem=state.problem,
        reported=state.reported,
        symbols=[FedSymbol(symbol=symbol, last_bar=state.last_bars.get(symbol)) for symbol in symbols],
        connections=state.connections,
        bars=state.bars,
        quotes=state.quotes,
        rejected=state.rejected,
        refusal=state.refusal,
        corrected=state.corrected,
        corrections=[_correction(bar) for bar in state.corrections],
        gap_count=state.gap_count,
        gaps=[FeedGap(symbol=gap.symbol, since=gap.since, until=gap.until) for gap in state.gaps],
    )


def _correction(bar: Bar) -> FeedCorrection:
    return FeedCorrection(
        symbol=bar.symbol,
        start=bar.start,
        end=bar.end,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
    )
