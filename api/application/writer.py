"""The writer: commands wait in a queue, are committed in groups, and then, and only then, answered.

There is one per process, and one write transaction at a time on the desk. A command is all or nothing, and so are
commands that are executed together; a refusal is an answer.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter

import structlog

from api.application.command_group import CommittedGroup, GroupCommitter, Join, Unreachable
from api.application.command_payload import CommandPayload
from api.application.deferred_command import DeferredCommand
from api.application.metrics import Metrics
from api.application.pending_command import PendingCommand, PendingRequest, answer, answer_all_with
from api.application.waiting_requests import WaitingRequests
from api.application.write_health import WriteHealth
from api.choices import ClockKind
from api.clock import WallClock
from api.codec.commands import CommandEnvelope, CommandKind
from api.errors import Unavailable
from api.persistence.chain import Head
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown
from api.persistence.live_state import LiveState
from domain.engine.commands import AccountCommand, Command

_log = structlog.get_logger(__name__)

_RETRIES = 5


class Writer:
    """Takes commands from all requests of the process and commits them in groups."""

    def __init__(
        self,
        database: Database,
        *,
        clock: ClockKind,
        live: LiveState,
        wall: WallClock,
        announce: Callable[[int], None],
        metrics: Metrics,
        health: WriteHealth | None = None,
    ) -> None:
        self._health = health or WriteHealth(database)
        self._wall = wall
        self._announce = announce
        self._metrics = metrics
        self._committer = GroupCommitter(database, clock, live)
        self._waiting = WaitingRequests()
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
        """Commit what has been accepted, and stop."""
        self._closing = True
        if self._task is not None:
            self._waiting.close()
            # Whoever does not wait for the end does not interrupt a transaction.
            await asyncio.wait([self._task])
            self._task = None

    async def execute(
        self, command: Command | DeferredCommand, *, account: str | None, kind: CommandKind, sent: str
    ) -> CommandPayload:
        """Execute a command: its result comes after it is durable. Raises Unavailable."""
        [payload] = await self._execute([PendingCommand(CommandEnvelope(account, kind, sent, self._wall()), command)])
        return payload

    async def execute_together(
        self, commands: Sequence[tuple[CommandKind, AccountCommand, str]]
    ) -> Sequence[CommandPayload]:
        """Execute commands one after another in one transaction, each with what was sent. Raises Unavailable."""
        now = self._wall()
        return await self._execute(
            [
                PendingCommand(CommandEnvelope(command.account, kind, sent, now), command)
                for kind, command, sent in commands
            ]
        )

    async def _execute(self, commands: Sequence[PendingCommand]) -> Sequence[CommandPayload]:
        if self._closing or self._task is None or self._task.done():
            raise Unavailable("the desk is shutting down")
        load = sum(pending.load for pending in commands)
        stands_alone = any(pending.stands_alone for pending in commands)
        request = PendingRequest(commands, asyncio.get_running_loop().create_future(), load, stands_alone)
        self._waiting.add(request)
        return await request.result

    async def _run(self) -> None:
        group: list[PendingRequest] = []
        try:
            while not self._waiting.is_over:
                await self._waiting.arrival(self._health.seconds_until_probe)
                await self._waiting.lull()
                group = []
                self._waiting.join(group)
                is_reached = not group or await self._execute_group(group, self._waiting.join)
                if is_reached and not self._waiting.is_over and self._health.seconds_until_probe == 0:
                    is_reached = await self._health.probe()
                if not is_reached:
                    # The commands that wait would time out one group after the other: the database is away.
                    self._waiting.turn_away(Unreachable())
        except Exception as fault:
            _log.critical("the writer ended", exc_info=fault)
            raise
        finally:
            answer_all_with(group, OutcomeUnknown())
            self._waiting.turn_away(Unavailable("the desk takes no commands any more"))

    async def _execute_group(self, group: list[PendingRequest], join: Join) -> bool:
        """Commit a group, and what joins it; where that fails, request by request, so that only the culprit fails.

        Returns whether the desk could be reached.
        """
        for attempt in range(_RETRIES + 1):
            begun = perf_counter()
            try:
                committed = await self._committer.commit(group, join)
            except Unavailable as problem:
                self._health.failed(problem)
                answer_all_with(group, problem)
                return not isinstance(problem, Unreachable)
            except Exception as problem:  # noqa: BLE001 - the writer's edge: whatever went wrong, nothing was kept
                if not _is_conflict(problem) or attempt == _RETRIES:
                    return await self._isolate(group, problem)
                continue
            self._publish(committed, perf_counter() - begun)
            answer(group, committed.results)
            break
        return True

    async def _isolate(self, group: Sequence[PendingRequest], problem: Exception) -> bool:
        if len(group) > 1:
            return await self._execute_one_by_one(group)
        if isinstance(problem, DatabaseFailure):
            envelope = group[0].commands[0].envelope
            self._health.failed(problem)
            _log.error("transaction failed", kind=envelope.kind.value, account=envelope.account, exc_info=problem)
            problem = Unavailable("the database did not take the command; nothing was done")
        answer_all_with(group, problem)
        return True

    async def _execute_one_by_one(self, group: Sequence[PendingRequest]) -> bool:
        for index, request in enumerate(group, start=1):
            if not await self._execute_group([request], _nobody_joins):
                answer_all_with(group[index:], Unreachable())
                return False
        return True

    def _publish(self, committed: CommittedGroup, seconds: float) -> None:
        """Announce what is durable if it is new, and count it."""
        self._head = committed.head
        if committed.is_new:
            self._health.succeeded()
            self._announce(committed.head.ordinal)
        results = [result for result in committed.results if not isinstance(result, Exception)]
        self._metrics.committed([decided.decision for result in results for decided in result], seconds)


def _nobody_joins(group: list[PendingRequest]) -> None:
    """Those of a group that failed come before who waits."""


def _is_conflict(problem: Exception) -> bool:
    return isinstance(problem, DatabaseFailure) and problem.is_conflict
