"""A feed is live once its market has answered, and has lost a market that does not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from api.application.feed_states import FeedState, FeedStatus
from api.client import DeskClient
from api.feeds.alpaca import Alpaca
from api.feeds.bridge import BridgeOptions, FeedBridge
from api.feeds.ccxt import Ccxt
from api.feeds.feed import ClosedBar, Feed, MarketLost, Update
from api.feeds.json_lines import JsonLines
from api.feeds.options import FeedOptions
from api.feeds.registry import make_feed
from tests.feeds.alpaca import KEY, SECRET
from tests.feeds.feeding import Market, a_desk, a_market
from tests.feeds.lines import LineMarket, a_silent_market, no_market
from tests.feeds.markets import OPENING
from tests.processes import until

WAITING_SECONDS = 600.0
"""So long that nothing is tried twice."""


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_KEY_ID", KEY)
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[DeskClient]:
    async with a_desk(tmp_path) as client:
        yield client


@asynccontextmanager
async def running(feed: Feed, client: DeskClient) -> AsyncIterator[tuple[FeedState, list[FeedStatus]]]:
    """How a feed stands that runs for as long as the context lasts, and what it has been after CONNECTING."""
    state, been = FeedState("feed", feed.symbols), list[FeedStatus]()
    state.on_change = lambda state: been.append(state.status)
    bridge = FeedBridge(feed, client, state, BridgeOptions(OPENING, pauses=[WAITING_SECONDS]))
    run = asyncio.create_task(bridge.run())
    try:
        yield state, been
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def what_is_lost(feed: Feed, client: DeskClient) -> str | None:
    """Why a feed that was never live has lost its market."""
    async with running(feed, client) as (state, been):
        await until(lambda: FeedStatus.WAITING in been, "the market was not lost")
        assert (been, state.connections) == ([FeedStatus.WAITING], 0)
        return state.problem


def of_streams_at(market: Market, url: str) -> Feed:
    """A feed of a market whose streams are elsewhere."""
    words = [word.replace(f"ws://{market.address}", url.rstrip("/")) for word in market.words]
    return make_feed(FeedOptions.of(market.exchange.feed, words))


async def test_a_socket_that_is_not_answered_is_never_live(client: DeskClient) -> None:
    with a_silent_market() as url:
        problem = await what_is_lost(JsonLines(url, patience=0.2), client)
    assert problem == "the WebSocket of the feed did not answer within 0.2 s"


async def test_a_socket_that_is_refused_is_never_live(client: DeskClient) -> None:
    with no_market() as url:
        problem = await what_is_lost(JsonLines(url), client)
    assert problem is not None
    assert problem.startswith("the connection to the WebSocket of the feed ended: ")


async def test_a_stream_of_alpaca_that_is_not_answered_is_never_live(client: DeskClient) -> None:
    async with a_market("alpaca", minutes=1) as market:
        with a_silent_market() as url:
            feed = of_streams_at(market, url)
            assert isinstance(feed, Alpaca)
            feed.patience = 0.2
            assert await what_is_lost(feed, client) == "Alpaca did not answer within 0.2 s"


async def test_a_stream_of_alpaca_that_lets_nobody_in_is_never_live(client: DeskClient) -> None:
    async with a_market("alpaca", minutes=1) as market:
        with LineMarket() as silent:
            feed = of_streams_at(market, silent.url + "v2/iex")
            assert isinstance(feed, Alpaca)
            feed.patience = 0.2
            assert await what_is_lost(feed, client) == "Alpaca did not answer within 0.2 s"


async def test_a_socket_of_an_exchange_that_is_not_answered_is_never_live(client: DeskClient) -> None:
    async with a_market("binance", minutes=1) as market:
        with a_silent_market() as url:
            feed = of_streams_at(market, url)
            assert isinstance(feed, Ccxt)
            feed.exchange.options["ws"] = {"connectionTimeout": 1000}
            assert await what_is_lost(feed, client) == "Connection timeout"


async def test_a_market_that_is_lost_while_its_history_is_read_is_never_live(client: DeskClient) -> None:
    async with running(Ended(), client) as (state, been):
        await until(lambda: FeedStatus.WAITING in been, "the market was not lost")
        assert been == [FeedStatus.CATCHING_UP, FeedStatus.WAITING]
        assert (state.connections, state.problem) == (1, "the market is gone")


async def test_a_socket_on_this_machine_is_reached_whatever_proxy_is_named(
    client: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_market() as nothing, LineMarket() as market:
        for name in ("ws_proxy", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, nothing.replace("ws:", "http:"))
        async with running(JsonLines(market.url), client) as (_, been):
            await until(lambda: FeedStatus.LIVE in been, "it was not live")
            assert been == [FeedStatus.CATCHING_UP, FeedStatus.LIVE]


class Ended:
    """A market whose stream has ended before its history is read."""

    symbols: Sequence[str] = ("AAPL",)
    is_continuous = False

    def __init__(self) -> None:
        self._ended = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def history(self, symbol: str, since: datetime) -> AsyncIterator[ClosedBar]:
        await self._ended.wait()
        kept: Sequence[ClosedBar] = ()
        for bar in kept:
            yield bar

    async def live(self) -> AsyncIterator[Update]:
        self._ended.set()
        updates: Sequence[Update] = ()
        for update in updates:
            yield update
        raise MarketLost("the market is gone")
