"""Migrations: up, down and up again on both databases, and who may start on what."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from api.bootstrap import running_desk
from api.database_url import database_url as url_of
from api.persistence import engines
from api.persistence.columns import metadata
from api.persistence.engines import write_engine
from api.persistence.migrations import (
    ADVISORY_LOCK,
    CannotMigrate,
    MigrationsPending,
    migrate,
    newest_revision,
    require_current,
)
from api.settings import ServerSettings
from tests.api.desk import desk_on
from tests.backtest.parity import bar_json, signal_json
from tests.loop_engine import LoopEngine
from tests.processes import PATIENCE_SECONDS, POLL_SECONDS
from tests.service.desks import record, verification, verified

A_TRADE = {
    "signalId": "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01",
    "symbol": "ACME",
    "side": "LONG",
    "quantity": "1",
    "entryTime": "2024-01-01T00:00:00Z",
    "entryPrice": "1",
    "exitTime": "2024-01-02T00:00:00Z",
    "exitPrice": "2",
    "realizedPnl": "1",
}


async def shape(engine: LoopEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda sync_connection: inspect(sync_connection).get_table_names()))


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_lead_to_the_tables_of_the_code_and_back_to_nothing(empty_database_url: str) -> None:
    engine = LoopEngine(write_engine(url_of(empty_database_url)))
    wanted = {table.name for table in metadata.sorted_tables} | {"alembic_version"}
    for revision, tables in (("head", wanted), ("base", {"alembic_version"}), ("head", wanted), ("head", wanted)):
        await engine.run(migrate, revision)
        assert await shape(engine) == tables
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.run(require_current)
    await engine.dispose()


async def test_a_migration_waits_for_another_however_long_that_takes(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_LOCK_TIMEOUT_MS", 50)
    first, second = (
        LoopEngine(write_engine(url_of(empty_postgres_url))),
        LoopEngine(write_engine(url_of(empty_postgres_url))),
    )
    waited = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event = 'advisory' AND clock_timestamp() - query_start > interval '200 ms'"
    )
    async with first.connect() as holder:
        await holder.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        await holder.commit()
        waiting = asyncio.create_task(second.run(migrate))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not waiting.done() and (await holder.execute(waited)).scalar() == 0:
                await holder.rollback()
                await asyncio.sleep(POLL_SECONDS)
        await holder.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
        await holder.commit()
    await waiting
    await second.run(require_current)
    await first.dispose()
    await second.dispose()


async def test_a_desk_on_postgresql_refuses_to_start_before_its_database_is_migrated(empty_postgres_url: str) -> None:
    with pytest.raises(MigrationsPending, match=r"the database is empty, not at .*: run `papertape migrate`"):
        async with running_desk(ServerSettings(database_url=empty_postgres_url)):
            pass


async def test_an_embedded_desk_migrates_itself(sqlite_url: str) -> None:
    async with running_desk(ServerSettings(database_url=sqlite_url)) as desk:
        await LoopEngine(desk.services.reader._database._engine).run(require_current)
    assert newest_revision() is not None


async def test_a_file_of_another_program_is_refused_and_left_alone(sqlite_url: str) -> None:
    engine = LoopEngine(write_engine(url_of(sqlite_url)))
    async with engine.begin() as connection:
        for name in ("bookmarks", "cookies", "history", "icons"):
            await connection.execute(text(f"CREATE TABLE {name} (id INTEGER)"))
    sentence = "the database is not Papertape's: it holds bookmarks, cookies, history, ...; name another file"
    for revision in ("head", "base"):
        with pytest.raises(CannotMigrate, match=f"^{sentence}$"):
            await engine.run(migrate, revision)
    assert await shape(engine) == {"bookmarks", "cookies", "history", "icons"}
    await engine.dispose()


# What a database holds stays


async def a_history(url: str, **backtest: Any) -> None:
    """A desk with bars, signals, positions, trades, an ended session and a backtest."""
    async with desk_on(url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("executeSignal", **signal_json(target1="101"))
        await client.do("ingestBars", bars=[bar_json(1, "100", "102")])
        await client.do("recordBacktest", name="kept", metrics={"sharpe": "1"}, trades=[A_TRADE], **backtest)
        await client.do("reset")
        await client.do("executeSignal", **signal_json(target1="110"))


async def test_a_database_of_another_version_is_refused_in_one_line_and_left_alone(database_url: str) -> None:
    await a_history(database_url)
    engine = LoopEngine(write_engine(url_of(database_url)))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    before = await record(engine)
    sentence = "the database is at revision 0003, of another version of Papertape: move it aside, and begin a new one"
    with pytest.raises(MigrationsPending, match=f"^{sentence}$"):
        await engine.run(require_current)
    for revision in ("head", "base"):
        with pytest.raises(CannotMigrate, match=f"^{sentence}$"):
            await engine.run(migrate, revision)
    assert await record(engine) == before
    await engine.dispose()


async def test_no_way_down_deletes_a_history(database_url: str) -> None:
    await a_history(database_url)
    engine = LoopEngine(write_engine(url_of(database_url)))
    before = await record(engine)
    with pytest.raises(CannotMigrate, match="the desk has a history, which is never deleted"):
        await engine.run(migrate, "base")
    assert await record(engine) == before
    await verified(database_url)
    await engine.dispose()


async def test_what_follows_from_history_is_made_again_whichever_way_a_database_goes(database_url: str) -> None:
    """Market days, and the hashes of the chain."""
    await a_history(database_url)
    async with desk_on(database_url) as client:
        quote = {"symbol": "ACME", "time": "2024-01-01T10:00:00Z", "price": "101"}
        assert (await client.do("ingestQuotes", quotes=[quote]))["applied"] == 1
    engine = LoopEngine(write_engine(url_of(database_url)))
    before = await record(engine)
    assert {row["kind"] for row in before["market_days"]} == {"BAR", "QUOTE"}
    for revision in ("9", "head"):
        await engine.run(migrate, revision)
    assert await record(engine) == before
    await verified(database_url)
    await engine.dispose()


async def test_what_was_altered_is_found_after_a_migration_too(database_url: str) -> None:
    await a_history(database_url)
    engine = LoopEngine(write_engine(url_of(database_url)))
    async with engine.begin() as connection:
        altered = await connection.execute(text("UPDATE commands SET sent = '{}' WHERE ordinal = 3"))
        assert altered.rowcount == 1
    for revision in ("9", "head"):
        await engine.run(migrate, revision)
    code, output = await verification(database_url)
    assert code == 1
    assert "- history 3 to 4 is not what was recorded: its hash is another" in output
    assert output.count("its hash is another") == 1
    await engine.dispose()


async def test_a_history_whose_ids_are_none_any_more_keeps_its_hash(sqlite_url: str) -> None:
    await a_history(sqlite_url)
    engine = LoopEngine(write_engine(url_of(sqlite_url)))
    hashes = []
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE commands SET id = x'616263', sent = x'00' WHERE ordinal = 3"))
    for revision in ("10", "head"):
        await engine.run(migrate, revision)
        async with engine.begin() as connection:
            hashes.append((await connection.execute(text("SELECT hash FROM chain ORDER BY ordinal"))).scalars().all())
    unchanged = [
        group for group, (by_row, by_command) in enumerate(zip(*hashes, strict=True), 1) if by_row == by_command
    ]
    assert unchanged == [2]
    await engine.dispose()
