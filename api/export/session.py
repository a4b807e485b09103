"""A session's course out of the database, in windows: no read transaction lasts longer than one of them (R40)."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.input_json import written
from api.export.rows import NothingToExport
from api.persistence import tables
from api.persistence.beginnings import account_as_begun, fixings, market_at
from api.persistence.event_log import journal_record_of
from api.persistence.facts import quote_bar_of
from api.persistence.history import retraction_count
from api.persistence.mappers import record_of
from api.persistence.queries import account_head
from api.persistence.repositories import head_with, newest
from api.replay.exported import Header, command_line, fixed_line, header_line, retracted_line, written_bar
from api.replay.steps import Fixed, Retracted
from domain.engine.commands import Times
from domain.engine.events import SignalEvent
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.orders.signal import Signal

_WINDOW = 5_000


@dataclass(frozen=True, slots=True)
class _Extent:
    """Which part of history is a session's: all of it that was applied with began < ordinal <= until."""

    account: str
    account_id: UUID
    session: int
    began: int
    until: int
    symbols: Sequence[str]
    retractions: int
    fixed: Sequence[tuple[int, Fixed]]
    head: str


@dataclass(frozen=True, slots=True)
class SessionExport:
    """The lines of a session's export, and the head of the record that holds all of it."""

    head: str
    lines: AsyncIterator[str]


async def session_export(
    engine: AsyncEngine, account: str, number: int, advance: Callable[[int, int], None]
) -> SessionExport:
    """A session's export; `advance` is told how much of how much is done. Raises NothingToExport."""
    async with engine.connect() as connection, connection.begin():
        header, extent = await _begin(connection, account, number)
    return SessionExport(extent.head, _lines(engine, header, extent, advance))


async def _lines(
    engine: AsyncEngine, header: Header, extent: _Extent, advance: Callable[[int, int], None]
) -> AsyncIterator[str]:
    yield header_line(header, extent.head)
    batches = _Batches()
    after = extent.began
    while after < extent.until:
        end = min(extent.until, after + _WINDOW)
        async with engine.connect() as connection, connection.begin():
            if await retraction_count(connection) != extent.retractions:
                raise NothingToExport("market data was retracted while it was exported: export it again")
            found = await _window(connection, extent, after, end)
        for line in batches.lines(found):
            yield line
        advance(end - extent.began, extent.until - extent.began)
        after = end
    for line in batches.rest():
        yield line


async def _begin(connection: AsyncConnection, account: str, number: int) -> tuple[Header, _Extent]:
    head = await account_head(connection, account)
    if head is None:
        raise NothingToExport(f"there is no account {account!r}")
    account_id, current, _ = head
    sessions = tables.sessions.c
    query = select(tables.sessions).where(sessions.account_id == account_id, sessions.number == number)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NothingToExport(f"account {account} has sessions 1 to {current}, and no session {number}")
    until = row.ended if row.ended is not None else await newest(connection)
    symbols = await _signalled(connection, account_id, number)
    fixed = await fixings(connection, symbols)
    extent = _Extent(
        account,
        account_id,
        number,
        row.began,
        until,
        symbols,
        await retraction_count(connection),
        [
            (each.ordinal, Fixed(each.symbol, AssetClass(each.asset_class)))
            for each in fixed
            if each.ordinal > row.began and (each.account_id, each.session) != (account_id, number)
        ],
        await head_with(connection, until),
    )
    classes = {each.symbol: AssetClass(each.asset_class) for each in fixed if each.ordinal <= row.began}
    return await _header(connection, extent, row, classes), extent


async def _header(
    connection: AsyncConnection, extent: _Extent, row: Row[Any], classes: dict[str, AssetClass]
) -> Header:
    account = await account_as_begun(connection, extent.account, row)
    return Header(
        account=account.name,
        session=account.session.number,
        starting_capital=account.session.starting_capital,
        zone=account.session.zone,
        settings=account.settings,
        enabled=account.enabled,
        started_at=account.session.started_at,
        seq=account.seq,
        signals=account.signal_count,
        markets=[await market_at(connection, symbol, extent.began, classes.get(symbol)) for symbol in extent.symbols],
    )


async def _signalled(connection: AsyncConnection, account_id: UUID, number: int) -> list[str]:
    signalled = tables.signalled.c
    query = select(signalled.symbol).where(signalled.account_id == account_id, signalled.session == number)
    return list((await connection.execute(query.order_by(signalled.symbol))).scalars())


_Found = tuple[int, Any, Signal | None]


async def _window(connection: AsyncConnection, extent: _Extent, after: int, end: int) -> list[_Found]:
    """What was applied in a part of history, in order; commands that carry a signal with it as it was decided.

    A command that was refused is recorded only so that its id is known again (R5): nothing of it was applied.
    """
    commands = tables.commands.c
    mine = commands.account == extent.account
    query = select(
        commands.ordinal,
        commands.kind,
        commands.clock,
        commands.recorded_at,
        case((mine, commands.sent), else_=None).label("sent"),
    ).where(
        commands.ordinal > after,
        commands.ordinal <= end,
        or_(mine, commands.kind.in_([kind.value for kind in MARKET_DATA_LISTS])),
        commands.refusal.is_(None),
    )
    signals = await _decided(connection, extent, after, end)
    found: list[_Found] = [(each.ordinal, each, signals.get(each.ordinal)) for each in await connection.execute(query)]
    for table in (tables.bars, tables.quotes):
        within = and_(table.c.ordinal > after, table.c.ordinal <= end, table.c.symbol.in_(extent.symbols))
        rows = await connection.execute(select(table).where(within))
        read = quote_bar_of if table is tables.quotes else partial(record_of, Bar)
        found += [(row.ordinal, read(row) if row.retracted is None else _gone(row), None) for row in rows]
    found += [(ordinal, fixed, None) for ordinal, fixed in extent.fixed if after < ordinal <= end]
    return sorted(found, key=lambda each: each[0])


def _gone(row: Row[Any]) -> Retracted:
    return Retracted(row.symbol, 1)


async def _decided(connection: AsyncConnection, extent: _Extent, after: int, end: int) -> dict[int, Signal]:
    """The signals decided in a part of history, by their commands' ordinals: the first fact is the decision."""
    commands, journal = tables.commands.c, tables.journal
    query = (
        select(journal)
        .join(tables.commands, journal.c.ordinal == commands.ordinal + 1)
        .where(commands.ordinal > after, commands.ordinal <= end)
        .where(commands.account == extent.account, commands.kind == CommandKind.EXECUTE_SIGNAL.value)
    )
    found: dict[int, Signal] = {}
    for row in await connection.execute(query):
        event = journal_record_of(row).entry.event
        assert isinstance(event, SignalEvent)  # noqa: S101 - a signal's decision comes first
        found[row.ordinal - 1] = event.signal
    return found


class _Batches:
    """Puts market data together again in the batches in which it came, across windows."""

    def __init__(self) -> None:
        self._command: Row[Any] | None = None
        self._bars: list[Bar] = []
        self._retracted: Counter[str] = Counter()

    def lines(self, found: Sequence[_Found]) -> list[str]:
        """The lines of what was found, but for a batch that may go on."""
        lines: list[str] = []
        for _, each, signal in found:
            if isinstance(each, Bar):
                self._bars.append(each)
                continue
            if isinstance(each, Retracted):
                self._retracted[each.symbol] += 1
                continue
            lines += self.rest()
            if isinstance(each, Fixed):
                lines.append(fixed_line(each))
            elif CommandKind(each.kind) in MARKET_DATA_LISTS:
                self._command = each
            else:
                lines.append(_command_line(each, signal))
        return lines

    def rest(self) -> list[str]:
        """The lines of the batch at hand, if any of it matters."""
        command, bars = self._command, self._bars
        lines = [retracted_line(Retracted(symbol, count)) for symbol, count in self._retracted.items()]
        self._command, self._bars, self._retracted = None, [], Counter()
        if command is None or not bars:
            return lines
        items = [written_bar(bar) for bar in bars]
        kind = CommandKind(command.kind)
        return [command_line(kind, _times(command), {MARKET_DATA_LISTS[kind]: items}), *lines]


def _command_line(row: Row[Any], signal: Signal | None) -> str:
    """A command's line: a signal with its id and timestamp filled in, any other as it was sent."""
    kind = CommandKind(row.kind)
    if signal is None:
        return command_line(kind, _times(row), json.loads(row.sent))
    content = {"id": str(signal.signal_id), **written(signal.request), "timestamp": written(signal.timestamp)}
    return command_line(kind, _times(row), content)


def _times(row: Row[Any]) -> Times:
    return Times(row.recorded_at, row.clock)
