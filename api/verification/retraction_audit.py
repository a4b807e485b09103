"""Whether market data is marked as retracted where, and only where, a retraction says so."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.beginnings import market_at
from domain.engine.events import Retraction
from domain.instruments import AssetClass
from domain.market.bar import Bar


class RetractionAudit:
    """Follows the marks on market data, and the market's clock as it was shown at each time."""

    def __init__(self) -> None:
        self.count = 0
        self.latest_end: datetime | None = None
        self._marked: dict[int, dict[str, Bar]] = defaultdict(dict)

    def applied(self, place: str, bar: Bar, retracted: int | None) -> None:
        """A bar or quote was applied at a place in history, and retracted at an ordinal, or not."""
        self.latest_end = bar.end if self.latest_end is None else max(self.latest_end, bar.end)
        if retracted is not None:
            self._marked[retracted][place] = bar

    async def faults(
        self, connection: AsyncConnection, ordinal: int, retraction: Retraction, asset_class: AssetClass | None
    ) -> AsyncIterator[str]:
        """What is wrong with a retraction: what it says of the market data, or of how the market stood after it."""
        self.count += 1
        self.latest_end = retraction.latest_end
        marked = self._marked.pop(ordinal, {}).values()
        quotes = sum(1 for each in marked if each.is_quote)
        if (len(marked) - quotes, quotes) != (retraction.bars, retraction.quotes):
            yield f"retractions {ordinal} is not of as many bars and quotes as it says"
        if any(each.symbol != retraction.symbol or not each.lies_after(retraction.since) for each in marked):
            yield f"retractions {ordinal} has marked what it was not meant for"

        def counting(table: Table) -> Sequence[ColumnElement[bool]]:
            return [or_(table.c.retracted.is_(None), table.c.retracted > ordinal)]

        if await market_at(connection, retraction.symbol, ordinal, asset_class, counting) != retraction.market:
            yield f"retractions {ordinal} does not say how the market stood after it"
        if await _latest_end(connection, ordinal) != retraction.latest_end:
            yield f"retractions {ordinal} does not say what the market's clock showed after it"

    def leftover(self) -> Iterator[str]:
        """What is marked though no retraction followed."""
        for ordinal, marked in self._marked.items():
            for place in marked:
                yield f"{place} is marked as retracted at {ordinal}, where retractions has nothing"


async def _latest_end(connection: AsyncConnection, ordinal: int) -> datetime | None:
    """What the market's clock showed at an ordinal."""
    ends = []
    for end in (tables.bars.c.end, tables.quotes.c.time):
        columns = end.table.c
        query = select(func.max(end)).where(
            columns.ordinal < ordinal, or_(columns.retracted.is_(None), columns.retracted > ordinal)
        )
        ends.append((await connection.execute(query)).scalar_one())
    return max((each for each in ends if each is not None), default=None)
