"""How plain calls to a database are made without holding up the event loop.

asyncpg and aiosqlite wait on the loop: a plain call is carried by a greenlet, which gives way while it waits. SQLite's
own driver blocks: a plain call is made in a thread, the same for all of an engine, with one hop however much it does.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.util import greenlet_spawn

Answer = TypeVar("Answer")


class Carrier(Protocol):
    """Makes plain calls to a database."""

    async def carry(self, work: Callable[[], Answer]) -> Answer:
        """What work returns or raises. In a thread it goes on if the caller is cancelled, and what comes next waits."""

    def close(self) -> None:
        """Carry nothing any more."""


def blocks(dialect: Dialect) -> bool:
    """Whether a driver's calls hold up the thread that makes them."""
    return dialect.driver == "pysqlite"


def carrier_for(dialect: Dialect) -> Carrier:
    """What carries calls to a driver."""
    return _InThread() if blocks(dialect) else _OnLoop()


class _OnLoop:
    async def carry(self, work: Callable[[], Answer]) -> Answer:
        return await greenlet_spawn(work)

    def close(self) -> None:
        pass


class _InThread:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def carry(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, work)

    def close(self) -> None:
        self._thread.shutdown(wait=False)
