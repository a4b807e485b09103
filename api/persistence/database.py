"""The database as it is seen from outside: it is opened, and its transactions are asked questions.

Only api.persistence knows what a question, a function of a connection, is made of.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database_url import DatabaseUrl
from api.errors import PapertapeError, Unavailable
from api.persistence.commit import commit
from api.persistence.database_errors import (
    DATABASE_PROBLEMS,
    DatabaseFailure,
    OutcomeUnknown,
    explained,
    is_conflict,
    translated,
)
from api.persistence.database_file import DatabaseFile
from api.persistence.engines import read_engine, write_engine

_log = structlog.get_logger(__name__)

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class Ask(Protocol):
    """Puts a question to the connection of a snapshot; the answer is of one moment with every other one of it."""

    async def __call__(self, question: Callable[..., Awaitable[Answer]], *details: Any) -> Answer:
        """What the question returns, given a connection and the details."""


class Transaction:
    """A transaction of the database: all that it answers is of one state, and all that it changes is done or not."""

    def __init__(self, connection: AsyncConnection, failure: Callable[[Exception], PapertapeError]) -> None:
        self._connection = connection
        self._failure = failure

    async def ask(
        self,
        question: Callable[Concatenate[AsyncConnection, Arguments], Awaitable[Answer]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """What a function of api.persistence answers, or does. Raises what the transaction was begun to raise."""
        with translated(self._failure):
            return await question(self._connection, *arguments, **options)

    async def stream(
        self,
        question: Callable[Concatenate[AsyncConnection, Arguments], AsyncIterator[Answer]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> AsyncIterator[Answer]:
        """What a function of api.persistence answers one by one. Raises what the transaction was begun to raise."""
        with translated(self._failure):
            async for answer in question(self._connection, *arguments, **options):
                yield answer

    async def keep_awake(self) -> None:
        """Let the database know that the transaction is not idle."""
        await self.ask(_say_nothing)

    async def commit(self) -> None:
        """Make durable what was done. Raises FileLost, OutcomeUnknown, and DatabaseFailure for a conflict."""
        try:
            await commit(self._connection)
        except Unavailable:
            raise
        except Exception as problem:
            if is_conflict(problem):
                raise DatabaseFailure(problem) from problem
            raise OutcomeUnknown from problem


async def _say_nothing(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT 1"))


class Database:
    """A database that is open, until it is closed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def for_writing(
        cls, url: DatabaseUrl, *, patience: float | None = None, file: DatabaseFile | None = None, serves: bool = False
    ) -> Self:
        """Open it for the one writer (api.persistence.engines.write_engine)."""
        return cls(write_engine(url, patience=patience, file=file, serves=serves))

    @classmethod
    def for_reading(cls, url: DatabaseUrl, *, patience: float | None = None, file: DatabaseFile | None = None) -> Self:
        """Open it for readers (api.persistence.engines.read_engine)."""
        return cls(read_engine(url, patience=patience, file=file))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.dispose()

    async def run(
        self,
        work: Callable[Concatenate[AsyncEngine, Arguments], Awaitable[Answer]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """Do what takes transactions of its own, a function of api.persistence. Raises DatabaseFailure."""
        with translated(DatabaseFailure):
            return await work(self._engine, *arguments, **options)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction that is undone at the end, unless it was committed; to end it raises nothing.

        To begin it and to ask it raise DatabaseFailure. What was asked or committed stands, whatever becomes of it.
        """
        async with self._begun(DatabaseFailure) as transaction:
            yield transaction

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """A transaction out of which somebody is answered: raises Unavailable where asking again may help."""
        async with self._begun(explained) as transaction:
            yield transaction

    @asynccontextmanager
    async def _begun(self, failure: Callable[[Exception], PapertapeError]) -> AsyncIterator[Transaction]:
        with translated(failure):
            connection = await _connected(self._engine)
        try:
            with translated(failure):
                await connection.begin()
            yield Transaction(connection, failure)
        finally:
            await _finished(_ended(connection))


async def _finished(work: Coroutine[Any, Any, None]) -> None:
    """Do some work to its end: a caller that is cancelled must not leave a connection half returned."""
    doing = asyncio.ensure_future(work)
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        raise


async def _connected(engine: AsyncEngine) -> AsyncConnection:
    """A connection; whoever is cancelled meanwhile leaves none behind that was just being made."""
    connecting = asyncio.ensure_future(_connect(engine))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await _finished(_given_up(connecting))
        raise


async def _connect(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()


async def _given_up(connecting: "asyncio.Future[AsyncConnection]") -> None:
    try:
        connection = await connecting
    except DATABASE_PROBLEMS as problem:
        _log.debug("no connection was made, and none is wanted any more", reason=str(problem))
    else:
        await _ended(connection)


async def _ended(connection: AsyncConnection) -> None:
    try:
        await connection.close()
    except DATABASE_PROBLEMS as problem:
        # It is closed all the same, and the pool takes back none that cannot be reset.
        _log.warning("connection could not be returned", reason=str(problem))
