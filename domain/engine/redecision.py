"""The past decided again, some market data left out: whether anything would have come otherwise (R7, R40)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.calendar import UTC_ZONE, Zone
from domain.engine.commands import AccountCommand, Command, CommandRecord, Ingest, Times, named_signal
from domain.engine.counterfactual import Dependence
from domain.engine.decide.dispatch import decide
from domain.engine.events import (
    AccountDisabled,
    AccountEnabled,
    AccountHalted,
    AccountOpened,
    AccountResumed,
    Event,
    JournalEntry,
    JournalRecord,
    PositionEvent,
    SessionEnded,
    SessionStarted,
    SettingsChanged,
    SignalEvent,
    TradeEvent,
)
from domain.engine.observer import CurveGrowth, SessionCurve
from domain.engine.overdue import all_caught_up, caught_up_in_turn
from domain.engine.results import Decision
from domain.engine.state import Desk
from domain.engine.watch import EndedSession, RedecidedCurve, Watch
from domain.instruments import AssetClass
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import plain
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.open_positions import NO_POSITIONS
from domain.portfolio.overlay_map import OverlayMap
from domain.portfolio.position import Position
from domain.portfolio.working_signals import NO_SIGNALS
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class RedecidedBatch:
    """What of a batch of market data is applied again, and the symbols of what is left out, by this retraction or by an
    earlier one; `is_new` says that some of it counts as yet."""

    updates: Sequence[MarketUpdate]
    left_out: Sequence[str] = ()
    is_new: bool = False


_Session = tuple[UUID, int]


class Redecision:
    """Decides again the commands of accounts, from the start of a session on, without some market data.

    Tell it what was recorded, in its order: accounts as their sessions begin, commands with the journal entries that
    they made, market data with what is left out of it. An account that would have gone another way is followed no
    further. It `differs` from the start if some of the data came before.
    """

    def __init__(self, *, differs: bool = False) -> None:
        self.dependent: list[Dependence] = []
        self._desk = Desk()
        self._signals: dict[UUID, Signal] = {}
        self._names: dict[UUID, str] = {}
        self._unfollowed: set[str] = set()
        self._growth: dict[_Session, CurveGrowth] = {}
        self._ended: dict[_Session, EndedSession] = {}
        self._differs = differs

    def add_market(self, market: Market) -> None:
        """Add a symbol that the accounts come to trade, as its market stands."""
        self._desk = self._desk.with_market(market).settled()

    def add_account(self, account: Account) -> None:
        """Follow an account from here on, where a session of it begins."""
        self._names[account.id] = account.name
        watch = Watch.start(account.session, self._desk.recent.newest)
        self._desk = self._desk.with_account(account, ()).with_watch(account.name, watch).settled()

    def fix_asset_class(self, symbol: str, asset_class: AssetClass) -> None:
        """Fix a symbol's asset class, as an account that is not followed did (R6)."""
        self._desk = self._desk.with_market(replace(self._desk.market(symbol), asset_class=asset_class)).settled()

    def remember(self, signals: Iterable[Signal]) -> None:
        """Remember signals of sessions that ended before their accounts were followed, which commands to come name."""
        self._signals |= {signal.id: signal for signal in signals}

    def ingest(
        self,
        batch: RedecidedBatch,
        times: Times,
        ordinal: int,
        recorded: Sequence[JournalRecord],
    ) -> None:
        """Apply what of a batch is not left out, and compare what comes of it with what was recorded."""
        begins = batch.is_new and not self._differs
        if begins:
            self._ended = {}
        decision = self._decide(Ingest(batch.updates), times)
        # What was applied can be whatever is left out: no market is further on without it, and an account whose
        # figures cannot be held differs in its journal.
        assert decision.result.ingested is not None and decision.result.ingested.applied == len(batch.updates)  # noqa: S101, PT018
        self._compare(decision, ordinal, recorded)
        for symbol in batch.left_out:
            self._desk = self._desk.with_market(self._desk.market(symbol).without_next())
        self._desk = self._desk.settled()
        # A batch is applied by time: what of it is observed after data that is left out is of its time or later.
        self._differs |= begins

    def redecide(
        self,
        command: AccountCommand,
        times: Times,
        ordinal: int,
        recorded: Sequence[JournalRecord],
        record: CommandRecord | None = None,
    ) -> None:
        """Decide a command again, and compare what comes of it with what was recorded of it: entries, and a refusal."""
        if command.account in self._unfollowed:
            return
        decision = self._decide(command, replace(times, zone=_zone_begun(recorded)))
        self._compare(decision, ordinal, recorded)
        if record is not None and decision.result.refusal != record.refusal and command.account not in self._unfollowed:
            code = "not" if record.refusal is None else record.refusal.code.value
            self._stop_following(command.account)
            what = f"a {type(command).__name__} was refused, {code}"
            self.dependent.append(Dependence(ordinal, times.clock, command.account, what))

    def curves(self) -> list[RedecidedCurve]:
        """The curves of all sessions that went on after the first of the data."""
        self._desk, owed = all_caught_up(self._desk)
        self._grow(owed)
        sessions = {**self._ended, **self._current()}
        return [
            RedecidedCurve(ended.account, ended.watch, self._growth.get(key, CurveGrowth()))
            for key, ended in sessions.items()
            if ended.account.name not in self._unfollowed
        ]

    def _decide(self, command: Command, times: Times) -> Decision:
        desk = self._desk
        if named_signal(command) is not None:
            desk = replace(desk, signals=OverlayMap(self._signals))
        decision = decide(desk, command, times)
        after, owed = caught_up_in_turn(decision.desk)
        self._desk = after.settled()
        self._keep(decision)
        self._grow(owed)
        return decision

    def _current(self) -> dict[_Session, EndedSession]:
        return {
            (account.id, account.session.number): EndedSession(account, self._desk.watches[account.name])
            for account in self._desk.accounts.values()
        }

    def _grow(self, curves: Iterable[SessionCurve]) -> None:
        for curve in curves:
            self._growth.setdefault((curve.account_id, curve.session), CurveGrowth()).add(curve.growth)

    def _keep(self, decision: Decision) -> None:
        events = (fact.event for fact in decision.facts if isinstance(fact, JournalEntry))
        self.remember(event.signal for event in events if isinstance(event, SignalEvent))
        self._grow(decision.curves)
        for ended in decision.archived:
            self._ended[ended.account.id, ended.account.session.number] = ended

    def _compare(self, decision: Decision, ordinal: int, recorded: Sequence[JournalRecord]) -> None:
        compared: dict[UUID, tuple[list[JournalEntry], list[JournalRecord]]] = {}
        for fact in decision.facts:
            if isinstance(fact, JournalEntry):
                compared.setdefault(fact.account_id, ([], []))[0].append(fact)
        for record in recorded:
            compared.setdefault(record.entry.account_id, ([], []))[1].append(record)
        for account_id, (decided, known) in compared.items():
            if self._names[account_id] not in self._unfollowed:
                self._compare_one(self._names[account_id], decided, ordinal, known)

    def _compare_one(
        self, account: str, decided: Sequence[JournalEntry], ordinal: int, recorded: Sequence[JournalRecord]
    ) -> None:
        equal = 0
        for mine, theirs in zip(decided, recorded, strict=False):
            if _without_mark(mine) != _without_mark(theirs.entry):
                break
            equal += 1
        if equal == len(decided) == len(recorded):
            return
        self._stop_following(account)
        self.dependent += [_dependence(account, record) for record in recorded[equal:]]
        if equal == len(recorded):
            event = decided[equal].event
            self.dependent.append(Dependence(ordinal, event.occurred_at, account, f"without it, {described(event)}"))

    def _stop_following(self, account: str) -> None:
        """Follow an account no further: without positions and signals no bar touches it."""
        self._unfollowed.add(account)
        bare = replace(self._desk.accounts[account], positions=NO_POSITIONS, working=NO_SIGNALS)
        self._desk = self._desk.without_account(account).with_account(bare, ())
        self._desk = self._desk.with_watch(account, Watch.start(bare.session, self._desk.recent.newest)).settled()


def _zone_begun(recorded: Sequence[JournalRecord]) -> Zone:
    """The zone, as it was resolved, that a session which a command began counts its days in (R34)."""
    events = (record.entry.event for record in recorded)
    return next((event.session.zone for event in events if isinstance(event, SessionStarted)), UTC_ZONE)


def _without_mark(entry: JournalEntry) -> Any:
    """An entry without the last price of its time, which decided nothing."""
    match entry.event:
        case PositionEvent(kind, position, _, occurred_at):
            return entry.seq, kind, position, occurred_at
        case event:
            return entry.seq, event


def _dependence(account: str, recorded: JournalRecord) -> Dependence:
    event = recorded.entry.event
    return Dependence(recorded.ordinal, event.occurred_at, account, described(event))


def described(event: Event) -> str:
    """An event in a few words."""
    match event:
        case PositionEvent(_, position) if event.changes is not None:
            return f"position {position.signal_id} in {position.symbol} was amended"
        case SignalEvent(signal) if event.changes is not None:
            return f"signal {signal.signal_id} of {signal.request.symbol} was amended"
        case PositionEvent(_, position):
            subject = f"position {position.signal_id} in {position.symbol}"
            what = _stop_moved(position) if event.fill is None else f"{event.fill.reason.value} fill"
            return f"{what} of {subject}"
        case SignalEvent(signal):
            reason = "" if signal.refusal is None else f", {signal.refusal.code.value}"
            return f"signal {signal.signal_id} of {signal.request.symbol} became {signal.status.value}{reason}"
        case TradeEvent(trade):
            return f"trade {trade.signal_id} in {trade.symbol} was completed"
        case AccountHalted(reason):
            return f"it was halted: {reason}"
        case _:
            return _IN_WORDS[type(event)]


def _stop_moved(position: Position) -> str:
    return "stop moved" if position.stop is None else f"stop moved to {plain(position.stop)}"


_IN_WORDS: dict[type, str] = {
    AccountOpened: "it was opened",
    AccountEnabled: "it was enabled",
    AccountDisabled: "it was disabled",
    AccountResumed: "its halt was lifted",
    SettingsChanged: "its settings were changed",
    SessionEnded: "a session ended",
    SessionStarted: "a session began",
}
