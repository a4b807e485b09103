"""Migrations: up, down and up again on both databases, and who may start on what."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bootstrap import running_desk
from api.persistence.engines import database_url as url_of
from api.persistence.engines import write_engine
from api.persistence.migrating import MigrationsPending, migrate, newest_revision, require_current
from api.persistence.tables import metadata
from api.settings import Settings


async def shape(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda each: inspect(each).get_table_names()))


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_lead_to_the_tables_of_the_code_and_back_to_nothing(database_url: str) -> None:
    engine = write_engine(url_of(database_url))
    wanted = {table.name for table in metadata.sorted_tables} | {"alembic_version"}
    for revision, tables in (("head", wanted), ("base", {"alembic_version"}), ("head", wanted), ("head", wanted)):
        await migrate(engine, revision)
        assert await shape(engine) == tables
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await require_current(engine)
    await engine.dispose()


async def test_a_desk_on_postgresql_refuses_to_start_before_its_database_is_migrated(postgres_url: str) -> None:
    with pytest.raises(MigrationsPending, match=r"the database is empty, not at .*: run `papertape migrate`"):
        async with running_desk(Settings(database_url=postgres_url)):
            pass


async def test_an_embedded_desk_migrates_itself(sqlite_url: str) -> None:
    async with running_desk(Settings(database_url=sqlite_url)) as desk:
        await require_current(desk.services.reader._engine)
    assert newest_revision() is not None
