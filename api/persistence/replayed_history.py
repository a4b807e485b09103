"""The part of history that a retraction decides again: what some accounts were sent, and the markets they saw (R7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Table, not_, or_, select

from api.codec.commands import MARKET_DATA_LISTS
from api.persistence import tables
from api.persistence.historical_state import Condition, Counting
from api.persistence.history import Recorded, window
from api.persistence.retracted_rows import from_then_on

_MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class HistoryScope:
    """Whose history is read: accounts by name, and the symbols that they have signalled."""

    accounts: Mapping[str, UUID]
    symbols: Collection[str]


def replayed_history(connection: Connection, after: int, until: int, scope: HistoryScope) -> Sequence[Recorded]:
    """What was recorded with after < ordinal <= until of accounts and symbols, and maybe of others too."""
    commands = tables.commands.c
    named = _among(commands.account, scope.accounts)
    wanted: dict[Table, Sequence[ColumnElement[bool]]] = {
        tables.commands: [or_(commands.kind.in_([kind.value for kind in MARKET_DATA_LISTS]), *named)] if named else [],
        tables.bars: _among(tables.bars.c.symbol, scope.symbols),
        tables.quotes: _among(tables.quotes.c.symbol, scope.symbols),
        tables.journal: _among(tables.journal.c.account_id, scope.accounts.values()),
    }
    return window(connection, after, until, wanted)


def symbols_signalled(connection: Connection, sessions: Mapping[UUID, int]) -> set[str]:
    """The symbols that accounts have signalled in a session, given by account, or in a later one."""
    signalled = tables.signalled.c
    query = select(tables.signalled).where(*_among(signalled.account_id, sessions))
    rows = connection.execute(query)
    return {row.symbol for row in rows if row.account_id in sessions and row.session >= sessions[row.account_id]}


def counting_without(symbol: str, since: datetime) -> Counting:
    """What is not retracted, and would not be if a symbol's market data from a time on were."""

    def counting(table: Table) -> Sequence[Condition]:
        return [tables.IS_NOT_RETRACTED, not_(from_then_on(table, symbol, since))]

    return counting


def _among(column: Column[Any], wanted: Collection[Any]) -> list[ColumnElement[bool]]:
    """That a column has one of some values, unless there are more than a database takes in one question."""
    return [column.in_(list(wanted))] if len(wanted) <= _MOST_NAMED else []
