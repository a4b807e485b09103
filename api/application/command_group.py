"""One group of commands in one transaction: locked, completed, decided one after another, saved, committed.

It is done in one go, with plain calls: in the writer's thread on SQLite, carried by the event loop on PostgreSQL. A
request of which a decision raises adds nothing, and the rest of its group goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from api.application.command_payload import command_payload
from api.application.deferred_command import DeferredCommand
from api.application.pending_command import DecidedCommand, DecidedRequest, PendingCommand, PendingRequest
from api.choices import ClockKind
from api.clock import times_of
from api.codec.commands import CommandEnvelope
from api.errors import Unavailable
from api.persistence.cached_state import caught_up, whole_desk
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

ReadyRequest = Sequence[tuple[PendingCommand, Command]]
"""The commands of a request: each as it waits, and once it is complete."""

Join = Callable[[list[PendingRequest]], None]
"""Adds what waits to a group; it is for the event loop."""

Published = tuple[int, Desk, ChangeBatch | None]
"""A state that may be read once the group is durable: its ordinal, the desk, and what led to it."""


class Unreachable(Unavailable):
    """The desk could not even be locked: no command is to blame, and nothing was done."""

    def __init__(self) -> None:
        super().__init__("the database cannot be reached; nothing was done")


@dataclass(frozen=True, slots=True)
class CommittedGroup:
    """A group that is durable: what came of each request, where the record ends, and whether it has grown."""

    results: Sequence[DecidedRequest | Exception]
    head: Head
    is_new: bool


class GroupCommitter:
    """Commits groups, one at a time, and lets the desk that each leaves be read."""

    def __init__(self, database: Database, clock: ClockKind, live: LiveState) -> None:
        self._database = database
        self._clock = clock
        self._live = live

    async def commit(self, group: list[PendingRequest], join: Join) -> CommittedGroup:
        """Decide a group, and what may join it meanwhile, and make it durable.

        Raises Unreachable, OutcomeUnknown and DatabaseFailure.
        """
        newest = self._live.newest
        work = _GroupWork(group, join, self._clock, self._live, newest.ordinal if newest else 0)
        with self._live.in_writing():
            try:
                committed = await self._written(work)
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

    async def _written(self, work: "_GroupWork") -> CommittedGroup:
        """Do it, over another connection if the first turns out to be lost before the desk was locked."""
        try:
            return await self._database.write(work.commit)
        except DatabaseFailure as problem:
            if work.is_locked or not problem.is_lost_connection:
                raise
        return await self._database.write(work.commit)


@dataclass(slots=True)
class _GroupWork:
    """What is done with a group in its transaction, given the states of the desk that are known once it is locked."""

    group: list[PendingRequest]
    join: Join
    clock: ClockKind
    live: LiveState
    known_to: int
    """The ordinal up to which the desk was known when the group was made."""
    is_locked: bool = False
    states: list[Published] = field(default_factory=list)
    """The states of the desk that it found and left, in order."""

    def commit(self, transaction: PlainTransaction) -> CommittedGroup:
        head = transaction.ask(lock)
        before = self._desk(transaction, head)
        self.is_locked = True
        if transaction.is_on_loop and head.ordinal != self.known_to:
            # It has waited while others wrote: who came meanwhile does not wait for another turn.
            self.join(self.group)
        requests = [_completed(transaction, head.ordinal, request) for request in self.group]
        commands = [command for ready in requests for _, command in ready]
        desk = transaction.ask(with_history, before, commands)
        closed, changes = transaction.ask(load_closed_state, desk, commands), Changes(before, head)
        desk, results = self._decided(transaction, desk, requests, changes, closed)
        if changes.ordinal > head.ordinal:
            desk, owed = caught_up_in_turn(desk)
            transaction.ask(changes.save, desk, owed)
        try:
            transaction.commit()
        except OutcomeUnknown as problem:
            _log.error("commit outcome unknown", commands=len(commands), exc_info=problem.__cause__)
            raise
        self.states.append((changes.ordinal, desk.settled(), changes.batch))
        return CommittedGroup(results, changes.head, is_new=changes.ordinal > head.ordinal)

    def _desk(self, transaction: PlainTransaction, head: Head) -> Desk:
        """The desk as it is, now that it is locked."""
        newest = self.live.newest
        if newest is None or newest.ordinal < head.ordinal:
            desk, batch = transaction.ask(caught_up, newest, head)
            self.states.append((head.ordinal, desk, batch))
            return desk
        desk_then = desk_at(self.live.states, head.ordinal)
        return transaction.ask(whole_desk) if desk_then is None else desk_then

    def _decided(
        self,
        transaction: PlainTransaction,
        desk: Desk,
        requests: Sequence[ReadyRequest],
        changes: Changes,
        closed: ClosedState,
    ) -> tuple[Desk, list[DecidedRequest | Exception]]:
        """What comes of a group; of a large one while requests are served and the session is not left idle."""
        if sum(request.load for request in self.group) <= _LARGEST_LOAD_ON_LOOP:
            return self._decide(desk, requests, changes, closed)
        return transaction.at_length(lambda: self._decide(desk, requests, changes, closed))

    def _decide(
        self, desk: Desk, requests: Sequence[ReadyRequest], changes: Changes, closed: ClosedState
    ) -> tuple[Desk, list[DecidedRequest | Exception]]:
        results: list[DecidedRequest | Exception] = []
        for request in requests:
            try:
                decided = self._decided_request(desk, request, closed)
            except Exception as fault:  # noqa: BLE001 - the writer's edge: a decision that raises adds nothing
                results.append(fault)
                continue
            for (pending, _), command in zip(request, decided, strict=True):
                desk = command.decision.desk
                if command.decision.facts or command.decision.record is not None:
                    changes.add(pending.envelope, command.clock, command.decision)
            results.append(decided)
        return desk, results

    def _decided_request(self, desk: Desk, request: ReadyRequest, closed: ClosedState) -> DecidedRequest:
        decided: list[DecidedCommand] = []
        for pending, command in request:
            envelope = pending.envelope
            try:
                times = self._times(desk, envelope, command)
                decision = decide(desk, command, times)
                closed.add(decision)
                payload = command_payload(command, decision, closed)
            except Exception as fault:
                _log.error("decision failed", kind=envelope.kind.value, account=envelope.account, exc_info=fault)
                raise
            desk = decision.desk
            decided.append(DecidedCommand(decision, times.clock, payload))
        return decided

    def _times(self, desk: Desk, envelope: CommandEnvelope, command: Command) -> Times:
        return times_of(desk.latest_end, envelope.recorded_at, self.clock, zone_for(command, desk))


def _completed(transaction: PlainTransaction, ordinal: int, request: PendingRequest) -> ReadyRequest:
    return [(pending, _complete(transaction, ordinal, pending.command)) for pending in request.commands]


def _complete(transaction: PlainTransaction, ordinal: int, command: Command | DeferredCommand) -> Command:
    return command if isinstance(command, Command) else command.complete(transaction, ordinal)
