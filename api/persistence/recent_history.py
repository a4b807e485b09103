"""The groups of bars that came since a place in history, as the desk in memory knows them (R37)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from api.persistence.chunks import chunks
from api.persistence.facts import MARKET_DATA
from api.persistence.historical_state import LastUpdate, last_update
from api.persistence.mappers import record_from_row
from domain.engine.recent_groups import Group, Move, RecentGroups, known_of
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import units_of


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """A bar or quote, its place in history and its command's, its number, and whether it was retracted later."""

    ordinal: int
    command: int
    number: int
    update: MarketUpdate
    is_retracted: bool


@dataclass(slots=True)
class RecentHistory:
    """Groups of bars, and of those that were read the ordinal of the last bar or quote."""

    recent: RecentGroups
    ordinals: list[int] = field(default_factory=list)

    def number_at(self, ordinal: int) -> int:
        """The number of the last group that was complete at a place where a group of commands ended."""
        return self.recent.newest - sum(1 for end in self.ordinals if end > ordinal)


def updates_between(
    connection: Connection, after: int, until: int, symbols: Collection[str] | None = None
) -> list[StoredUpdate]:
    """The bars and quotes with after < ordinal <= until, of some symbols or of all, in order."""
    updates: list[StoredUpdate] = []
    for table, kind in MARKET_DATA.items():
        within = select(table).where(table.c.ordinal > after, table.c.ordinal <= until)
        for condition in _among(table, symbols):
            rows = connection.execute(within if condition is None else within.where(condition))
            updates += [_stored(kind, row) for row in rows]
    return sorted(updates, key=lambda update: update.ordinal)


def recent_history(
    connection: Connection,
    after: int,
    until: int,
    begun: RecentGroups,
    symbols: Collection[str] | None = None,
) -> RecentHistory:
    """The groups that came with after < ordinal <= until, of some symbols or of all, numbered on from those known."""
    stored = updates_between(connection, after, until, symbols)
    known = _markets_before(connection, stored, after)
    groups: list[Group] = []
    ordinals: list[int] = []
    for updates in _grouped(stored):
        moves: dict[str, Move] = {}
        for update in updates:
            _move(moves, known, update)
        if moves:
            counting = [update for update in updates if not update.is_retracted]
            groups.append(Group(begun.newest + len(groups) + 1, counting[0].update.end, moves))
            ordinals.append(counting[-1].ordinal)
    return RecentHistory(begun.with_groups(groups), ordinals)


def last_updates(connection: Connection, symbols: Collection[str], ordinal: int) -> dict[str, LastUpdate]:
    """The last prices of symbols at a place in history (R9), as far as they had any."""
    known = {symbol: last_update(connection, symbol, ordinal) for symbol in symbols}
    return {symbol: last for symbol, last in known.items() if last is not None}


def _stored(kind: type[MarketUpdate], row: Row[Any]) -> StoredUpdate:
    return StoredUpdate(row.ordinal, row.batch, row.number, record_from_row(kind, row), row.retracted is not None)


def _among(table: Table, symbols: Collection[str] | None) -> Iterator[ColumnElement[bool] | None]:
    if symbols is None:
        yield None
        return
    for chunk in chunks(sorted(symbols)):
        yield table.c.symbol.in_(chunk)


def _grouped(stored: Sequence[StoredUpdate]) -> Iterator[list[StoredUpdate]]:
    group: list[StoredUpdate] = []
    for update in stored:
        if group and (group[0].command, group[0].update.end) != (update.command, update.update.end):
            yield group
            group = []
        group.append(update)
    if group:
        yield group


def _move(moves: dict[str, Move], known: dict[str, Market], stored: StoredUpdate) -> None:
    update = stored.update
    before = known[update.symbol]
    if stored.is_retracted:
        known[update.symbol] = before.without_next()
        return
    after = known[update.symbol] = before.passed(update)
    assert after.last is not None  # noqa: S101 - a bar or quote makes a last price
    first, price = moves.get(update.symbol), units_of(after.last.price)
    move = Move(*known_of(before), price, update.start) if first is None else first.on_to(price, update.start)
    moves[update.symbol] = move


def _markets_before(connection: Connection, stored: Sequence[StoredUpdate], after: int) -> dict[str, Market]:
    """The markets of symbols before these bars and quotes came: their last prices, and the numbers of their updates."""
    first: dict[str, int] = {}
    for update in stored:
        first.setdefault(update.update.symbol, update.number)
    last = last_updates(connection, first, after)
    return {symbol: _market_before(symbol, last.get(symbol), number) for symbol, number in first.items()}


def _market_before(symbol: str, last: LastUpdate | None, number: int) -> Market:
    """The market before an update of a number."""
    if last is None:
        return Market(symbol, retracted=number - 1)
    return Market(symbol, last=last.last, updates=last.number, retracted=number - 1 - last.number)
