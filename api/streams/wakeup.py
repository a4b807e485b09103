"""Wake-ups: the broadcaster carries the desk's newest ordinal, never data. Losing one costs a second, not an event."""

import asyncio
from contextlib import suppress

import structlog
from broadcaster import Broadcast
from broadcaster._base import Subscriber

from api.streams.redis import RedisBackend

_log = structlog.get_logger(__name__)

_CHANNEL = "papertape-desk"
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0


class Wakeup:
    """Tells this process, and through the broadcaster every other, that the desk has moved on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._moved = asyncio.Event()
        self._announced: asyncio.Queue[int] = asyncio.Queue(1)
        self._supervisor: asyncio.Task[None] | None = None
        self.is_connected = False

    def announce(self, ordinal: int) -> None:
        """The desk has reached an ordinal: wake this process now, the others soon. Never waits, never fails."""
        self._moved.set()
        if self._announced.full():
            self._announced.get_nowait()
        self._announced.put_nowait(ordinal)

    async def wait(self, at_most: float) -> None:
        """Return when the desk has moved on, or after a time at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), at_most)
        self._moved.clear()

    async def start(self) -> None:
        """Begin to listen and to tell."""
        self._supervisor = asyncio.create_task(self._supervise(), name="wake-up")

    async def close(self) -> None:
        """Stop."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._connected()
            except Exception as problem:  # noqa: BLE001 - the supervisor's edge: streams go on by polling meanwhile
                _log.warning("wake-up lost, polling instead", retry_seconds=pause, reason=_reason(problem))
            pause = _FIRST_PAUSE if self.is_connected else min(_LONGEST_PAUSE, pause * 2)
            self.is_connected = False
            await asyncio.sleep(pause)

    async def _connected(self) -> None:
        async with _broadcast(self._url) as broadcast, broadcast.subscribe(_CHANNEL) as subscriber:
            self.is_connected = True
            self._moved.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tell(broadcast))
                tasks.create_task(self._listen(subscriber))
                # A backend that fails ends broadcaster's listener, and would leave its subscribers in silence.
                await broadcast._listener_task

    async def _listen(self, subscriber: Subscriber) -> None:
        while True:
            await subscriber.get()
            self._moved.set()

    async def _tell(self, broadcast: Broadcast) -> None:
        while True:
            await broadcast.publish(_CHANNEL, str(await self._announced.get()))


def _broadcast(url: str) -> Broadcast:
    if url.startswith(("redis://", "rediss://")):
        return Broadcast(backend=RedisBackend(url))
    return Broadcast(url)


def _reason(problem: BaseException) -> str:
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return str(problem) or type(problem).__name__
