"""What readers ask of the rows: pages by keyset, single rows, counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Select, Table, false, func, select, tuple_

from api.persistence import conditions, tables
from api.persistence.chunks import chunks
from api.persistence.conditions import Condition
from api.persistence.mappers import record_from_row
from api.persistence.repositories import load_fills, load_positions, load_signals
from api.persistence.stored_markets import load_markets
from domain.market.state import Market
from domain.money import ZERO
from domain.orders.signal import Signal
from domain.portfolio.history_filter import HistoryFilter, ListOrder
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.validation import is_account_name, is_symbol

Record = TypeVar("Record")
Placed = tuple[int, Record]
"""A record and its place in the journal's order."""

PositionKey = tuple[str, UUID]
"""A position's symbol and id."""


class AccountHead(NamedTuple):
    """An account's id, its current session, and its newest seq."""

    account_id: UUID
    session: int
    seq: int


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which rows of an account's session to list, and in which order."""

    account_id: UUID
    session: int
    history_filter: HistoryFilter
    order: ListOrder = ListOrder.NEWEST

    @property
    def is_plain(self) -> bool:
        """Whether it lists a whole session."""
        return self.history_filter == HistoryFilter(session=self.history_filter.session)


_TIMES = {
    tables.signals: tables.signals.c.timestamp,
    tables.positions: tables.positions.c.entry_time,
    tables.trades: tables.trades.c.exit_time,
}


def _conditions(table: Table, chosen: SessionFilter) -> list[Condition]:
    columns, criteria = table.c, chosen.history_filter
    status, reasons, side, time = criteria.status, criteria.exit_reasons, criteria.side, _TIMES[table]
    return conditions.of_session(
        table,
        chosen.account_id,
        chosen.session,
        criteria,
        (
            criteria.is_open,
            lambda: columns.open_quantity > ZERO if criteria.is_open else columns.open_quantity == ZERO,
        ),
        (status, lambda: columns.status == (status and status.value)),
        (reasons, lambda: columns.exit_reason.in_(sorted(reason.value for reason in reasons or ()))),
        (side, lambda: columns.side == (side and side.value)),
        (criteria.since, lambda: time >= criteria.since),
        (criteria.until, lambda: time < criteria.until),
    )


def _count(connection: Connection, table: Table, chosen: SessionFilter) -> int:
    query = select(func.count()).select_from(table).where(*_conditions(table, chosen))
    return int(connection.execute(query).scalar_one())


def position_count(connection: Connection, chosen: SessionFilter) -> int:
    """How many positions a filter lists."""
    return _count(connection, tables.positions, chosen)


def signal_count(connection: Connection, chosen: SessionFilter) -> int:
    """How many signals a filter lists."""
    return _count(connection, tables.signals, chosen)


def trade_count(connection: Connection, chosen: SessionFilter) -> int:
    """How many trades a filter lists. A session's totals count its trades; only what is filtered must be counted."""
    if not chosen.is_plain:
        return _count(connection, tables.trades, chosen)
    sessions = tables.sessions.c
    query = select(sessions.trades).where(sessions.account_id == chosen.account_id, sessions.number == chosen.session)
    return int(connection.execute(query).scalar_one_or_none() or 0)


def _page(connection: Connection, table: Table, chosen: SessionFilter, after: int | None, limit: int) -> Select[Any]:
    """A page by keyset: what comes after the row at a place, as that stands now, in the order that is asked for."""
    columns = _sorted_by(table, chosen)
    descends = chosen.order in (ListOrder.NEWEST, ListOrder.BEST)
    query = select(table).where(*_conditions(table, chosen)).limit(limit)
    query = query.order_by(*(column.desc() if descends else column for column in columns))
    if after is None:
        return query
    own = (table.c.account_id == chosen.account_id, table.c.session == chosen.session, table.c.seq == after)
    # With its id, so that the row is found by its place and not in an index of what it is sorted by.
    last = connection.execute(select(table.c.id, *columns).where(*own)).first()
    if last is None:
        return query.where(false())
    place, last_place = tuple_(*columns), tuple(last[1:])
    return query.where(place < last_place if descends else place > last_place)


def _sorted_by(table: Table, chosen: SessionFilter) -> list[Column[Any]]:
    """What rows are sorted by, each of which an index has: the times of a span, where one is asked for."""
    seq, has_span = table.c.seq, (chosen.history_filter.since, chosen.history_filter.until) != (None, None)
    match chosen.order:
        case ListOrder.BEST | ListOrder.WORST:
            return [table.c.realized_pnl, seq]
        case ListOrder.SYMBOL:
            return [table.c.symbol, seq]
        case ListOrder.NEWEST | ListOrder.OLDEST:
            return [_TIMES[table], seq] if has_span else [seq]


def position_page(
    connection: Connection, chosen: SessionFilter, before: int | None, limit: int
) -> list[Placed[PositionKey]]:
    """Which positions, in the order that is asked for, after the one at a place."""
    columns = tables.positions.c
    query = _page(connection, tables.positions, chosen, before, limit).with_only_columns(
        columns.seq, columns.symbol, columns.id
    )
    return [(row.seq, (row.symbol, row.id)) for row in connection.execute(query)]


def trade_page(connection: Connection, chosen: SessionFilter, before: int | None, limit: int) -> list[Placed[Trade]]:
    """Trades, in the order that is asked for, after the one at a place."""
    rows = connection.execute(_page(connection, tables.trades, chosen, before, limit)).all()
    fills = load_fills(connection, [row.id for row in rows])
    return [(row.seq, record_from_row(Trade, row, fills=fills[row.id])) for row in rows]


def signal_page(connection: Connection, chosen: SessionFilter, before: int | None, limit: int) -> list[Placed[Signal]]:
    """Signals, newest first, older than a place."""
    rows = connection.execute(_page(connection, tables.signals, chosen, before, limit))
    return [(row.seq, record_from_row(Signal, row)) for row in rows]


def account_name(connection: Connection, account_id: UUID) -> str | None:
    """The name of the account with an id."""
    query = select(tables.accounts.c.name).where(tables.accounts.c.id == account_id)
    name: str | None = connection.execute(query).scalar_one_or_none()
    return name


def positions_by_id(connection: Connection, ids: Sequence[UUID]) -> list[Position]:
    """The positions with some ids."""
    return load_positions(connection, tables.positions.c.id.in_(ids))


def signals_by_id(connection: Connection, ids: Collection[UUID]) -> list[Signal]:
    """The signals with some ids."""
    signals: list[Signal] = []
    for chunk in chunks(sorted(ids)):
        signals += load_signals(connection, tables.signals.c.id.in_(chunk))
    return signals


def trades_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Trade]:
    """The trades of some positions, by position."""
    rows = connection.execute(select(tables.trades).where(tables.trades.c.id.in_(ids))).all()
    fills = load_fills(connection, [row.id for row in rows])
    return {row.id: record_from_row(Trade, row, fills=fills[row.id]) for row in rows}


def account_names(connection: Connection, before: int | None, limit: int) -> list[Placed[str]]:
    """The names of accounts, newest first, older than a place."""
    accounts = tables.accounts.c
    query = select(accounts.opened, accounts.name).order_by(accounts.opened.desc()).limit(limit)
    rows = connection.execute(query if before is None else query.where(accounts.opened < before))
    return [(row.opened, row.name) for row in rows]


def account_count(connection: Connection) -> int:
    """How many accounts there are."""
    return int(connection.execute(select(func.count()).select_from(tables.accounts)).scalar_one())


def account_head(connection: Connection, name: str) -> AccountHead | None:
    """The head of an account, by its name."""
    if not is_account_name(name):
        return None
    accounts = tables.accounts.c
    row = connection.execute(select(accounts.id, accounts.session, accounts.seq).where(accounts.name == name)).first()
    return None if row is None else AccountHead(row.id, row.session, row.seq)


def session_count(connection: Connection, account_id: UUID) -> int:
    """How many sessions an account has had."""
    query = select(func.count()).select_from(tables.sessions).where(tables.sessions.c.account_id == account_id)
    return int(connection.execute(query).scalar_one())


def markets_with_price(connection: Connection, symbols: Sequence[str] | None) -> list[Market]:
    """The markets whose last price is known, by symbol."""
    wanted = None if symbols is None else conditions.storable(symbols, is_symbol)
    return [market for market in load_markets(connection, wanted) if market.last is not None]


def latest_end(connection: Connection) -> datetime | None:
    """The latest end of any applied bar."""
    latest: datetime | None = connection.execute(select(tables.desk.c.latest_end)).scalar_one()
    return latest
