"""Feeds that run against markets on this machine, and feed a desk in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from api.application.feed_states import FeedState, FeedStatus
from api.bootstrap import running_desk
from api.client import DeskClient
from api.clock import WallClock, wall_clock
from api.feeds.bridge import BridgeOptions, FeedBridge
from api.feeds.ccxt import Ccxt
from api.feeds.feed import Feed
from api.feeds.options import FeedOptions
from api.feeds.registry import make_feed
from api.settings import ServerSettings
from tests.databases import make_file
from tests.feeds.alpaca import alpaca
from tests.feeds.binance import binance
from tests.feeds.coinbase import coinbase
from tests.feeds.kraken import kraken
from tests.feeds.markets import OPENING, ToyMarket, served
from tests.processes import until


@dataclass(frozen=True)
class Exchange:
    """An exchange that can be played: how, of which symbols, and what a feed of it is told."""

    app: Callable[[ToyMarket], Starlette]
    symbols: list[str]
    feed: str
    words: list[str]
    streams: int


COINS = ["BTC/USD", "ETH/USD"]
EXCHANGES = {
    "alpaca": Exchange(alpaca, ["AAPL", "MSFT"], "alpaca", ["data=http:", "trading=http:", "stream=ws:"], 3),
    "binance": Exchange(
        binance, ["BTC/USDT", "ETH/USDT"], "ccxt", ["exchange=binance", "rest=http:", "ws=ws:/stream"], 4
    ),
    "kraken": Exchange(kraken, COINS, "ccxt", ["exchange=kraken", "rest=http:", "ws=ws:"], 4),
    "coinbase": Exchange(coinbase, COINS, "ccxt", ["exchange=coinbaseexchange", "rest=http:", "ws=ws:"], 2),
}


@dataclass(frozen=True)
class Market:
    """A market that plays an exchange, and the words for a feed of it."""

    toy: ToyMarket
    exchange: Exchange
    address: str

    @property
    def words(self) -> list[str]:
        """What a feed of it is told."""
        return [f"symbols={','.join(self.toy.symbols)}", *(self._here(word) for word in self.exchange.words)]

    def _here(self, word: str) -> str:
        return word.replace("http:", f"http://{self.address}").replace("ws:", f"ws://{self.address}")

    def feed(self) -> Feed:
        """A feed of it, in no hurry to spare the exchange."""
        feed = make_feed(FeedOptions.of(self.exchange.feed, self.words))
        if isinstance(feed, Ccxt):
            feed.longest_sleep = 0.01
            feed.exchange.enableRateLimit = False
        return feed

    @property
    def is_followed(self) -> bool:
        """Whether a feed follows all that it should."""
        return len(self.toy.followed) == self.exchange.streams


@asynccontextmanager
async def a_market(kind: str, minutes: int = 0, opening: datetime = OPENING) -> AsyncIterator[Market]:
    """A market of one of EXCHANGES, open for so many minutes."""
    exchange = EXCHANGES[kind]
    toy = ToyMarket(exchange.symbols, opening)
    toy.pass_time(minutes)
    async with served(exchange.app(toy)) as address:
        yield Market(toy, exchange, address)


@asynccontextmanager
async def a_desk(folder: Path, wall: WallClock = wall_clock) -> AsyncIterator[DeskClient]:
    """A client of a new desk, without a network between."""
    settings = ServerSettings(database_url=f"sqlite:///{folder / 'desk.sqlite3'}")
    make_file(settings.database_url)
    async with running_desk(settings, wall) as desk:
        transport = httpx.ASGITransport(desk.app)
        async with DeskClient("http://127.0.0.1", transport=transport) as client:
            yield client


@asynccontextmanager
async def feeding(
    market: Market, client: DeskClient, feed: Feed | None = None, wall: WallClock = wall_clock, **options: Any
) -> AsyncIterator[FeedState]:
    """A feed that runs for as long as the context lasts."""
    state = FeedState(market.exchange.feed, market.toy.symbols, wall)
    asked = BridgeOptions(**{"since": market.toy.opening, "pauses": [0.01], **options})
    run = asyncio.create_task(FeedBridge(feed or market.feed(), client, state, asked).run())
    try:
        yield state
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


async def until_live(market: Market, state: FeedState, connections: int = 1) -> None:
    """Until a feed is live, and follows all that it should."""

    def is_live() -> bool:
        return state.status is FeedStatus.LIVE and market.is_followed and state.connections >= connections

    await until(is_live, "it was not live")


async def until_reached(market: Market, state: FeedState) -> None:
    """Until the desk has had the market's last bar of every symbol."""
    last = {symbol: market.toy.bars(symbol)[-1].end for symbol in market.toy.symbols}
    await until(lambda: state.last_bars == last, "the last bars did not come")
