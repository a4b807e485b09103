"""Copies of a database, each for one run of a scenario."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

import asyncpg
from sqlalchemy import delete, make_url

from api.persistence.columns import metadata
from tests.conftest import sqlite_url_in


class Copies(Protocol):
    """Makes copies of a database."""

    def another(self) -> AbstractAsyncContextManager[str]:
        """The URL of a copy, valid until the next is made."""


@dataclass(frozen=True, slots=True)
class FileCopies:
    """Copies of an SQLite file."""

    url: str
    folder: Path

    @asynccontextmanager
    async def another(self) -> AsyncIterator[str]:
        numbers = (self.folder / f"copy {number}" for number in count(1))
        folder = next(number for number in numbers if not number.exists())
        folder.mkdir()
        url = sqlite_url_in(folder)
        shutil.copy(make_url(self.url).database or "", make_url(url).database or "")
        yield url


@dataclass(slots=True)
class RestoredDatabase:
    """The one PostgreSQL database, restored each time to what it held at first: faster than a copy."""

    url: str
    _is_kept: bool = False

    @asynccontextmanager
    async def another(self) -> AsyncIterator[str]:
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        await connection.execute(_restore() if self._is_kept else _keep())
        await connection.close()
        self._is_kept = True
        yield self.url


def _keep() -> str:
    kept = [f"CREATE TABLE kept.{table.name} AS TABLE {table.name}" for table in metadata.sorted_tables]
    return ";".join(["CREATE SCHEMA kept", *kept])


def _restore() -> str:
    emptied = [str(delete(table)) for table in reversed(metadata.sorted_tables)]
    filled = [f"INSERT INTO {table.name} TABLE kept.{table.name}" for table in metadata.sorted_tables]
    return ";".join([*emptied, *filled])
