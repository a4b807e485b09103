"""Clocks that are off: what is closed is decided by the market's own, and a desk that is behind gets its bars later."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.application.feed_states import FeedState, FeedStatus
from api.client import DeskClient, IngestAnswer, RejectedBar
from api.feeds.bridge import BridgeOptions, FeedBridge
from api.feeds.ccxt import Ccxt
from api.feeds.delivery import FeedDelivery
from api.feeds.json_lines import JsonLines
from domain.market.bar import Bar
from tests.feeds.alpaca import KEY, SECRET
from tests.feeds.feeding import a_desk, a_market, feeding, until_live, until_reached
from tests.feeds.lines import LineMarket
from tests.feeds.markets import MINUTE, OPENING, milliseconds
from tests.feeds.stored_bars import stored
from tests.processes import until

SKEW = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_KEY_ID", KEY)
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)


@pytest.mark.parametrize("skew", [SKEW, -SKEW], ids=["ahead", "behind"])
@pytest.mark.parametrize(
    ("kind", "tells_time"),
    [("alpaca", False), ("binance", True), ("binance", False), ("kraken", True), ("kraken", False), ("coinbase", True)],
)
async def test_a_feeds_machine_whose_clock_is_off_sends_no_half_bar_and_loses_none(
    kind: str, tells_time: bool, skew: timedelta, tmp_path: Path
) -> None:
    async with a_market(kind, minutes=12) as market, a_desk(tmp_path) as client:
        feed = market.feed()
        if isinstance(feed, Ccxt):
            feed.exchange.milliseconds = lambda: milliseconds(market.toy.now + skew)
            feed.exchange.has["fetchTime"] = tells_time
        async with feeding(market, client, feed, wall=lambda: market.toy.now + skew) as state:
            await until_live(market, state)
            for _ in range(3):
                market.toy.pass_time()
                await until_reached(market, state)
            assert (state.rejected, state.corrected, state.gap_count) == (0, 0, 0)
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


@pytest.mark.parametrize("kind", ["alpaca", "binance"])
async def test_a_desk_whose_clock_is_behind_gets_each_bar_once_it_has_come_so_far(kind: str, tmp_path: Path) -> None:
    async with a_market(kind, minutes=15) as market:
        off = [SKEW]
        async with a_desk(tmp_path, wall=lambda: market.toy.now - off[0]) as client:
            async with feeding(market, client, wall=lambda: market.toy.now - off[0]) as state:
                await until(lambda: state.status is FeedStatus.WAITING, "the feed did not wait")
                symbol = market.toy.symbols[0]
                told = f"the desk's clock is behind: a bar of {symbol} closed at 2024-01-02T14:37:00Z"
                assert (state.problem, state.rejected) == (told, 0)
                assert len(await stored(client, symbol)) == SKEW // MINUTE - 4
                off[0] = timedelta()
                await until_live(market, state)
                market.toy.pass_time()
                await until_reached(market, state)
                assert (state.rejected, state.gap_count) == (0, 0)
            for symbol in market.toy.symbols:
                assert await stored(client, symbol) == market.toy.bars(symbol)


async def test_a_bar_that_is_ahead_holds_up_no_other(tmp_path: Path) -> None:
    async with a_market("alpaca", minutes=2) as market:

        def now() -> datetime:
            return market.toy.now

        async with a_desk(tmp_path, now) as client, feeding(market, client, wall=now) as state:
            await until_live(market, state)
            start = (market.toy.now + 30 * MINUTE).isoformat()
            market.toy.tell(f'[{{"T": "b", "S": "AAPL", "t": "{start}", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}}]')
            await until(lambda: state.status is FeedStatus.WAITING, "the feed did not wait")
            assert state.problem == "the desk's clock is behind: a bar of AAPL closed at 2024-01-02T15:03:00Z"
            market.toy.pass_time(3)
            await until_reached(market, state)
            for symbol in market.toy.symbols:
                assert await stored(client, symbol) == market.toy.bars(symbol)
            market.toy.now += 30 * MINUTE
            await until(lambda: state.status is FeedStatus.LIVE, "it waited on")
            assert (state.rejected, len(await stored(client, "AAPL"))) == (0, 6)


async def test_a_bar_of_the_future_is_refused_where_there_is_no_history(tmp_path: Path) -> None:
    with LineMarket() as market:
        async with a_desk(tmp_path, lambda: OPENING + MINUTE) as client:
            state = FeedState("json", (), lambda: OPENING + MINUTE)
            bridge = FeedBridge(JsonLines(market.url), client, state, BridgeOptions(OPENING, pauses=[0.01]))
            running = asyncio.create_task(bridge.run())
            market.send_bar("AAPL", OPENING + 30 * MINUTE, OPENING + 31 * MINUTE, "1")
            market.send_bar("AAPL", OPENING, OPENING + MINUTE, "2")
            await until(lambda: state.bars == 1, "the bar did not come")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            refusal = "AAPL: INVALID: it ends over a minute in the future (R6)"
            assert (state.rejected, state.refusal, state.status) == (1, refusal, FeedStatus.LIVE)


class Refusing(DeskClient):
    """A desk that finds all bars invalid."""

    async def ingest_bars(self, bars: Sequence[Bar]) -> IngestAnswer:
        refused = [
            RejectedBar(number, "INVALID", "OUT_OF_RANGE", "in the future worth too much (R1)")
            for number in range(len(bars))
        ]
        return IngestAnswer(0, 0, 0, 0, 0, tuple(refused))


async def test_a_bar_that_is_invalid_for_good_is_not_sent_again() -> None:
    async with a_market("alpaca", minutes=1) as market, Refusing("http://127.0.0.1/graphql") as client:
        state = FeedState("alpaca", market.toy.symbols, lambda: market.toy.now)
        await FeedDelivery(client, state, market.feed(), lambda _: 0.01).send_bars(market.toy.bars("AAPL"))
        assert (state.rejected, state.refusal) == (1, "AAPL: INVALID: in the future worth too much (R1)")
