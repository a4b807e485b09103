"""Engines: how the desk connects. SQLite has one writer and separate readers; PostgreSQL locks the desk's row.

Their calls are carried (api.persistence.carriers): SQLite's writer has a driver that blocks, all others wait on the
event loop.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import EmulatedDBAPIException, InvalidatePoolError
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from api.database_url import DatabaseUrl
from api.persistence.database_errors import is_broken
from api.persistence.database_file import DatabaseFile, watch
from api.persistence.direct_statements import execute_text
from api.persistence.driver_url import blocking_driver_url, driver_url
from api.persistence.postgres import CONNECT_SECONDS, session_set_up

_READERS = 4
_BUSY_TIMEOUT_MS = 10_000
# A group of a hundred signals changes more pages than SQLite keeps by itself: it wrote and read many of them again.
_WRITER_CACHE_KIB = 16 * 1024
_LOCK_TIMEOUT_MS = 8_000
# A writer that freezes loses the lock before those who wait for it give up (and see api.persistence.stale_writers).
_WRITER_IDLE_MS = 5_000
_READER_IDLE_MS = 15_000
_USED_AT = "used_at"
_IDLE_SECONDS = 1.0
PATIENCE_SECONDS = 10
"""How long a desk that serves waits for an answer: longer than for a lock, so that a silent server is not there."""


def database_file(url: DatabaseUrl) -> DatabaseFile | None:
    """The file of an embedded database, for the engines of one desk to share."""
    return DatabaseFile(url.file) if url.is_embedded else None


def write_engine(
    url: DatabaseUrl, *, patience: float | None = None, file: DatabaseFile | None = None, serves: bool = False
) -> Engine:
    """The engine of the one writer: a transaction takes the write lock as it begins, and commits are durable.

    PostgreSQL's answers are waited for `patience` seconds, or without end; where it serves, its connections keep
    migrations away and raise BeingMigrated during one. SQLite's commits (api.persistence.commit) raise FileLost where
    the file is no longer the one that was opened first. No error shows what was written: it may be a secret.
    """
    if url.is_embedded:
        return _prepared_sqlite(_sqlite_write_engine(url), file or DatabaseFile(url.file), writes=True)
    return _doing_without_lost_connections(_postgres_write_engine(url, patience, serves=serves))


def _sqlite_write_engine(url: DatabaseUrl) -> Engine:
    return create_engine(
        blocking_driver_url(url),
        # One is kept (api.persistence.whole_transactions), the other for what takes transactions of its own.
        pool_size=1,
        max_overflow=1,
        # Used by one thread at a time, if not always by the same.
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )


def _postgres_write_engine(url: DatabaseUrl, patience: float | None, *, serves: bool) -> Engine:
    engine = create_engine(
        driver_url(url),
        pool_size=1,
        max_overflow=1,
        hide_parameters=True,
        connect_args=_connecting(patience),
        # Whatever the server's default: a writer waits for the desk's lock and then sees what the last one wrote.
        isolation_level="READ COMMITTED",
    )
    event.listen(engine, "connect", session_set_up(_LOCK_TIMEOUT_MS, _WRITER_IDLE_MS, writes=True, serves=serves))
    return engine


def read_engine(url: DatabaseUrl, *, patience: float | None = None, file: DatabaseFile | None = None) -> Engine:
    """The engine of the readers: a transaction is one snapshot, and nothing can be written.

    PostgreSQL's answers are waited for `patience` seconds, or without end. SQLite's transactions raise FileLost where
    the file is no longer the one that was opened first.
    """
    if url.is_embedded:
        engine = create_engine(driver_url(url), poolclass=AsyncAdaptedQueuePool, pool_size=_READERS, max_overflow=0)
        return _prepared_sqlite(engine, file or DatabaseFile(url.file), writes=False)
    engine = create_engine(
        driver_url(url),
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_timeout=PATIENCE_SECONDS,
        connect_args=_connecting(patience),
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )
    set_up = session_set_up(_LOCK_TIMEOUT_MS, _READER_IDLE_MS, writes=False, serves=False)
    event.listen(engine, "connect", set_up)
    return _doing_without_lost_connections(engine)


def _connecting(patience: float | None) -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": patience,
        "server_settings": {"application_name": "papertape"},
    }


def _doing_without_lost_connections(engine: Engine) -> Engine:
    """One that was lost while it lay idle is not handed out, nor one again on which an answer timed out, or whose
    driver is in an unknown state.

    To ask takes three answers of the server's; the driver knows by itself of most that are lost.
    """

    def used(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = monotonic()

    def require_alive(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        if monotonic() - entry.info[_USED_AT] > _IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except EmulatedDBAPIException as problem:
                raise InvalidatePoolError from problem
        elif entry.driver_connection is None or entry.driver_connection.is_closed():
            raise InvalidatePoolError

    def judge(context: ExceptionContext) -> None:
        problem = context.sqlalchemy_exception or context.original_exception
        if isinstance(problem, TimeoutError) or (isinstance(problem, Exception) and is_broken(problem)):
            context.is_disconnect = True

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", require_alive)
    event.listen(engine, "handle_error", judge)
    return engine


def _prepared_sqlite(engine: Engine, file: DatabaseFile, *, writes: bool) -> Engine:
    def begin(connection: Connection) -> None:
        if writes:
            # Whether it is still the file is asked as it is committed (api.persistence.commit).
            execute_text(connection, "BEGIN IMMEDIATE")
            file.writing()
        else:
            file.require_same()
            execute_text(connection, "BEGIN")

    # SQLite would make a new file where the old one is gone.
    event.listen(engine, "do_connect", lambda *_: file.require_same())
    event.listen(engine, "connect", _set_up(file, query_only=not writes))
    event.listen(engine, "begin", begin)
    event.listen(engine, "close", lambda *_: file.closed())
    return engine


def _set_up(file: DatabaseFile, *, query_only: bool) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    statements = [
        f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        "PRAGMA query_only=ON" if query_only else f"PRAGMA cache_size={-_WRITER_CACHE_KIB}",
    ]

    def set_up(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        file.opened()
        watch(entry.info, file)

    return set_up
