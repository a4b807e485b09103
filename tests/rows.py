"""What a database holds, read as it is stored, beside the server or after it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select

from api.database_url import database_url
from api.persistence.engines import read_engine
from tests.loop_engine import LoopEngine


def rows_of(url: str, *queries: Select[Any]) -> list[Sequence[Row[Any]]]:
    """The rows of each query, all from one snapshot."""
    # A loop factory keeps the runner from replacing the current event loop, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(_read(url, queries))


async def _read(url: str, queries: Sequence[Select[Any]]) -> list[Sequence[Row[Any]]]:
    engine = LoopEngine(read_engine(database_url(url)))
    try:
        async with engine.connect() as connection, connection.begin():
            return [(await connection.execute(query)).all() for query in queries]
    finally:
        await engine.dispose()
