"""History decided again without some market data, window by window (R7, R40)."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from api.codec.command_inputs import command_of
from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.persistence.historical_state import AssetClassAssignment, account_as_begun, asset_class_assignments, market_at
from api.persistence.history import WINDOW, Recorded, RecordedCommand
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.queries import signals_by_id
from api.persistence.replayed_history import HistoryScope, counting_without, replayed_history, symbols_signalled
from api.persistence.retraction_scope import TouchedSession
from domain.engine.commands import AccountCommand, ExecuteSignal, Times, named_signal
from domain.engine.counterfactual import Dependence
from domain.engine.events import JournalRecord, SignalEvent
from domain.engine.redecision import RedecidedBatch, Redecision
from domain.engine.watch import RedecidedCurve
from domain.market.update import MarketUpdate
from domain.orders.signal import Signal
from domain.portfolio.account import Account

Kind = TypeVar("Kind")


@dataclass(slots=True)
class _Record:
    """A command, and what was recorded of what it did."""

    command: RecordedCommand
    updates: list[MarketUpdate] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    is_new: bool = False
    entries: list[JournalRecord] = field(default_factory=list)


class RetractionReplay:
    """Accounts decided again from the starts of their sessions on, without a symbol's data from a time on.

    It can be taken further as history grows; `reached` is the ordinal up to which it knows it.
    """

    def __init__(
        self,
        symbol: str,
        since: datetime,
        first: int,
        sessions: Sequence[TouchedSession],
        joining: list[tuple[int, Account]],
    ) -> None:
        self.reached = min(session.began for session in sessions)
        self._symbol = symbol
        self._since = since
        self._replay = Redecision(differs=first <= self.reached)
        self._sessions = {session.account_id: session for session in sessions}
        self._names = {session.account: session.account_id for session in sessions}
        self._joining = joining
        self._assignments: list[AssetClassAssignment] = []
        self._symbols: set[str] = set()
        self._record: _Record | None = None
        self._known_until = -1

    @classmethod
    def begin(
        cls, transaction: PlainTransaction, symbol: str, since: datetime, first: int, sessions: Sequence[TouchedSession]
    ) -> "RetractionReplay":
        """A replay of accounts, each from the start of a session; `first` is the ordinal of the first of the data."""
        joining = [
            (session.began, transaction.ask(account_as_begun, session.account, session.account_id, session.began))
            for session in sorted(sessions, key=lambda session: session.began)
        ]
        return cls(symbol, since, first, sessions, joining)

    @property
    def accounts(self) -> Collection[UUID]:
        """The accounts that it decides again."""
        return self._sessions.keys()

    @property
    def dependent(self) -> Sequence[Dependence]:
        """What would have come otherwise."""
        return self._replay.dependent

    def read(self, transaction: PlainTransaction, until: int) -> Sequence[Recorded]:
        """What was recorded next, up to an ordinal at which a transaction ended, to be taken before more is read."""
        if self._known_until != until:
            self._learn(transaction)
            self._known_until = until
        scope = HistoryScope(self._names, self._symbols)
        end = min(until, self.reached + WINDOW)
        records = transaction.ask(replayed_history, self.reached, end, scope)
        self._recall(transaction, records)
        return records

    def take(self, records: Sequence[Recorded], until: int) -> None:
        """Decide what was read."""
        for recorded in records:
            self._take(recorded)
        self.reached = min(until, self.reached + WINDOW)
        if self.reached == until:
            self._complete()
            self._catch_up(until + 1)

    def curves(self) -> list[RedecidedCurve]:
        """The curves of all sessions that it followed."""
        return self._replay.curves()

    def _learn(self, transaction: PlainTransaction) -> None:
        """Learn which symbols the accounts have signalled by now, how their markets stood where it has come, and when
        others fixed their asset classes."""
        sessions = {session.account_id: session.number for session in self._sessions.values()}
        symbols = transaction.ask(symbols_signalled, sessions)
        fixed = transaction.ask(asset_class_assignments, sorted(symbols))
        classes = {
            assignment.symbol: assignment.asset_class for assignment in fixed if assignment.ordinal <= self.reached
        }
        counting = counting_without(self._symbol, self._since)
        for symbol in sorted(symbols - self._symbols):
            market = transaction.ask(market_at, symbol, self.reached, classes.get(symbol), counting)
            self._replay.add_market(market)
        self._symbols = symbols
        self._assignments = [assignment for assignment in self._assignments if assignment.ordinal <= self.reached] + [
            assignment
            for assignment in fixed
            if assignment.ordinal > self.reached and not self._follows(assignment.account_id, assignment.ordinal)
        ]

    def _recall(self, transaction: PlainTransaction, records: Sequence[Recorded]) -> None:
        """Learn the signals of earlier sessions that refused commands with ids named.

        They ended with their sessions; what becomes of later ones the replay itself finds out.
        """
        refused = [_expect(RecordedCommand, recorded.fact()).record for recorded in records if recorded.is_refused]
        named = {named_signal(record.command) for record in refused if record is not None}
        signals = transaction.ask(signals_by_id, {signal_id for signal_id in named if signal_id is not None})
        self._replay.remember(signal for signal in signals if self._is_earlier(signal))

    def _is_earlier(self, signal: Signal) -> bool:
        scope = self._sessions.get(signal.account_id)
        return scope is not None and signal.session < scope.number

    def _take(self, recorded: Recorded) -> None:
        if recorded.is_command:
            self._complete()
            self._record = _Record(_expect(RecordedCommand, recorded.fact()))
        elif self._record is not None and recorded.is_entry:
            self._take_entry(self._record, recorded)
        elif self._record is not None and recorded.symbol in self._symbols:
            self._take_update(self._record, recorded)

    def _take_entry(self, record: _Record, recorded: Recorded) -> None:
        if self._follows(recorded.account_id, recorded.ordinal):
            record.entries.append(_expect(JournalRecord, recorded.fact()))

    def _take_update(self, record: _Record, recorded: Recorded) -> None:
        update = recorded.fact()
        assert isinstance(update, MarketUpdate)  # noqa: S101 - what the table holds
        is_meant = update.symbol == self._symbol and update.lies_after(self._since)
        if not recorded.is_retracted and not is_meant:
            record.updates.append(update)
            return
        record.left_out.append(update.symbol)
        record.is_new |= not recorded.is_retracted

    def _complete(self) -> None:
        """Decide the command that is recorded whole."""
        record, self._record = self._record, None
        if record is None:
            return
        recorded = record.command
        self._catch_up(recorded.ordinal)
        times = Times(recorded.envelope.recorded_at, recorded.clock)
        if recorded.envelope.kind in MARKET_DATA_LISTS:
            batch = RedecidedBatch(record.updates, record.left_out, record.is_new)
            self._replay.ingest(batch, times, recorded.ordinal, record.entries)
        elif (command := self._command(record)) is not None:
            self._replay.redecide(command, times, recorded.ordinal, record.entries, recorded.record)

    def _command(self, record: _Record) -> AccountCommand | None:
        """The command of an account that is followed."""
        recorded = record.command
        account_id = None if recorded.envelope.account is None else self._names.get(recorded.envelope.account)
        if recorded.envelope.account is None or account_id is None or not self._follows(account_id, recorded.ordinal):
            return None
        if recorded.record is not None:
            return recorded.record.command
        if recorded.envelope.kind is CommandKind.EXECUTE_SIGNAL:
            signal = _expect(SignalEvent, record.entries[0].entry.event).signal
            return ExecuteSignal(recorded.envelope.account, signal.id, signal.signal_id, signal.request)
        return command_of(recorded.envelope.kind, recorded.envelope.account, json.loads(recorded.envelope.sent))

    def _catch_up(self, ordinal: int) -> None:
        """What happened before a command: sessions that began, asset classes that others fixed."""
        while self._joining and self._joining[0][0] < ordinal:
            self._replay.add_account(self._joining.pop(0)[1])
        while self._assignments and self._assignments[0].ordinal < ordinal:
            assignment = self._assignments.pop(0)
            self._replay.fix_asset_class(assignment.symbol, assignment.asset_class)

    def _follows(self, account_id: UUID, ordinal: int) -> bool:
        return account_id in self._sessions and ordinal > self._sessions[account_id].began


def _expect(kind: type[Kind], value: object) -> Kind:
    assert isinstance(value, kind)  # noqa: S101 - what the table holds
    return value
