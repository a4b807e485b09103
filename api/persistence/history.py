"""History in the one order of things: commands, market data and journal, merged by ordinal."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.journal import Line, line_of
from api.persistence.records import quote_bar_of, record_of
from domain.market import Bar

_WINDOW = 5_000


@dataclass(frozen=True, slots=True)
class CommandBegins:
    """A command was carried out; what follows, up to the next, is what it did."""

    ordinal: int


Fact = CommandBegins | Bar | Line

_READ: dict[Table, Callable[[Row[Any]], Fact]] = {
    tables.commands: lambda row: CommandBegins(row.ordinal),
    tables.bars: lambda row: record_of(Bar, row),
    tables.quotes: quote_bar_of,
    tables.journal: line_of,
}


async def facts(connection: AsyncConnection, after: int, until: int) -> AsyncIterator[Fact]:
    """All that was recorded with after < ordinal <= until, in order."""
    while after < until:
        end = min(until, after + _WINDOW)
        found: list[tuple[int, Fact]] = []
        for table, read in _READ.items():
            rows = await connection.execute(select(table).where(table.c.ordinal > after, table.c.ordinal <= end))
            found += [(row.ordinal, read(row)) for row in rows]
        for _, fact in sorted(found, key=lambda each: each[0]):
            yield fact
        after = end
