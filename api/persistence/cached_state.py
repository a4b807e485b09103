"""The desk in memory as it stood at an ordinal, and how it follows what is written after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.change_feed import ChangeBatch, changes_until
from api.persistence.recent_history import RecentHistory, recent_history
from api.persistence.repositories import LoadedAccount, load_accounts
from api.persistence.stored_markets import load_markets
from api.persistence.stored_watches import StoredWatch, load_watches, watches_after, watches_of
from domain.engine.events import AccountOpened
from domain.engine.evolve import evolve, opened
from domain.engine.overdue import without_needless
from domain.engine.state import Desk
from domain.engine.watch import Watch
from domain.market.state import Market
from domain.portfolio.account import Account

_MOST_FOLLOWED = 100_000


@dataclass(frozen=True, slots=True)
class CachedState:
    """The desk as it stood at an ordinal."""

    ordinal: int
    desk: Desk


def caught_up(connection: Connection, known: CachedState | None, end: Head) -> tuple[Desk, ChangeBatch | None]:
    """The desk at the end of a transaction's record: what is known already, and what was written since, if it is read.

    The journal says what became of positions and signals, so what is held and did not change is not read again.
    """
    if known is None or end.ordinal - known.ordinal > _MOST_FOLLOWED:
        return whole_desk(connection), None
    if known.ordinal == end.ordinal:
        return known.desk, None
    batch, names = changes_until(connection, known.ordinal, end)
    desk = _followed(known.desk, batch, names)
    watches = watches_after(connection, known.ordinal)
    followed = (
        _with_prices(connection, desk, watches, batch) if batch.markets else _as_before(known.desk, desk, watches)
    )
    return followed.settled(), batch


def _with_prices(connection: Connection, desk: Desk, watches: Mapping[str, StoredWatch], batch: ChangeBatch) -> Desk:
    """The desk with the prices that came too."""
    history = recent_history(connection, batch.since, batch.ordinal, desk.recent)
    for priced in batch.markets:
        desk = desk.with_market(priced.market)
    desk = replace(desk, recent=history.recent)
    for name, stored in watches.items():
        desk = desk.with_watch(name, stored.resumed(desk.accounts[name], desk.markets, history))
    return without_needless(replace(desk, latest_end=_latest_end(connection)))


def _as_before(before: Desk, desk: Desk, watches: Mapping[str, StoredWatch]) -> Desk:
    """The desk where all prices are what they were: what is known of its accounts goes on from what was known."""
    for name, stored in watches.items():
        account, was = desk.accounts[name], before.accounts.get(name)
        if was is None:
            watch = stored.resumed(account, desk.markets, RecentHistory(desk.recent))
        else:
            watch = stored.followed(was, desk.watches[name], account, desk.markets, desk.recent)
        desk = desk.with_watch(name, watch)
    return desk


def load_part(connection: Connection, names: Sequence[str], symbols: Iterable[str]) -> Desk:
    """The desk as far as some accounts, what they hold, and some symbols go."""
    accounts = load_accounts(connection, tables.accounts.c.name.in_(names))
    held = {symbol for loaded in accounts for symbol in loaded.account.positions.symbols}
    markets = load_markets(connection, held.union(symbols))
    return _desk_of(connection, accounts, markets, load_watches(connection, _alone(accounts)))


def whole_desk(connection: Connection) -> Desk:
    """The desk as a transaction sees it, out of its rows alone."""
    accounts = load_accounts(connection, tables.accounts.c.ordinal > -1)
    return _desk_of(connection, accounts, load_markets(connection), watches_after(connection))


def _desk_of(
    connection: Connection,
    loaded: Sequence[LoadedAccount],
    markets: Sequence[Market],
    stored: Mapping[str, StoredWatch],
) -> Desk:
    """The desk with what came of the symbols that its accounts hold since they were looked at."""
    by_symbol = {market.symbol: market for market in markets}
    accounts = _alone(loaded)
    watches, recent = watches_of(connection, accounts, by_symbol, stored)
    held = {one.account.name: one.levels for one in loaded}
    return Desk.of(accounts, markets, _latest_end(connection), watches, recent, held)


def _alone(loaded: Iterable[LoadedAccount]) -> list[Account]:
    return [one.account for one in loaded]


def _latest_end(connection: Connection) -> datetime | None:
    latest: datetime | None = connection.execute(select(tables.desk.c.latest_end)).scalar_one()
    return latest


def _followed(desk: Desk, batch: ChangeBatch, names: Mapping[UUID, str]) -> Desk:
    """The desk with its accounts as the journal says that they have become."""
    for change in batch.changes:
        entry = change.read().entry
        if isinstance(entry.event, AccountOpened):
            account, watch = opened(entry.event), Watch.start(entry.event.session, desk.recent.newest)
            desk = desk.with_account(account, ()).with_watch(account.name, watch)
        else:
            account = evolve(desk.accounts[names[entry.account_id]], entry.event)
            desk = desk.with_account(account, [entry]).with_signals_of([entry])
    return desk
