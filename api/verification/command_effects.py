"""What a recorded command did, held against what is remembered of it (R5)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from api.persistence.history import RecordedCommand
from domain.engine.commands import CloseAll, CommandRecord, Reset
from domain.engine.events import Event, SessionEnded, SignalEvent, TradeEvent


@dataclass(slots=True)
class CommandEffects:
    """What followed a command: if anything, the signal that came first, the session that ended, what was closed."""

    command: RecordedCommand
    are_any: bool = False
    first_signal: UUID | None = None
    ended_session: int | None = None
    closed: list[UUID] = field(default_factory=list)

    def add(self, event: Event | None) -> None:
        """A fact of the command: an event of its journal, or None for market data and backtests."""
        if self.first_signal is None and isinstance(event, SignalEvent):
            self.first_signal = event.signal.id
        if isinstance(event, SessionEnded):
            self.ended_session = event.session.number
        if isinstance(event, TradeEvent):
            self.closed.append(event.trade.id)
        self.are_any = True

    def faults(self) -> Iterator[str]:
        """Where the command and what followed it contradict each other."""
        command, record = self.command, self.command.record
        named = f"commands {command.ordinal}"
        if record is not None:
            yield from (f"{named} {fault}" for fault in self._faults_of_record(record))
        elif not self.are_any:
            yield f"{named} did nothing"
        elif command.id is not None and command.id != self.first_signal:
            yield f"{named} is not known by the id of its signal"

    def _faults_of_record(self, record: CommandRecord) -> Iterator[str]:
        sent = record.command
        if (
            sent.command_id is None
            or sent.command_id.key != self.command.id
            or sent.account != self.command.envelope.account
        ):
            yield "is not known by the id it came with"
        if record.refusal is not None and self.are_any:
            yield "was refused, and did something"
        repeated = sent.session if isinstance(sent, Reset) and record.refusal is None else None
        if record.ended_session != (self.ended_session or repeated):
            yield "is not remembered with the session that it ended"
        # A ruin of the account closes what is left after that.
        if isinstance(sent, CloseAll) and list(record.closed) != self.closed[: len(record.closed)]:
            yield "is not remembered with the positions that it closed"
