"""Live markets on their way into a desk: no bar is missing, none comes twice, whatever breaks."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.application.feed_states import FeedGap, FeedState, FeedStatus
from api.feeds.bridge import BridgeOptions, FeedBridge
from api.feeds.ccxt import Ccxt
from api.feeds.delivery import FeedDelivery
from api.feeds.feed import MarketRefused
from api.feeds.options import FeedOptions
from api.feeds.registry import make_feed
from tests.feeds.alpaca import KEY, SECRET
from tests.feeds.feeding import EXCHANGES, a_desk, a_market, feeding, until_live, until_reached
from tests.feeds.markets import MINUTE, OPENING
from tests.feeds.stored_bars import stored
from tests.processes import until


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_KEY_ID", KEY)
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)


@pytest.mark.parametrize("kind", EXCHANGES)
async def test_two_thousand_bars_over_twenty_disconnections_come_each_once_and_with_all_digits(
    kind: str, tmp_path: Path
) -> None:
    async with a_market(kind, minutes=240) as market, a_desk(tmp_path) as client, feeding(market, client) as state:
        for number in range(20):
            await until_live(market, state, connections=number + 1)
            market.toy.pass_time(20)
            market.toy.drop()
            market.toy.pass_time(18)
        await until_live(market, state, connections=21)
        market.toy.pass_time()
        await until_reached(market, state)
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)
        assert len(market.toy.bars(market.toy.symbols[0])) == 1001
        assert (state.rejected, state.gap_count) == (0, 0)


@pytest.mark.parametrize("kind", EXCHANGES)
async def test_a_feed_begins_after_the_desks_last_bar(kind: str, tmp_path: Path) -> None:
    async with a_market(kind, minutes=30) as market, a_desk(tmp_path) as client:
        async with feeding(market, client) as state:
            await until_reached(market, state)
        market.toy.pass_time(30)
        async with feeding(market, client) as state:
            await until_reached(market, state)
            assert state.bars == 60
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


@pytest.mark.parametrize("kind", EXCHANGES)
async def test_rate_limits_errors_and_pages_of_html_lose_nothing(kind: str, tmp_path: Path) -> None:
    async with a_market(kind, minutes=120) as market, a_desk(tmp_path) as client:
        market.toy.bad_answers = [429, 500, "html", 503]
        async with feeding(market, client) as state:
            await until_reached(market, state)
        assert market.toy.bad_answers == []
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


async def test_minutes_that_a_round_the_clock_market_does_not_have_are_said(tmp_path: Path) -> None:
    async with a_market("binance", minutes=10) as market, a_desk(tmp_path) as client, feeding(market, client) as state:
        await until_live(market, state)
        market.toy.missing = {10, 11}
        market.toy.pass_time(3)
        await until_reached(market, state)
        gap = OPENING + 10 * MINUTE, OPENING + 12 * MINUTE
        assert list(state.gaps) == [FeedGap(symbol, *gap) for symbol in market.toy.symbols]
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


async def test_prices_between_bars_are_quotes(tmp_path: Path) -> None:
    async with a_market("alpaca", minutes=1) as market, a_desk(tmp_path) as client, feeding(market, client) as state:
        await until_live(market, state)
        time = (market.toy.now + timedelta(seconds=7)).isoformat()
        market.toy.tell(f'[{{"T": "t", "S": "AAPL", "p": 101.10000001, "s": 3, "t": "{time}"}}]')
        await until(lambda: state.quotes == 1, "no quote was sent")
        [quote] = (await client.query('{ quotes(symbols: ["AAPL"]) { price time } }'))["quotes"]
        assert quote == {"price": "101.10000001", "time": "2024-01-02T14:31:07Z"}


async def test_what_is_no_bar_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with a_market("alpaca", minutes=1) as market, a_desk(tmp_path) as client, feeding(market, client) as state:
        await until_live(market, state)
        nonsense = '{"T": "b", "S": "AAPL", "t": "2024-01-02T14:31:00Z", "o": 1, "h": 2, "l": -3, "c": 1, "v": 1}'
        market.toy.tell(f"[{nonsense}]")
        market.toy.tell('[{"T": "b", "S": "AAPL", "t": "yesterday", "o": 1, "h": 2, "l": 1, "c": 1, "v": 1}]')
        changed = '{"T": "b", "S": "AAPL", "t": "2024-01-02T14:30:00Z", "o": 1, "h": 2, "l": 1, "c": 1, "v": 1}'
        market.toy.tell(f"[{changed}]")
        market.toy.pass_time()
        await until_reached(market, state)
        assert (state.rejected, state.corrected) == (2, 1)
        assert await stored(client, "AAPL") == market.toy.bars("AAPL")


async def test_wrong_credentials_are_refused_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_SECRET_KEY", "guessed")
    async with a_market("alpaca", minutes=1) as market, a_desk(tmp_path) as client:
        state = FeedState("alpaca", market.toy.symbols)
        bridge = FeedBridge(market.feed(), client, state, BridgeOptions(OPENING, pauses=[0.01]))
        with pytest.raises(MarketRefused, match=r"^Alpaca's stream: auth failed \(402\)$"):
            await bridge.run()
        assert (state.status, state.problem) == (FeedStatus.FAILED, "Alpaca's stream: auth failed (402)")


async def test_history_that_the_credentials_do_not_include_is_refused_for_good(tmp_path: Path) -> None:
    async with a_market("alpaca", minutes=1) as market, a_desk(tmp_path) as client:
        market.toy.bad_answers = [403]
        bridge = FeedBridge(market.feed(), client, FeedState("alpaca", market.toy.symbols), BridgeOptions(OPENING))
        with pytest.raises(MarketRefused, match=r"^Alpaca answered 403: not now$"):
            await bridge.run()


async def test_an_unknown_symbol_of_an_exchange_is_refused_for_good(tmp_path: Path) -> None:
    async with a_market("binance") as market, a_desk(tmp_path) as client:
        words = [word.replace("ETH/USDT", "SHELL/USDT") for word in market.words]
        feed = make_feed(FeedOptions.of("ccxt", words))
        bridge = FeedBridge(feed, client, FeedState("ccxt", feed.symbols), BridgeOptions(OPENING, pauses=[0.01]))
        with pytest.raises(MarketRefused, match=r"^binance has no symbol SHELL/USDT$"):
            await bridge.run()


async def test_a_socket_that_falls_silent_is_given_up_and_made_anew(tmp_path: Path) -> None:
    async with a_market("binance", minutes=2) as market, a_desk(tmp_path) as client:
        feed = market.feed()
        assert isinstance(feed, Ccxt)
        feed.patience = 0.5 - MINUTE.total_seconds()
        async with feeding(market, client, feed=feed) as state:
            await until_live(market, state, connections=3)
            market.toy.pass_time(3)
            await until_reached(market, state)
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


async def test_more_bars_than_a_request_may_hold_are_sent_in_several(tmp_path: Path) -> None:
    async with a_market("alpaca", minutes=5_001) as market, a_desk(tmp_path) as client:
        state = FeedState("alpaca", market.toy.symbols)
        await FeedDelivery(client, state, market.feed(), lambda _: 0.01).send_bars(market.toy.bars("AAPL"))
        assert (state.bars, state.last_bars) == (5_001, {"AAPL": market.toy.now})
