"""Feeds that run inside a server, which then is a client of its own API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import httpx

from api.client import DeskClient
from api.feeds.supervisor import ConfiguredFeed, supervise
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings

Feeding = Callable[[RunningDesk, str], AbstractAsyncContextManager[Callable[[], Awaitable[None]] | None]]
"""Feeds a desk that is found at a URL, until what it yields is called."""


def feeding(settings: ServerSettings) -> Feeding:
    """Feeds a desk by what its settings name. Raises BadArgument."""
    return partial(_fed, settings.secret, ConfiguredFeed.listed(settings.feed))


@asynccontextmanager
async def _fed(
    token: str | None, feeds: Sequence[ConfiguredFeed], desk: RunningDesk, url: str
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    async with DeskClient(url, token=token, transport=httpx.ASGITransport(desk.app)) as client:
        tasks = []
        for feed in feeds:
            state = feed.new_state()
            desk.services.feeds.add(state)
            tasks.append(asyncio.create_task(supervise(feed, client, state)))

        async def stop() -> None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        try:
            yield stop
        finally:
            await stop()
