"""Feeds that run inside a server: started with it, restarted whatever they end with, stopped with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from api.application.feed_states import FeedState, FeedStatus
from api.client import DeskClient
from api.clock import wall_clock
from api.errors import PapertapeError
from api.feeds.bridge import BridgeOptions, FeedBridge
from api.feeds.feed import Feed
from api.feeds.options import FeedOptions
from api.feeds.registry import make_feed

_log = structlog.get_logger(__name__)

_PAUSES = (5.0, 15.0, 60.0)


@dataclass(frozen=True, slots=True)
class ConfiguredFeed:
    """A feed as its words describe it, and how it is to be bridged to a desk.

    `identity` is what it has in common with itself after a restart, and with no other feed of its symbols.
    """

    name: str
    identity: str
    feed: Feed
    options: BridgeOptions

    @classmethod
    def of(cls, options: FeedOptions) -> "ConfiguredFeed":
        """The feed that some words describe. Raises BadArgument."""
        feed = make_feed(options)
        bridge = BridgeOptions(options.since(wall_clock()), options.quotes_per_second())
        options.require_all_known()
        return cls(options.name, options.identity, feed, bridge)

    @classmethod
    def listed(cls, text: str) -> "list[ConfiguredFeed]":
        """The feeds that a text describes, separated by semicolons. Raises BadArgument."""
        return [cls.of(FeedOptions.read(part)) for part in text.split(";") if part.strip()]

    def bridge(self, client: DeskClient, state: FeedState) -> FeedBridge:
        """What brings it to a desk."""
        return FeedBridge(self.feed, client, state, self.options)

    def new_state(self) -> FeedState:
        """How it stands before it begins."""
        return FeedState(self.name, tuple(self.feed.symbols))


async def supervise(
    feed: ConfiguredFeed, client: DeskClient, state: FeedState, pauses: Sequence[float] = _PAUSES
) -> None:
    """Run a feed until it is cancelled or its market ends: what it failed with is told, and it begins again later."""
    failures = 0
    while True:
        connections = state.connections
        try:
            await feed.bridge(client, state).run()
        except PapertapeError as problem:
            _log.error("feed failed", feed=state.name, reason=str(problem))
        except Exception as problem:  # noqa: BLE001 - a feed of somebody else's, which must not stop the server
            state.become(FeedStatus.FAILED, f"a fault of the feed: {type(problem).__name__}")
            _log.exception("fault in a feed", feed=state.name)
        else:
            state.become(FeedStatus.ENDED)
            return
        failures = 0 if state.connections > connections + 1 else failures + 1
        await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])
