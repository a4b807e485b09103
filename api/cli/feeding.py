"""Runs a feed against a server."""

import asyncio
import signal
from collections.abc import Sequence

from api.application.feed_states import FeedState, FeedStatus
from api.cli.running import say
from api.client import DeskClient
from api.feeds.options import FeedOptions
from api.feeds.reporting import reported
from api.feeds.supervisor import ConfiguredFeed
from api.settings import ServerSettings
from api.wording import counted
from domain.notation import print_time


async def feed(settings: ServerSettings, name: str, words: Sequence[str], url: str) -> int:
    """Feed a server until the market ends, or a signal ends it. Raises BadArgument, MarketRefused and DeskError."""
    _end_when_told()
    wanted = ConfiguredFeed.of(FeedOptions.of(name, words))
    state = wanted.new_state()
    async with (
        DeskClient(url, token=settings.secret) as client,
        DeskClient(url, token=settings.secret, pauses=()) as beside,
        reported(state, wanted.identity, beside, _say_if_live),
    ):
        await wanted.bridge(client, state).run()
    sent = f"{counted(state.bars, 'bar')} and {counted(state.quotes, 'quote')} were sent"
    say(f"The market has ended: {sent}, {state.rejected} not taken.")
    return 0


def _end_when_told() -> None:
    """Cancel the task on SIGTERM, as asyncio does on SIGINT, so that the desk is told of the end."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - called by one
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _say_if_live(state: FeedState) -> None:
    """Say that a feed of known symbols has caught up, and how far."""
    if state.status is FeedStatus.LIVE and state.symbols:
        reached = max(state.last_bars.values(), default=None)
        newest = "" if reached is None else f", and the newest ends {print_time(reached)}"
        sent = f"{counted(state.bars, 'bar')} {'was' if state.bars == 1 else 'were'} sent"
        say(f"The feed {state.name} is live: {sent}{newest}.")
