"""The PostgreSQL and Redis servers that tests share, and databases of their own on them."""

import asyncio
import os
import secrets
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

import asyncpg
import pytest
import redis
from sqlalchemy.engine import URL, make_url

DATABASE_PREFIX = "papertape_test_"
LEFTOVER_AGE_SECONDS = 24 * 3600

T = TypeVar("T")


def unavailable(reason: str) -> NoReturn:
    """Skips the test for want of a service; in CI nothing may be wanting, so there it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def postgres_server_url() -> URL:
    return make_url(os.environ.get("PAPERTAPE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"))


def redis_server_url() -> str:
    url = os.environ.get("PAPERTAPE_TEST_REDIS_URL", "redis://127.0.0.1:6379")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        unavailable(f"no Redis at {url} (PAPERTAPE_TEST_REDIS_URL): {error}")
    return url


class PostgresServer:
    """Hands out databases with random names and drops every one of them when closed.

    Usable from sync tests and fixtures; inside a running event loop await the `_async` counterparts.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self.created: set[str] = set()
        self._dropping = ThreadPoolExecutor(1)

    def connect(self) -> None:
        """Skips or fails (see `unavailable`) if no server answers; drops what dead runs have left behind."""
        try:
            _run(self._drop_leftovers())
        except (OSError, asyncpg.PostgresError) as error:
            unavailable(f"no PostgreSQL at {self._url!r} (PAPERTAPE_TEST_POSTGRES_URL): {error}")

    def create(self, template: str = "template0") -> str:
        """The URL of a new database: empty, or a copy of the one named (nobody may be connected to that)."""
        return _run(self.create_async(template))

    def drop(self, database_url: str) -> None:
        _run(self.drop_async(database_url))

    def drop_soon(self, database_url: str) -> None:
        """Drop a database beside what comes next: before it is gone the server writes out what all others hold."""
        self._own_name(database_url)
        self._dropping.submit(self.drop, database_url)

    def close(self) -> None:
        self._dropping.shutdown()
        _run(self._execute(*map(_drop_statement, self.created)))
        self.created.clear()

    async def create_async(self, template: str = "template0") -> str:
        name = f"{DATABASE_PREFIX}{int(time.time())}_{secrets.token_hex(6)}"
        self.created.add(name)
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)

    async def drop_async(self, database_url: str) -> None:
        name = self._own_name(database_url)
        await self._execute(_drop_statement(name))
        self.created.discard(name)

    def _own_name(self, database_url: str) -> str:
        name = make_url(database_url).database
        if name not in self.created:
            raise ValueError(f"{name} is not a database of this run")
        return name

    async def names(self) -> list[str]:
        """All databases on the server that tests have made, of this run and of others."""
        connection = await self._connection()
        try:
            rows = await connection.fetch(
                "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", DATABASE_PREFIX
            )
        finally:
            await connection.close()
        return [row["datname"] for row in rows]

    async def _drop_leftovers(self) -> None:
        now = time.time()
        await self._execute(*(_drop_statement(name) for name in await self.names() if is_leftover(name, now)))

    async def _execute(self, *statements: str) -> None:
        connection = await self._connection()
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return await asyncpg.connect(dsn, timeout=5)


def is_leftover(name: str, now: float) -> bool:
    """Whether a database of ours is a day old at `now`, so that the run which made it must be dead."""
    made_at, _, _ = name.removeprefix(DATABASE_PREFIX).partition("_")
    return made_at.isdigit() and int(made_at) <= now - LEFTOVER_AGE_SECONDS


def _drop_statement(name: str) -> str:
    return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    # A loop factory keeps the runner from replacing the current event loop, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(coroutine)
