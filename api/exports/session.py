"""A session's course out of the database, in windows: no read transaction lasts longer than one of them (R40)."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.backtest.exported import (
    Header,
    command_line,
    fixed_line,
    header_line,
    written_bar,
)
from api.backtest.inputs import camelized, written
from api.backtest.steps import Fixed
from api.exports.rows import NothingToExport
from api.persistence import tables
from api.persistence.journal import Stream, line_of
from api.persistence.loading import newest
from api.persistence.queries import account_head
from api.persistence.records import quote_bar_of, record_of, session_of
from domain.account import Session
from domain.commands import Times
from domain.events import AccountOpened, SettingsChanged, SignalEvent
from domain.market import AssetClass, Bar, Mark, Market
from domain.settings import Settings
from domain.signals import Signal

_WINDOW = 5_000
_INGESTED = {"ingestBars": "bars", "ingestQuotes": "quotes"}


@dataclass(frozen=True, slots=True)
class _Extent:
    """Which part of history is a session's: all of it that was applied with began < ordinal <= until."""

    account: str
    account_id: UUID
    session: int
    began: int
    until: int
    symbols: Sequence[str]
    fixed: Sequence[tuple[int, Fixed]]


async def session_lines(
    engine: AsyncEngine, account: str, number: int, advance: Callable[[int, int], None]
) -> AsyncIterator[str]:
    """The lines of a session's export; `advance` is told how much of how much is done. Raises NothingToExport."""
    async with engine.connect() as connection, connection.begin():
        header, extent = await _begin(connection, account, number)
    yield header_line(header)
    batches = _Batches()
    after = extent.began
    while after < extent.until:
        end = min(extent.until, after + _WINDOW)
        async with engine.connect() as connection, connection.begin():
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
    fixings = await _fixings(connection, symbols)
    extent = _Extent(
        account,
        account_id,
        number,
        row.began,
        until,
        symbols,
        [
            (each.ordinal, Fixed(each.symbol, AssetClass(each.asset_class)))
            for each in fixings
            if each.ordinal > row.began and (each.account_id, each.session) != (account_id, number)
        ],
    )
    classes = {each.symbol: AssetClass(each.asset_class) for each in fixings if each.ordinal <= row.began}
    return await _header(connection, extent, session_of(row), classes), extent


async def _header(
    connection: AsyncConnection, extent: _Extent, session: Session, classes: dict[str, AssetClass]
) -> Header:
    journal, signals = tables.journal, tables.signals.c
    lines = select(journal).where(journal.c.account_id == extent.account_id, journal.c.ordinal <= extent.began)
    first = line_of((await connection.execute(lines.where(journal.c.ordinal == extent.began))).one())
    settling = lines.where(journal.c.kind.in_(["OPENED", "SETTINGS_CHANGED"]), journal.c.stream == Stream.ACCOUNT.value)
    settled = line_of((await connection.execute(settling.order_by(journal.c.seq.desc()).limit(1))).one())
    started: Session = first.event.session  # type: ignore[union-attr]
    counted = select(func.max(signals.number)).where(
        signals.account_id == extent.account_id, signals.session < extent.session
    )
    return Header(
        account=extent.account,
        session=session.number,
        starting_capital=session.starting_capital,
        settings=_settings(settled.event),
        enabled=started.enabled_since is not None,
        started_at=started.started_at,
        seq=first.seq,
        signals=(await connection.execute(counted)).scalar_one() or 0,
        markets=[await _market(connection, each, classes.get(each), extent.began) for each in extent.symbols],
    )


def _settings(event: object) -> Settings:
    assert isinstance(event, AccountOpened | SettingsChanged)  # noqa: S101 - what was asked for
    return event.settings


async def _signalled(connection: AsyncConnection, account_id: UUID, number: int) -> list[str]:
    signalled = tables.signalled.c
    query = select(signalled.symbol).where(signalled.account_id == account_id, signalled.session == number)
    return list((await connection.execute(query.order_by(signalled.symbol))).scalars())


async def _fixings(connection: AsyncConnection, symbols: Sequence[str]) -> Sequence[Any]:
    """By which signal each symbol's asset class was fixed: the first that was accepted, of whichever account (R6)."""
    signals, journal, markets = tables.signals.c, tables.journal.c, tables.markets.c
    accepted = and_(journal.account_id == signals.account_id, journal.seq == signals.seq, journal.kind != "REJECTED")
    first = (
        select(signals.symbol, func.min(journal.ordinal).label("ordinal"))
        .join(tables.journal, accepted)
        .where(signals.symbol.in_(symbols))
        .group_by(signals.symbol)
        .subquery()
    )
    query = (
        select(first.c.symbol, first.c.ordinal, markets.asset_class, signals.account_id, signals.session)
        .join(tables.journal, journal.ordinal == first.c.ordinal)
        .join(tables.signals, and_(signals.account_id == journal.account_id, signals.seq == journal.seq))
        .join(tables.markets, markets.symbol == first.c.symbol)
        .order_by(first.c.ordinal)
    )
    return (await connection.execute(query)).all()


async def _market(connection: AsyncConnection, symbol: str, asset_class: AssetClass | None, ordinal: int) -> Market:
    """A symbol's market as it was at an ordinal: bars and quotes only move forward, so the last of each say it (R9)."""
    bars, quotes = tables.bars.c, tables.quotes.c
    marks = union_all(
        select(bars.ordinal, bars.end.label("time"), bars.close.label("price")).where(bars.symbol == symbol),
        select(quotes.ordinal, quotes.time, quotes.price).where(quotes.symbol == symbol),
    ).subquery()
    before = select(marks).where(marks.c.ordinal <= ordinal)
    last = (await connection.execute(before.order_by(marks.c.time.desc(), marks.c.ordinal.desc()).limit(1))).first()
    updates = (await connection.execute(select(func.count()).select_from(before.subquery()))).scalar_one()
    known = select(tables.bars).where(bars.symbol == symbol, bars.ordinal <= ordinal)
    bar = (await connection.execute(known.order_by(bars.end.desc()).limit(1))).first()
    return Market(
        symbol=symbol,
        asset_class=asset_class,
        last=None if last is None else Mark(last.price, last.time),
        bar_end=None if bar is None else bar.end,
        volume=None if bar is None else bar.volume,
        updates=updates,
    )


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
        or_(mine, commands.kind.in_(list(_INGESTED))),
        commands.refusal.is_(None),
    )
    signals = await _decided(connection, extent, after, end)
    found: list[_Found] = [(each.ordinal, each, signals.get(each.ordinal)) for each in await connection.execute(query)]
    for table in (tables.bars, tables.quotes):
        within = and_(table.c.ordinal > after, table.c.ordinal <= end, table.c.symbol.in_(extent.symbols))
        rows = await connection.execute(select(table).where(within))
        read = quote_bar_of if table is tables.quotes else partial(record_of, Bar)
        found += [(row.ordinal, read(row), None) for row in rows]
    found += [(ordinal, fixed, None) for ordinal, fixed in extent.fixed if after < ordinal <= end]
    return sorted(found, key=lambda each: each[0])


async def _decided(connection: AsyncConnection, extent: _Extent, after: int, end: int) -> dict[int, Signal]:
    """The signals decided in a part of history, by their commands' ordinals: the first fact is the decision."""
    commands, journal = tables.commands.c, tables.journal
    query = (
        select(journal)
        .join(tables.commands, journal.c.ordinal == commands.ordinal + 1)
        .where(commands.ordinal > after, commands.ordinal <= end)
        .where(commands.account == extent.account, commands.kind == "executeSignal")
    )
    found: dict[int, Signal] = {}
    for row in await connection.execute(query):
        event = line_of(row).event
        assert isinstance(event, SignalEvent)  # noqa: S101 - a signal's decision comes first
        found[row.ordinal - 1] = event.signal
    return found


class _Batches:
    """Puts market data together again in the batches in which it came, across windows."""

    def __init__(self) -> None:
        self._command: Row[Any] | None = None
        self._bars: list[Bar] = []

    def lines(self, found: Sequence[_Found]) -> list[str]:
        """The lines of what was found, but for a batch that may go on."""
        lines: list[str] = []
        for _, each, signal in found:
            if isinstance(each, Bar):
                self._bars.append(each)
                continue
            lines += self.rest()
            if isinstance(each, Fixed):
                lines.append(fixed_line(each))
            elif each.kind in _INGESTED:
                self._command = each
            else:
                lines.append(_command_line(each, signal))
        return lines

    def rest(self) -> list[str]:
        """The line of the batch at hand, if any of it matters."""
        command, bars = self._command, self._bars
        self._command, self._bars = None, []
        if command is None or not bars:
            return []
        items = [written_bar(each) for each in bars]
        return [command_line(command.kind, _times(command), {_INGESTED[command.kind]: items})]


def _command_line(row: Row[Any], signal: Signal | None) -> str:
    """A command's line: a signal with its id and timestamp filled in, any other as it was sent."""
    if signal is None:
        return command_line(row.kind, _times(row), camelized(json.loads(row.sent)))
    content = {"id": str(signal.signal_id), **written(signal.request), "timestamp": written(signal.timestamp)}
    return command_line(row.kind, _times(row), content)


def _times(row: Row[Any]) -> Times:
    return Times(row.recorded_at, row.clock)
