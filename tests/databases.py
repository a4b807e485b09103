"""Databases in the newest shape: one of each kind is migrated, and the others are copies of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from api.database_url import database_url
from api.persistence.engines import write_engine
from api.persistence.migrations import migrate
from tests.loop_engine import LoopEngine
from tests.services import PostgresServer


async def migrate_database(url: str) -> None:
    """Bring a database to the newest shape, whatever it is in."""
    engine = LoopEngine(write_engine(database_url(url)))
    try:
        await engine.run(migrate)
    finally:
        await engine.dispose()


def make_file(url: str) -> None:
    """Make the file that a URL names, unless it is there or the URL names no file."""
    parsed = database_url(url)
    if parsed.is_embedded and not parsed.file.exists():
        parsed.file.write_bytes(_migrated_file())


@cache
def _migrated_file() -> bytes:
    # In a thread of its own, since this one may have a loop that runs.
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        file = Path(folder) / "papertape.sqlite3"
        pool.submit(asyncio.run, migrate_database(f"sqlite:///{file}")).result()
        return file.read_bytes()


def make_template(server: PostgresServer) -> str:
    """The name of a new database in the newest shape, to be copied."""
    url = server.create()
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(migrate_database(url))
    return database_url(url).database
