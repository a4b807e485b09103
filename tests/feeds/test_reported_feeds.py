"""Feeds that run beside a server: shown by it as they report, lost when they fall silent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.application.feed_states import FeedGap, FeedState, FeedStatus
from api.client import DeskClient
from api.feeds.options import FeedOptions
from api.feeds.reporting import reported
from tests.feeds.feeding import a_desk
from tests.feeds.markets import MINUTE, OPENING, ToyMarket
from tests.processes import until_found

FEEDS = """
{ feeds {
  name status since opens problem reported symbols { symbol lastBar } connections bars quotes rejected refusal corrected
  gapCount corrections { symbol start end open high low close volume } gaps { symbol since until }
} }
"""
REPORT = """
mutation ($input: ReportFeedInput!) { reportFeed(input: $input) { feed { status reported } errors { message field } } }
"""
ONE, OTHER = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01", "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e02"


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = OPENING

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def wall() -> Clock:
    return Clock()


@pytest.fixture
async def client(tmp_path: Path, wall: Clock) -> AsyncIterator[DeskClient]:
    async with a_desk(tmp_path, wall) as client:
        yield client


async def shown(client: DeskClient) -> list[dict[str, Any]]:
    feeds: list[dict[str, Any]] = (await client.query(FEEDS))["feeds"]
    return feeds


async def statuses(client: DeskClient) -> list[str]:
    return [feed["status"] for feed in await shown(client)]


async def report(client: DeskClient, key: str = ONE, **told: Any) -> dict[str, Any]:
    sent = {"id": key, "name": "ccxt", "status": "LIVE", "since": OPENING.isoformat(), "symbols": [], **told}
    payload: dict[str, Any] = (await client.query(REPORT, {"input": sent}))["reportFeed"]
    return payload


async def test_a_feed_beside_the_server_is_shown_with_state_last_bar_gaps_and_what_was_changed(
    client: DeskClient, wall: Clock
) -> None:
    toy = ToyMarket(["BTC/USDT", "ETH/USDT"])
    state = FeedState("ccxt", toy.symbols, wall, bars=7, quotes=3, connections=2)
    state.last_bars["BTC/USDT"] = OPENING + MINUTE
    state.has_gap(FeedGap("BTC/USDT", OPENING, OPENING + MINUTE))
    state.has_corrected(toy.bar("ETH/USDT", 0))
    state.has_rejected("ETH/USDT", "low must be above 0, not -3")
    async with reported(state, state.name, client, lambda _: None):
        state.become(FeedStatus.WAITING, "the exchange is away")

        async def is_shown() -> list[dict[str, Any]] | None:
            return [feed for feed in await shown(client) if feed["status"] == "WAITING"] or None

        [feed] = await until_found(is_shown, "the feed was not shown")
    assert feed == {
        "name": "ccxt",
        "status": "WAITING",
        "since": "2024-01-02T14:30:00Z",
        "opens": None,
        "problem": "the exchange is away",
        "reported": "2024-01-02T14:30:00Z",
        "symbols": [
            {"symbol": "BTC/USDT", "lastBar": "2024-01-02T14:31:00Z"},
            {"symbol": "ETH/USDT", "lastBar": None},
        ],
        "connections": 2,
        "bars": 7,
        "quotes": 3,
        "rejected": 1,
        "refusal": "ETH/USDT: low must be above 0, not -3",
        "corrected": 1,
        "gapCount": 1,
        "corrections": [
            {
                "symbol": "ETH/USDT",
                "start": "2024-01-02T14:30:00Z",
                "end": "2024-01-02T14:31:00Z",
                "open": "101.01020304",
                "high": "101.51020304",
                "low": "101.01020303",
                "close": "101.13365982",
                "volume": "0.00000001",
            }
        ],
        "gaps": [{"symbol": "BTC/USDT", "since": "2024-01-02T14:30:00Z", "until": "2024-01-02T14:31:00Z"}],
    }
    assert await statuses(client) == ["ENDED"]


async def test_a_feed_that_begins_again_takes_its_own_place(client: DeskClient) -> None:
    for bars in (1, 2):
        async with reported(FeedState("alpaca", ["AAPL"], bars=bars), "alpaca", client, lambda _: None):
            pass
    assert [(feed["name"], feed["bars"]) for feed in await shown(client)] == [("alpaca", 2)]


async def test_feeds_of_two_exchanges_are_shown_beside_each_other(client: DeskClient) -> None:
    for bars, exchange in enumerate(("binance", "kraken")):
        words = [f"exchange={exchange}", "interval=5m", "symbols=BTC/USDT", "send=hidden", "url=hidden"]
        identity = FeedOptions.of("ccxt", words).identity
        assert identity == f"ccxt exchange={exchange} interval=5m"
        async with reported(FeedState("ccxt", ["BTC/USDT"], bars=bars), identity, client, lambda _: None):
            pass
    assert [(feed["name"], feed["bars"]) for feed in await shown(client)] == [("ccxt", 0), ("ccxt", 1)]


async def test_a_feed_that_failed_is_shown_so(client: DeskClient) -> None:
    state = FeedState("alpaca", ["AAPL"])
    async with reported(state, state.name, client, lambda _: None):
        state.become(FeedStatus.FAILED, "Alpaca answered 403: forbidden.")
    [feed] = await shown(client)
    assert (feed["status"], feed["problem"]) == ("FAILED", "Alpaca answered 403: forbidden.")


async def test_a_feed_that_falls_silent_is_lost_and_forgotten_after_an_hour(client: DeskClient, wall: Clock) -> None:
    await report(client)
    await report(client, OTHER, status="ENDED")
    wall.now += timedelta(seconds=20)
    assert await statuses(client) == ["LIVE", "ENDED"]
    wall.now += timedelta(seconds=1)
    lost, ended = await shown(client)
    assert (lost["status"], lost["since"], lost["problem"]) == (
        "LOST",
        "2024-01-02T14:30:00Z",
        "nothing has been heard of it",
    )
    assert ended["status"] == "ENDED"
    assert await report(client) == {"feed": {"status": "LIVE", "reported": "2024-01-02T14:30:21Z"}, "errors": []}
    wall.now += timedelta(hours=1)
    assert await statuses(client) == ["LOST"]
    wall.now += timedelta(seconds=1)
    assert await shown(client) == []


@pytest.mark.parametrize(
    ("told", "message", "field"),
    [
        ({"name": ""}, "name must have 1 to 64 characters", "name"),
        ({"problem": "x" * 1001}, "problem must have at most 1000 characters", "problem"),
        ({"refusal": "x" * 1001}, "refusal must have at most 1000 characters", "refusal"),
        (
            {"symbols": [{"symbol": "no ticker"}]},
            "symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but ^; "
            "not 'no ticker'",
            "symbol",
        ),
    ],
)
async def test_a_report_that_means_nothing_is_refused(
    told: dict[str, Any], message: str, field: str, client: DeskClient
) -> None:
    assert await report(client, **told) == {"feed": None, "errors": [{"message": message, "field": [field]}]}
    assert await shown(client) == []


async def test_of_very_many_feeds_those_heard_of_last_are_shown(client: DeskClient) -> None:
    for number in range(102):
        await report(client, f"5b1a7c1e-0d7e-4c55-9f0e-{number:012}", name=f"feed-{number}")
    assert [feed["name"] for feed in await shown(client)] == [f"feed-{number}" for number in range(2, 102)]
