"""One group of commands in one transaction: locked, completed, decided one after another, saved, committed.

A command whose decision raises adds nothing, and the rest of its group goes on.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial

import structlog

from api.application.command_payload import command_payload
from api.application.deferred_command import DeferredCommand, Result
from api.application.pending_command import DecidedCommand, PendingCommand
from api.choices import ClockKind
from api.clock import times_of
from api.errors import Unavailable
from api.persistence.cached_state import whole_desk
from api.persistence.chain import Head
from api.persistence.closed_state import ClosedState, load_closed_state
from api.persistence.database import Database, Transaction
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown
from api.persistence.desk_row import lock
from api.persistence.live_state import LiveState
from api.persistence.repositories import with_history
from api.persistence.stale_writers import end_frozen_writer
from api.persistence.unit_of_work import Changes
from api.zones import zone_for
from domain.engine.commands import Command, Times
from domain.engine.decide.dispatch import decide
from domain.engine.state import Desk

_log = structlog.get_logger(__name__)

_LARGEST_LOAD_ON_LOOP = 200
_BEAT_SECONDS = 1.0

ReadyCommand = tuple[PendingCommand, Command]
"""A command that waits, and the same once it is complete."""


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
        async with AsyncExitStack() as stack:
            transaction, before, head = await self._locked(stack)
            commands = [await _completed(transaction, head.ordinal, pending.command) for pending in group]
            desk = await transaction.ask(with_history, before, commands)
            closed, changes = await transaction.ask(load_closed_state, desk, commands), Changes(before, head)
            ready = list(zip(group, commands, strict=True))
            desk, results = await self._decided(transaction, desk, ready, changes, closed)
            if changes.ordinal > head.ordinal:
                await transaction.ask(changes.save, desk)
            try:
                await transaction.commit()
            except OutcomeUnknown as problem:
                _log.error("commit outcome unknown", commands=len(group), exc_info=problem.__cause__)
                raise
        self._live.publish(changes.ordinal, desk.settled(), changes.batch)
        return CommittedGroup(results, changes.head, is_new=changes.ordinal > head.ordinal)

    async def _locked(self, stack: AsyncExitStack) -> tuple[Transaction, Desk, Head]:
        """The desk as it is, in a transaction that holds its lock until the stack is closed. Raises Unreachable."""
        try:
            transaction = await stack.enter_async_context(self._database.transaction())
            head = await transaction.ask(lock)
            desk = await self._live.at(transaction.ask, head)
            return transaction, desk if desk is not None else await transaction.ask(whole_desk), head
        except DatabaseFailure as problem:
            if problem.is_conflict:
                raise
            _log.error("desk out of reach", exc_info=problem)
            if problem.is_lock_timeout:
                await self._database.run(end_frozen_writer)
            raise Unreachable from problem

    async def _decided(
        self, transaction: Transaction, desk: Desk, ready: Sequence[ReadyCommand], changes: Changes, closed: ClosedState
    ) -> tuple[Desk, list[DecidedCommand | Exception]]:
        """What comes of a group.

        A large one is decided in a thread, while requests are served and the database's session is not left idle.
        """
        if sum(pending.load for pending, _ in ready) <= _LARGEST_LOAD_ON_LOOP:
            return self._decide(desk, ready, changes, closed)
        return await _in_own_thread(transaction, lambda: self._decide(desk, ready, changes, closed))

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
        times = times_of(desk.latest_end, pending.envelope.recorded_at, self._clock)
        return replace(times, zone=zone_for(command, desk))


async def _completed(transaction: Transaction, ordinal: int, command: Command | DeferredCommand) -> Command:
    if isinstance(command, DeferredCommand):
        return await command.complete(transaction, ordinal, partial(_in_own_thread, transaction))
    return command


async def _in_own_thread(transaction: Transaction, work: Callable[[], Result]) -> Result:
    """Do something in a thread that no other work keeps busy: the desk is locked. Its session is not idle meanwhile."""
    doing = asyncio.create_task(asyncio.to_thread(work))
    while not (await asyncio.wait({doing}, timeout=_BEAT_SECONDS))[0]:
        await transaction.keep_awake()
    return doing.result()
