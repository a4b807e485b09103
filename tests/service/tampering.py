"""Records that are made once, and copies of them that somebody changes behind the desk's back."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Executable

from api.database_url import database_url
from api.persistence.engines import write_engine
from tests.conftest import sqlite_url_in
from tests.loop_engine import LoopConnection, LoopEngine

FILE = "papertape.sqlite3"


def made(folder: Path, make: Callable[[str], Coroutine[Any, Any, object]]) -> Path:
    """The file of a record, made by who is given its URL."""
    asyncio.run(make(sqlite_url_in(folder)))
    return folder / FILE


def copied(record: Path, folder: Path) -> str:
    """The URL of a copy."""
    shutil.copy(record, folder / FILE)
    return sqlite_url_in(folder)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[LoopConnection]:
    """A transaction behind the desk's back."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def tampered(url: str, statement: Executable) -> None:
    """Let a statement change one row."""
    async with opened(url) as connection:
        assert (await connection.execute(statement)).rowcount == 1
