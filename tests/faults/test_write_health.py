"""`/readyz` reports whether the desk can write: by the result of the last attempt, and by probes while it is idle."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit
from time import monotonic

import asyncpg
import httpx
import pytest
from sqlalchemy import Connection, Engine, make_url

import api.bootstrap
from api.application import write_health
from api.database_url import database_url as url_of
from api.persistence import engines, tables
from api.persistence.direct_statements import execute_text
from api.persistence.engines import write_engine
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.write_probe import try_writing
from api.server.running_desk import RunningDesk
from tests.builders import FREE, a_bar, a_signal
from tests.faults.small_desk import is_unavailable
from tests.loop_engine import LoopEngine
from tests.service.desks import PATIENCE_SECONDS, desk_on, record, rows, running_writer, verified

pytestmark = pytest.mark.usefixtures("quiet")

ENABLE = {"query": "mutation { enable { errors { code } } }"}
READY = {"database": True, "migrations": True, "journalTail": True, "writer": True, "clock": True}
NOT_WRITING = {**READY, "writer": False}
SOON_SECONDS = 0.05

Hindrance = Callable[[str, RunningDesk], AbstractAsyncContextManager[None]]


@pytest.fixture(autouse=True)
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for locks, and pauses between probes, are short."""
    for module, name in ((api.bootstrap, "IDLE_SECONDS"), (write_health, "_RETRY_SECONDS")):
        monkeypatch.setattr(module, name, SOON_SECONDS)
    for name in ("_LOCK_TIMEOUT_MS", "_BUSY_TIMEOUT_MS"):
        monkeypatch.setattr(engines, name, 50)


@asynccontextmanager
async def disk_full(url: str, _: RunningDesk) -> AsyncIterator[None]:
    """No file of this process may grow beyond what the write-ahead log has."""
    wal = Path(f"{make_url(url).database}-wal").stat().st_size  # noqa: ASYNC240
    setrlimit(RLIMIT_FSIZE, (wal, RLIM_INFINITY))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))


@asynccontextmanager
async def read_only(_: str, desk: RunningDesk) -> AsyncIterator[None]:
    """SQLite refuses what the writer's connection writes."""
    database = desk.services.dispatcher.writer._committer._database
    await database.write(lambda transaction: transaction.ask(execute_text, "PRAGMA query_only=ON"))
    yield
    await database.run(_accept_writes)


def _accept_writes(engine: Engine) -> None:
    with engine.connect() as connection:
        execute_text(connection, "PRAGMA query_only=OFF")


@asynccontextmanager
async def file_locked(url: str, _: RunningDesk) -> AsyncIterator[None]:
    """Another program is in the middle of writing."""
    file = make_url(url).database or ""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as program:
        await asyncio.to_thread(program.execute, "BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def row_locked(url: str, _: RunningDesk) -> AsyncIterator[None]:
    """Another program holds the desk's row."""
    async with _session(url) as session, session.transaction():
        await session.execute("SELECT FROM desk FOR UPDATE")
        yield


@asynccontextmanager
async def statements_cut_short(url: str, desk: RunningDesk) -> AsyncIterator[None]:
    """Statements that wait are ended before the wait for a lock is."""
    async with _defaults(url, "statement_timeout", "20ms"), row_locked(url, desk):
        yield


@asynccontextmanager
async def transactions_read_only(url: str, _: RunningDesk) -> AsyncIterator[None]:
    """The server takes no writes, as when its disk fills up or it has become a standby."""
    async with _defaults(url, "default_transaction_read_only", "on"):
        yield


@asynccontextmanager
async def _defaults(url: str, setting: str, value: str) -> AsyncIterator[None]:
    """A default of the database, for sessions that begin from now on: all are ended, now and afterwards."""
    name = make_url(url).database
    async with _session(url) as session:
        await session.execute("SET default_transaction_read_only = off")
        await session.execute(f"ALTER DATABASE \"{name}\" SET {setting} = '{value}'")
        await session.execute(END_OTHERS)
        yield
        await session.execute(f'ALTER DATABASE "{name}" RESET {setting}')
        await session.execute(END_OTHERS)


END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'papertape'"""


@asynccontextmanager
async def _session(url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    session = await asyncpg.connect(plain)
    try:
        yield session
    finally:
        await session.close()


OF_SQLITE = [disk_full, read_only, file_locked]
OF_POSTGRESQL = [row_locked, statements_cut_short, transactions_read_only]


@pytest.mark.parametrize("hinder", OF_SQLITE)
async def test_an_idle_desk_on_sqlite_finds_out_that_it_cannot_write_and_that_it_can_again(
    sqlite_url: str, hinder: Hindrance
) -> None:
    await finds_out(sqlite_url, hinder)


@pytest.mark.parametrize("hinder", OF_POSTGRESQL)
async def test_an_idle_desk_on_postgresql_finds_out_that_it_cannot_write_and_that_it_can_again(
    postgres_url: str, hinder: Hindrance
) -> None:
    await finds_out(postgres_url, hinder)


async def finds_out(url: str, hinder: Hindrance) -> None:
    async with desk_on(url) as desk, client_of(desk) as client:
        await until_readiness(client, READY)
        async with hinder(url, desk):
            await until_readiness(client, NOT_WRITING)
            assert "papertape_writer_ready 0.0" in await figures(client)
        await until_readiness(client, READY)
        assert "papertape_writer_ready 1.0" in await figures(client)
        assert (await client.post("/graphql", json=ENABLE)).json() == {"data": {"enable": {"errors": []}}}


async def test_a_desk_knows_whether_it_can_write_before_it_begins_to_serve(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk, client_of(desk) as client:
        assert await readiness(client) == (200, READY)


async def test_a_failed_write_shows_in_readiness_without_a_probe(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((api.bootstrap, "IDLE_SECONDS"), (write_health, "_RETRY_SECONDS")):
        monkeypatch.setattr(module, name, 3600)
    async with desk_on(sqlite_url) as desk, client_of(desk) as client:
        await until_readiness(client, READY)
        async with file_locked(sqlite_url, desk):
            assert (await readiness(client)) == (200, READY)
            assert is_unavailable((await client.post("/graphql", json=ENABLE)).json())
            assert (await readiness(client)) == (503, NOT_WRITING)
        assert (await client.post("/graphql", json=ENABLE)).json() == {"data": {"enable": {"errors": []}}}
        assert (await readiness(client)) == (200, READY)


async def test_a_probe_that_hangs_shows_in_readiness_before_it_times_out(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_LOCK_TIMEOUT_MS", 60_000)
    monkeypatch.setattr(write_health, "_LONGEST_PROBE_SECONDS", SOON_SECONDS)
    async with desk_on(postgres_url) as desk, client_of(desk) as client:
        await until_readiness(client, READY)
        async with row_locked(postgres_url, desk):
            await until_readiness(client, NOT_WRITING)
        await until_readiness(client, READY)


async def test_whatever_a_driver_raises_in_a_probe_ends_no_writer(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that ends while it is made raises the driver's own errors."""

    def fail(transaction: PlainTransaction) -> None:
        transaction.ask(end_connection)

    def end_connection(_: Connection) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    async with desk_on(sqlite_url) as desk, client_of(desk) as client:
        await until_readiness(client, READY)
        with monkeypatch.context() as patch:
            patch.setattr(write_health, "try_writing", fail)
            await until_readiness(client, NOT_WRITING)
        await until_readiness(client, READY)
        assert (await client.post("/graphql", json=ENABLE)).json() == {"data": {"enable": {"errors": []}}}


async def test_readiness_is_answered_whatever_a_driver_raises(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    async with desk_on(sqlite_url) as desk, client_of(desk) as client:
        monkeypatch.setattr(api.bootstrap, "require_current", fail)
        health = {**READY, "database": False, "migrations": False}
        assert await readiness(client) == (503, health)


async def test_a_probe_leaves_everything_as_it_was(database_url: str) -> None:
    async with running_writer(database_url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        await desk.trader().send(a_signal(quantity="1"))
        engine = LoopEngine(write_engine(url_of(database_url)))
        before = await record(engine), await rows(engine, tables.desk)
        await engine.write(try_writing)
        assert (await record(engine), await rows(engine, tables.desk)) == before
        await engine.dispose()
    await verified(database_url)


@asynccontextmanager
async def client_of(desk: RunningDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://localhost") as client:
        yield client


async def readiness(client: httpx.AsyncClient) -> tuple[int, dict[str, bool]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()


async def until_readiness(client: httpx.AsyncClient, wanted: dict[str, bool]) -> None:
    expected = (200 if wanted == READY else 503, wanted)
    deadline = monotonic() + PATIENCE_SECONDS
    while (health := await readiness(client)) != expected:
        assert monotonic() < deadline, health
        await asyncio.sleep(SOON_SECONDS)


async def figures(client: httpx.AsyncClient) -> list[str]:
    return (await client.get("/metrics")).text.splitlines()
