"""The database as it is seen from outside: it is opened, and its transactions are asked questions.

Only api.persistence knows what a question, a plain function of a connection, is made of.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from api.database_url import DatabaseUrl
from api.errors import PapertapeError
from api.persistence.carriers import Carrier, carrier_for
from api.persistence.database_errors import DatabaseFailure, database_problems, explained, translated
from api.persistence.database_file import DatabaseFile
from api.persistence.engines import read_engine, write_engine
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.whole_transactions import WholeTransactions, end

_log = structlog.get_logger(__name__)

_STREAMED = 500

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class Ask(Protocol):
    """Puts a question to the connection of a snapshot; the answer is of one moment with every other one of it."""

    async def __call__(self, question: Callable[..., Answer], *details: Any) -> Answer:
        """What the question returns, given a connection and the details."""


class Transaction:
    """A transaction that is asked from the event loop."""

    def __init__(self, plain: PlainTransaction, carrier: Carrier) -> None:
        self._plain = plain
        self._carrier = carrier

    async def ask(
        self,
        question: Callable[Concatenate[Connection, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """What a function of api.persistence answers, or does. Raises what the transaction was begun to raise."""
        return await self._carrier.carry(lambda: self._plain.ask(question, *arguments, **options))

    async def run(
        self,
        work: Callable[Concatenate[PlainTransaction, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """What somebody makes of the answers to several questions, asked in one go."""
        return await self._carrier.carry(lambda: work(self._plain, *arguments, **options))

    async def stream(
        self,
        question: Callable[Concatenate[Connection, Arguments], Iterator[Answer]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> AsyncIterator[Answer]:
        """What a function of api.persistence answers one by one. Raises what the transaction was begun to raise.

        Some hundreds are fetched at once, and no more are kept.
        """
        answers = self._plain.stream(question, *arguments, **options)
        try:
            while some := await self._carrier.carry(lambda: list(islice(answers, _STREAMED))):
                for answer in some:
                    yield answer
        finally:
            await self._carrier.carry(answers.close)


class Database:
    """A database that is open, until it is closed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._carrier = carrier_for(engine.dialect)
        self._whole = WholeTransactions(engine)

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
        try:
            await self._carrier.carry(self._dispose)
        finally:
            self._carrier.close()

    async def run(
        self,
        work: Callable[Concatenate[Engine, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """Do what takes transactions of its own, a function of api.persistence. Raises DatabaseFailure."""
        with translated(DatabaseFailure):
            return await self._carrier.carry(lambda: work(self._engine, *arguments, **options))

    async def write(
        self,
        work: Callable[Concatenate[PlainTransaction, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """Do a whole transaction in one go; it is undone at its end, unless `work` committed it.

        Once begun it is done to its end, even if the caller is cancelled. To begin it and to ask it raise
        DatabaseFailure, to end it raises nothing.
        """

        def whole(transaction: PlainTransaction) -> Answer:
            return work(transaction, *arguments, **options)

        return await _finished(self._carrier.carry(lambda: self._whole.do(whole)))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction to read from; to end it raises nothing. To begin it and to ask it raise DatabaseFailure.

        SQLite's writer has but one thread: nothing may be written until the transaction is over.
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
            connection = await self._connected()
        try:
            with translated(failure):
                await self._carrier.carry(connection.begin)
            yield Transaction(PlainTransaction(connection, failure), self._carrier)
        finally:
            await _finished(self._carrier.carry(lambda: end(connection)))

    def _dispose(self) -> None:
        self._whole.release()
        self._engine.dispose()

    async def _connected(self) -> Connection:
        """A connection; whoever is cancelled meanwhile leaves none behind that was just being made."""
        connecting = asyncio.ensure_future(self._carrier.carry(self._engine.connect))
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            await _finished(self._given_up(connecting))
            raise

    async def _given_up(self, connecting: "asyncio.Future[Connection]") -> None:
        try:
            connection = await connecting
        except database_problems() as problem:
            _log.debug("no connection was made, and none is wanted any more", reason=str(problem))
        else:
            await self._carrier.carry(lambda: end(connection))


async def _finished(work: Awaitable[Answer]) -> Answer:
    """Do some work to its end: a caller that is cancelled must not leave a connection half returned."""
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        if not doing.cancelled() and (problem := doing.exception()) is not None:
            _log.debug("nobody waits for it any more", reason=str(problem))
        raise
