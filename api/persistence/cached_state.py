"""The desk in memory as it stood at an ordinal, and how it follows what is written after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.change_feed import ChangeBatch, changes_until
from api.persistence.projections.markets import market_of
from api.persistence.repositories import load_accounts, load_markets, load_watermarks
from domain.engine.events import AccountOpened
from domain.engine.evolve import evolve, opened
from domain.engine.state import Desk
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
    batch = changes_until(connection, known.ordinal, end)
    desk = known.desk.with_accounts(_followed(connection, known, batch))
    for priced in batch.markets:
        desk = desk.with_market(priced.market)
    latest_end = connection.execute(select(tables.desk.c.latest_end)).scalar_one()
    return replace(desk, latest_end=latest_end).settled(), batch


def load_part(connection: Connection, names: Sequence[str], symbols: Iterable[str]) -> Desk:
    """The desk as far as some accounts, what they hold, and some symbols go."""
    accounts = load_accounts(connection, tables.accounts.c.name.in_(names))
    held = {symbol for account in accounts for symbol in account.positions.symbols}
    markets = load_markets(connection, sorted(held.union(symbols)))
    latest_end = connection.execute(select(tables.desk.c.latest_end)).scalar_one()
    return Desk.of(accounts, markets, latest_end)


def whole_desk(connection: Connection) -> Desk:
    """The desk as a transaction sees it, out of its rows alone."""
    accounts = load_accounts(connection, tables.accounts.c.ordinal > -1)
    markets = [market_of(row) for row in connection.execute(select(tables.markets))]
    latest_end = connection.execute(select(tables.desk.c.latest_end)).scalar_one()
    return Desk.of(accounts, markets, latest_end)


def _followed(connection: Connection, known: CachedState, batch: ChangeBatch) -> list[Account]:
    """The accounts that changed since: by the journal, and by what was observed of their equity, which it holds not."""
    columns = tables.accounts.c
    query = select(columns.id, columns.name, columns.session).where(columns.ordinal > known.ordinal)
    rows = connection.execute(query).all()
    accounts = {row.id: account for row in rows if (account := known.desk.accounts.get(row.name)) is not None}
    for change in batch.changes:
        event = change.read().entry.event
        if isinstance(event, AccountOpened):
            accounts[change.account_id] = opened(event)
        else:
            accounts[change.account_id] = evolve(accounts[change.account_id], event)
    watermarks = load_watermarks(connection, [(row.id, row.session) for row in rows])
    return [replace(accounts[row.id], watermarks=watermarks[row.id]) for row in rows]
