"""Sessions of PostgreSQL: durable whatever the server's defaults, kept from migrations, and of one client alone."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.util import await_
from structlog.testing import capture_logs

import api.persistence.engines
from api.bootstrap import running_desk
from api.database_url import database_url as url_of
from api.persistence.database import Database
from api.persistence.desk_row import newest
from api.persistence.engines import write_engine
from api.persistence.migrations import CannotMigrate, migrate, newest_revision
from api.persistence.postgres import BeingMigrated, SharedSessions, require_sessions, warn_of_unsafe_settings
from api.settings import ServerSettings
from tests.loop_engine import LoopEngine
from tests.processes import Finished, free_port, papertape, serving, wait_until
from tests.services import unavailable

STOP_SERVERS = "a server is running on the database: stop every server before migrating it"


@asynccontextmanager
async def engine_on(url: str, *, serves: bool = False) -> AsyncIterator[LoopEngine]:
    engine = LoopEngine(write_engine(url_of(url), serves=serves))
    yield engine
    await engine.dispose()


async def alter(url: str, *changes: str) -> None:
    """Change a database's defaults, for sessions that begin from here on."""
    plain = make_url(url).set(drivername="postgresql")
    session = await asyncpg.connect(plain.render_as_string(hide_password=False))
    for change in changes:
        await session.execute(change.format(database=f'ALTER DATABASE "{plain.database}" SET'))
    await session.close()


async def shown(engine: LoopEngine, setting: str) -> str:
    async with engine.connect() as connection:
        return str((await connection.execute(text(f"SHOW {setting}"))).scalar_one())


# Ended sessions


def driver_connection(connection: Connection) -> "asyncpg.Connection[asyncpg.Record]":
    driver: asyncpg.Connection[asyncpg.Record] | None = connection.connection.driver_connection
    assert driver is not None
    return driver


async def end_session(postgres_url: str, driver: asyncpg.Connection) -> None:
    """End the session of a connection, and wait until its driver knows."""
    ended = asyncio.Event()
    driver.add_termination_listener(lambda _: ended.set())
    admin = await asyncpg.connect(make_url(postgres_url).set(drivername="postgresql").render_as_string(False))
    assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", driver.get_server_pid())
    await ended.wait()
    await admin.close()


async def test_a_snapshot_whose_session_was_ended_ends_without_a_word_and_the_next_is_answered(
    postgres_url: str,
) -> None:
    async with Database.for_reading(url_of(postgres_url)) as database:
        async with database.snapshot() as snapshot:
            assert await snapshot.ask(newest) == 0
            await end_session(postgres_url, await snapshot.ask(driver_connection))
        async with database.snapshot() as snapshot:
            assert await snapshot.ask(newest) == 0


@pytest.mark.parametrize("idle_seconds", [0, 1_000])
async def test_a_session_that_was_ended_while_it_lay_idle_is_used_no_more(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    """Whether the server is asked, or the driver, which knows."""
    monkeypatch.setattr(api.persistence.engines, "_IDLE_SECONDS", idle_seconds)
    async with Database.for_reading(url_of(postgres_url)) as database:
        async with database.snapshot() as snapshot:
            driver = await snapshot.ask(driver_connection)
        await end_session(postgres_url, driver)
        async with database.snapshot() as snapshot:
            assert await snapshot.ask(newest) == 0
            assert await snapshot.ask(driver_connection) is not driver


# Durability


@pytest.mark.parametrize(("default", "used"), [("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply",) * 2])
async def test_a_commit_is_durable_whatever_the_default_and_no_less_than_that(
    postgres_url: str, default: str, used: str
) -> None:
    await alter(postgres_url, f"{{database}} synchronous_commit = {default}")
    async with engine_on(postgres_url) as engine:
        assert await shown(engine, "synchronous_commit") == used
        assert await shown(engine, "lock_timeout") == "8s"
        assert await shown(engine, "idle_in_transaction_session_timeout") == "5s"
        with capture_logs() as logged:
            await engine.run(warn_of_unsafe_settings)
    assert logged == []


UNSAFE_SERVER = """
    CREATE SCHEMA shadow;
    CREATE FUNCTION shadow.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $2';
    CREATE VIEW shadow.pg_settings AS SELECT name, CASE WHEN name IN ('fsync', 'full_page_writes') THEN 'off'
        ELSE setting END AS setting FROM pg_catalog.pg_settings
"""


async def test_commits_that_cannot_be_made_durable_are_reported(postgres_url: str) -> None:
    """A server, as it looks to the desk, that runs without fsync and lets nobody turn synchronous_commit on."""
    search_path = "{database} search_path = shadow, pg_catalog, public"
    await alter(postgres_url, UNSAFE_SERVER, search_path, "{database} synchronous_commit = off")
    async with engine_on(postgres_url) as engine:
        with capture_logs() as logged:
            await engine.run(warn_of_unsafe_settings)
    assert [(line["log_level"], line["event"]) for line in logged] == [
        ("warning", f"{name} is off on the database server: a power failure may lose what was acknowledged")
        for name in ("fsync", "full_page_writes", "synchronous_commit")
    ]


# Migrations


async def test_a_migration_is_refused_while_a_server_runs_unless_nothing_is_to_be_done(postgres_url: str) -> None:
    async with engine_on(postgres_url) as engine:
        async with (
            running_desk(ServerSettings(database_url=postgres_url)),
            running_desk(ServerSettings(database_url=postgres_url)),
        ):
            with pytest.raises(CannotMigrate, match=f"^{STOP_SERVERS}$"):
                await engine.run(migrate, "base")
            for revision in ("head", str(newest_revision())):
                await engine.run(migrate, revision)
        await engine.run(migrate, "base")


async def test_a_server_does_not_begin_in_the_middle_of_a_migration(empty_postgres_url: str) -> None:
    refusals: list[str] = []
    async with engine_on(empty_postgres_url, serves=True) as server, engine_on(empty_postgres_url) as engine:

        async def begin_to_serve() -> None:
            with pytest.raises(BeingMigrated) as refused:
                await shown(server, "lock_timeout")
            refusals.append(str(refused.value))

        event.listen(engine.sync_engine, "commit", lambda _: await_(begin_to_serve()), once=True)
        await engine.run(migrate)
        assert refusals == ["the database is being migrated: try again when that is done"]
        assert await shown(server, "lock_timeout") == "8s"


# Poolers


async def test_sessions_of_ones_own_are_not_taken_for_a_pooler(postgres_url: str) -> None:
    await require_sessions(url_of(postgres_url))


@contextmanager
def pgbouncer(url: str, folder: Path, mode: str, *options: str) -> Iterator[str]:
    """The URL of a database behind a PgBouncer of the test's own."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        unavailable("no pgbouncer")
    target = make_url(url)
    port = free_port()
    login = f"user={target.username} " + (f"password={target.password}" if target.password else "")
    settings = ["listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =", "auth_type = any", *options]
    where = f"* = host={target.host} port={target.port or 5432} {login}"
    config = folder / "pgbouncer.ini"
    config.write_text("\n".join(["[databases]", where, "[pgbouncer]", f"pool_mode = {mode}", *settings]) + "\n")
    # It does not run as root.
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    config.chmod(0o644)
    with subprocess.Popen([program, *as_user, config], stderr=subprocess.DEVNULL, cwd="/") as process:
        try:
            wait_until(lambda: answers(port) or process.poll() is not None, "PgBouncer did not listen")
            yield target.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            process.terminate()


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("options", [[], ["server_round_robin = 1"]], ids=["newest session first", "in turn"])
async def test_a_pooler_of_transactions_is_refused(postgres_url: str, tmp_path: Path, options: list[str]) -> None:
    with pgbouncer(postgres_url, tmp_path, "transaction", *options) as through, pytest.raises(SharedSessions):
        await require_sessions(url_of(through))


def test_the_commands_refuse_a_pooler_of_transactions_in_one_line(postgres_url: str, tmp_path: Path) -> None:
    with pgbouncer(postgres_url, tmp_path, "transaction") as through:
        sentence = (
            f"papertape: a pooler at 127.0.0.1:{make_url(through).port} gives each transaction another session of "
            "PostgreSQL (PgBouncer's transaction mode): use its session mode, or connect to PostgreSQL itself\n"
        )
        for command in ("migrate", "serve"):
            refused = papertape(command, "--database-url", through, folder=tmp_path)
            assert refused == Finished(1, "", sentence)


def test_a_pooler_of_sessions_is_accepted(empty_postgres_url: str, tmp_path: Path) -> None:
    with pgbouncer(empty_postgres_url, tmp_path, "session") as through:
        assert papertape("migrate", "--database-url", through, folder=tmp_path).code == 0
        with serving("--database-url", through, folder=tmp_path) as server:
            assert server.query("mutation { enable { errors { code } } }") == {"enable": {"errors": []}}
