"""History in the one order of things: commands, market data and journal, merged by ordinal."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.journal import Line, line_of
from api.persistence.records import quote_bar_of, record_of
from domain.comparison import Backtest
from domain.market import Bar

_WINDOW = 5_000


@dataclass(frozen=True, slots=True)
class CommandBegins:
    """A command was carried out; what follows, up to the next, is what it did."""

    ordinal: int
    account: str | None
    kind: str
    sent: str
    clock: datetime
    recorded_at: datetime


Fact = CommandBegins | Bar | Backtest | Line

_READ: dict[Table, Callable[[Row[Any]], Fact]] = {
    tables.commands: lambda row: record_of(CommandBegins, row),
    tables.bars: lambda row: record_of(Bar, row),
    tables.quotes: quote_bar_of,
    tables.backtests: lambda row: record_of(Backtest, row),
    tables.journal: line_of,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of history; it is read when its fact is asked for."""

    table: Table
    row: Row[Any]

    @property
    def ordinal(self) -> int:
        """Its place in the one order of things."""
        return int(self.row.ordinal)

    def fact(self) -> Fact:
        """What it says happened."""
        return _READ[self.table](self.row)


async def history(connection: AsyncConnection, after: int, until: int) -> AsyncIterator[Recorded]:
    """All that was recorded with after < ordinal <= until, in order."""
    while after < until:
        end = min(until, after + _WINDOW)
        found: list[Recorded] = []
        for table in _READ:
            rows = await connection.execute(select(table).where(table.c.ordinal > after, table.c.ordinal <= end))
            found += [Recorded(table, row) for row in rows]
        for each in sorted(found, key=lambda each: each.ordinal):
            yield each
        after = end


async def last_recorded(connection: AsyncConnection) -> int:
    """The ordinal of the last row of history."""
    ends = [(await connection.execute(select(func.max(table.c.ordinal)))).scalar_one() for table in _READ]
    return max((int(each) for each in ends if each is not None), default=0)
