"""Redis behind broadcaster: a backend that says when it has lost its connection, instead of falling silent.

broadcaster's own neither survives a restart of Redis nor, with redis-py 8, hears its first subscription.
"""

from asyncio import Event, get_running_loop
from typing import Any

from broadcaster import BroadcastBackend
from broadcaster import Event as Message
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection

_TIMEOUT_SECONDS = 5.0
_SILENCE_SECONDS = 15.0


class RedisBackend(BroadcastBackend):
    """Publishes and listens on two connections; `next_published` raises once nothing more can be heard."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            url,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            socket_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._listening = self._client.pubsub()
        self._heard_at = 0.0
        self._is_listening = Event()

    async def connect(self) -> None:
        """Reach the server."""
        await self._client.ping()

    async def disconnect(self) -> None:
        """Leave it."""
        try:
            await self._listening.aclose()  # type: ignore[no-untyped-call]
        finally:
            await self._client.aclose()

    async def subscribe(self, group: str) -> None:
        """Listen to a channel."""
        await self._listening.subscribe(group)
        self._heard_at = get_running_loop().time()
        self._is_listening.set()

    async def unsubscribe(self, group: str) -> None:
        """Listen to it no more."""
        await self._listening.unsubscribe(group)

    async def publish(self, channel: str, message: Any) -> None:
        """Tell all who listen."""
        await self._client.publish(channel, message)

    async def next_published(self) -> Message:
        """The next message; asks now and then whether the server is still there."""
        loop = get_running_loop()
        while True:
            await self._is_listening.wait()
            message = await self._listening.get_message(timeout=_TIMEOUT_SECONDS)
            if message is not None:
                self._heard_at = loop.time()
                if message["type"] == "message":
                    return Message(message["channel"].decode(), message["data"].decode())
            elif loop.time() - self._heard_at > _SILENCE_SECONDS:
                raise LostConnection("Redis has not answered")
            else:
                await self._listening.ping()
