"""What is over, as far as the answers to a group of commands may show it: closed positions, ended sessions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.reports import session_records
from api.persistence.repositories import load_positions
from domain.engine.commands import (
    CloseAll,
    Command,
    ExecuteSignal,
    Ingest,
    RecordBacktest,
    Reset,
    RetractMarketData,
    ReversePosition,
    named_signal,
)
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.results import Decision
from domain.engine.state import Desk
from domain.engine.views import SessionView
from domain.orders.signal import SignalStatus
from domain.portfolio.position import Position


@dataclass(slots=True)
class ClosedState:
    """Closed positions by id, and ended sessions by account and number. It grows with what the group itself ends."""

    positions: dict[UUID, Position] = field(default_factory=dict)
    sessions: dict[tuple[str, int], SessionView] = field(default_factory=dict)

    def add(self, decision: Decision) -> None:
        """Take in what a command closed and ended."""
        for fact in decision.facts:
            if (
                isinstance(fact, JournalEntry)
                and isinstance(fact.event, PositionEvent)
                and not fact.event.position.is_open
            ):
                self.positions[fact.event.position.id] = fact.event.position
        for session in decision.archived:
            account = session.account
            ended = SessionView(account.id, account.session, account.totals, session.watch.watermarks)
            self.sessions[account.name, account.session.number] = ended


def load_closed_state(connection: Connection, desk: Desk, commands: Sequence[Command]) -> ClosedState:
    """What was over before a group of commands, as far as they name it; `desk` knows the signals that they name."""
    closed = ClosedState()
    for ids in chunks(sorted({key for command in commands for key in _closed_positions(desk, command)})):
        positions = load_positions(connection, tables.positions.c.id.in_(ids))
        closed.positions |= {position.id: position for position in positions}
    for name, number in {key for command in commands for key in _ended_session(desk, command)}:
        for record in session_records(connection, name, number):
            ended = SessionView(record.account_id, record.session, record.totals, record.watermarks)
            closed.sessions[name, number] = ended
    return closed


def _closed_positions(desk: Desk, command: Command) -> Sequence[UUID]:
    """The position that a command is about, if it is closed, or those that it closed when it was sent first."""
    if isinstance(command, Ingest | RetractMarketData | RecordBacktest):
        return []
    if isinstance(command, CloseAll):
        known = desk.commands.get(command.command_id.key) if command.command_id else None
        return () if known is None else known.closed
    own = command.signal.id if isinstance(command, ReversePosition) else None
    keys = (command.id,) if isinstance(command, ExecuteSignal) else (named_signal(command), own)
    account = desk.accounts.get(command.account)
    named = [desk.signals[key] for key in keys if key is not None and key in desk.signals]
    if account is None:
        return []
    own_executed = [s.id for s in named if s.account_id == account.id and s.status is SignalStatus.EXECUTED]
    return [key for key in own_executed if key not in account.positions]


def _ended_session(desk: Desk, command: Command) -> list[tuple[str, int]]:
    """The session that a command ended when it was sent first, or would end once more."""
    if not isinstance(command, Reset):
        return []
    record = desk.commands.get(command.command_id.key) if command.command_id else None
    number = command.session if record is None else record.ended_session
    account = desk.accounts.get(command.account)
    is_over = account is not None and number is not None and 1 <= number < account.session.number
    return [(command.account, number)] if is_over and number is not None else []
