"""The desk's state folded again from history, and whether its figures obey the laws of its ledger (R28-R32)."""

from collections import ChainMap
from collections.abc import Mapping
from uuid import UUID

from api.persistence.expected_rows import ExpectedRows
from api.persistence.projections.projector import Projector
from api.verification.curve_audit import CurveAudit, SessionKey
from api.verification.result import VerificationResult
from domain.engine.audit import Fold, account_faults, position_faults
from domain.engine.events import JournalEntry, PositionEvent, TradeEvent
from domain.engine.state import Desk
from domain.engine.watch import EndedSession
from domain.market.update import MarketUpdate


class FoldAudit:
    """Folds history, and projects the rows that the read models must have."""

    def __init__(self, result: VerificationResult, expected: ExpectedRows) -> None:
        self._result = result
        self._fold = Fold()
        self._projector = Projector.of_history(expected)
        self._curves = CurveAudit(self._projector)
        self._ended: dict[SessionKey, EndedSession] = {}
        self._seqs: dict[UUID, int] = {}

    @property
    def desk(self) -> Desk:
        """The desk as it stands after what was folded."""
        return self._fold.desk

    @property
    def projector(self) -> Projector:
        """What makes the rows of the read models."""
        return self._projector

    def end_command(self) -> None:
        """A command is complete. What it left behind is taken out of the fold, which would grow with history."""
        fold = self._fold
        fold.command()
        self._curves.grow(fold.curves)
        for session in fold.archived:
            self._projector.add_session(session.account)
            self._ended[_key_of(session)] = session
        fold.curves, fold.archived = [], []
        fold.desk = fold.desk.settled()

    def expect(self, places: Mapping[SessionKey, int]) -> None:
        """What is known of sessions' equity is stored as it was at these places in history."""
        self._curves.expect(places)

    def end_group(self, ordinal: int) -> None:
        """A group of commands is complete."""
        if self._curves.is_due(ordinal):
            self._curves.reach(ordinal, ChainMap(self._ended, self._current()))

    def _current(self) -> dict[SessionKey, EndedSession]:
        accounts = self.desk.accounts.values()
        current = (EndedSession(account, self._fold.watches[account.name]) for account in accounts)
        return {_key_of(session): session for session in current}

    def add_update(self, update: MarketUpdate, ordinal: int, *, is_retracted: bool) -> None:
        """A bar or quote was applied; one that was retracted later leaves only its number in its market."""
        if is_retracted:
            self._fold.retracted(update)
        else:
            self._fold.market_update(update)
            self._projector.add_update(update, ordinal)

    def add_entry(self, entry: JournalEntry, ordinal: int) -> None:
        """An event was journaled."""
        account_id = entry.account_id
        if entry.seq != self._seqs.get(account_id, 0) + 1:
            self._result.add_problem(account_id, f"the journal has a gap before {entry.seq}")
        self._seqs[account_id] = entry.seq
        self._result.count(account_id, "events")
        self._fold.entry(entry)
        self._projector.add_entry(entry, ordinal)
        match entry.event:
            case PositionEvent() as event:
                self._check_position(account_id, event)
            case TradeEvent():
                self._result.count(account_id, "trades")
            case _:
                pass

    def finish(self) -> None:
        """All of history is folded."""
        accounts, markets = list(self.desk.accounts.values()), self.desk.markets.values()
        self._projector.finish(accounts, markets)
        for account_id, session in self._curves.finish(ChainMap(self._ended, self._current())):
            self._result.add_problem(account_id, f"watermarks {account_id} {session} is of no place in history")
        for account in accounts:
            self._result.add_problems(account.id, account_faults(account, self.desk.markets))

    def _check_position(self, account_id: UUID, event: PositionEvent) -> None:
        if event.fill is not None:
            self._result.count(account_id, "fills")
        for fault in position_faults(event.position):
            self._result.add_problem(account_id, f"position {event.position.id}: {fault}")


def _key_of(session: EndedSession) -> SessionKey:
    return session.account.id, session.account.session.number
