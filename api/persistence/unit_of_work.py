"""What a group of commands changed, as rows: gathered first, then written, all of a table's at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from api.codec.commands import CommandEnvelope
from api.codec.encoding import ENCODING
from api.persistence import tables
from api.persistence.chain import HASHED, Head, RunningHash
from api.persistence.change_feed import Change, ChangeBatch, Priced
from api.persistence.desk_row import end_row
from api.persistence.direct_statements import insert
from api.persistence.event_log import journal_row
from api.persistence.facts import CommandIdentity, backtest_values, identity_of, retraction_values
from api.persistence.market_data_rows import Placed, market_data_rows
from api.persistence.projections.market_days import repeats_hour
from api.persistence.projections.projection import Key, MadeRow, Projection
from api.persistence.projections.projector import Projector
from api.persistence.retracted_rows import retracted_rows
from api.persistence.set_insertion import Insertion
from api.persistence.write_ahead_log import mark_state
from api.persistence.written_rows import StoredRow, row_writer, stored_row
from domain.analytics.comparison import Backtest
from domain.engine.events import JournalEntry, JournalRecord, Retraction
from domain.engine.observer import SessionCurve
from domain.engine.results import Decision, Fact
from domain.engine.state import Desk
from domain.engine.watch import EndedSession, RedecidedCurve
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate


class Changes:
    """The rows of one group, from the desk and the end of the record that it began with."""

    def __init__(self, before: Desk, since: Head) -> None:
        self.ordinal = since.ordinal
        self._since = since
        self._hash = RunningHash(since.hash)
        self._projector = Projector.of_group(self, before)
        self._before = before
        self._numbers: dict[str, int] = {}
        self._unclassed: set[str] = set()
        self._moved: dict[str, datetime] = {}
        self._appended: dict[Table, list[StoredRow]] = {}
        self._latest: dict[Projection, dict[Key, StoredRow]] = {}
        self._ended: list[EndedSession] = []
        self._records: list[JournalRecord] = []
        self._markets: list[Priced] = []
        self._retractions: list[tuple[int, Retraction, Sequence[RedecidedCurve]]] = []

    @property
    def head(self) -> Head:
        """Where the record ends with these rows."""
        has_grown = self.ordinal > self._since.ordinal
        return Head(self.ordinal, self._hash.digits, self._since.groups + has_grown)

    @property
    def batch(self) -> ChangeBatch:
        """What was saved, for those who follow the journal."""
        changes = [Change.of_record(record) for record in self._records]
        return ChangeBatch(self._since.ordinal, self.ordinal, self.head, changes, self._markets)

    def add(self, envelope: CommandEnvelope, clock: datetime, decision: Decision) -> None:
        """Take in a command that did something, and all it did, in the order in which it did it."""
        self.ordinal = batch = self.ordinal + 1
        recorded_at = envelope.recorded_at
        self._append(tables.commands, [_command_row(envelope, identity_of(decision), batch, ENCODING, clock)])
        updates: list[Placed] = []
        for self.ordinal, fact in enumerate(decision.facts, batch + 1):
            if isinstance(fact, Bar | Quote):
                updates.append((self.ordinal, fact, self._number(fact)))
            else:
                self._add_fact(fact, batch, recorded_at, decision.redecided)
        for table, rows in market_data_rows(updates, batch):
            self._append(table, rows)
        self._moved.update((update.symbol, recorded_at) for _, update, _ in updates)
        self._projector.add_curves(decision.curves)
        for session in decision.archived:
            self._projector.add_session(session.account)
        self._ended += decision.archived

    def put(self, projection: Projection, made: MadeRow) -> None:
        """A row of a read model, as it is now."""
        row = projection.stored(made)
        if (place := projection.places.get("ordinal")) is not None:
            row = (*row[:place], self.ordinal, *row[place + 1 :])
        if projection.is_appended:
            self._append(projection.table, [row])
            return
        latest, key = self._latest.setdefault(projection, {}), projection.key(row)
        known = latest.setdefault(key, row)
        if known is not row:
            latest[key] = projection.after(projection.lasting(known), row)

    def save(self, connection: Connection, after: Desk, owed: Iterable[SessionCurve]) -> None:
        """Write everything, what curves grew by too, and move the end of the desk's record on."""
        head = self.head
        link = {"ordinal": head.ordinal, "first": self._since.ordinal + 1, "hash": head.hash}
        self._append(tables.chain, [stored_row(tables.chain, link)])
        markets, watches = after.markets.changes, after.watches.changes.items()
        self._projector.add_curves(owed)
        self._projector.finish(after.accounts.changes.values(), self._maybe_classed(markets))
        for session in (*self._ended, *(EndedSession(after.accounts[name], watch) for name, watch in watches)):
            self._projector.add_watch(session)
        self._markets = [Priced(markets[symbol], recorded_at) for symbol, recorded_at in self._moved.items()]
        self._projector.summarize(connection)
        for ordinal, retraction, curves in self._retractions:
            for projection, row in retracted_rows(connection, retraction, ordinal, curves):
                self._latest.setdefault(projection, {}).pop(projection.key(projection.stored(row)), None)
                self.put(projection, row)
        end = end_row(head, after.latest_end)
        insert(connection, list(self._insertions(connection.dialect.name, end)))
        mark_state(connection)
        # It refers back to this: all rows would stay until the garbage collector looks.
        del self._projector

    def _maybe_classed(self, markets: Mapping[str, Market]) -> list[Market]:
        """Of the markets that changed, those that may have got an asset class, which none loses (R6)."""
        return [markets[symbol] for symbol in sorted((markets.keys() - self._numbers.keys()) | self._unclassed)]

    def _append(self, table: Table, rows: Sequence[StoredRow]) -> None:
        self._appended.setdefault(table, []).extend(rows)
        if table in HASHED:
            self._hash.add_stored(table, rows)

    def _number(self, update: MarketUpdate) -> int:
        """The number of a bar or quote that was applied at the newest ordinal, and what it makes of its day."""
        symbol = update.symbol
        known = self._numbers.get(symbol)
        if known is None:
            before = self._before.market(symbol)
            known, says_nothing = before.newest_number, repeats_hour(update, before)
            if before.asset_class is None:
                self._unclassed.add(symbol)
        else:
            says_nothing = False
        if not says_nothing:
            self._projector.add_update(update, self.ordinal)
        self._numbers[symbol] = known + 1
        return known + 1

    def _add_fact(self, fact: Fact, command: int, recorded_at: datetime, curves: Sequence[RedecidedCurve]) -> None:
        ordinal = self.ordinal
        match fact:
            case JournalEntry():
                record = JournalRecord(ordinal, recorded_at, fact)
                self._records.append(record)
                self._append(tables.journal, [journal_row(record)])
                self._projector.add_entry(fact, ordinal)
            case Retraction():
                self._moved[fact.symbol] = recorded_at
                values = {**retraction_values(fact), "ordinal": ordinal, "batch": command}
                self._append(tables.retractions, [stored_row(tables.retractions, values)])
                self._retractions.append((ordinal, fact, curves))
            case Backtest():
                values = {**backtest_values(fact), "ordinal": ordinal}
                self._append(tables.backtests, [stored_row(tables.backtests, values)])

    def _insertions(self, dialect: str, end: StoredRow) -> Iterator[Insertion]:
        for table, rows in self._appended.items():
            yield _inserting(table), rows
        for projection, latest in self._latest.items():
            yield _upserting(projection, dialect), [*latest.values()]
        yield _upserting(_DESK, dialect), [end]


_DESK = Projection(tables.desk)
_command_row = row_writer(tables.commands, CommandEnvelope, CommandIdentity, "ordinal", "encoding", "clock")
_INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


@cache
def _inserting(table: Table) -> Insert:
    return table.insert()


@cache
def _upserting(projection: Projection, dialect: str) -> Insert:
    table = projection.table
    keys = [column.name for column in table.primary_key]
    statement = _INSERT[dialect](table)
    changed: dict[str, Any] = {column.name: statement.excluded[column.name] for column in table.c}
    for name in (*keys, *projection.kept):
        del changed[name]
    for name in projection.gathered:
        changed[name] = table.c[name].bitwise_or(statement.excluded[name])
    if changed:
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statement.on_conflict_do_nothing(index_elements=keys)
