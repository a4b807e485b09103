"""Whether what followed each command belongs to it: its market data, its retraction, its journal entries, its clock."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from api.codec.market_data import market_data_sent, retraction_sent
from api.persistence.history import Recorded, RecordedCommand
from api.verification.command_effects import CommandEffects
from domain.engine.events import Event, JournalRecord, Retraction
from domain.market.update import MarketUpdate


class CommandAudit:
    """Follows the commands of history; what it is asked about followed the newest one."""

    def __init__(self) -> None:
        self._command: RecordedCommand | None = None
        self._updates: frozenset[MarketUpdate] | None = None
        self._effects: CommandEffects | None = None

    @property
    def account(self) -> str | None:
        """The name of the account that the command is for, if there is one."""
        return None if self._command is None else self._command.envelope.account

    def begin(self, command: RecordedCommand) -> None:
        """The next command begins."""
        self._command, self._updates = command, market_data_sent(command.envelope.kind, command.envelope.sent)
        self._effects = CommandEffects(command)

    def clock_faults(self, latest_end: datetime | None) -> Iterator[str]:
        """Faults of the time at which the command was decided, given what the market's clock (R2) showed."""
        command = self._command
        if command is not None and command.clock not in (command.envelope.recorded_at, latest_end):
            yield f"commands {command.ordinal} was decided at a time that no clock showed"

    def end(self) -> Iterator[str]:
        """Faults of all that the command did, which is complete."""
        effects, self._effects = self._effects, None
        return iter(()) if effects is None else effects.faults()

    def add_effect(self, event: Event | None) -> None:
        """The command did something: an event of its journal, or None for anything else."""
        if self._effects is not None:
            self._effects.add(event)

    def update_faults(self, row: Recorded, update: MarketUpdate) -> Iterator[str]:
        """Faults of a bar or quote that the command brought."""
        if not self._is_of_command(row):
            yield f"{row.name} is not of the batch it came in"
        if self._updates is not None and update not in self._updates:
            yield f"{row.name} is not what was sent"

    def retraction_faults(self, row: Recorded, retraction: Retraction) -> Iterator[str]:
        """Faults of a retraction that the command asked for."""
        if self._command is None or not self._is_of_command(row):
            yield f"{row.name} is not of the command it came with"
        elif (retraction.symbol, retraction.since) != retraction_sent(self._command.envelope.sent):
            yield f"{row.name} is not what was sent"

    def is_labelled(self, row: Recorded, record: JournalRecord, account_id: UUID | None) -> bool:
        """Whether an entry's columns are those of its event, and of the command, whose account has this id."""
        command = self._command
        if command is None or command.envelope.recorded_at != record.recorded_at:
            return False
        is_for_account = command.envelope.account is None or account_id == record.entry.account_id
        return is_for_account and row.is_labelled_as(record)

    def _is_of_command(self, row: Recorded) -> bool:
        return self._command is not None and row.batch == self._command.ordinal
