"""The desk's engines for tests, which ask them from the event loop: also SQLite's writer, whose driver blocks."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Engine, Executable
from sqlalchemy.util import greenlet_spawn

from api.persistence.plain_transaction import PlainTransaction
from api.persistence.whole_transactions import WholeTransactions

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class LoopConnection:
    """A connection, with the methods of SQLAlchemy's for asyncio that tests need."""

    def __init__(self, connection: Connection) -> None:
        self.sync_connection = connection

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await greenlet_spawn(self.sync_connection.execute, statement, parameters)

    async def exec_driver_sql(self, statement: str) -> CursorResult[Any]:
        return await greenlet_spawn(self.sync_connection.exec_driver_sql, statement)

    async def run_sync(
        self,
        work: Callable[Concatenate[Connection, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        return await greenlet_spawn(lambda: work(self.sync_connection, *arguments, **options))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        """A transaction, committed unless something is raised."""
        transaction = await greenlet_spawn(self.sync_connection.begin)
        try:
            yield
        except BaseException:
            await greenlet_spawn(transaction.rollback)
            raise
        await greenlet_spawn(transaction.commit)

    @property
    def driver_connection(self) -> Any:
        return self.sync_connection.connection.driver_connection

    async def commit(self) -> None:
        await greenlet_spawn(self.sync_connection.commit)

    async def rollback(self) -> None:
        await greenlet_spawn(self.sync_connection.rollback)


class LoopEngine:
    """An engine, with the methods of SQLAlchemy's for asyncio that tests need."""

    def __init__(self, engine: Engine) -> None:
        self.sync_engine = engine

    @property
    def dialect(self) -> Dialect:
        return self.sync_engine.dialect

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[LoopConnection]:
        connection = await greenlet_spawn(self.sync_engine.connect)
        try:
            yield LoopConnection(connection)
        finally:
            await greenlet_spawn(connection.close)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[LoopConnection]:
        async with self.connect() as connection, connection.begin():
            yield connection

    async def run(
        self,
        work: Callable[Concatenate[Engine, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """What a function of api.persistence does that takes transactions of its own."""
        return await greenlet_spawn(lambda: work(self.sync_engine, *arguments, **options))

    async def write(self, work: Callable[[PlainTransaction], Answer]) -> Answer:
        """A whole transaction, as a writer does it."""
        whole = WholeTransactions(self.sync_engine)
        try:
            return await greenlet_spawn(whole.do, work)
        finally:
            await greenlet_spawn(whole.release)

    async def dispose(self) -> None:
        await greenlet_spawn(self.sync_engine.dispose)
