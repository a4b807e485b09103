"""Engines: how the desk connects. SQLite has one writer and separate readers; PostgreSQL locks the desk's row."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

_SQLITE = "sqlite+aiosqlite"
_POSTGRESQL = "postgresql+asyncpg"
_READERS = 4
_BUSY_TIMEOUT_MS = 10_000
_LOCK_TIMEOUT_MS = 10_000
# A writer that freezes loses the lock before those who wait for it give up.
_WRITER_IDLE_MS = 5_000
_READER_IDLE_MS = 15_000


class UnsupportedDatabase(ValueError):
    """A database URL that the desk cannot use."""


def database_url(text: str) -> URL:
    """A database's URL, with the driver the desk uses. Raises UnsupportedDatabase."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text may hold a password, and so may what the parser says about it.
        shown = repr(text) if "@" not in text else "what was given"
        raise UnsupportedDatabase(f"{shown} is not a database URL") from None
    if url.drivername in ("sqlite", _SQLITE):
        if not url.database or url.database == ":memory:":
            raise UnsupportedDatabase("SQLite needs a file, as in sqlite:///papertape.sqlite3")
        return url.set(drivername=_SQLITE)
    if url.drivername in ("postgresql", "postgres", _POSTGRESQL):
        return url.set(drivername=_POSTGRESQL)
    raise UnsupportedDatabase(f"{url.drivername} is not supported; use sqlite:///FILE or postgresql://HOST/NAME")


def is_embedded(url: URL) -> bool:
    """Whether the database is a file of this machine."""
    return url.drivername == _SQLITE


def write_engine(url: URL) -> AsyncEngine:
    """The engine of the one writer: a transaction takes the write lock as it begins, and commits are durable."""
    if is_embedded(url):
        engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)
        _prepare_sqlite(engine.sync_engine, "BEGIN IMMEDIATE", query_only=False)
        return engine
    return create_async_engine(
        url, pool_size=1, max_overflow=1, pool_pre_ping=True, connect_args=_server_settings(_WRITER_IDLE_MS)
    )


def read_engine(url: URL) -> AsyncEngine:
    """The engine of the readers: a transaction is one snapshot, and nothing can be written."""
    if is_embedded(url):
        engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=_READERS, max_overflow=0)
        _prepare_sqlite(engine.sync_engine, "BEGIN", query_only=True)
        return engine
    return create_async_engine(
        url,
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_pre_ping=True,
        connect_args=_server_settings(_READER_IDLE_MS),
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )


def _server_settings(idle_in_transaction: int) -> dict[str, Any]:
    return {
        "server_settings": {
            "application_name": "papertape",
            "lock_timeout": str(_LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(idle_in_transaction),
        }
    }


def _prepare_sqlite(engine: Engine, begin: str, *, query_only: bool) -> None:
    event.listen(engine, "connect", _pragmas(query_only))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))


def _pragmas(query_only: bool) -> Callable[[DBAPIConnection, Any], None]:
    statements = [
        f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        *(["PRAGMA query_only=ON"] if query_only else []),
    ]

    def set_up(connection: DBAPIConnection, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    return set_up
