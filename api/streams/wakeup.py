"""Wake-ups: the broadcaster carries the desk's newest ordinal, never data. Losing one costs a second, not an event."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

import structlog
from broadcaster import Broadcast

from api.streams.library_internals import Subscriber, disconnect_backend, listener_of

_log = structlog.get_logger(__name__)

_CHANNEL = "papertape-desk"
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_CLOSING_PAUSE = 2.0
_CLEARING_SECONDS = 3.0


class Wakeup:
    """Tells this process, and through the broadcaster every other, that the desk has moved on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_heard_elsewhere = not url.startswith("memory://")
        self._moved = asyncio.Event()
        self._reached = self._read = 0
        self._is_sure = False
        self._announced: asyncio.Queue[int] = asyncio.Queue(1)
        self._supervisor: asyncio.Task[None] | None = None
        self.is_connected = self._was_connected = False

    def announce(self, ordinal: int) -> None:
        """The desk has reached an ordinal: wake this process now, the others soon. Never waits, never fails."""
        self._wake(ordinal)
        if not self._is_heard_elsewhere:
            return
        if self._announced.full():
            self._announced.get_nowait()
        self._announced.put_nowait(ordinal)

    def has_read(self, ordinal: int) -> None:
        """This process has read what there is up to an ordinal, and need not be woken for it."""
        self._read = ordinal

    async def wait(self, at_most: float) -> int | None:
        """Return when the desk has moved on, or after a time at most: the ordinal that it is known to have reached.

        None where it may have gone on unheard.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._moved.wait()
        has_heard = self._moved.is_set() and self._is_sure
        self._moved.clear()
        self._is_sure = True
        return self._reached if has_heard else None

    def _wake(self, reached: int) -> None:
        if reached > self._read:
            self._reached = max(reached, self._reached)
            self._moved.set()

    async def start(self) -> None:
        """Begin to listen and to tell."""
        self._supervisor = asyncio.create_task(self._supervise(), name="wake-up")

    async def close(self) -> None:
        """Stop."""
        if self._supervisor is not None:
            await _end(self._supervisor, _CLOSING_PAUSE)

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._connected()
            except Exception as problem:  # noqa: BLE001 - the supervisor's edge: streams go on by polling meanwhile
                _log.warning("wake-up lost, polling instead", retry_seconds=pause, reason=_reason(problem))
            pause = _FIRST_PAUSE if self._was_connected else min(_LONGEST_PAUSE, pause * 2)
            self._was_connected = False
            await asyncio.sleep(pause)

    async def _connected(self) -> None:
        broadcast = _broadcast(self._url)
        async with AsyncExitStack() as leaving:
            leaving.push_async_callback(_undisturbed, partial(disconnect_backend, broadcast))
            await broadcast.connect()
            # A backend that fails ends broadcaster's listener, and would leave its subscribers in silence.
            parts = [listener_of(broadcast)]
            leaving.push_async_callback(_undisturbed, partial(_ended, parts))
            subscriber = await _subscribed(leaving, broadcast)
            # Before unsubscribing too: redis-py loses a connection that two tasks reconnect at once.
            leaving.push_async_callback(_undisturbed, partial(_ended, parts))
            parts += [asyncio.create_task(self._tell(broadcast)), asyncio.create_task(self._listen(subscriber))]
            self.is_connected = self._was_connected = True
            self._is_sure = False
            self._moved.set()
            try:
                ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.is_connected = False
            for part in ended:
                part.result()

    async def _listen(self, subscriber: Subscriber) -> None:
        while True:
            self._wake(int((await subscriber.get()).message))

    async def _tell(self, broadcast: Broadcast) -> None:
        while True:
            await broadcast.publish(_CHANNEL, str(await self._announced.get()))


async def _subscribed(leaving: AsyncExitStack, broadcast: Broadcast) -> Subscriber:
    try:
        return await leaving.enter_async_context(broadcast.subscribe(_CHANNEL))
    except KeyError as hiding:
        # broadcaster takes away the subscriber that it could not add, and so hides why it could not.
        raise hiding.__context__ or hiding from None


async def _undisturbed(clearing: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Clear up to the end whoever cancels meanwhile, though not for longer than a closing server can wait."""
    loop = asyncio.get_running_loop()
    task, until = asyncio.create_task(clearing()), loop.time() + _CLEARING_SECONDS
    while not task.done() and (left := until - loop.time()) > 0:
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task}, timeout=left)
    await _end(task, _FIRST_PAUSE)


async def _ended(parts: "list[asyncio.Task[None]]") -> None:
    for part in parts:
        await _end(part, _FIRST_PAUSE)


async def _end(task: "asyncio.Task[None]", patience: float) -> None:
    """Cancel a task until it is done: redis-py may lose a cancellation in its own clearing up, and go on."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience)
    if not task.cancelled() and (problem := task.exception()) is not None:
        _log.debug("wake-up part ended", reason=_reason(problem))


def _broadcast(url: str) -> Broadcast:
    if url.startswith(("redis://", "rediss://")):
        from api.streams.redis import RedisBackend  # which takes a while to import, and serves few

        return Broadcast(backend=RedisBackend(url))
    return Broadcast(url)


def _reason(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__
