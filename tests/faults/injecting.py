"""Faults at one step of what a desk does in its database, the steps counted from where a test arms them."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_


class Where(Enum):
    """Which steps are counted."""

    CONNECTING = auto()
    ASKING = auto()
    """Each statement, and each commit."""
    ANSWERED = auto()
    """Each commit that has been done, before anybody hears of it."""


class Leaves(Enum):
    """What a fault leaves of commands that come at once, and what those who sent them hear."""

    NOTHING_UNANSWERED = auto()
    """Or, of a group, everything: the desk tries its commands one by one."""
    ALL_ANSWERED = auto()
    ALL_UNANSWERED = auto()
    EITHER_UNANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what it does with the connection in hand, at which steps, and what comes of it."""

    name: str
    strike: Callable[[Any], None]
    where: Where = Where.ASKING
    leaves: Leaves = Leaves.NOTHING_UNANSWERED


class Steps:
    """The steps that engines take in their database; at the one that a fault is armed for, it strikes, once."""

    def __init__(self) -> None:
        self.has_struck = False
        self.taken = 0
        self._fault: Fault | None = None
        self._at = 0

    def arm(self, fault: Fault, at: int) -> None:
        """Strike at the nth step from here on."""
        self.has_struck, self.taken, self._fault, self._at = False, 0, fault, at

    @contextmanager
    def of(self, *engines: AsyncEngine) -> Iterator[None]:
        """Follow the steps of these engines."""
        for engine in engines:
            for name, listener in self._listeners().items():
                event.listen(engine.sync_engine, name, listener)
            self._follow_commits(engine.sync_engine.dialect)
        yield
        self._fault = None

    def _listeners(self) -> dict[str, Callable[..., None]]:
        def asking(cursor: Any, *_: object) -> None:
            self._take(Where.ASKING, cursor._adapt_connection)

        statements = ("do_execute", "do_execute_no_params", "do_executemany")
        return {"do_connect": lambda *_: self._take(Where.CONNECTING, None), **dict.fromkeys(statements, asking)}

    def _follow_commits(self, dialect: Any) -> None:
        commit = dialect.do_commit

        def followed(connection: Any) -> None:
            self._take(Where.ASKING, connection)
            commit(connection)
            self._take(Where.ANSWERED, connection)

        dialect.do_commit = followed

    def _take(self, where: Where, connection: Any) -> None:
        fault = self._fault
        if fault is None or fault.where is not where:
            return
        self.taken += 1
        if self.taken == self._at:
            self._fault, self.has_struck = None, True
            fault.strike(connection)


def _raising(problem: Exception) -> Callable[[Any], None]:
    def strike(_: Any) -> None:
        raise problem

    return strike


def _raised_by_the_server(code: str) -> Callable[[Any], None]:
    def strike(connection: Any) -> None:
        connection.cursor().execute(f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END $$")

    return strike


def _ended(assassin: "asyncpg.Connection[asyncpg.Record]") -> Callable[[Any], None]:
    """The server ends the session that is in hand."""

    def strike(connection: Any) -> None:
        pid = connection.driver_connection.get_server_pid()
        assert await_(assassin.fetchval("SELECT pg_terminate_backend($1, 5000)", pid))

    return strike


_ANSWER_LOST = Fault(
    "answer lost", _raising(ConnectionResetError("connection lost")), Where.ANSWERED, Leaves.ALL_UNANSWERED
)
_OF_SQLITE = [
    Fault("locked", _raising(sqlite3.OperationalError("database is locked"))),
    Fault("disk full", _raising(sqlite3.OperationalError("database or disk is full"))),
    Fault("disk failed", _raising(sqlite3.OperationalError("disk I/O error"))),
    Fault("no file", _raising(sqlite3.OperationalError("unable to open database file")), Where.CONNECTING),
    _ANSWER_LOST,
]
_OF_POSTGRESQL = [
    Fault("serialization failure", _raised_by_the_server("40001"), leaves=Leaves.ALL_ANSWERED),
    Fault("deadlock", _raised_by_the_server("40P01"), leaves=Leaves.ALL_ANSWERED),
    Fault("disk full", _raised_by_the_server("53100")),
    Fault("locked", _raised_by_the_server("55P03")),
    Fault("silence", _raising(TimeoutError())),
    Fault("refused", _raising(ConnectionRefusedError("nobody listens")), Where.CONNECTING),
    _ANSWER_LOST,
]


@asynccontextmanager
async def faults_of(url: str) -> AsyncIterator[list[Fault]]:
    """What may befall a transaction; on PostgreSQL, what the server does is really done by the server."""
    if url.startswith("sqlite"):
        yield _OF_SQLITE
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    assassin = await asyncpg.connect(plain)
    try:
        yield [Fault("connection dropped", _ended(assassin)), *_OF_POSTGRESQL]
    finally:
        await assassin.close()
