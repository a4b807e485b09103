"""Subscribers are cut off and Redis is killed: each sees every event of its accounts once, and in order."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from api.codec.cursors import event_cursor
from api.codec.ids import account_id
from api.persistence.tables import journal
from tests.faults.fleet import Fleet, fleet
from tests.faults.followers import STREAMS, Follower
from tests.faults.own_redis import OwnRedis, own_redis
from tests.faults.random_client import ask
from tests.faults.scale import sized
from tests.processes import wait_until
from tests.rows import rows_of

ACCOUNTS = tuple(f"stream-{number}" for number in range(sized(3, 10)))
FOLLOWERS = sized(9, 100)
EVENTS = sized(600, 50_000)
REDIS_RESTARTS = sized(1, 5)
LONGEST_CONNECTION = sized(1.0, 4.0)
CATCH_UP_SECONDS = 60

ENABLE = "mutation($name: String!) { enable(input: { account: $name }) { account { cursor } errors { code } } }"
QUOTE = """mutation { ingestQuotes(input: { quotes: [
  { symbol: "ACME", time: "2024-03-04T15:00:00Z", price: "100" }] }) { applied } }"""
EXECUTE = "mutation($input: ExecuteSignalInput!) { executeSignal(input: $input) { position { id } errors { code } } }"
CLOSE = "mutation($input: ClosePositionInput!) { closePosition(input: $input) { trade { id } errors { code } } }"
REFUSED = "INVALID_LEVELS"


async def trade(http: httpx.AsyncClient, urls: list[str], account: str, events: int) -> None:
    """Round trips, of four events each, and after each a refusal, which is one: as many events as asked for."""
    for number in range(events // 5):
        url = urls[number % len(urls)]
        signal = {"account": account, "symbol": "ACME", "side": "LONG", "stopLoss": "90", "target1": "110"}
        sent = {**signal, "quantity": "1", "id": str(uuid.uuid4())}
        executed = (await ask(http, url, EXECUTE, input=sent))["executeSignal"]
        closing = {"account": account, "positionId": executed["position"]["id"]}
        closed = (await ask(http, url, CLOSE, input=closing))["closePosition"]
        refused = await ask(http, url, EXECUTE, input={**sent, "id": str(uuid.uuid4()), "target1": "80"})
        assert (executed["errors"], closed["errors"]) == ([], [])
        assert refused["executeSignal"]["errors"] == [{"code": REFUSED}]


async def disturb(own: OwnRedis, trading: "asyncio.Task[None]", counted: Counter[str]) -> None:
    """Kill Redis, or cut its connections, as often as asked for, and let it come back each time."""
    for _ in range(REDIS_RESTARTS):
        await asyncio.sleep(sized(0.3, 5))
        await asyncio.to_thread(own.cut_connections)
        await asyncio.sleep(sized(0.3, 2))
        await asyncio.to_thread(own.end)
        await asyncio.sleep(sized(0.5, 2))
        await asyncio.to_thread(own.start)
        counted["Redis restarts"] += 1
        counted["Redis restarts while trading"] += not trading.done()


def journaled(url: str) -> dict[tuple[str, str], list[str]]:
    """The cursors of every account's events, by account and stream, in order."""
    (rows,) = rows_of(url, select(journal.c.account_id, journal.c.seq, journal.c.stream).order_by(journal.c.seq))
    names = {account_id(name): name for name in ACCOUNTS}
    cursors: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        cursors.setdefault((names[row.account_id], row.stream), []).append(event_cursor(row.account_id, row.seq))
    return cursors


async def under_fault(desks: Fleet, own: OwnRedis, counted: Counter[str]) -> list[Follower]:
    urls = [place.server.url for place in desks.places]
    addresses = [url.removeprefix("http://").removesuffix("/graphql") for url in urls]
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        await ask(http, urls[0], QUOTE)
        cursors = [
            (await ask(http, urls[0], ENABLE, name=account))["enable"]["account"]["cursor"] for account in ACCOUNTS
        ]
        followers = [
            Follower(
                addresses,
                ACCOUNTS[number % len(ACCOUNTS)],
                list(STREAMS)[number // len(ACCOUNTS) % 3],
                cursors[number % len(ACCOUNTS)],
                random.Random(number),
                counted,
                LONGEST_CONNECTION,
            )
            for number in range(FOLLOWERS)
        ]
        following = [asyncio.create_task(follower.follow()) for follower in followers]
        trading = asyncio.create_task(_trade_everywhere(http, urls))
        await disturb(own, trading, counted)
        await trading
        expected = await asyncio.to_thread(journaled, desks.url)
        await _caught_up(followers, expected, following)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return followers


async def _trade_everywhere(http: httpx.AsyncClient, urls: list[str]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for place, account in enumerate(ACCOUNTS):
            turned = urls[place % len(urls) :] + urls[: place % len(urls)]
            tasks.create_task(trade(http, turned, account, EVENTS // len(ACCOUNTS)))


async def _caught_up(
    followers: list[Follower], expected: dict[tuple[str, str], list[str]], following: "list[asyncio.Task[Any]]"
) -> None:
    async with asyncio.timeout(CATCH_UP_SECONDS):
        while any(follower.newest != expected[follower.account, follower.stream][-1] for follower in followers):
            done = [task for task in following if task.done()]
            assert not done, done
            await asyncio.sleep(0.05)


@contextmanager
def two_servers(url: str, folder: Path, own: OwnRedis) -> Iterator[Fleet]:
    with fleet(url, folder, 2, ("--broadcast-url", own.url)) as desks:
        wait_until(lambda: all_pushed(desks), "the servers did not hear from Redis")
        yield desks


def all_pushed(desks: Fleet) -> bool:
    """Whether every server is woken by Redis."""
    shown = [place.server.http.get("/metrics").text for place in desks.places]
    return all("papertape_wakeup_connected 1.0" in item for item in shown)


async def test_followers_cut_off_and_resuming_see_each_event_once_and_in_order(
    postgres_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    with own_redis() as own, two_servers(postgres_url, tmp_path, own) as desks:
        followers = await under_fault(desks, own, counted)
        await asyncio.to_thread(wait_until, lambda: all_pushed(desks), "the servers do not hear from Redis again")
        await asyncio.to_thread(desks.stop)
    expected = await asyncio.to_thread(journaled, postgres_url)
    wanted = {key: Counter(cursors) for key, cursors in expected.items()}
    missed = sum((wanted[follower.account, follower.stream] - Counter(follower.seen)).total() for follower in followers)
    doubled = sum(
        (Counter(follower.seen) - wanted[follower.account, follower.stream]).total() for follower in followers
    )
    total = sum(len(cursors) for (_, stream), cursors in expected.items() if stream in STREAMS)
    for name, value in (("followers", FOLLOWERS), ("events", total), *sorted(counted.items())):
        record_property(name, value)
    record_property("missed", missed)
    record_property("doubled", doubled)
    assert (total, missed, doubled) == (EVENTS, 0, 0)
    assert all(follower.seen == expected[follower.account, follower.stream] for follower in followers)
