"""How things stood at a place in history: an account as a session began, a symbol's market, its asset class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, TextClause, and_, func, select

from api.codec.events import AccountEventKind, Stream
from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.event_log import journal_record_of
from domain.engine.events import AccountOpened, SessionStarted, SettingsChanged
from domain.engine.evolve import begun
from domain.instruments import AssetClass
from domain.market.state import Mark, Market
from domain.orders.signal import SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.settings import Settings

Condition = ColumnElement[bool] | TextClause
Counting = Callable[[Table], Sequence[Condition]]
"""Which rows of market data count, of the table of bars or of quotes."""

_SETTLING = (AccountEventKind.OPENED, AccountEventKind.SETTINGS_CHANGED)
"""The events that hold an account's settings."""


def account_as_begun(connection: Connection, name: str, account_id: UUID, began: int) -> Account:
    """An account as one of its sessions began, at an ordinal."""
    journal, signals = tables.journal, tables.signals.c
    entries = select(journal).where(journal.c.account_id == account_id, journal.c.ordinal <= began)
    first = journal_record_of(connection.execute(entries.where(journal.c.ordinal == began)).one()).entry
    settling = entries.where(
        journal.c.kind.in_([kind.value for kind in _SETTLING]), journal.c.stream == Stream.ACCOUNT.value
    )
    settled = journal_record_of(connection.execute(settling.order_by(journal.c.seq.desc()).limit(1)).one())
    assert isinstance(first.event, AccountOpened | SessionStarted)  # noqa: S101 - with it a session begins
    counted = select(func.max(signals.number)).where(
        signals.account_id == account_id, signals.session < first.event.session.number
    )
    return begun(
        account_id,
        name,
        _settings(settled.entry.event),
        first.event.session,
        seq=first.seq,
        signal_count=connection.execute(counted).scalar_one() or 0,
    )


def _settings(event: object) -> Settings:
    assert isinstance(event, AccountOpened | SettingsChanged)  # noqa: S101 - what was asked for
    return event.settings


@dataclass(frozen=True, slots=True)
class AssetClassAssignment:
    """A signal of an account's session fixed a symbol's asset class (R6)."""

    ordinal: int
    symbol: str
    asset_class: AssetClass
    account_id: UUID
    session: int


def asset_class_assignments(connection: Connection, symbols: Sequence[str]) -> list[AssetClassAssignment]:
    """By which signal each symbol's asset class was fixed: the first that was accepted, of whichever account (R6).

    In order of ordinal.
    """
    signals, journal, markets = tables.signals.c, tables.journal.c, tables.markets.c
    is_accepted = journal.kind != SignalStatus.REJECTED.value
    accepted = and_(journal.account_id == signals.account_id, journal.seq == signals.seq, is_accepted)
    assignments: list[AssetClassAssignment] = []
    for chunk in chunks(symbols):
        first = (
            select(signals.symbol, func.min(journal.ordinal).label("ordinal"))
            .join(tables.journal, accepted)
            .where(signals.symbol.in_(chunk))
            .group_by(signals.symbol)
            .subquery()
        )
        query = (
            select(first.c.symbol, first.c.ordinal, markets.asset_class, signals.account_id, signals.session)
            .join(tables.journal, journal.ordinal == first.c.ordinal)
            .join(tables.signals, and_(signals.account_id == journal.account_id, signals.seq == journal.seq))
            .join(tables.markets, markets.symbol == first.c.symbol)
        )
        assignments += [
            AssetClassAssignment(row.ordinal, row.symbol, AssetClass(row.asset_class), row.account_id, row.session)
            for row in connection.execute(query)
        ]
    return sorted(assignments, key=attrgetter("ordinal"))


def not_retracted(_: Table) -> Sequence[TextClause]:
    """What has not been retracted."""
    return [tables.IS_NOT_RETRACTED]


def market_at(
    connection: Connection,
    symbol: str,
    ordinal: int,
    asset_class: AssetClass | None = None,
    counting: Counting = not_retracted,
) -> Market:
    """A symbol's market at an ordinal, by the market data that counts.

    Bars and quotes only move forward, so the last of each say it (R9); its asset class the caller must know.
    """
    update = last_update(connection, symbol, ordinal, counting)
    bars = tables.bars.c
    known = select(tables.bars).where(bars.symbol == symbol, bars.ordinal <= ordinal, *counting(tables.bars))
    bar, before = [*connection.execute(known.order_by(bars.start.desc()).limit(2)), None, None][:2]
    updates = 0 if update is None else update.number
    return Market(
        symbol=symbol,
        asset_class=asset_class,
        last=None if update is None else update.last,
        bar_end=None if bar is None else bar.end,
        volume=None if bar is None else bar.volume,
        updates=updates,
        retracted=_newest_number(connection, symbol, ordinal) - updates,
        bar_close=None if bar is None else bar.close,
        end_before=None if before is None else before.end,
    )


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """A symbol's last price at a place in history, and the ordinal and the number of what was applied last."""

    last: Mark
    ordinal: int
    number: int


def last_update(
    connection: Connection, symbol: str, ordinal: int, counting: Counting = not_retracted
) -> LastUpdate | None:
    """By the last bar and quote that count: of each, a later one in history is a later one in time (R7, R9)."""
    bars, quotes = tables.bars.c, tables.quotes.c
    newest: list[LastUpdate] = []
    for query, start in (
        (select(bars.ordinal, bars.number, bars.end.label("time"), bars.close.label("price")), bars.start),
        (select(quotes.ordinal, quotes.number, quotes.time, quotes.price), quotes.time),
    ):
        table = start.table
        of_symbol = query.where(table.c.symbol == symbol, table.c.ordinal <= ordinal, *counting(table))
        rows = connection.execute(of_symbol.order_by(start.desc(), table.c.ordinal.desc()).limit(1))
        newest += [LastUpdate(Mark(row.price, row.time), row.ordinal, row.number) for row in rows]
    if not newest:
        return None
    shown = max(newest, key=lambda update: (update.last.time, update.ordinal))
    applied = max(newest, key=attrgetter("ordinal"))
    return LastUpdate(shown.last, applied.ordinal, applied.number)


def _newest_number(connection: Connection, symbol: str, ordinal: int) -> int:
    """The number that a symbol's bars and quotes had come to, those that were retracted later among them."""
    number = 0
    for table in (tables.bars, tables.quotes):
        for condition in (tables.IS_NOT_RETRACTED, tables.IS_RETRACTED):
            applied = select(func.max(table.c.number)).where(table.c.symbol == symbol, table.c.ordinal <= ordinal)
            number = max(number, connection.execute(applied.where(condition)).scalar_one() or 0)
    return number
