"""A market that closes and opens while its feed is connected: told as it happens, by the market's own clock."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.application.feed_states import FeedState, FeedStatus
from api.feeds.alpaca import Alpaca
from api.feeds.feed import Feed, MarketLost
from tests.feeds.alpaca import KEY, SECRET
from tests.feeds.feeding import Market, a_desk, a_market, feeding, until_live, until_reached
from tests.feeds.markets import MINUTE
from tests.processes import until

SHORTLY = timedelta(seconds=0.1)
NIGHT = timedelta(hours=17, minutes=30)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_KEY_ID", KEY)
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with a_market("alpaca", minutes=3) as market:
        yield market


def attentive(market: Market) -> Feed:
    """A feed of a market which asks its clock again at once."""
    feed = market.feed()
    assert isinstance(feed, Alpaca)
    feed.rest = 0.01
    return feed


async def until_closed(state: FeedState, opens: datetime) -> None:
    await until(lambda: (state.status, state.opens) == (FeedStatus.CLOSED, opens), "it was not closed")


async def test_a_market_that_closes_and_opens_while_its_feed_is_connected_is_told_so(
    market: Market, tmp_path: Path
) -> None:
    closes, opens = market.toy.break_in_trading = market.toy.now + SHORTLY, market.toy.now + 2 * SHORTLY
    async with a_desk(tmp_path) as client, feeding(market, client, attentive(market)) as state:
        await until_live(market, state)
        market.toy.now = closes
        await until_closed(state, opens)
        market.toy.now = opens
        await until(lambda: state.status is FeedStatus.LIVE, "it was not open again")
        assert (state.opens, state.problem, state.connections) == (None, None, 1)


async def test_bars_that_come_while_the_market_is_closed_do_not_open_it(market: Market, tmp_path: Path) -> None:
    opens = market.toy.now + MINUTE + NIGHT
    market.toy.break_in_trading = market.toy.now + MINUTE, opens
    market.toy.pass_time()
    async with a_desk(tmp_path) as client, feeding(market, client) as state:
        await until_closed(state, opens)
        market.toy.pass_time()
        await until_reached(market, state)
        assert (state.status, state.opens, state.bars) == (FeedStatus.CLOSED, opens, 10)
        market.toy.minutes += NIGHT // MINUTE
        market.toy.now += NIGHT
        market.toy.pass_time()
        await until(lambda: state.status is FeedStatus.LIVE, "it was not open again")
        assert (state.opens, state.connections) == (None, 1)


async def test_a_clock_that_does_not_say_when_the_market_closes_is_no_answer(market: Market) -> None:
    async with market.feed() as feed:
        market.toy.bad_answers = ["other"]
        with pytest.raises(MarketLost, match=r"^Alpaca's clock: timestamp must be an ISO 8601 date and time"):
            await anext(aiter(feed.live()))
