"""Wake-ups through Redis: heard by every process, lost with Redis, and back by themselves; nobody waits for them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from broadcaster import Broadcast, BroadcastBackend, Event

import api.streams.wakeup
from api.streams.wakeup import Wakeup
from tests.faults.own_redis import OwnRedis, own_redis
from tests.processes import until, wait_until

PATIENCE_SECONDS = 30


@pytest.fixture
def redis() -> Iterator[OwnRedis]:
    with own_redis() as redis:
        yield redis


@asynccontextmanager
async def wakeups(url: str, count: int = 2) -> AsyncIterator[list[Wakeup]]:
    """So many processes' wake-ups, started at once, each of which hears the others."""
    async with AsyncExitStack() as stack:
        wakeups = [Wakeup(url) for _ in range(count)]
        for wakeup in wakeups:
            stack.push_async_callback(wakeup.close)
        await asyncio.gather(*(wakeup.start() for wakeup in wakeups))
        await wait_until_woken(wakeups[0], wakeups[1:])
        yield wakeups


async def wait_until_woken(announcer: Wakeup, listeners: list[Wakeup]) -> None:
    """Announce until every listener has been woken, twice: the first may have been woken by its own connecting."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(2):
            await connected(announcer, *listeners)
            for listener in listeners:
                await is_woken(listener, within=0)  # forget what came before
            waiting = {asyncio.ensure_future(is_woken(wakeup, within=PATIENCE_SECONDS)) for wakeup in listeners}
            while waiting:
                announcer.announce(1)
                _, waiting = await asyncio.wait(waiting, timeout=0.2)
        await connected(announcer, *listeners)


async def connected(*all_of_them: Wakeup) -> None:
    """Until everyone is."""
    await until(lambda: all(listener.is_connected for listener in all_of_them))


async def is_woken(wakeup: Wakeup, within: float) -> bool:
    """Whether it is woken within a time."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await wakeup.wait(within)
    return loop.time() - started < within


async def test_all_who_start_at_once_are_woken(redis: OwnRedis) -> None:
    async with wakeups(redis.url, 5) as (announcer, *listeners):
        waiting = [asyncio.ensure_future(is_woken(listener, within=PATIENCE_SECONDS)) for listener in listeners]
        await asyncio.sleep(0)
        announcer.announce(7)
        assert await asyncio.gather(*waiting) == [True] * 4


async def test_connections_that_were_cut_are_made_again(redis: OwnRedis) -> None:
    async with wakeups(redis.url) as (announcer, listener):
        await asyncio.to_thread(redis.cut_connections)
        await wait_until_woken(announcer, [listener])


async def announcing(announcer: Wakeup) -> None:
    while True:
        announcer.announce(1)
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("busy", [False, True], ids=["while silent", "in the middle of announcements"])
async def test_a_redis_that_was_killed_and_started_again_is_heard_again(redis: OwnRedis, busy: bool) -> None:
    async with wakeups(redis.url) as (announcer, listener):
        announcements = asyncio.create_task(announcing(announcer)) if busy else None
        await asyncio.to_thread(redis.end)
        await asyncio.to_thread(wait_until, lambda: not (announcer.is_connected or listener.is_connected), "not lost")
        if announcements is not None:
            announcements.cancel()
        await is_woken(listener, within=0)
        announcer.announce(1)
        assert not await is_woken(listener, within=0.2)
        await asyncio.to_thread(redis.start)
        await wait_until_woken(announcer, [listener])


async def test_nobody_waits_for_a_redis_that_is_frozen(redis: OwnRedis) -> None:
    """Announcing is no coroutine, so it cannot wait. What is announced meanwhile is found by polling."""
    async with wakeups(redis.url) as (announcer, listener):
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        while await is_woken(listener, within=0.2):
            pass  # by what Redis had sent before
        for ordinal in range(10_000):
            announcer.announce(ordinal)
        assert not await is_woken(listener, within=0.2)
        redis.process.send_signal(signal.SIGCONT)
        await wait_until_woken(announcer, [listener])


class Stubborn(BroadcastBackend):
    """A backend that loses its listener's first cancellation, as redis-py may, and disconnects only once its
    supervisor is cancelled again."""

    def __init__(self) -> None:
        self.supervisor: asyncio.Task[None] | None = None
        self.history: list[str] = []

    async def connect(self) -> None:
        self.history.append("connected")

    async def subscribe(self, channel: str) -> None:
        self.history.append(f"subscribed to {channel}")

    async def next_published(self) -> Event:
        try:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.history.append("a cancellation was lost")
            await asyncio.Event().wait()
        finally:
            self.history.append("listened to the end")
        raise AssertionError

    async def unsubscribe(self, channel: str) -> None:
        self.history.append(f"unsubscribed from {channel}")

    async def disconnect(self) -> None:
        if (supervisor := self.supervisor) is not None:
            cancellations = supervisor.cancelling()
            await until(lambda: supervisor.cancelling() > cancellations)
        self.history.append("disconnected")


async def test_the_listener_ends_before_its_connection_is_closed_even_if_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = Stubborn()
    monkeypatch.setattr(api.streams.wakeup, "_broadcast", lambda _: Broadcast(backend=backend))
    monkeypatch.setattr(api.streams.wakeup, "_CLOSING_PAUSE", 0.01)
    monkeypatch.setattr(api.streams.wakeup, "_CLEARING_SECONDS", PATIENCE_SECONDS)
    wakeup = Wakeup("stubborn://")
    await wakeup.start()
    backend.supervisor = wakeup._supervisor
    async with asyncio.timeout(PATIENCE_SECONDS):
        await wakeup.wait(PATIENCE_SECONDS)
        assert wakeup.is_connected
        await wakeup.close()
    assert backend.history == [
        "connected",
        "subscribed to papertape-desk",
        "a cancellation was lost",
        "listened to the end",
        "unsubscribed from papertape-desk",
        "disconnected",
    ]


class Refusing(Stubborn):
    """A backend that nobody can subscribe with."""

    def __init__(self, refusal: BaseException) -> None:
        super().__init__()
        self.refusal = refusal

    async def subscribe(self, channel: str) -> None:
        raise self.refusal


async def test_a_subscription_that_fails_gives_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for refusal in (OSError("no room"), asyncio.CancelledError("closing")):
        backend = Refusing(refusal)
        monkeypatch.setattr(api.streams.wakeup, "_broadcast", lambda _, backend=backend: Broadcast(backend=backend))
        with pytest.raises(type(refusal), match=str(refusal)):
            await Wakeup("refusing://")._connected()


async def test_a_server_without_redis_starts_and_stops_all_the_same() -> None:
    wakeup = Wakeup("redis://127.0.0.1:1")
    await wakeup.start()
    wakeup.announce(1)
    assert await is_woken(wakeup, within=PATIENCE_SECONDS)
    assert not wakeup.is_connected
    await wakeup.close()
