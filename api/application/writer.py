"""The writer: load, decide, journal, commit, in groups; then, and only then, answer.

There is one per process, and one write transaction at a time on the desk. A command is all or nothing; a refusal is
an answer; a command whose decision raises adds nothing, and the rest of its group goes on.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import structlog

from api.application.command_payload import CommandPayload, command_payload
from api.application.decision_log import log_outcome
from api.application.incomplete import Incomplete, Result
from api.application.metrics import Metrics
from api.application.write_health import WriteHealth
from api.clock import ClockKind, WallClock, times_of
from api.codec.commands import CommandEnvelope, CommandKind
from api.codec.zones import zone_for
from api.errors import Unavailable
from api.persistence.chain import Head
from api.persistence.closed_state import Past, load_past
from api.persistence.database import Database, Transaction
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown
from api.persistence.repositories import CachedState, caught_up, lock, with_history
from api.persistence.stale_writers import end_frozen_writer
from api.persistence.unit_of_work import Changes
from domain.engine.commands import Command, Ingest, RecordBacktest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.results import Decision
from domain.engine.state import Desk

_log = structlog.get_logger(__name__)

_LARGEST_GROUP = 200
_LARGEST_LOAD = 10_000
_LITTLE_LOAD = 200
_BEAT_SECONDS = 1.0
_MOST_WAITING = 5_000
_MOST_LOAD_WAITING = 100_000
_RETRIES = 5
_UNREACHED = "the database cannot be reached; nothing was done"


class Unreachable(Unavailable):
    """The desk could not even be locked: no command is to blame, and none was carried out."""


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that waits for its turn, as it came and as it was read."""

    envelope: CommandEnvelope
    command: Command | Incomplete
    result: "asyncio.Future[CommandPayload]"

    @property
    def load(self) -> int:
        """How much work it is: its bars, its trades and points, or one."""
        match self.command:
            case Ingest(bars):
                return len(bars)
            case RecordBacktest(backtest):
                return 1 + len(backtest.trades) + len(backtest.curve)
            case _:
                return 1

    @property
    def stands_alone(self) -> bool:
        """Whether all that came before it must be recorded first."""
        return isinstance(self.command, Incomplete)


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision, and what its payload shows."""

    outcome: Decision
    result: CommandPayload


class Writer:
    """Takes commands from all requests of the process and commits them in groups."""

    def __init__(
        self,
        database: Database,
        *,
        clock: ClockKind,
        wall: WallClock,
        announce: Callable[[int], None],
        metrics: Metrics,
        health: WriteHealth | None = None,
    ) -> None:
        self._database = database
        self._health = health or WriteHealth(database)
        self._clock = clock
        self._wall = wall
        self._announce = announce
        self._metrics = metrics
        self._waiting: asyncio.Queue[PendingCommand | None] = asyncio.Queue(_MOST_WAITING)
        self._load = 0
        self._known: CachedState | None = None
        self._head: Head | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        """Begin to take commands."""
        self._task = asyncio.create_task(self._run(), name="writer")

    @property
    def head(self) -> Head | None:
        """Where the record ended with the last group that it committed."""
        return self._head

    @property
    def is_alive(self) -> bool:
        """Whether it takes commands."""
        return self._task is not None and not self._task.done() and not self._closing

    async def close(self) -> None:
        """Carry out what has been accepted, and stop."""
        self._closing = True
        if self._task is not None:
            await self._waiting.put(None)
            # Whoever does not wait for the end does not interrupt a transaction.
            await asyncio.wait([self._task])
            self._task = None

    async def execute(
        self, command: Command | Incomplete, *, account: str | None, kind: CommandKind, content: str
    ) -> CommandPayload:
        """Carry out a command: its result comes after it is durable. Raises Unavailable."""
        if self._closing or self._task is None or self._task.done():
            raise Unavailable("the desk is shutting down")
        result: asyncio.Future[CommandPayload] = asyncio.get_running_loop().create_future()
        pending = PendingCommand(CommandEnvelope(account, kind, content, self._wall()), command, result)
        if self._waiting.full() or self._load + pending.load > _MOST_LOAD_WAITING:
            raise Unavailable("more is waiting already than the desk can hold: send the command again later")
        self._waiting.put_nowait(pending)
        self._load += pending.load
        return await result

    async def _run(self) -> None:
        group: Sequence[PendingCommand] = []
        going_on = True
        try:
            while going_on:
                group, going_on = await self._next_group()
                is_reached = not group or await self._carry_out_parts(_parts(group))
                if is_reached and going_on and self._health.seconds_until_probe == 0:
                    is_reached = await self._health.probe()
                if not is_reached:
                    # Who waits behind a database that is away would wait as long again, and then for as little.
                    going_on = self._turn_away(Unreachable(_UNREACHED)) and going_on
        except Exception as fault:
            _log.critical("the writer ended", exc_info=fault)
            raise
        finally:
            _fail(group, OutcomeUnknown())
            self._turn_away(Unavailable("the desk takes no commands any more"))

    def _turn_away(self, problem: Unavailable) -> bool:
        """Tell all who wait that nothing was done; whether more may come."""
        going_on = True
        while not self._waiting.empty():
            if (each := self._waiting.get_nowait()) is None:
                going_on = False
            else:
                self._load -= each.load
                _fail([each], problem)
        return going_on

    async def _next_group(self) -> tuple[list[PendingCommand], bool]:
        """What is waiting, up to a bound, or nothing when a probe is due; and whether more may come."""
        group: list[PendingCommand] = []
        load = 0
        try:
            async with asyncio.timeout(self._health.seconds_until_probe):
                each = await self._waiting.get()
        except TimeoutError:
            return group, True
        while each is not None:
            group.append(each)
            load += each.load
            self._load -= each.load
            if len(group) >= _LARGEST_GROUP or load >= _LARGEST_LOAD or self._waiting.empty():
                return group, True
            each = self._waiting.get_nowait()
        return group, False

    async def _carry_out_parts(self, parts: Sequence[Sequence[PendingCommand]]) -> bool:
        """Commit groups one after the other, as long as the desk can be reached; whether it could."""
        for index, part in enumerate(parts, start=1):
            if not await self._carry_out(part):
                _fail([each for rest in parts[index:] for each in rest], Unreachable(_UNREACHED))
                return False
        return True

    async def _carry_out(self, group: Sequence[PendingCommand]) -> bool:
        """Commit a group; where that fails, command by command, so that only the culprit fails.

        Returns whether the desk could be reached.
        """
        for attempt in range(_RETRIES + 1):
            begun = perf_counter()
            try:
                desk, decided, head = await self._commit(group)
            except Unavailable as problem:
                self._known = None
                self._health.failed(problem)
                _fail(group, problem)
                return not isinstance(problem, Unreachable)
            except Exception as problem:  # noqa: BLE001 - the writer's edge: whatever went wrong, nothing was kept
                self._known = None
                if not _is_conflict(problem) or attempt == _RETRIES:
                    return await self._isolate(group, problem)
                continue
            self._publish(desk, head)
            done = [each.outcome for each in decided if isinstance(each, _Decided)]
            self._metrics.committed(done, perf_counter() - begun)
            _answer(group, decided)
            break
        return True

    async def _isolate(self, group: Sequence[PendingCommand], problem: Exception) -> bool:
        if len(group) > 1:
            return await self._carry_out_parts([[each] for each in group])
        if isinstance(problem, DatabaseFailure):
            self._health.failed(problem)
            _log.error(
                "transaction failed",
                kind=group[0].envelope.kind.value,
                account=group[0].envelope.account,
                exc_info=problem,
            )
            problem = Unavailable("the database did not take the command; nothing was done")
        _fail(group, problem)
        return True

    async def _commit(self, group: Sequence[PendingCommand]) -> tuple[Desk, list[_Decided | Exception], Head]:
        """Decide a group and make it durable; the desk, what came of each command, and where the record ends."""
        async with AsyncExitStack() as stack:
            transaction, before, head = await self._locked(stack)
            commands = [await _completed(transaction, head.ordinal, each.command) for each in group]
            desk = await transaction.ask(with_history, before, commands)
            past, changes = await transaction.ask(load_past, desk, commands), Changes(before, head)
            completed = list(zip(group, commands, strict=True))
            desk, decided = await self._decided(transaction, desk, completed, changes, past)
            if changes.ordinal > head.ordinal:
                await transaction.ask(changes.save, desk)
            try:
                await transaction.commit()
            except OutcomeUnknown as problem:
                _log.error("commit outcome unknown", commands=len(group), exc_info=problem.__cause__)
                raise
        return desk, decided, changes.head

    async def _locked(self, stack: AsyncExitStack) -> tuple[Transaction, Desk, Head]:
        """The desk as it is, in a transaction that holds its lock until the stack is closed. Raises Unreachable."""
        try:
            transaction = await stack.enter_async_context(self._database.transaction())
            head = await transaction.ask(lock)
            before = await transaction.ask(caught_up, self._known, head.ordinal)
        except DatabaseFailure as problem:
            if problem.is_conflict:
                raise
            _log.error("desk out of reach", exc_info=problem)
            if problem.is_lock_timeout:
                await self._database.run(end_frozen_writer)
            raise Unreachable(_UNREACHED) from problem
        self._known = CachedState(head.ordinal, before)
        return transaction, before, head

    def _publish(self, desk: Desk, head: Head) -> None:
        """What is durable is known from here on, and announced if it is new."""
        is_new = self._known is None or head.ordinal > self._known.ordinal
        self._known, self._head = CachedState(head.ordinal, desk.settled()), head
        if is_new:
            self._health.succeeded()
            self._announce(head.ordinal)

    async def _decided(
        self,
        transaction: Transaction,
        desk: Desk,
        group: Sequence[tuple[PendingCommand, Command]],
        changes: Changes,
        past: Past,
    ) -> tuple[Desk, list[_Decided | Exception]]:
        """What comes of a group. Much is decided aside: others are served meanwhile, and the session is not idle."""
        if sum(pending.load for pending, _ in group) <= _LITTLE_LOAD:
            return self._decide(desk, group, changes, past)
        return await _aside(transaction, lambda: self._decide(desk, group, changes, past))

    def _decide(
        self, desk: Desk, group: Sequence[tuple[PendingCommand, Command]], changes: Changes, past: Past
    ) -> tuple[Desk, list[_Decided | Exception]]:
        decided: list[_Decided | Exception] = []
        for pending, command in group:
            try:
                times = self._times(desk, pending, command)
                outcome = decide(desk, command, times)
                past.add(outcome)
                result = command_payload(command, outcome, past)
            except Exception as fault:  # noqa: BLE001 - the writer's edge: a decision that raises adds nothing
                _log.error(
                    "decision failed",
                    kind=pending.envelope.kind.value,
                    account=pending.envelope.account,
                    exc_info=fault,
                )
                decided.append(fault)
                continue
            if outcome.facts or outcome.record is not None:
                changes.add(pending.envelope, times.clock, outcome)
            desk = outcome.desk
            decided.append(_Decided(outcome, result))
        return desk, decided

    def _times(self, desk: Desk, pending: PendingCommand, command: Command) -> Times:
        times = times_of(desk.latest_end, pending.envelope.recorded_at, self._clock)
        return replace(times, zone=zone_for(command, desk))


def _parts(group: Sequence[PendingCommand]) -> list[list[PendingCommand]]:
    """A group in its order, cut so that what stands alone does."""
    parts: list[list[PendingCommand]] = []
    for each in group:
        if parts and not each.stands_alone and not parts[-1][-1].stands_alone:
            parts[-1].append(each)
        else:
            parts.append([each])
    return parts


def _is_conflict(problem: Exception) -> bool:
    return isinstance(problem, DatabaseFailure) and problem.is_conflict


async def _completed(transaction: Transaction, ordinal: int, command: Command | Incomplete) -> Command:
    if isinstance(command, Incomplete):
        return await command.complete(transaction, ordinal, partial(_aside, transaction))
    return command


async def _aside(transaction: Transaction, work: Callable[[], Result]) -> Result:
    """Do something in a thread; the session is not idle meanwhile."""
    doing = asyncio.create_task(asyncio.to_thread(work))
    while not (await asyncio.wait({doing}, timeout=_BEAT_SECONDS))[0]:
        await transaction.keep_awake()
    return doing.result()


def _answer(group: Sequence[PendingCommand], decided: Sequence[_Decided | Exception]) -> None:
    for pending, each in zip(group, decided, strict=True):
        if isinstance(each, _Decided):
            log_outcome(pending.envelope.account, pending.envelope.kind.value, each.outcome)
        if pending.result.done():
            continue
        if isinstance(each, _Decided):
            pending.result.set_result(each.result)
        else:
            pending.result.set_exception(each)


def _fail(group: Sequence[PendingCommand], problem: Exception) -> None:
    _answer(group, [problem] * len(group))
