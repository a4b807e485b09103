"""Reads whose caller goes away: whatever they were about, their connections are closed."""

import asyncio
import gc
import warnings

from api.database_url import database_url as url_of
from api.persistence.database import Database
from api.persistence.desk_row import newest
from api.persistence.engines import read_engine

MOMENTS = 40


async def read(database: Database) -> int:
    async with database.snapshot() as snapshot:
        return await snapshot.ask(newest)


async def test_a_read_that_is_cancelled_at_any_moment_leaves_no_connection_behind(database_url: str) -> None:
    for moment in range(MOMENTS):
        engine = read_engine(url_of(database_url))
        async with Database(engine) as database:
            reading = asyncio.create_task(read(database))
            await asyncio.sleep(moment / 10_000)
            reading.cancel()
            await asyncio.wait({reading})
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        del database, engine, reading
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            gc.collect()
