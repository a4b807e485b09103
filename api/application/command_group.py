"""One group of commands in one transaction: locked, completed, decided one after another, saved, committed.

It is done in one go, with plain calls: in the writer's thread on SQLite, carried by the event loop on PostgreSQL. A
command whose decision raises adds nothing, and the rest of its group goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from api.application.command_payload import command_payload
from api.application.deferred_command import DeferredCommand
from api.application.pending_command import DecidedCommand, PendingCommand
from api.choices import ClockKind
from api.clock import times_of
from api.errors import Unavailable
from api.persistence.cached_state import CachedState, caught_up, whole_desk
from api.persistence.chain import Head
from api.persistence.change_feed import ChangeBatch
from api.persistence.closed_state import ClosedState, load_closed_state
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown
from api.persistence.desk_row import lock
from api.persistence.live_state import LiveState, desk_at
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.repositories import with_history
from api.persistence.stale_writers import end_frozen_writer
from api.persistence.unit_of_work import Changes
from api.zones import zone_for
from domain.engine.commands import Command, Times
from domain.engine.decide.dispatch import decide
from domain.engine.overdue import caught_up_in_turn
from domain.engine.state import Desk

_log = structlog.get_logger(__name__)

_LARGEST_LOAD_ON_LOOP = 200

ReadyCommand = tuple[PendingCommand, Command]
"""A command that waits, and the same once it is complete."""

Published = tuple[int, Desk, ChangeBatch | None]
"""A state that may be read once the group is durable: its ordinal, the desk, and what led to it."""


class Unreachable(Unavailable):
    """The desk could not even be locked: no command is to blame, and nothing was done."""

    def __init__(self) -> None:
        super().__init__("the database cannot be reached; nothing was done")


@dataclass(frozen=True, slots=True)
class CommittedGroup:
    """A group that is durable: what came of each command, where the record ends, and whether it has grown."""

    results: Sequence[DecidedCommand | Exception]
    head: Head
    is_new: bool


class GroupCommitter:
    """Commits groups, one at a time, and lets the desk that each leaves be read."""

    def __init__(self, database: Database, clock: ClockKind, live: LiveState) -> None:
        self._database = database
        self._clock = clock
        self._live = live

    async def commit(self, group: Sequence[PendingCommand]) -> CommittedGroup:
        """Decide a group and make it durable. Raises Unreachable, OutcomeUnknown and DatabaseFailure."""
        work = _GroupWork(group, self._clock, self._live.states)
        try:
            committed = await self._database.write(work.commit)
        except DatabaseFailure as problem:
            if work.is_locked or problem.is_conflict:
                raise
            _log.error("desk out of reach", exc_info=problem)
            if problem.is_lock_timeout:
                await self._database.run(end_frozen_writer)
            raise Unreachable from problem
        for state in work.states:
            self._live.publish(*state)
        return committed


@dataclass(slots=True)
class _GroupWork:
    """What is done with a group in its transaction, given the states of the desk that were known when it began."""

    group: Sequence[PendingCommand]
    clock: ClockKind
    known: Sequence[CachedState]
    is_locked: bool = False
    states: list[Published] = field(default_factory=list)
    """The states of the desk that it found and left, in order."""

    def commit(self, transaction: PlainTransaction) -> CommittedGroup:
        head = transaction.ask(lock)
        before = self._desk(transaction, head)
        self.is_locked = True
        commands = [_completed(transaction, head.ordinal, pending.command) for pending in self.group]
        desk = transaction.ask(with_history, before, commands)
        closed, changes = transaction.ask(load_closed_state, desk, commands), Changes(before, head)
        ready = list(zip(self.group, commands, strict=True))
        desk, results = self._decided(transaction, desk, ready, changes, closed)
        if changes.ordinal > head.ordinal:
            desk, owed = caught_up_in_turn(desk)
            transaction.ask(changes.save, desk, owed)
        try:
            transaction.commit()
        except OutcomeUnknown as problem:
            _log.error("commit outcome unknown", commands=len(self.group), exc_info=problem.__cause__)
            raise
        self.states.append((changes.ordinal, desk.settled(), changes.batch))
        return CommittedGroup(results, changes.head, is_new=changes.ordinal > head.ordinal)

    def _desk(self, transaction: PlainTransaction, head: Head) -> Desk:
        """The desk as it is, now that it is locked."""
        newest = self.known[-1] if self.known else None
        if newest is None or newest.ordinal < head.ordinal:
            desk, batch = transaction.ask(caught_up, newest, head)
            self.states.append((head.ordinal, desk, batch))
            return desk
        desk_then = desk_at(self.known, head.ordinal)
        return transaction.ask(whole_desk) if desk_then is None else desk_then

    def _decided(
        self,
        transaction: PlainTransaction,
        desk: Desk,
        ready: Sequence[ReadyCommand],
        changes: Changes,
        closed: ClosedState,
    ) -> tuple[Desk, list[DecidedCommand | Exception]]:
        """What comes of a group; of a large one while requests are served and the session is not left idle."""
        if sum(pending.load for pending, _ in ready) <= _LARGEST_LOAD_ON_LOOP:
            return self._decide(desk, ready, changes, closed)
        return transaction.at_length(lambda: self._decide(desk, ready, changes, closed))

    def _decide(
        self, desk: Desk, ready: Sequence[ReadyCommand], changes: Changes, closed: ClosedState
    ) -> tuple[Desk, list[DecidedCommand | Exception]]:
        results: list[DecidedCommand | Exception] = []
        for pending, command in ready:
            envelope = pending.envelope
            try:
                times = self._times(desk, pending, command)
                decision = decide(desk, command, times)
                closed.add(decision)
                payload = command_payload(command, decision, closed)
            except Exception as fault:  # noqa: BLE001 - the writer's edge: a decision that raises adds nothing
                _log.error("decision failed", kind=envelope.kind.value, account=envelope.account, exc_info=fault)
                results.append(fault)
                continue
            if decision.facts or decision.record is not None:
                changes.add(envelope, times.clock, decision)
            desk = decision.desk
            results.append(DecidedCommand(decision, payload))
        return desk, results

    def _times(self, desk: Desk, pending: PendingCommand, command: Command) -> Times:
        times = times_of(desk.latest_end, pending.envelope.recorded_at, self.clock)
        return replace(times, zone=zone_for(command, desk))


def _completed(transaction: PlainTransaction, ordinal: int, command: Command | DeferredCommand) -> Command:
    return command.complete(transaction, ordinal) if isinstance(command, DeferredCommand) else command
