"""A transaction where waiting for the database is a plain call: in a thread, or carried by the event loop."""

import asyncio
from collections.abc import Callable, Generator, Iterator
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.util import await_

from api.errors import PapertapeError, Unavailable
from api.persistence.carriers import blocks
from api.persistence.commit import commit
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown, is_conflict, translated

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_BEAT_SECONDS = 1.0


class PlainTransaction:
    """A transaction of the database: all that it answers is of one state, and all that it changes is done or not."""

    def __init__(self, connection: Connection, failure: Callable[[Exception], PapertapeError]) -> None:
        self._connection = connection
        self._failure = failure

    @property
    def is_on_loop(self) -> bool:
        """Whether the event loop carries it, so that what is for the loop may be used in it."""
        return not blocks(self._connection.dialect)

    def ask(
        self,
        question: Callable[Concatenate[Connection, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        """What a function of api.persistence answers, or does. Raises what the transaction was begun to raise."""
        with translated(self._failure):
            return question(self._connection, *arguments, **options)

    def stream(
        self,
        question: Callable[Concatenate[Connection, Arguments], Iterator[Answer]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Generator[Answer]:
        """What a function of api.persistence answers one by one. Raises what the transaction was begun to raise."""
        with translated(self._failure):
            yield from question(self._connection, *arguments, **options)

    def at_length(self, work: Callable[[], Answer]) -> Answer:
        """Do what takes long: others are served meanwhile, and the database's session is not left idle.

        What the event loop carries is done in a thread that no other work keeps busy.
        """
        if not self.is_on_loop:
            return work()
        doing = asyncio.ensure_future(asyncio.to_thread(work))
        while not await_(asyncio.wait({doing}, timeout=_BEAT_SECONDS))[0]:
            self.ask(_say_nothing)
        return doing.result()

    def commit(self) -> None:
        """Make durable what was done. Raises FileLost, OutcomeUnknown, and DatabaseFailure for a conflict."""
        try:
            commit(self._connection)
        except Unavailable:
            raise
        except Exception as problem:
            if is_conflict(problem):
                raise DatabaseFailure(problem) from problem
            raise OutcomeUnknown from problem


def _say_nothing(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))
