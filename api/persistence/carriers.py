"""How plain calls to a database are made without holding up the event loop.

asyncpg and aiosqlite wait on the loop: a plain call is carried by a greenlet, which gives way while it waits. SQLite's
own driver blocks: a plain call is made in a thread, the same for all of an engine, with one hop however much it does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Protocol, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.util import greenlet_spawn

Answer = TypeVar("Answer")


class Carrier(Protocol):
    """Makes plain calls to a database."""

    def carry(self, work: Callable[[], Answer]) -> Awaitable[Answer]:
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
    def carry(self, work: Callable[[], Answer]) -> Awaitable[Answer]:
        return greenlet_spawn(work)

    def close(self) -> None:
        pass


class _InThread:
    """A thread that hands back what it has done by one call to the loop: an executor takes twice as long."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._is_closed = False

    def carry(self, work: Callable[[], Answer]) -> Awaitable[Answer]:
        if self._is_closed:
            raise RuntimeError("the database is closed")
        if self._thread is None:
            self._thread = Thread(target=self._run, name="database", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.put(partial(_settled, loop, future, copy_context(), work))
        return future

    def close(self) -> None:
        self._is_closed = True
        self._waiting.put(None)

    def _run(self) -> None:
        while (do := self._waiting.get()) is not None:
            do()
            # It holds what it worked with, until the next comes.
            del do


def _settled(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Answer]", context: Context, work: Callable[[], Answer]
) -> None:
    """Do some work, unless nobody waits for it any more, and let the loop hand over what it returns or raises."""
    if future.cancelled():
        return
    outcome: partial[None]
    try:
        outcome = partial(future.set_result, context.run(work))
    except BaseException as problem:  # noqa: BLE001 - the thread's edge: whoever waits gets it
        outcome = partial(future.set_exception, problem)
    with suppress(RuntimeError):  # a loop that has ended
        loop.call_soon_threadsafe(_unless_done, future, outcome)
    # A traceback would hold them in a circle.
    del future, outcome, work


def _unless_done(future: "asyncio.Future[Answer]", settle: Callable[[], None]) -> None:
    if not future.done():
        settle()
