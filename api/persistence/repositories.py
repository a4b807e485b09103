"""The desk's state out of its rows: accounts, and what of its history commands name or repeat."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.direct_statements import fetch_all
from api.persistence.facts import command_record_of
from api.persistence.held_positions import NOTHING_HELD, Held, held_positions
from api.persistence.mappers import record_from_row
from api.persistence.projections.accounts import account_of
from domain.engine.applied_updates import AppliedUpdates
from domain.engine.commands import Command, CommandRecord, Ingest, named_signal, own_id
from domain.engine.state import Desk, Leveled
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill
from domain.portfolio.position import Position
from domain.validation import Invalid

_ORDINAL_BY_ID = select(tables.commands.c.ordinal).where(tables.commands.c.id == bindparam("id"))
_COMMAND_BY_ID = select(tables.commands).where(tables.commands.c.id == bindparam("id"))
_COMMANDS_BY_ID = select(tables.commands).where(tables.commands.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """An account, and the levels of its open positions."""

    account: Account
    levels: Sequence[Leveled]


def load_accounts(connection: Connection, condition: Any) -> list[LoadedAccount]:
    """The accounts that meet a condition, whole, in the order in which they were opened."""
    rows = connection.execute(select(tables.accounts).where(condition).order_by(tables.accounts.c.opened)).all()
    held = held_positions(connection, [row.id for row in rows])
    accounts: list[LoadedAccount] = []
    for chunk in chunks(rows):
        accounts += _with_state(connection, chunk, held)
    return accounts


def load_fills(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, tuple[Fill, ...]]:
    """The fills of positions, by position."""
    fills: dict[UUID, list[Fill]] = {position_id: [] for position_id in ids}
    for chunk in chunks(ids):
        query = select(tables.fills).where(tables.fills.c.position_id.in_(chunk)).order_by(tables.fills.c.number)
        for row in connection.execute(query):
            fills[row.position_id].append(record_from_row(Fill, row))
    return {position_id: tuple(position_fills) for position_id, position_fills in fills.items()}


def load_positions(connection: Connection, *conditions: Any) -> list[Position]:
    """The positions that meet the conditions, with their fills."""
    rows = connection.execute(select(tables.positions).where(*conditions)).all()
    fills = load_fills(connection, [row.id for row in rows])
    return [record_from_row(Position, row, fills=fills[row.id]) for row in rows]


def load_signals(connection: Connection, *conditions: Any) -> list[Signal]:
    """The signals that meet the conditions."""
    rows = connection.execute(select(tables.signals).where(*conditions))
    return [record_from_row(Signal, row) for row in rows]


def _with_state(connection: Connection, rows: Sequence[Any], held: Mapping[UUID, Held]) -> list[LoadedAccount]:
    ids = [row.id for row in rows]
    current = [(row.id, row.session) for row in rows]
    sessions = tables.sessions.c
    by_session = select(tables.sessions, tables.session_zones.c.zone).select_from(tables.sessions_with_zones)
    by_session = by_session.where(tuple_(sessions.account_id, sessions.number).in_(current))
    session_rows = {row.account_id: row for row in connection.execute(by_session)}
    working: dict[UUID, list[Signal]] = {account_id: [] for account_id in ids}
    waiting = (tables.signals.c.account_id.in_(ids), tables.IS_WORKING)
    for signal in load_signals(connection, *waiting):
        working[signal.account_id].append(signal)
    loaded: list[LoadedAccount] = []
    for row in rows:
        holds = held.get(row.id, NOTHING_HELD)
        account = account_of(row, session_rows[row.id], holds.positions, working[row.id])
        loaded.append(LoadedAccount(account, holds.levels))
    return loaded


def with_history(connection: Connection, desk: Desk, commands: Sequence[Command]) -> Desk:
    """The desk, with what of its history these commands could repeat or name (R5, R7)."""
    records, repeated = _sent_before(connection, {key for key in map(own_id, commands) if key is not None})
    named = {key for key in map(named_signal, commands) if key is not None}
    signals: list[Signal] = []
    for chunk in chunks(sorted(named | repeated)):
        signals += load_signals(connection, tables.signals.c.id.in_(chunk))
    known = replace(
        desk,
        signals=desk.signals.with_items({signal.id: signal for signal in signals}),
        commands=desk.commands.with_items(records),
    )
    return known.with_applied(_applied_before(connection, desk, commands))


def _sent_before(connection: Connection, ids: Collection[UUID]) -> tuple[dict[UUID, CommandRecord], set[UUID]]:
    """What is remembered of commands with these ids, and the ids that are signals'."""
    records: dict[UUID, CommandRecord] = {}
    signals: set[UUID] = set()
    for row in _commands_with(connection, ids):
        if row.content is None:
            signals.add(row.id)
        else:
            records[row.id] = command_record_of(row)
    return records, signals


def _commands_with(connection: Connection, ids: Collection[UUID]) -> Iterator[Row[Any]]:
    """The commands with these ids; one alone, seldom sent before, is looked up with as little as can be."""
    if len(ids) == 1:
        [id_] = ids
        if fetch_all(connection, _ORDINAL_BY_ID, ("id",), (id_,)):
            yield from connection.execute(_COMMAND_BY_ID, {"id": id_})
        return
    for chunk in chunks(sorted(ids)):
        yield from connection.execute(_COMMANDS_BY_ID, {"ids": chunk})


def _applied_before(connection: Connection, desk: Desk, commands: Sequence[Command]) -> AppliedUpdates:
    sent = [update for command in commands if isinstance(command, Ingest) for update in command.updates]
    readable = [update for update in sent if not isinstance(update, Invalid)]
    repeated = [
        update
        for update in readable
        if _is_within(update, desk.latest_end) and desk.market(update.symbol).could_repeat(update)
    ]
    stored: list[MarketUpdate] = [
        *_stored_bars(connection, [update for update in repeated if isinstance(update, Bar)]),
        *_stored_quotes(connection, [update for update in repeated if isinstance(update, Quote)]),
    ]
    return AppliedUpdates(stored)


def _is_within(update: MarketUpdate, latest_end: datetime | None) -> bool:
    """Whether a bar or quote begins before the market's clock, or ends by it: what does not is new to any market."""
    return latest_end is not None and (update.start < latest_end or update.end <= latest_end)


def _stored_bars(connection: Connection, candidates: Sequence[Bar]) -> list[Bar]:
    bars, stored = tables.bars.c, []
    for chunk in chunks([(candidate.symbol, candidate.start, candidate.end) for candidate in candidates]):
        key = tuple_(bars.symbol, bars.start, bars.end)
        rows = connection.execute(select(tables.bars).where(key.in_(chunk), tables.IS_NOT_RETRACTED))
        stored += [record_from_row(Bar, row) for row in rows]
    return stored


def _stored_quotes(connection: Connection, candidates: Sequence[Quote]) -> list[Quote]:
    quotes, stored = tables.quotes.c, []
    for chunk in chunks([(candidate.symbol, candidate.time) for candidate in candidates]):
        key = tuple_(quotes.symbol, quotes.time)
        rows = connection.execute(select(tables.quotes).where(key.in_(chunk), tables.IS_NOT_RETRACTED))
        stored += [record_from_row(Quote, row) for row in rows]
    return stored
