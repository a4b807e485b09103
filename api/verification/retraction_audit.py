"""Whether market data is marked as retracted where, and only where, a retraction says so."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from api.persistence.database import Transaction
from api.persistence.market_after_retraction import latest_end_after_retraction, market_after_retraction
from domain.engine.events import Retraction
from domain.instruments import AssetClass
from domain.market.quote import Quote
from domain.market.update import MarketUpdate


class RetractionAudit:
    """Follows the marks on market data, and the market's clock (R2) as it was shown at each time."""

    def __init__(self) -> None:
        self.count = 0
        self.latest_end: datetime | None = None
        self._marked: dict[int, dict[str, MarketUpdate]] = defaultdict(dict)

    def add_update(self, name: str, update: MarketUpdate, retracted: int | None) -> None:
        """A bar or quote, by the name of its row, was applied, and retracted at an ordinal, or not."""
        self.latest_end = update.end if self.latest_end is None else max(self.latest_end, update.end)
        if retracted is not None:
            self._marked[retracted][name] = update

    async def faults(
        self, transaction: Transaction, ordinal: int, retraction: Retraction, asset_class: AssetClass | None
    ) -> AsyncIterator[str]:
        """What is wrong with a retraction: what it says of the market data, or of how the market stood after it."""
        self.count += 1
        self.latest_end = retraction.latest_end
        for fault in _faults_of_marked(retraction, list(self._marked.pop(ordinal, {}).values())):
            yield f"retractions {ordinal} {fault}"
        market = await transaction.ask(market_after_retraction, retraction.symbol, ordinal, asset_class)
        if market != retraction.market:
            yield f"retractions {ordinal} does not say how the market stood after it"
        if await transaction.ask(latest_end_after_retraction, ordinal) != retraction.latest_end:
            yield f"retractions {ordinal} does not say what the market's clock showed after it"

    def leftover(self) -> Iterator[str]:
        """What is marked though no retraction followed."""
        for ordinal, marked in self._marked.items():
            for name in marked:
                yield f"{name} is marked as retracted at {ordinal}, where retractions has nothing"


def _faults_of_marked(retraction: Retraction, marked: list[MarketUpdate]) -> Iterator[str]:
    quotes = sum(1 for update in marked if isinstance(update, Quote))
    if (len(marked) - quotes, quotes) != (retraction.bars, retraction.quotes):
        yield "is not of as many bars and quotes as it says"
    if any(update.symbol != retraction.symbol or not update.lies_after(retraction.since) for update in marked):
        yield "has marked what it was not meant for"
