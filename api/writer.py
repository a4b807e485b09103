"""The writer: load, decide, journal, commit, in groups; then, and only then, answer.

There is one per process, and one write transaction at a time on the desk. A command is all or nothing; a refusal is
an answer; a command whose decision raises adds nothing, and the rest of its group goes on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.clock import ClockKind, WallClock
from api.persistence.loading import Known, caught_up, lock, with_history
from api.persistence.saving import Changes, Received
from domain.answers import Answer, Outcome
from domain.commands import Command, Ingest, Times
from domain.decide import decide
from domain.desk import Desk

_log = structlog.get_logger(__name__)

_LARGEST_GROUP = 200
_LARGEST_LOAD = 10_000
_MOST_WAITING = 5_000
_RETRIES = 5
_RETRYABLE = frozenset({"40001", "40P01"})


class Unavailable(Exception):
    """The desk cannot say whether, or cannot promise that, a command was carried out: send it again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A command on its way: what was sent, in the client's own words, and when it came."""

    command: Command
    account: str | None
    kind: str
    content: str
    recorded_at: datetime
    answer: "asyncio.Future[Answer]"

    @property
    def load(self) -> int:
        """How much work it is: its bars, or one."""
        return len(self.command.bars) if isinstance(self.command, Ingest) else 1


class Writer:
    """Takes commands from all requests of the process and commits them in groups."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        clock: ClockKind,
        wall: WallClock,
        announce: Callable[[int], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._wall = wall
        self._announce = announce
        self._waiting: asyncio.Queue[Sent | None] = asyncio.Queue(_MOST_WAITING)
        self._known: Known | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        """Begin to take commands."""
        self._task = asyncio.create_task(self._run(), name="writer")

    async def close(self) -> None:
        """Carry out what has been accepted, and stop."""
        self._closing = True
        if self._task is not None:
            await self._waiting.put(None)
            await self._task
            self._task = None

    async def execute(self, command: Command, *, account: str | None, kind: str, content: str) -> Answer:
        """Carry out a command: its answer comes after it is durable. Raises Unavailable."""
        if self._closing or self._task is None or self._task.done():
            raise Unavailable("the desk is shutting down")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        sent = Sent(command, account, kind, content, self._wall(), answer)
        try:
            self._waiting.put_nowait(sent)
        except asyncio.QueueFull:
            raise Unavailable(f"{_MOST_WAITING} commands are waiting already") from None
        return await answer

    async def _run(self) -> None:
        going_on = True
        while going_on:
            group, going_on = await self._next_group()
            if group:
                await self._carry_out(group)

    async def _next_group(self) -> tuple[list[Sent], bool]:
        """What is waiting, up to a bound; and whether more may come."""
        group: list[Sent] = []
        load = 0
        each = await self._waiting.get()
        while each is not None:
            group.append(each)
            load += each.load
            if len(group) >= _LARGEST_GROUP or load >= _LARGEST_LOAD or self._waiting.empty():
                return group, True
            each = self._waiting.get_nowait()
        return group, False

    async def _carry_out(self, group: Sequence[Sent]) -> None:
        """Commit a group; where that fails, command by command, so that only the culprit fails."""
        for attempt in range(_RETRIES + 1):
            try:
                await self._commit(group)
            except Unavailable as problem:
                return _fail(group, problem)
            except Exception as problem:  # noqa: BLE001 - the writer's edge: whatever went wrong, nothing was kept
                self._known = None
                if _is_retryable(problem) and attempt < _RETRIES:
                    continue
                return await self._isolate(group, problem)
            return None
        return None

    async def _isolate(self, group: Sequence[Sent], problem: Exception) -> None:
        if len(group) > 1:
            for each in group:
                await self._carry_out([each])
            return
        if isinstance(problem, SQLAlchemyError | OSError):
            _log.error("transaction failed", kind=group[0].kind, account=group[0].account, exc_info=problem)
            problem = Unavailable("the database did not take the command; nothing was done")
        _fail(group, problem)

    async def _commit(self, group: Sequence[Sent]) -> None:
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            ordinal = await lock(connection)
            before = await caught_up(connection, self._known, ordinal)
            self._known = Known(ordinal, before)
            desk = await with_history(connection, before, [each.command for each in group])
            changes = Changes(before, ordinal)
            desk, results = self._decide(desk, group, changes)
            if changes.ordinal > ordinal:
                await changes.save(connection, desk)
            try:
                await transaction.commit()
            except Exception as problem:
                self._known = None
                _log.error("commit outcome unknown", commands=len(group), exc_info=problem)
                raise Unavailable("the commit's outcome is unknown: send the command again") from problem
        self._known = Known(changes.ordinal, desk.settled())
        if changes.ordinal > ordinal:
            self._announce(changes.ordinal)
        _answer(group, results)

    def _decide(self, desk: Desk, group: Sequence[Sent], changes: Changes) -> tuple[Desk, list[Answer | Exception]]:
        results: list[Answer | Exception] = []
        for sent in group:
            try:
                times = self._times(desk, sent)
                outcome = decide(desk, sent.command, times)
            except Exception as fault:  # noqa: BLE001 - the writer's edge: a decision that raises adds nothing
                _log.error("decision failed", kind=sent.kind, account=sent.account, exc_info=fault)
                results.append(fault)
                continue
            if outcome.facts:
                changes.add(Received(sent.account, sent.kind, sent.content, times.clock, sent.recorded_at), outcome)
            desk = outcome.desk
            results.append(outcome.answer)
            _log_decision(sent, outcome)
        return desk, results

    def _times(self, desk: Desk, sent: Sent) -> Times:
        return times_of(desk.latest_end, sent.recorded_at, self._clock)


def times_of(latest_end: datetime | None, wall: datetime, kind: ClockKind) -> Times:
    """When a command is decided: market time before the first bar is wall time (R2)."""
    clock = latest_end if kind is ClockKind.MARKET and latest_end is not None else wall
    return Times(wall, clock)


def _answer(group: Sequence[Sent], results: Sequence[Answer | Exception]) -> None:
    for sent, result in zip(group, results, strict=True):
        if sent.answer.done():
            continue
        if isinstance(result, Exception):
            sent.answer.set_exception(result)
        else:
            sent.answer.set_result(result)


def _fail(group: Sequence[Sent], problem: Exception) -> None:
    _answer(group, [problem] * len(group))


def _is_retryable(problem: Exception) -> bool:
    return isinstance(problem, DBAPIError) and getattr(problem.orig, "sqlstate", None) in _RETRYABLE


def _log_decision(sent: Sent, outcome: Outcome) -> None:
    answer = outcome.answer
    log = _log.bind(account=sent.account, kind=sent.kind)
    if answer.signal is not None:
        log = log.bind(signal=str(answer.signal.signal_id), symbol=answer.signal.request.symbol)
    if answer.refusal is not None:
        log.info("refused", code=answer.refusal.code.value, reason=answer.refusal.message)
    elif answer.ingested is not None:
        log.debug("ingested", applied=answer.ingested.applied, fills=answer.ingested.fills)
    else:
        log.info("done", facts=len(outcome.facts))
