"""What is stored of accounts' equity: their watermarks, up to a place in history, and the last hour of their curves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, select, type_coerce

from api.persistence import tables
from api.persistence.desk_row import newest
from api.persistence.mappers import record_from_row
from api.persistence.recent_history import RecentHistory, recent_history
from api.persistence.types import as_stored
from domain.engine.bands import NO_BANDS, bands_after
from domain.engine.observer import ObservedEquity
from domain.engine.recent_groups import RecentGroups
from domain.engine.watch import Watch, caught_up, observations, worth_after, worth_of
from domain.portfolio.account import Account
from domain.portfolio.hour import Hour
from domain.portfolio.valuation import Markets
from domain.portfolio.watermarks import EquityWatermarks

_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """Watermarks, and the last hour, up to an ordinal at which a group of commands ended."""

    watermarks: EquityWatermarks
    hour: Hour | None
    ordinal: int

    def resumed(self, account: Account, markets: Markets, history: RecentHistory) -> Watch:
        """The watch of an account that goes on from here; `markets` are as they stand at the end of a history."""
        recent, exposures = history.recent, account.positions.exposures
        worth, number = worth_of(account, markets), recent.newest
        if exposures:
            number = history.number_at(self.ordinal)
            worth -= observations(account, 0, recent.after(number)).worth
        observed = ObservedEquity.of(self.watermarks, self.hour)
        return Watch(observed, number, worth, bands_after(NO_BANDS, account, observed, markets))

    def followed(self, before: Account, known: Watch, after: Account, markets: Markets, recent: RecentGroups) -> Watch:
        """The watch of an account that goes on from here, as `known` of it before, if no price has moved since."""
        known, _ = caught_up(before, known, recent)
        traded = after.positions.traded_since(before.positions)
        worth = worth_after(known.worth, before, after, traded, {}, markets)
        observed = ObservedEquity.of(self.watermarks, self.hour)
        return Watch(observed, recent.newest, worth, bands_after(known.bands, after, observed, markets, traded))


def load_watches(connection: Connection, accounts: Iterable[Account]) -> dict[str, StoredWatch]:
    """What is stored of the current sessions of some accounts, by their names."""
    names = {account.id: account.name for account in accounts}
    query = _of_current_sessions().where(tables.watermarks.c.account_id.in_(names))
    return {names[row.account_id]: _stored(row) for row in connection.execute(query)}


def watches_after(connection: Connection, after: int = -1) -> Mapping[str, StoredWatch]:
    """What is stored of the current sessions of all accounts that were looked at after an ordinal, by their names."""
    return {row.name: _stored(row) for row in connection.execute(_WATCHES_AFTER, {"ordinal": after})}


def watches_of(
    connection: Connection,
    accounts: Collection[Account],
    markets: Markets,
    stored: Mapping[str, StoredWatch],
) -> tuple[dict[str, Watch], RecentGroups]:
    """The watches of accounts as they go on, and the groups of bars of what they hold that came since."""
    known = {account.name: stored[account.name] for account in accounts if account.name in stored}
    holders = [known[one.name].ordinal for one in accounts if one.positions.exposures and one.name in known]
    history = RecentHistory(RecentGroups())
    if holders:
        held = {symbol for account in accounts for symbol in account.positions.symbols}
        history = recent_history(connection, min(holders), newest(connection), history.recent, held)
    by_name = {account.name: account for account in accounts}
    return {name: watch.resumed(by_name[name], markets, history) for name, watch in known.items()}, history.recent


def places_of_watches(connection: Connection, after: int) -> dict[tuple[UUID, int], int]:
    """Where in history what is known of sessions' equity was stored, as far as that was after an ordinal."""
    columns = tables.watermarks.c
    rows = connection.execute(
        select(as_stored(columns.account_id), columns.session, columns.ordinal).where(columns.ordinal > after)
    )
    return {(row.account_id, row.session): row.ordinal for row in rows}


def stored_watch(connection: Connection, account_id: UUID, session: int) -> StoredWatch:
    """What is stored of a session of an account."""
    columns = tables.watermarks.c
    query = _with_hours().where(columns.account_id == account_id, columns.session == session)
    return _stored(connection.execute(query).one())


def _with_hours() -> Select[Any]:
    watermarks, hours = tables.watermarks.c, tables.equity_hours.c
    time, hour = type_coerce(watermarks.time, BigInteger), type_coerce(hours.hour, BigInteger)
    is_last = and_(
        hours.account_id == watermarks.account_id,
        hours.session == watermarks.session,
        # The remainder of a time before 1970 is negative.
        hour == time - (time % _HOUR + _HOUR) % _HOUR,
    )
    joined = tables.watermarks.outerjoin(tables.equity_hours, is_last)
    return select(tables.watermarks, *(column for column in hours if column.name not in watermarks)).select_from(joined)


def _of_current_sessions() -> Select[Any]:
    watermarks, accounts = tables.watermarks.c, tables.accounts.c
    is_current = and_(accounts.id == watermarks.account_id, accounts.session == watermarks.session)
    return _with_hours().join(tables.accounts, is_current)


_WATCHES_AFTER = (
    _of_current_sessions().add_columns(tables.accounts.c.name).where(tables.watermarks.c.ordinal > bindparam("ordinal"))
)


def _stored(row: Any) -> StoredWatch:
    hour = None if row.hour is None else record_from_row(Hour, row)
    return StoredWatch(record_from_row(EquityWatermarks, row), hour, row.ordinal)
