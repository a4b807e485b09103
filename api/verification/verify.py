"""`papertape verify`: the record folded anew, and compared with what is stored, to the last digit."""

from datetime import date, datetime
from uuid import UUID

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.market_data import market_data_sent, retraction_sent
from api.database_url import DatabaseUrl
from api.persistence import tables
from api.persistence.chain import ExpectedHead
from api.persistence.command_effects import CommandEffects
from api.persistence.engines import read_engine
from api.persistence.event_log import journal_values
from api.persistence.expected import DESK, Expected
from api.persistence.history import Recorded, RecordedCommand, history, last_recorded, retraction_count
from api.persistence.mappers import (
    account_values,
    market_day_values,
    market_values,
    marks_values,
    point_values,
    retraction_of,
    session_values,
    signal_values,
    signalled_values,
    values_of,
    zone_values,
)
from api.persistence.migrating import require_current
from api.persistence.projections.equity_hours import hours_of_all_points
from api.persistence.projections.trade_stats import Key, keys_of, trade_stats_values
from api.persistence.queries import latest_end
from api.persistence.repositories import head, newest
from api.verification.chain import ChainAudit
from api.verification.result import VerificationResult, report
from api.verification.retraction_audit import RetractionAudit
from domain.analytics.comparison import Backtest
from domain.analytics.stats import TradeStats
from domain.calendar import UTC_ZONE
from domain.engine.audit import Fold, account_faults, position_faults
from domain.engine.events import (
    AccountOpened,
    Event,
    JournalRecord,
    PositionEvent,
    Retraction,
    SessionEnded,
    SessionStarted,
    SignalEvent,
    TradeEvent,
)
from domain.market.bar import Bar
from domain.portfolio.account import Account
from domain.portfolio.session import Session
from domain.portfolio.trade import Trade


class _Verification:
    """One pass over the history."""

    def __init__(self, expected_head: ExpectedHead | None) -> None:
        self.fold = Fold()
        self.findings = VerificationResult()
        self.chain = ChainAudit(self.findings, expected_head)
        self.expected = Expected()
        self.is_broken = False
        self.reached = 0
        self._command: RecordedCommand | None = None
        self._sent: frozenset[Bar] | None = None
        self._effects: CommandEffects | None = None
        self._seqs: dict[UUID, int] = {}
        self._tallies: dict[Key, TradeStats] = {}
        self._changed: dict[object, int] = {}
        self._opened: dict[UUID, int] = {}
        self._began: dict[tuple[UUID, int], int] = {}
        self._ended: dict[tuple[UUID, int], int] = {}
        self._days: dict[tuple[str, date], tuple[int, int]] = {}
        self._priced_at: dict[str, datetime] = {}
        self._retractions = RetractionAudit()

    @property
    def retraction_count(self) -> int:
        """How many retractions it has seen: history before one is folded as it is without the market data."""
        return self._retractions.count

    async def take(self, connection: AsyncConnection, until: int) -> None:
        """Fold what was recorded since, up to an ordinal; what cannot be folded ends it."""
        async for each in history(connection, self.reached, until):
            self.chain.take(each)
            if each.is_link:
                continue
            self._place(each.ordinal)
            if self.is_broken:
                continue
            try:
                self._take(each)
                if each.table is tables.retractions:
                    await self._take_retraction(connection, each)
            except Exception as problem:  # noqa: BLE001 - the record is on trial: what it breaks is a finding
                self.is_broken = True
                self.findings.blame(DESK, f"{each.table.name} {each.ordinal} makes no sense: {problem!r}")
        self._place(until + 1)
        self.reached = until

    def finish(self, latest_end: datetime | None, last: int) -> None:
        """What must be stored now, given the desk's clock and the ordinal of the last row of history."""
        self._end_command()
        for fault in self._retractions.leftover():
            self.findings.blame(DESK, fault)
        if latest_end != self.fold.desk.latest_end or last > self.reached:
            self.findings.blame(DESK, "desk 1 is not what the journal says")
        for account in self.fold.desk.accounts.values():
            self._expect_account(account)
            for fault in account_faults(account, self.fold.desk):
                self.findings.blame(account.id, fault)
        for key, tally in self._tallies.items():
            self.expected.put(tables.tallies, trade_stats_values(key, tally))
        for market in self.fold.desk.markets.values():
            values = {**market_values(market), "recorded_at": self._priced_at[market.symbol]}
            self.expected.put(tables.markets, values, self._changed[market.symbol])

    def _place(self, ordinal: int) -> None:
        """Ordinals have no gaps, and none is there twice."""
        if ordinal > self.reached + 1:
            self.findings.blame(DESK, f"history lacks {self.reached + 1} to {ordinal - 1}")
        elif ordinal <= self.reached:
            self.findings.blame(DESK, f"history has {ordinal} twice")
        self.reached = ordinal

    def _take(self, each: Recorded) -> None:
        match each.fact():
            case RecordedCommand() as command:
                self._end_command()
                self._command, self._sent = command, market_data_sent(command.envelope.kind, command.envelope.sent)
                self._effects = CommandEffects(command)
                if command.clock not in (command.envelope.recorded_at, self._retractions.latest_end):
                    self.findings.blame(DESK, f"commands {each.ordinal} was decided at a time that no clock showed")
            case Bar() as bar:
                self._note_effect(None)
                self._take_bar(each, bar)
            case JournalRecord() as record:
                self._note_effect(record.entry.event)
                self._take_journal(each, record)
            case Backtest() | Retraction():
                self._note_effect(None)

    def _note_effect(self, event: Event | None) -> None:
        if self._effects is not None:
            self._effects.add(event)

    def _end_command(self) -> None:
        self.fold.command()
        self._settle()
        for fault in self._effects.faults() if self._effects is not None else ():
            self.findings.blame(DESK, fault)

    def _settle(self) -> None:
        """Take what a command left behind out of the fold, so that it does not grow with history."""
        for point in self.fold.points:
            self.expected.put(tables.equity_points, point_values(point))
            self.expected.put(tables.equity_days, values_of(point, tables.equity_days))
        for account in self.fold.archived:
            self._expect_session(account)
        self.fold.points, self.fold.archived = [], []
        self.fold.desk = self.fold.desk.settled()

    def _take_bar(self, each: Recorded, bar: Bar) -> None:
        if self._command is None or each.row.batch != self._command.ordinal:
            self.findings.blame(DESK, f"{each.table.name} {each.ordinal} is not of the batch it came in")
        if self._sent is not None and bar not in self._sent:
            self.findings.blame(DESK, f"{each.table.name} {each.ordinal} is not what was sent")
        self._retractions.applied(f"{each.table.name} {each.ordinal}", bar, each.row.retracted)
        self._touch_market(bar.symbol, each.ordinal)
        if each.row.retracted is not None:
            self.fold.retracted(bar)
            return
        self.fold.bar(bar)
        day = (bar.symbol, bar.start.date())
        first, hours = self._days.get(day, (each.ordinal, 0))
        self._days[day] = first, hours | 1 << bar.start.hour
        self.expected.put(tables.market_days, market_day_values(*day, first, each.ordinal, self._days[day][1]))

    async def _take_retraction(self, connection: AsyncConnection, each: Recorded) -> None:
        retraction = retraction_of(each.row)
        self._touch_market(retraction.symbol, each.ordinal)
        if self._command is None or each.row.batch != self._command.ordinal:
            self.findings.blame(DESK, f"{each.table.name} {each.ordinal} is not of the command it came with")
        elif (retraction.symbol, retraction.since) != retraction_sent(self._command.envelope.sent):
            self.findings.blame(DESK, f"{each.table.name} {each.ordinal} is not what was sent")
        known = self.fold.desk.market(retraction.symbol)
        async for fault in self._retractions.faults(connection, each.ordinal, retraction, known.asset_class):
            self.findings.blame(DESK, fault)

    def _touch_market(self, symbol: str, ordinal: int) -> None:
        self._changed[symbol] = ordinal
        if self._command is not None:
            self._priced_at[symbol] = self._command.envelope.recorded_at

    def _take_journal(self, each: Recorded, record: JournalRecord) -> None:
        if record.entry.seq != self._seqs.get(record.entry.account_id, 0) + 1:
            self.findings.blame(record.entry.account_id, f"the journal has a gap before {record.entry.seq}")
        self._seqs[record.entry.account_id] = record.entry.seq
        self._changed[record.entry.account_id] = record.ordinal
        self.findings.count(record.entry.account_id, "events")
        self._fold_event(record)
        if not self._is_framed(each, record):
            self.findings.blame(record.entry.account_id, f"journal {record.ordinal} is not labelled as what it holds")

    def _is_framed(self, each: Recorded, record: JournalRecord) -> bool:
        """Whether an entry's columns are those of its event, and of the command that it belongs to."""
        stored, command = each.row._mapping, self._command
        labels = {name: value for name, value in journal_values(record).items() if name != "payload"}
        if command is None or command.envelope.recorded_at != record.recorded_at:
            return False
        name = command.envelope.account
        account = None if name is None else self.fold.desk.accounts.get(name)
        is_theirs = name is None or (account is not None and account.id == record.entry.account_id)
        return is_theirs and all(stored[name] == value for name, value in labels.items())

    def _fold_event(self, record: JournalRecord) -> None:
        known = self.fold.desk.markets
        self.fold.entry(record.entry)
        match record.entry.event:
            case AccountOpened(account_id, _, _, session):
                self._opened[account_id] = self._changed[account_id] = record.ordinal
                self._begin(account_id, session, record.ordinal)
            case SessionStarted(session):
                self._begin(record.entry.account_id, session, record.ordinal)
            case SessionEnded(session):
                self._ended[record.entry.account_id, session.number] = record.ordinal
            case SignalEvent(signal):
                symbol = signal.request.symbol
                if self.fold.desk.markets.get(symbol) != known.get(symbol):
                    self._touch_market(symbol, record.ordinal)
                seq = self.expected.first_seq(tables.signals, signal.id, record.entry.seq)
                self.expected.put(tables.signals, {"seq": seq, **signal_values(signal)})
                self.expected.put(tables.signalled, signalled_values(signal))
            case PositionEvent():
                self._expect_position(record, record.entry.event)
            case TradeEvent(trade):
                self._expect_trade(record, trade)

    def _begin(self, account_id: UUID, session: Session, ordinal: int) -> None:
        self._began[account_id, session.number] = ordinal
        if session.zone != UTC_ZONE:
            self.expected.put(tables.session_zones, zone_values(account_id, session))

    def _expect_trade(self, record: JournalRecord, trade: Trade) -> None:
        self.findings.count(record.entry.account_id, "trades")
        for key in keys_of(trade):
            self._tallies[key] = self._tallies.get(key, TradeStats()).with_trade(trade)
        self.expected.put(tables.trades, {"seq": record.entry.seq, **values_of(trade, tables.trades)})

    def _expect_position(self, record: JournalRecord, event: PositionEvent) -> None:
        position = event.position
        seq = self.expected.first_seq(tables.positions, position.id, record.entry.seq)
        self.expected.put(tables.positions, {"seq": seq, **values_of(position, tables.positions)})
        if event.fill is not None:
            self.findings.count(record.entry.account_id, "fills")
            self.expected.put(tables.fills, {"position_id": position.id, **values_of(event.fill, tables.fills)})
        for fault in position_faults(position):
            self.findings.blame(record.entry.account_id, f"position {position.id}: {fault}")

    def _expect_account(self, account: Account) -> None:
        values = {**account_values(account), "opened": self._opened[account.id]}
        self.expected.put(tables.accounts, values, self._changed[account.id])
        self._expect_session(account)
        for position_id, price in account.marks.extremes.items():
            values = {"position_id": position_id, "account_id": account.id, "price": price}
            self.expected.put(tables.extremes, values)

    def _expect_session(self, account: Account) -> None:
        key = (account.id, account.session.number)
        span = {"began": self._began[key], "ended": self._ended.get(key)}
        self.expected.put(tables.sessions, {**session_values(account), **span})
        self.expected.put(tables.marks, marks_values(account))


_COMPARED = (
    tables.accounts,
    tables.sessions,
    tables.session_zones,
    tables.marks,
    tables.extremes,
    tables.equity_points,
    tables.equity_days,
    tables.equity_hours,
    tables.signals,
    tables.signalled,
    tables.positions,
    tables.fills,
    tables.trades,
    tables.tallies,
    tables.markets,
    tables.market_days,
)


async def verify(url: DatabaseUrl, console: Console, expected: ExpectedHead | None = None) -> int:
    """Verify a database, and print a table and its head; 1 if anything differs or the expected head is not there.

    A server may go on writing meanwhile.
    """
    engine = read_engine(url)
    verification = _Verification(expected)
    try:
        await require_current(engine)
        async with engine.connect() as connection, connection.begin():
            target = await newest(connection)
            await verification.take(connection, target)
        async with engine.connect() as connection, connection.begin():
            if await retraction_count(connection) > verification.retraction_count:
                verification = _Verification(expected)
            end = await head(connection)
            await verification.take(connection, end.ordinal)
            verification.chain.finish(end)
            if not verification.is_broken:
                await _compare(verification, connection)
    finally:
        await engine.dispose()
    fold = verification.fold
    return report(verification.findings, fold.desk.accounts.values(), verification.reached, end, console)


async def _compare(verification: _Verification, connection: AsyncConnection) -> None:
    verification.finish(await latest_end(connection), await last_recorded(connection))
    # The points themselves are held to the journal.
    async for hour in hours_of_all_points(connection):
        verification.expected.put(tables.equity_hours, hour)
    for table in _COMPARED:
        async for account_id, fault in verification.expected.differences(connection, table, verification.reached):
            verification.findings.blame(account_id, fault)
