"""Transactions that are each done in one go."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from api.persistence.carriers import blocks
from api.persistence.database_errors import DatabaseFailure, database_problems, translated
from api.persistence.plain_transaction import PlainTransaction

_log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")


class WholeTransactions:
    """Does transactions over an engine's connection.

    SQLite's is kept from one that was committed to the next: to borrow it from the pool each time, and to give it back,
    costs a lone signal a twentieth of all that it costs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keeps = blocks(engine.dialect)
        self._kept: Connection | None = None

    def do(self, work: Callable[[PlainTransaction], Answer]) -> Answer:
        """Do a transaction, which is undone at its end unless `work` committed it.

        To begin it and to ask it raise DatabaseFailure, to end it raises nothing.
        """
        with translated():
            connection = self._kept or self._engine.connect()
        self._kept = None
        is_over = False
        try:
            with translated():
                connection.begin()
            answer = work(PlainTransaction(connection, DatabaseFailure))
            is_over = not connection.in_transaction() and not connection.invalidated
            return answer
        finally:
            if self._keeps and is_over:
                self._kept = connection
            else:
                end(connection)

    def release(self) -> None:
        """Give back what is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            end(kept)


def end(connection: Connection) -> None:
    """Undo what a connection did not commit, and give it back; that raises nothing."""
    try:
        connection.close()
    except database_problems() as problem:
        # It is closed all the same, and the pool takes back none that cannot be reset.
        _log.warning("connection could not be returned", reason=str(problem))
