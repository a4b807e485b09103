"""Faults at one step of a desk's work in its database, the steps counted from where a test arms them."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from unittest.mock import patch

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.util import await_

from api.persistence import direct_statements
from tests.loop_engine import LoopEngine


class StepKind(Enum):
    """Which steps of a desk in its database are counted."""

    CONNECT = auto()
    STATEMENT = auto()
    """Each statement, and each commit."""
    COMMITTED = auto()
    """Each commit that has been done, before its answer arrives."""


class Effect(Enum):
    """What a fault leaves of concurrent commands, and whether they are answered."""

    NOTHING_UNANSWERED = auto()
    """Or, of a group, everything: the desk tries its commands one by one."""
    NOTHING_OR_ANSWERED = auto()
    """Everything where it comes before the desk is locked: the desk has another connection."""
    ALL_ANSWERED = auto()
    ALL_UNANSWERED = auto()
    EITHER_UNANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what it does with the connection in use, at which kind of step, and what it leaves of commands."""

    name: str
    inject: Callable[[Any], None]
    step: StepKind = StepKind.STATEMENT
    effect: Effect = Effect.NOTHING_UNANSWERED


class Steps:
    """Counts the steps that engines take in their database, and injects a fault once, at the step it is armed for."""

    def __init__(self) -> None:
        self.was_injected = False
        self.taken = 0
        self._fault: Fault | None = None
        self._at = 0

    def arm(self, fault: Fault, at: int) -> None:
        """Inject the fault at the nth step from now on."""
        self.was_injected, self.taken, self._fault, self._at = False, 0, fault, at

    @contextmanager
    def of(self, *engines: LoopEngine) -> Iterator[None]:
        """Count the steps of these engines."""
        for engine in engines:
            for name, listener in self._listeners().items():
                event.listen(engine.sync_engine, name, listener)
            self._follow_commits(engine.sync_engine.dialect)
        # Some statements go to SQLite's own cursor, of which SQLAlchemy tells nobody.
        with patch.object(direct_statements, "closing", self._following):
            yield
        self._fault = None

    @contextmanager
    def _following(self, cursor: Any) -> "Iterator[_DirectCursor]":
        with closing(cursor):
            yield _DirectCursor(cursor, lambda: self._take(StepKind.STATEMENT, None))

    def _listeners(self) -> dict[str, Callable[..., None]]:
        def asking(cursor: Any, *_: object) -> None:
            self._take(StepKind.STATEMENT, getattr(cursor, "_adapt_connection", None))

        statements = ("do_execute", "do_execute_no_params", "do_executemany")
        return {"do_connect": lambda *_: self._take(StepKind.CONNECT, None), **dict.fromkeys(statements, asking)}

    def _follow_commits(self, dialect: Any) -> None:
        commit = dialect.do_commit

        def followed(connection: Any) -> None:
            self._take(StepKind.STATEMENT, connection)
            commit(connection)
            self._take(StepKind.COMMITTED, connection)

        dialect.do_commit = followed

    def _take(self, step: StepKind, connection: Any) -> None:
        fault = self._fault
        if fault is None or fault.step is not step:
            return
        self.taken += 1
        if self.taken == self._at:
            self._fault, self.was_injected = None, True
            fault.inject(connection)


@dataclass(frozen=True, slots=True)
class _DirectCursor:
    """SQLite's cursor, which tells before it executes anything."""

    cursor: sqlite3.Cursor
    tell: Callable[[], None]

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        self.tell()
        self.cursor.execute(statement, values)

    def executemany(self, statement: str, rows: Sequence[Any]) -> None:
        self.tell()
        self.cursor.executemany(statement, rows)

    def fetchall(self) -> list[Any]:
        return self.cursor.fetchall()


def _raising(kind: type[Exception], *arguments: str) -> Callable[[Any], None]:
    def inject(_: Any) -> None:
        # One exception for all would hold on to the frames of each that it was raised in.
        raise kind(*arguments)

    return inject


def _raised_by_the_server(code: str) -> Callable[[Any], None]:
    def inject(connection: Any) -> None:
        connection.cursor().execute(f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END $$")

    return inject


def _ended(admin: "asyncpg.Connection[asyncpg.Record]") -> Callable[[Any], None]:
    """The server ends the session that is in use."""

    def inject(connection: Any) -> None:
        pid = connection.driver_connection.get_server_pid()
        assert await_(admin.fetchval("SELECT pg_terminate_backend($1, 5000)", pid))

    return inject


_ANSWER_LOST = Fault(
    "answer lost", _raising(ConnectionResetError, "connection lost"), StepKind.COMMITTED, Effect.ALL_UNANSWERED
)
_OF_SQLITE = [
    Fault("locked", _raising(sqlite3.OperationalError, "database is locked")),
    Fault("disk full", _raising(sqlite3.OperationalError, "database or disk is full")),
    Fault("disk failed", _raising(sqlite3.OperationalError, "disk I/O error")),
    Fault("no file", _raising(sqlite3.OperationalError, "unable to open database file"), StepKind.CONNECT),
    _ANSWER_LOST,
]
_OF_POSTGRESQL = [
    Fault("serialization failure", _raised_by_the_server("40001"), effect=Effect.ALL_ANSWERED),
    Fault("deadlock", _raised_by_the_server("40P01"), effect=Effect.ALL_ANSWERED),
    Fault("disk full", _raised_by_the_server("53100")),
    Fault("locked", _raised_by_the_server("55P03")),
    Fault("silence", _raising(TimeoutError)),
    Fault("refused", _raising(ConnectionRefusedError, "nobody listens"), StepKind.CONNECT),
    _ANSWER_LOST,
]


@asynccontextmanager
async def faults_of(url: str) -> AsyncIterator[list[Fault]]:
    """The faults of a transaction; on PostgreSQL, the server itself causes those of the server."""
    if url.startswith("sqlite"):
        yield _OF_SQLITE
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    admin = await asyncpg.connect(plain)
    try:
        yield [Fault("connection dropped", _ended(admin), effect=Effect.NOTHING_OR_ANSWERED), *_OF_POSTGRESQL]
    finally:
        await admin.close()
